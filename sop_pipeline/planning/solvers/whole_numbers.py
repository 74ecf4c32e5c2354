"""Programmes with whole columns in HiGHS: searched from a start, within a gap and a time.

Does not belong here: which columns are whole, and what they mean (`decisions`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solvers.highs import EXACT, INFEASIBLE, HighsModel, stopped_early

TOLERANCES = {"mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8}
SAME_EVERYWHERE = {"random_seed": 0, "parallel": "off", "mip_abs_gap": 0.0}
"""The path of a search depends on neither the machine's processors nor its clock."""
INSIDE_ABOVE = 20_000
"""Rows beyond which a simplex from nothing takes longer than a way through the inside.

The rows of set-ups are many and much alike: at 45,000 the one takes minutes, the other 15 s."""
TOLD_EVERY = 2.0
"""Seconds between two reports of a search."""


@dataclass(frozen=True)
class Standing:
    """Where a search stands, in the programme's own money.

    Attributes:
        cost: Cost of the best plan found, infinite where none is.
        bound: Cost that no plan is below, as the solver claims.
    """

    cost: float
    bound: float


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Attributes:
        values: The best values found, (n,); None where there are none.
        bound: Cost that no values are below, as the solver claims.
        is_infeasible: Whether there are no values, as the solver claims.
        by_clock: Whether time ended it.
    """

    values: Floats | None
    bound: float
    is_infeasible: bool
    by_clock: bool


Follow = Callable[[Standing], None]


def relaxation(lp: LinearProgram) -> HighsModel:
    """The programme without its whole columns being whole, to be solved to a vertex."""
    inside = {"solver": "ipm"} if lp.shape[0] > INSIDE_ABOVE else {}
    return HighsModel(lp.relaxed, {**EXACT, **inside})


class WholeNumberModel(HighsModel):
    """A programme some of whose columns are whole, in one HiGHS object."""

    def __init__(self, lp: LinearProgram) -> None:
        """Hand the programme over, its whole columns whole."""
        inside = {"mip_lp_solver": "ipm"} if lp.shape[0] > INSIDE_ABOVE else {}
        super().__init__(lp, {**TOLERANCES, **SAME_EVERYWHERE, **inside})
        self.hold_whole(lp.whole, whole=True)

    def hold_whole(self, columns: Integers, *, whole: bool) -> None:
        """Let columns take whole numbers only, or any."""
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        indices = columns.astype(np.int32)
        self._highs.changeColsIntegrality(len(indices), indices, np.full(len(indices), kind))

    @property
    def seconds_run(self) -> float:
        """Seconds that the solves of this object took."""
        return float(self._highs.getRunTime())

    def begin_at(self, values: Floats) -> None:
        """Begin the next search with values known to satisfy every limit."""
        start = highspy.HighsSolution()
        start.col_value = values.tolist()
        self._highs.setSolution(start)

    def search(
        self, gap: float, seconds: float, nodes: int | None = None, follow: Follow | None = None
    ) -> Searched:
        """Search until a gap, a number of nodes, or time ends it.

        Raises:
            PlanNotCertified: The solver failed.
        """
        self._highs.setOptionValue("mip_rel_gap", gap)
        self._highs.setOptionValue("mip_max_nodes", nodes or highspy.kHighsIInf)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        if follow is not None:
            self._told_to(follow)
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status in INFEASIBLE:
            return Searched(None, np.inf, is_infeasible=True, by_clock=False)
        is_known = status in _ENDS
        if not is_known:
            raise stopped_early(self.name, self._highs.modelStatusToString(status))
        found = info.primal_solution_status == highspy.kSolutionStatusFeasible
        values = np.array(self._highs.getSolution().col_value) if found else None
        by_clock = status == highspy.HighsModelStatus.kTimeLimit
        return Searched(values, info.mip_dual_bound, is_infeasible=False, by_clock=by_clock)

    def _told_to(self, follow: Follow) -> None:
        last = time.monotonic()

        def on_interrupt(event: Any) -> None:
            nonlocal last
            if time.monotonic() - last < TOLD_EVERY:
                return
            last = time.monotonic()
            out = event.data_out
            follow(Standing(out.mip_primal_bound, out.mip_dual_bound))

        self._highs.cbMipInterrupt.subscribe(on_interrupt)


_ENDS = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kSolutionLimit,
)
