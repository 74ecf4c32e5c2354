"""Whether a plan is optimal, recomputed without the solver, from the problem or its programme.

For min c x with row_lower <= A x <= row_upper, lower <= x <= upper, any row prices y give reduced
costs d = c - A'y, and with the signs the sides allow, the bound on the objective that weak duality
states. A feasible x whose cost meets the bound is optimal, whoever found it.

Every figure is relative to what its own row or column holds, so that a dear product does not speak
for a cheap one, nor the unit of money or of goods for both. What the solution pays beyond the
bound is added up from where it arises, price x distance from the side the price speaks for: as the
difference of two large sums it would drown in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats, inner
from sop_pipeline.planning.linear_program import LinearProgram, finite_or_zero, larger_side
from sop_pipeline.planning.problem import Quantities
from sop_pipeline.planning.proof import Proof
from sop_pipeline.planning.solution import ProgrammeSolution, Solution
from sop_pipeline.planning.statement import ProblemStatement, Statement

TOLERANCE = 1e-6

NOISE = 1e-4
"""Share of the prices that meet in a column up to which it has no cost of its own: a reduced cost
is their difference, of which arithmetic keeps some thirteen digits."""
NEGLIGIBLE = 1e-3
"""Share of its natural size up to which a row or column is empty."""
DIGITS = 1e-7
"""Share of the objective below which a part of it cannot be certified to the tolerance."""
PART = 1 << 20
"""Values judged at a time."""


@dataclass(frozen=True)
class Certificate:
    """How far a solution is from proven optimality.

    Attributes:
        primal_violation: Largest violation of a row or bound / what the row or column holds.
        dual_violation: Largest price or reduced cost that the solution does not bear out: of a
            sign its sides do not allow, / the costs in its row or column; or away from the side it
            speaks for, the smaller of that and the distance / what the row or column holds.
        relative_gap: Largest difference between the recomputed objective, the dual bound and the
            objective the solver claims / the objective.
        avoidable_gap: Difference between objective and dual bound / the part of the objective that
            is no lost sale. Where sales are lost for want of capacity every plan pays for them,
            and next to their price the rest of the plan would count for nothing.
        proof: Objective and dual bound, measured against that part of the objective.
    """

    primal_violation: float
    dual_violation: float
    relative_gap: float
    avoidable_gap: float
    proof: Proof

    @property
    def figures(self) -> dict[str, float]:
        """The four figures by name, for a report."""
        names = ("primal_violation", "dual_violation", "relative_gap", "avoidable_gap")
        return {name: getattr(self, name) for name in names}

    @property
    def holds(self) -> bool:
        """Whether the proof says optimal and all four figures are within the tolerance."""
        return self.proof.grade == "optimal" and max(self.figures.values()) <= TOLERANCE

    def with_worst_of(self, others: Iterable[Certificate]) -> Certificate:
        """This plan's certificate with the worst figures of the programmes that led to it."""
        every = [self.figures, *(other.figures for other in others)]
        return replace(self, **{name: max(each[name] for each in every) for name in self.figures})

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
            f"{self.relative_gap:.2e}, avoidable gap {self.avoidable_gap:.2e}; each must be within "
            f"{TOLERANCE:g}. Nothing is published. Try another solver"
        )
        raise PlanNotCertified(msg)


@dataclass(frozen=True)
class Prices:
    """Prices of the rows and what they leave of the columns' costs, each beside what is small.

    Attributes:
        rows: Price of each row, (m,).
        columns: Reduced cost of each column, (n,).
        row_shares: Magnitude of each row's price / the costs in the columns it touches, (m,).
        column_shares: Magnitude of each reduced cost / the costs in its column, (n,).
    """

    rows: Floats
    columns: Floats
    row_shares: Floats
    column_shares: Floats

    @classmethod
    def of(cls, asked: Statement, cost: Floats, rows: Floats) -> Prices:
        """Judge row prices by the costs in the rows and columns themselves.

        Args:
            asked: What is asked of the plan.
            cost: Costs of the columns, those asked for or others of the same magnitude, (n,).
            rows: Prices of the rows, (m,).
        """
        reduced = cost - asked.exact.transposed(rows)
        size = NOISE * asked.magnitude.transposed(np.abs(rows))
        np.maximum(size, np.abs(cost), out=size)
        np.maximum(size, NEGLIGIBLE * asked.sizes.money / asked.sizes.columns, out=size)
        return cls(
            rows=rows,
            columns=reduced,
            row_shares=np.abs(rows) * asked.magnitude.times(1.0 / size),
            column_shares=np.abs(reduced) / size,
        )


def certify_plan(asked: ProblemStatement, plan: Solution) -> Certificate:
    """Compute the certificate of a plan from its problem, quantities and prices alone."""
    primal, prices = asked.columns.joined(plan.quantities), asked.rows.joined(plan.prices)
    return certificate_of(asked.statement, primal, prices, plan.bound)


def certify(lp: LinearProgram, solution: ProgrammeSolution) -> Certificate:
    """Compute the certificate of a solution of a linear programme."""
    asked = Statement.of_programme(lp)
    return certificate_of(asked, solution.primal, solution.row_dual, solution.objective)


def plan_violation(asked: ProblemStatement, quantities: Quantities) -> float:
    """Largest violation of a constraint or a bound / what the constraint or variable holds."""
    columns, rows = _sides(asked.statement, asked.columns.joined(quantities))
    return max(columns.violation(), rows.violation())


def certificate_of(asked: Statement, primal: Floats, duals: Floats, claim: float) -> Certificate:
    """Compute the certificate of values and prices.

    Args:
        asked: What is asked of them.
        primal: Value of each column, (n,).
        duals: Price of each row, (m,).
        claim: The objective that the solver claims.
    """
    columns, rows = _sides(asked, primal)
    prices = Prices.of(asked, asked.cost, duals)
    objective = inner(asked.cost, primal)
    excess = abs(columns.excess(prices.columns) + rows.excess(prices.rows))
    claimed = abs(objective - claim)
    least = NEGLIGIBLE * asked.sizes.money
    lost = inner(asked.lost_cost, primal)
    avoidable = max(objective - lost, DIGITS * objective, least)
    return Certificate(
        primal_violation=max(columns.violation(), rows.violation()),
        dual_violation=max(
            columns.unsupported(prices.columns, prices.column_shares),
            rows.unsupported(prices.rows, prices.row_shares),
        ),
        relative_gap=max(excess, claimed) / max(abs(objective), least),
        avoidable_gap=excess / avoidable,
        proof=Proof(objective, objective - excess, avoidable, TOLERANCE),
    )


def _sides(asked: Statement, primal: Floats) -> tuple[_Sides, _Sides]:
    """The columns and the rows of a plan between their sides."""
    held = np.maximum(np.abs(primal), NEGLIGIBLE * asked.sizes.columns)
    columns = _Sides(primal, asked.lower, asked.upper, held)
    held = np.maximum(asked.magnitude.times(np.abs(primal)), NEGLIGIBLE * asked.sizes.rows)
    return columns, _Sides(asked.exact.times(primal), asked.row_lower, asked.row_upper, held)


class _Sides:
    """Values between lower and upper sides, and how far they are from them."""

    def __init__(self, values: Floats, lower: Floats, upper: Floats, held: Floats) -> None:
        """Take the values, their sides, and how much each of them is made of."""
        self._values, self._lower, self._upper, self._held = values, lower, upper, held

    def violation(self) -> float:
        """Largest amount by which a value is outside its sides / its size."""

        def outside(part: slice) -> Floats:
            return np.maximum(0.0, -np.minimum(*self._distances(part)) / self._size(part))

        return max((_largest(outside(part)) for part in self._parts()), default=0.0)

    def unsupported(self, prices: Floats, shares: Floats) -> float:
        """Largest price whose value is away from the side the price speaks for.

        Of the price's share and the relative distance the smaller counts: 0 where either is.
        """

        def borne(part: slice) -> Floats:
            return np.abs(self._away(part, prices)) / self._size(part)

        return max(
            (_largest(np.minimum(shares[part], borne(part))) for part in self._parts()), default=0.0
        )

    def excess(self, prices: Floats) -> float:
        """What the values pay, at these prices, for not lying at their sides."""
        return sum(
            inner(np.abs(prices[part]), finite_or_zero(self._away(part, prices)))
            for part in self._parts()
        )

    def _parts(self) -> Iterator[slice]:
        """All values, so many at a time that what is made of them needs little room."""
        return (slice(begin, begin + PART) for begin in range(0, len(self._values), PART))

    def _distances(self, part: slice) -> tuple[Floats, Floats]:
        values = self._values[part]
        return values - self._lower[part], self._upper[part] - values

    def _size(self, part: slice) -> Floats:
        return np.maximum(self._held[part], larger_side(self._lower[part], self._upper[part]))

    def _away(self, part: slice, prices: Floats) -> Floats:
        """Distance from the lower side where the price is above 0, else from the upper one."""
        above, below = self._distances(part)
        return np.where(prices[part] > 0.0, above, np.where(prices[part] < 0.0, below, 0.0))


def _largest(values: Floats) -> float:
    """The largest value; infinite where one is not a number."""
    largest = float(np.max(values, initial=0.0)) + 0.0  # no minus 0
    return float("inf") if np.isnan(largest) else largest
