"""A changed problem solved from the optimal plan of one like it, many of them side by side.

What-ifs and scenarios usually differ in demand, capacity or costs and what follows from them, so
the matrix is the same and only bounds, sides and costs change. A problem of another structure is
solved from nothing, and so is one that the structured method takes on, which is the faster way; the
plan is the same either way.
Does not belong here: what problems have in common as data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution, Solution, SolverResult
from sop_pipeline.planning.solver import Solver
from sop_pipeline.planning.solvers import HighsModel, solve_from_neighbour, substitute


@dataclass(frozen=True)
class WarmStart:
    """An optimal plan that problems like its own are solved from; threads may share it.

    Every solve begins at the same vertex, so that neither the order of the problems nor the number
    of threads counts.

    Attributes:
        programme: The programme of the plan's problem, in its shorter form.
        optimum: The plan in that form, with its basis.
        solver: What solves problems of another structure.
    """

    programme: LinearProgram
    optimum: ProgrammeSolution
    solver: Solver

    @classmethod
    def of(cls, model: PlanningModel, optimum: Solution, solver: Solver) -> WarmStart:
        """Start from an optimal plan of a problem.

        Raises:
            PlanNotCertified: HiGHS stopped before it was at the plan's vertex.
        """
        lp = model.programme
        substituted = substitute(lp)
        scaled = scale(substituted.programme)
        highs = HighsModel(scaled.programme)
        highs.start_from(scaled.scaled(substituted.shortened(optimum.of_programme(lp))))
        found = scaled.original(highs.solve())
        if not isinstance(found, ProgrammeSolution):
            msg = f"{found.solver} finds no plan where {optimum.solver} has found one"
            raise PlanNotCertified(msg)
        return cls(substituted.programme, found, solver)

    @property
    def warm_solver(self) -> Solver:
        """The solver that begins here."""
        return replace(self.solver, solve=self.solve)

    def solve(self, model: PlanningModel) -> SolverResult:
        """Solve a changed problem, warm if its matrix is the same and its structure no faster.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        if self.solver.is_structured(model):
            return self.solver.solve(model)
        lp = model.programme
        substituted = substitute(lp)
        if not same_matrix(substituted.programme, self.programme):
            return self.solver.solve(model)
        scaled = scale(substituted.programme, self.programme.sizes)
        start = scaled.scaled(self.optimum)
        outcome = scaled.original(solve_from_neighbour(scaled.programme, start))
        if not isinstance(outcome, ProgrammeSolution):
            return outcome
        return Solution.of(lp, substituted.restore(outcome))


def same_matrix(one: LinearProgram, other: LinearProgram) -> bool:
    """Whether two programmes differ in bounds, sides and costs only."""
    return one.shape == other.shape and all(
        np.array_equal(getattr(one.matrix, part), getattr(other.matrix, part))
        for part in ("indptr", "indices", "data")
    )
