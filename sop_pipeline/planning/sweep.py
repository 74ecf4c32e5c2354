"""Many scenarios over the same structure, each solved from the first one's optimum.

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
from sop_pipeline.planning.scaling import Scaled, scale
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel, solve_from_neighbour, substitute


class WarmSolver:
    """Solves programmes in memory, restarted from the first one's optimum; threads may share it.

    Every restart begins at the same vertex, so that neither the order of the programmes nor the
    number of threads counts.
    """

    def __init__(self) -> None:
        """Start with nothing to restart from."""
        self._first: tuple[LinearProgram, ProgrammeSolution] | None = None
        self._finding_first = threading.Lock()

    def solve(self, lp: LinearProgram) -> ProgrammeResult:
        """Solve a programme, warm if its matrix is that of the first.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        substituted = substitute(lp)
        outcome = self._solve(substituted.programme)
        return substituted.restore(outcome) if isinstance(outcome, ProgrammeSolution) else outcome

    def _solve(self, lp: LinearProgram) -> ProgrammeResult:
        with self._finding_first:
            if self._first is None:
                return self._solve_first(lp)
        base, optimum = self._first
        if not same_matrix(lp, base):
            return _solve_cold(scale(lp))
        scaled = scale(lp, base.sizes)
        return scaled.original(solve_from_neighbour(scaled.programme, scaled.scaled(optimum)))

    def _solve_first(self, lp: LinearProgram) -> ProgrammeResult:
        outcome = _solve_cold(scale(lp))
        if isinstance(outcome, ProgrammeSolution):
            self._first = lp, outcome
        return outcome


def _solve_cold(scaled: Scaled) -> ProgrammeResult:
    return scaled.original(HighsModel(scaled.programme).solve())


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
