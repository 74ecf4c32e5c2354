"""One programme of which only sides and bounds change, each time solved from the same vertex.

Every solve begins at the plan of the forecast, so that an answer depends on no other one: neither
their order nor how many are solved side by side counts.
Does not belong here: what the programme states (`judge`).
"""

from __future__ import annotations

import threading

import numpy as np

from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel
from sop_pipeline.planning.solvers.highs import solve_with_highs

# Exact steepest edge, the default, passes over the rows once more in every iteration.
_FROM_NEIGHBOUR = {"simplex_dual_edge_weight_strategy": 1}


class WarmProgramme:
    """Solves programmes that differ from one in sides and bounds only; threads may share it."""

    def __init__(self, lp: LinearProgram) -> None:
        """Solve a programme, to start from its vertex.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        self._scaled = scale(lp)
        self._of_thread = threading.local()
        found = self._model.solve()
        self._start = found.basis if isinstance(found, ProgrammeSolution) else None

    def solve(self, lp: LinearProgram) -> ProgrammeResult:
        """Solve one of them; a solution is proven optimal.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer, or it is not proven.
        """
        scaled = scale(lp, self._scaled.sizes)
        found = scaled.original(self._from_start(scaled.programme))
        if isinstance(found, ProgrammeSolution) and not certify(lp, found).holds:
            # Lost on the way from a vertex far away: once more, from nothing.
            found = scaled.original(solve_with_highs(scaled.programme, EXACT))
            if isinstance(found, ProgrammeSolution):
                certify(lp, found).require(found.solver)
        return found

    def _from_start(self, programme: LinearProgram) -> ProgrammeResult:
        rows, columns = (np.arange(size) for size in programme.shape)
        self._model.set_sides(rows, programme.row_lower, programme.row_upper)
        self._model.set_bounds(columns, programme.lower, programme.upper)
        if self._start is not None:
            self._model.start_from_basis(self._start)
        return self._model.solve()

    @property
    def _model(self) -> HighsModel:
        """The programme in HiGHS, one object for each thread."""
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = HighsModel(self._scaled.programme, _FROM_NEIGHBOUR)
        return self._of_thread.model
