"""Ways to solve a problem: functions from a problem to a plan with its prices, and what else.

A solver that works on the matrix goes through `matrix_solver`, which builds the programme once and
can break ties and price resources with it. One that never builds it brings what it can.
Does not belong here: the solvers themselves (`solvers/`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning import shadow_prices, strict_face, ties
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.invisible import refuse_invisible
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.shadow_prices import PricedResources
from sop_pipeline.planning.solution import (
    ProgrammeResult,
    ProgrammeSolution,
    Solution,
    SolverResult,
)
from sop_pipeline.planning.solvers import solve, structured

STRUCTURED_COLUMNS = 60_000
"""From this many variables on the structured method is faster than a simplex; below it HiGHS takes
a second at most."""


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
        is_structured: Whether it solves a problem by its structure: from nothing that takes less
            time than a simplex does from the plan of a problem like it.
    """

    solve: Callable[[PlanningModel], SolverResult]
    refuse: Callable[[PlanningModel], None] | None = None
    break_ties: Callable[[PlanningModel, Solution], Solution] | None = None
    price_resources: PriceResources | None = None
    is_structured: Callable[[PlanningModel], bool] = lambda _: False


def solver_of(name: str) -> Solver:
    """The solver a policy names: auto, highs or pulp:NAME."""
    by_matrix = matrix_solver(lambda lp: solve(lp, name))
    if name != "auto":
        return by_matrix
    solve_by_size = partial(_by_size, by_matrix=by_matrix)
    return replace(by_matrix, solve=solve_by_size, is_structured=_is_structured)


def solver_of_many(name: str, problem: Problem) -> Solver:
    """The same where many problems like one are solved, one after the other.

    With auto a small one goes to HiGHS as arrays: stating each by its names takes longer than
    solving it.
    """
    is_small = programme_shape(problem)[1] < STRUCTURED_COLUMNS
    return solver_of("highs" if name == "auto" and is_small else name)


def _by_size(model: PlanningModel, by_matrix: Solver) -> SolverResult:
    """A small plan by its matrix, a large one by the structured method where that proves it."""
    if not _is_large(model):
        return by_matrix.solve(model)
    found = _structured(model)
    if isinstance(found, Solution):
        return found
    other = by_matrix.solve(model)
    _, columns = programme_shape(model.problem)
    note = f"{other.solver} solves these {columns:,} variables, which takes long: {found}"
    return replace(other, notes=(*other.notes, note)) if isinstance(other, Solution) else other


def _structured(model: PlanningModel) -> Solution | str:
    """The plan of the structured method, proven; else why there is none, in words."""
    reason = _inseparable(model)
    if reason is not None:
        return reason
    # What needs numba is imported where it is installed.
    from sop_pipeline.planning.solvers.structured.solve import NotSolved, solve  # noqa: PLC0415

    try:
        inside = solve(model)
        if certify_plan(model.asked, inside).holds:
            return inside
        lp = model.programme
        vertex = strict_face.vertex(lp, inside.of_programme(lp))
    except (NotSolved, PlanNotCertified) as failure:
        return str(failure)
    found = replace(inside, quantities=lp.quantities(vertex.primal), basis=vertex.basis)
    if certify_plan(model.asked, found).holds:
        return found
    finished = strict_face.optimum(lp, vertex)
    if not isinstance(finished, ProgrammeSolution):
        return "the plan of the structured method was not proven optimal"
    note = f"{finished.solver} finished the plan of the structured method, which it did not prove"
    return replace(Solution.of(lp, finished), notes=(note,))


def _is_large(model: PlanningModel) -> bool:
    return programme_shape(model.problem)[1] >= STRUCTURED_COLUMNS


def _inseparable(model: PlanningModel) -> str | None:
    """Why the structured method does not take a problem on; None where it does."""
    if not structured.is_installed():
        return f"the structured method needs numba, which {structured.EXTRA} installs"
    return structured.separable(model.problem)


def _is_structured(model: PlanningModel) -> bool:
    return _is_large(model) and _inseparable(model) is None


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
    problem, lp, middle = model.problem, model.programme, found.middle
    at = found.of_programme(lp)
    if middle is None:
        chosen = ties.break_ties(problem, lp, at)
    else:
        chosen = strict_face.break_ties(problem, lp, at, middle)
    return replace(Solution.of(lp, chosen), notes=found.notes)


def _price_resources(
    model: PlanningModel,
    optimum: Solution,
    scope: PricedResources,
    progress: Callable[[str], None] | None,
) -> list[dict[str, Any]]:
    lp = model.programme
    found = optimum.of_programme(lp)
    return shadow_prices.shadow_prices(model.problem, lp, found, scope, progress)
