"""Many scenarios over the same structure, each solved from the first one's optimal basis.

Scenarios usually differ in demand and what follows from it, so the matrix is the same and only
bounds, sides and costs change. One that differs in structure is solved from nothing.
Does not belong here: what scenarios have in common as data.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Outcome, Solution
from sop_pipeline.planning.solvers import HighsModel


class WarmSolver:
    """Solves programmes one after another in one HiGHS object, restarted from the first basis."""

    def __init__(self) -> None:
        """Start with nothing to restart from."""
        self._base: LinearProgram | None = None
        self._model: HighsModel | None = None
        self._start: Solution | None = None

    def solve(self, lp: LinearProgram) -> Outcome:
        """Solve a programme, warm if its matrix is that of the first.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        if self._model is None or self._base is None or not same_matrix(lp, self._base):
            return self._solve_cold(lp)
        columns, rows = np.arange(lp.shape[1]), np.arange(lp.shape[0])
        self._model.set_bounds(columns, lp.lower, lp.upper)
        self._model.set_sides(rows, lp.row_lower, lp.row_upper)
        self._model.set_costs(lp.cost)
        if self._start is not None:
            self._model.start_from(self._start)
        return self._model.solve()

    def _solve_cold(self, lp: LinearProgram) -> Outcome:
        model = HighsModel(lp)
        outcome = model.solve()
        if self._base is None and isinstance(outcome, Solution):
            self._base, self._model, self._start = lp, model, outcome
        return outcome


def same_matrix(one: LinearProgram, other: LinearProgram) -> bool:
    """Whether two programmes differ in bounds, sides and costs only."""
    return one.shape == other.shape and all(
        np.array_equal(getattr(one.matrix, part), getattr(other.matrix, part))
        for part in ("indptr", "indices", "data")
    )
