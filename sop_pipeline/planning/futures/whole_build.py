"""The committed build in whole units: one for all futures, which must leave each of them a plan.

The reference future's plan comes to whole units as any plan does, its committed builds between the
whole numbers around those of the hedge.
Does not belong here: how a plan comes to whole units (`whole_units`).
"""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.allocation import by_cost
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.diagnosis import conflict_sentence
from sop_pipeline.planning.futures.optimum import HedgeOptimum
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import BuildBounds, Floats, Problem
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solved_plan import Rounded, in_whole_and_in_fractions
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.whole_units.restatement import cut, raised


def reference_in_whole_units(found: HedgeOptimum) -> Rounded:
    """The reference future's part of a plan in whole units, its build one for all futures.

    Raises:
        NoFeasiblePlan: No plan in whole units satisfies the hard constraints, or the whole build
            leaves a future none; the future is named.
        InputRefused: A total is more than its column holds.
    """
    number, hedge = found.prepared.reference, found.prepared
    model, solution = found.plan.models[number], found.plan.solutions[number]
    if len(hedge.futures) == 1:
        return in_whole_and_in_fractions(model, solution, found.watch)
    build = solution.quantities["build"]
    near = BuildBounds.of_first(hedge.committed, cut(build), raised(build))
    bounded = PlanningModel(replace(model.problem, build_bounds=near))
    rounded = in_whole_and_in_fractions(bounded, _bounding(bounded, solution), found.watch)
    with found.watch.step("round", "Carrying out the whole build in every future"):
        _require_every_future(found, rounded.published.family("build"))
    return rounded


def _bounding(model: PlanningModel, solution: Solution) -> Solution:
    """A plan with the cost that its prices prove no plan of a problem to be below."""
    return replace(solution, bound=certify_plan(model.asked, solution).proof.proven)


def _require_every_future(found: HedgeOptimum, build: Floats) -> None:
    """Refuse a committed build that leaves a future without a plan.

    Raises:
        NoFeasiblePlan: It does; the future and its conflict are named.
    """
    hedge, solver = found.prepared, solver_of(found.policy.solver)
    held = BuildBounds.of_first(hedge.committed, build, build)
    for number, future in enumerate(hedge.futures):
        if number == hedge.reference:
            continue
        model = PlanningModel(_carried_out(found.plan.models[number].problem, held))
        if isinstance(solver.solve(model), Infeasible):
            code, until = hedge.inputs.scenario_code, hedge.commit_until
            msg = (
                f"The build of {code} up to {until} in whole units leaves future {future.code} no "
                f"plan, although the one in fractions does. "
                f"{conflict_sentence(model.programme, future.naming)} Make that constraint soft "
                "in the policy, or ease it by one unit"
            )
            raise NoFeasiblePlan(msg)


def _carried_out(problem: Problem, held: BuildBounds) -> Problem:
    """A future with its committed builds held; a fraction of a unit breaks no priority."""
    classes = None if problem.classes is None else by_cost(problem.classes)
    return replace(problem, build_bounds=held, classes=classes)
