"""The committed build in whole units: one for all futures, which must leave each of them a plan.

The reference future's plan comes to whole units as any plan does, its committed builds between the
whole numbers around those of the hedge. Where that leaves another future no plan, the build is
searched for that is whole and best over all futures.
Does not belong here: how a plan comes to whole units (`whole_units`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.allocation import by_cost
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.diagnosis import conflict_sentence
from sop_pipeline.planning.families import BUILD
from sop_pipeline.planning.futures.optimum import HedgeOptimum
from sop_pipeline.planning.futures.together import Weighing, committed_columns, joined
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import BuildBounds
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solved_plan import Rounded, in_whole_and_in_fractions
from sop_pipeline.planning.solver import solver_of_many
from sop_pipeline.planning.solvers import Closeness, HighsModel
from sop_pipeline.planning.whole_units.restatement import cut, raised

CLOSE = 1e-4
"""Share of the hedge's cost by which a whole build may be dearer than the best one."""
WITHIN = 1e-9
"""What values may be outside a limit by while a whole build is searched, in natural sizes."""


def reference_in_whole_units(found: HedgeOptimum) -> Rounded:
    """The reference future's part of a plan in whole units, its build one for all futures.

    Raises:
        NoFeasiblePlan: No plan in whole units satisfies the hard constraints, or no whole build
            leaves every future one; the future is named.
        InputRefused: A total is more than its column holds.
    """
    number, hedge = found.prepared.reference, found.prepared
    model, solution = found.plan.models[number], found.plan.solutions[number]
    if len(hedge.futures) == 1:
        return in_whole_and_in_fractions(model, solution, found.watch)
    rounded = _led_by_reference(found)
    if isinstance(rounded, Rounded):
        return rounded
    with found.watch.step("round", "Searching a whole build for every future"):
        for_all = _whole_for_all(found)
    if for_all is None:
        msg = (
            f"No build of {hedge.inputs.scenario_code} up to {hedge.commit_until} in whole units "
            f"leaves every future a plan, although the one in fractions does. {rounded}"
        )
        raise NoFeasiblePlan(msg)
    return _rounded(found, BuildBounds.of_first(hedge.committed, for_all, for_all))


def _led_by_reference(found: HedgeOptimum) -> Rounded | str:
    """The plan with the whole build nearest to the hedge's that suits the reference future best.

    Returns:
        In words what it conflicts with, where it leaves a future no plan.
    """
    try:
        rounded = _rounded(found, _near(found, reach=0))
    except NoFeasiblePlan as conflict:
        return str(conflict)
    whole = rounded.published.family("build")
    with found.watch.step("round", "Carrying out the whole build in every future"):
        left = _without_plan(found, whole)
    return rounded if left is None else _left_without(found, left, whole)


def _near(found: HedgeOptimum, reach: float) -> BuildBounds:
    """The whole numbers around the committed builds of the hedge, and so many beyond them."""
    build = found.plan.solutions[0].quantities["build"]
    least = np.maximum(0.0, cut(build) - reach)
    return BuildBounds.of_first(found.prepared.committed, least, raised(build) + reach)


def _rounded(found: HedgeOptimum, bounds: BuildBounds) -> Rounded:
    """The reference future in whole units, its builds between bounds."""
    number = found.prepared.reference
    model, solution = found.plan.models[number], found.plan.solutions[number]
    bounded = PlanningModel(replace(model.problem, build_bounds=bounds))
    proven = certify_plan(bounded.asked, solution).proof.proven
    return in_whole_and_in_fractions(bounded, replace(solution, bound=proven), found.watch)


def _without_plan(found: HedgeOptimum, build: Floats) -> int | None:
    """Number of a future that a committed build leaves no plan; None where each has one."""
    solver = solver_of_many(found.policy.solver, found.plan.models[0].problem)
    every = range(len(found.prepared.futures))
    others = (number for number in every if number != found.prepared.reference)
    carried_out = ((number, _carried_out(found, number, build)) for number in others)
    return next(
        (number for number, model in carried_out if isinstance(solver.solve(model), Infeasible)),
        None,
    )


def _carried_out(found: HedgeOptimum, number: int, build: Floats) -> PlanningModel:
    """A future with its committed builds held."""
    held = BuildBounds.of_first(found.prepared.committed, build, build)
    return PlanningModel(_bounded(found.plan.models[number].problem, held))


def _bounded(problem: Problem, bounds: BuildBounds) -> Problem:
    """A future with bounds of its builds; a fraction of a unit breaks no priority."""
    classes = None if problem.classes is None else by_cost(problem.classes)
    return replace(problem, build_bounds=bounds, classes=classes)


def _whole_for_all(found: HedgeOptimum) -> Floats | None:
    """The committed build in whole units that is best over all futures, (R, T); None for none.

    Raises:
        PlanNotCertified: The solver stopped before it could tell.
    """
    found_within = (_whole_within(found, _near(found, reach)) for reach in (1.0, np.inf))
    return next((build for build in found_within if build is not None), None)


def _whole_within(found: HedgeOptimum, bounds: BuildBounds) -> Floats | None:
    hedge = found.prepared
    lps = [PlanningModel(_bounded(one.problem, bounds)).programme for one in found.plan.models]
    joint = joined(lps, Weighing(hedge.probabilities), hedge.committed)
    columns = committed_columns(lps[0], hedge.committed, (BUILD,))
    scaled = scale(replace(joint.programme, whole=columns))
    searched = HighsModel(scaled.programme).solve_in_whole_numbers(
        columns, Closeness(CLOSE), WITHIN
    )
    return None if searched is None else lps[0].values(BUILD.name, searched[0].round())


def _left_without(found: HedgeOptimum, number: int, build: Floats) -> str:
    """What a whole build conflicts with in a future that it leaves no plan."""
    hedge, future = found.prepared, found.prepared.futures[number]
    conflict = conflict_sentence(_carried_out(found, number, build).programme, future.naming)
    return (
        f"That of {hedge.futures[hedge.reference].code} leaves {future.code} none. {conflict} Make "
        "one of these constraints soft in the policy, or ease it by one unit"
    )
