"""Ways to solve a problem: functions from a problem to a plan with its prices, and what else.

A solver that works on the matrix goes through `matrix_solver`, which builds the programme once and
can break ties and price resources with it. One that never builds it brings what it can.
Does not belong here: the solvers themselves (`solvers/`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sop_pipeline.planning import shadow_prices, ties
from sop_pipeline.planning.invisible import refuse_invisible
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.shadow_prices import PricedResources
from sop_pipeline.planning.solution import (
    ProgrammeResult,
    ProgrammeSolution,
    Solution,
    SolverResult,
)
from sop_pipeline.planning.solvers import solve


class PriceResources(Protocol):
    """Prices what is scarce in an optimal plan; see `shadow_prices.shadow_prices`."""

    def __call__(
        self,
        model: PlanningModel,
        optimum: Solution,
        scope: PricedResources,
        progress: Callable[[str], None] | None,
    ) -> list[dict[str, Any]]:
        """One entry per resource."""
        ...


@dataclass(frozen=True)
class Solver:
    """A way to solve problems.

    Attributes:
        solve: From a problem to its optimal plan, as the solver claims.
        refuse: Refuses a problem of which the solver would not see every figure; None where it
            sees all.
        break_ties: From an optimal plan to the one of the same cost that the preferences choose;
            None where `solve` already returns that.
        price_resources: Prices what is scarce; None where the solver cannot.
    """

    solve: Callable[[PlanningModel], SolverResult]
    refuse: Callable[[PlanningModel], None] | None = None
    break_ties: Callable[[PlanningModel, Solution], Solution] | None = None
    price_resources: PriceResources | None = None


def solver_of(name: str) -> Solver:
    """The solver a policy names: auto, highs or pulp:NAME."""
    return matrix_solver(lambda lp: solve(lp, name))


def matrix_solver(solve_programme: Callable[[LinearProgram], ProgrammeResult]) -> Solver:
    """A solver of problems made of one of linear programmes."""

    def solve_problem(model: PlanningModel) -> SolverResult:
        found = solve_programme(model.programme)
        is_solved = isinstance(found, ProgrammeSolution)
        return Solution.of(model.programme, found) if is_solved else found

    return Solver(solve_problem, _refuse, _break_ties, _price_resources)


def _refuse(model: PlanningModel) -> None:
    refuse_invisible(model.programme)


def _break_ties(model: PlanningModel, found: Solution) -> Solution:
    lp = model.programme
    return Solution.of(lp, ties.break_ties(model.problem, lp, found.of_programme(lp)))


def _price_resources(
    model: PlanningModel,
    optimum: Solution,
    scope: PricedResources,
    progress: Callable[[str], None] | None,
) -> list[dict[str, Any]]:
    lp = model.programme
    found = optimum.of_programme(lp)
    return shadow_prices.shadow_prices(model.problem, lp, found, scope, progress)
