"""Many scenarios over the same structure, each solved from the first one's optimal basis.

Scenarios usually differ in demand and what follows from it, so the matrix is the same and only
bounds, sides and costs change. One that differs in structure is solved from nothing.
Does not belong here: what scenarios have in common as data.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Outcome, Solution
from sop_pipeline.planning.solvers import HighsModel, condense


class WarmSolver:
    """Solves programmes in memory, restarted from the first one's basis; threads may share it.

    Each thread changes a model of its own, and every solve starts from the same basis, so that
    neither the order of the programmes nor the number of threads counts.
    """

    def __init__(self) -> None:
        """Start with nothing to restart from."""
        self._base: LinearProgram | None = None
        self._start: Solution | None = None
        self._first = threading.Lock()
        self._own = threading.local()

    def solve(self, lp: LinearProgram) -> Outcome:
        """Solve a programme, warm if its matrix is that of the first.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        condensed = condense(lp)
        if condensed is None:
            return self._solve(lp)
        outcome = self._solve(condensed.programme)
        return condensed.restore(outcome) if isinstance(outcome, Solution) else outcome

    def _solve(self, lp: LinearProgram) -> Outcome:
        with self._first:
            if self._base is None or self._start is None:
                return self._solve_first(lp)
        if not same_matrix(lp, self._base):
            return HighsModel(lp).solve()
        model = self._model(self._base)
        model.set_bounds(np.arange(lp.shape[1]), lp.lower, lp.upper)
        model.set_sides(np.arange(lp.shape[0]), lp.row_lower, lp.row_upper)
        model.set_costs(lp.cost)
        model.start_from(self._start)
        return model.solve()

    def _solve_first(self, lp: LinearProgram) -> Outcome:
        outcome = HighsModel(lp).solve()
        if isinstance(outcome, Solution):
            self._base, self._start = lp, outcome
        return outcome

    def _model(self, base: LinearProgram) -> HighsModel:
        if not hasattr(self._own, "model"):
            self._own.model = HighsModel(base)
        return self._own.model


def side_by_side[Item, Result](
    task: Callable[[Item], Result], items: Iterable[Item]
) -> list[Result]:
    """Do a task for every item, as many at once as there are processors.

    Threads are enough: a solver lets others run while it works.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(task, items))


def same_matrix(one: LinearProgram, other: LinearProgram) -> bool:
    """Whether two programmes differ in bounds, sides and costs only."""
    return one.shape == other.shape and all(
        np.array_equal(getattr(one.matrix, part), getattr(other.matrix, part))
        for part in ("indptr", "indices", "data")
    )
