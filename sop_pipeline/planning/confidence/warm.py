"""One programme of which only sides and bounds change, each time solved from the same vertex.

Every solve begins at the plan of the forecast, so that an answer depends on no other one: neither
their order nor how many are solved side by side counts.
Does not belong here: what the programme states (`judge`).
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from sop_pipeline.planning.certificate import Certificate, certificate_of
from sop_pipeline.planning.linear_program import LinearProgram, SidesAndBounds
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel, WithoutBoundingRows
from sop_pipeline.planning.solvers.highs import solve_with_highs
from sop_pipeline.planning.statement import Statement

# Exact steepest edge, the default, passes over the rows once more in every iteration.
_FROM_NEIGHBOUR = {"simplex_dual_edge_weight_strategy": 1}


class WarmProgramme:
    """Solves programmes that differ from one in sides and bounds only; threads may share it."""

    def __init__(self, lp: LinearProgram) -> None:
        """Solve a programme, to start from its vertex.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        self._asked, self._scaled = Statement.of_programme(lp), scale(lp)
        self._forms = WithoutBoundingRows.of(self._scaled.programme)
        self._first = self._forms.short(self._scaled.programme)
        self._of_thread = threading.local()
        found = self._model.solve()
        self._start = found.basis if isinstance(found, ProgrammeSolution) else None

    def solve(self, limits: SidesAndBounds) -> ProgrammeResult:
        """Solve the programme within other limits; a solution is proven optimal.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer, or it is not proven.
        """
        asked, programme = self._asked.within(limits), self._scaled.within(limits)
        found = self._scaled.original(self._from_start(programme))
        if isinstance(found, ProgrammeSolution) and not _certificate(asked, found).holds:
            # Lost on the way from a vertex far away: once more, from nothing.
            found = self._scaled.original(solve_with_highs(programme, EXACT))
            if isinstance(found, ProgrammeSolution):
                _certificate(asked, found).require(found.solver)
        return found

    def _from_start(self, programme: LinearProgram) -> ProgrammeResult:
        short = self._forms.short(programme)
        rows, columns = (np.arange(size) for size in short.shape)
        self._model.set_sides(rows, short.row_lower, short.row_upper)
        self._model.set_bounds(columns, short.lower, short.upper)
        if self._start is not None:
            self._model.start_from_basis(self._start)
        found = self._model.solve()
        if not isinstance(found, ProgrammeSolution):
            return found
        return replace(found, row_dual=self._forms.prices(programme, short, found.row_dual))

    @property
    def _model(self) -> HighsModel:
        """The programme in HiGHS, one object for each thread."""
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = HighsModel(self._first, _FROM_NEIGHBOUR)
        return self._of_thread.model


def _certificate(asked: Statement, found: ProgrammeSolution) -> Certificate:
    return certificate_of(asked, found.primal, found.row_dual, found.objective)
