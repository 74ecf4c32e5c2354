"""Whether a solution is optimal, recomputed from the programme without the solver.

For min c x with row_lower <= A x <= row_upper, lower <= x <= upper, any row prices y give reduced
costs d = c - A'y, and with the signs the sides allow, the bound on the objective that weak duality
states. A feasible x whose cost meets the bound is optimal, whoever found it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Solution

Floats = NDArray[np.float64]

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Certificate:
    """How far a solution is from proven optimality.

    Attributes:
        primal_violation: Largest violation of a row or bound / max(1, |its right side|).
        dual_violation: Largest price or reduced cost of a sign its sides do not allow
            / max(1, |cost|).
        relative_gap: Largest difference between the recomputed objective, the dual bound and the
            objective the solver claims / max(1, |objective|).
    """

    primal_violation: float
    dual_violation: float
    relative_gap: float

    @property
    def holds(self) -> bool:
        """Whether all three figures are within the tolerance."""
        worst = max(self.primal_violation, self.dual_violation, self.relative_gap)
        return bool(worst <= TOLERANCE)

    def require(self, solver: str) -> None:
        """Refuse the solution unless the certificate holds.

        Raises:
            PlanNotCertified: One of the figures is above the tolerance, or not a number.
        """
        if self.holds:
            return
        msg = (
            f"The plan of {solver} is not certified optimal: primal violation "
            f"{self.primal_violation:.2e}, dual violation {self.dual_violation:.2e}, relative gap "
            f"{self.relative_gap:.2e}; each must be within {TOLERANCE:g}. Nothing is published. "
            "Try another solver"
        )
        raise PlanNotCertified(msg)


def certify(lp: LinearProgram, solution: Solution) -> Certificate:
    """Compute the certificate of a solution."""
    primal, prices = solution.primal, solution.row_dual
    reduced = lp.cost - lp.matrix.T @ prices
    objective = float(lp.cost @ primal)
    scale = max(1.0, abs(objective))
    bound = _dual_bound(prices, lp.row_lower, lp.row_upper) + _dual_bound(
        reduced, lp.lower, lp.upper
    )
    gap = max(abs(objective - bound), abs(objective - solution.objective)) / scale
    row_scale = _row_cost_scale(lp)
    return Certificate(
        primal_violation=primal_violation(lp, primal),
        dual_violation=max(
            _sign_violation(reduced, lp.lower, lp.upper, np.maximum(1.0, np.abs(lp.cost))),
            _sign_violation(prices, lp.row_lower, lp.row_upper, row_scale),
        ),
        relative_gap=gap,
    )


def primal_violation(lp: LinearProgram, primal: Floats) -> float:
    """Largest violation of a row or a bound, relative to max(1, |right side|)."""
    return max(
        _side_violation(lp.matrix @ primal, lp.row_lower, lp.row_upper),
        _side_violation(primal, lp.lower, lp.upper),
    )


def _side_violation(values: Floats, lower: Floats, upper: Floats) -> float:
    if np.isnan(values).any():
        return float("inf")
    below = (lower - values) / np.maximum(1.0, np.abs(_finite(lower)))
    above = (values - upper) / np.maximum(1.0, np.abs(_finite(upper)))
    return float(max(0.0, np.max(below, initial=0.0), np.max(above, initial=0.0)))


def _sign_violation(prices: Floats, lower: Floats, upper: Floats, scale: Floats) -> float:
    """A price above 0 needs a finite lower side, one below 0 a finite upper side."""
    if np.isnan(prices).any():
        return float("inf")
    unsupported = np.where(
        ((prices > 0) & np.isinf(lower)) | ((prices < 0) & np.isinf(upper)), np.abs(prices), 0.0
    )
    return float(np.max(unsupported / scale, initial=0.0))


def _dual_bound(prices: Floats, lower: Floats, upper: Floats) -> float:
    """Sum of price x side; sides that are infinite are the sign violation's business."""
    side = np.where(prices > 0, _finite(lower), _finite(upper))
    return float(prices @ side)


def _row_cost_scale(lp: LinearProgram) -> Floats:
    """Largest cost of a column in each row, at least 1: what a row's price is measured against."""
    magnitude = abs(lp.matrix) > 0
    largest = magnitude.multiply(np.abs(lp.cost)).max(axis=1).toarray().ravel()
    return np.maximum(1.0, largest)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)
