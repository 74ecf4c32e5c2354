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

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers.highs import EXACT, INFEASIBLE, HighsModel, stopped_early

TOLERANCES = {"mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8}
CLOSER = {"mip_feasibility_tolerance": 1e-9, "primal_feasibility_tolerance": 1e-9}
"""What limits hold to where a search finds no plan.

Room of 1e-7 in a limit, such as a priority's least has, is less than that in natural sizes, and a
search that sees none denies plans that there are."""
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


class HeldModel(HighsModel):
    """A programme whose whole columns are all held, which leaves a linear one, in HiGHS."""

    def __init__(self, lp: LinearProgram) -> None:
        """Hand the programme over."""
        super().__init__(lp.relaxed, EXACT)
        self._whole = lp.whole

    def cheaper(
        self, held: Floats, cost: float, basis: highspy.HighsBasis
    ) -> ProgrammeSolution | None:
        """The optimum with the whole columns held; None where none is found below a cost.

        Args:
            held: Their values, (whole,).
            cost: The cost, at which a dual simplex on its way up ends.
            basis: Where it starts.
        """
        self.set_bounds(self._whole, held, held)
        self.start_from_basis(basis)
        self._highs.setOptionValue("objective_bound", cost)
        if self._run() != highspy.HighsModelStatus.kOptimal:
            return None
        found = self._optimum()
        return found if found.objective < cost else None


class WholeNumberModel(HighsModel):
    """A programme some of whose columns are whole, in one HiGHS object."""

    def __init__(self, lp: LinearProgram) -> None:
        """Hand the programme over, its whole columns whole."""
        inside = {"mip_lp_solver": "ipm"} if lp.shape[0] > INSIDE_ABOVE else {}
        super().__init__(lp, {**TOLERANCES, **SAME_EVERYWHERE, **inside})
        self.hold_whole(lp.whole, whole=True)

    def branch_only(self) -> None:
        """Search without searches of smaller programmes, which only look for better plans.

        From a plan near its bound the tree ends sooner than they do: third shifts of the demo
        company's push take 4 s in place of 11.
        """
        for name in ("rens", "rins", "root_reduced_cost"):
            self._highs.setOptionValue(f"mip_heuristic_run_{name}", False)

    def look_closer(self) -> None:
        """Search with limits held to less than the room that the narrowest of them have."""
        for name, tolerance in CLOSER.items():
            self._highs.setOptionValue(name, tolerance)

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
        self._end_within(seconds)
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
