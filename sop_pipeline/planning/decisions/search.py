"""The search for whole decisions: relaxed, started, searched; then a plan's decisions are taken.

What is left with the decisions as planned is a linear programme, which is solved, settled and
certified like any other.
Belongs here: the order of the stages and their time. Does not belong here: any one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.decisions.bounds import Bounds, proven_bound
from sop_pipeline.planning.decisions.in_memory import Progress, Sought, in_memory, seconds
from sop_pipeline.planning.decisions.start import Start
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import DecisionsTaken
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solvers.highs import stopped_early
from sop_pipeline.planning.solvers.limit import seconds_left, solving_within
from sop_pipeline.planning.solvers.substitution import substitute
from sop_pipeline.planning.solvers.whole_numbers import Searched, relaxation

IN_MEMORY = ("auto", "highs")
SHARE_OF_SEARCH = 0.8
"""Share of the time for the whole plan that the search may take: the rest is to be solved too."""


@dataclass(frozen=True)
class Decided:
    """A problem whose whole decisions are taken.

    Attributes:
        model: The problem with its decisions as planned.
        bounds: What any plan must cost; None where nothing was to be decided.
    """

    model: PlanningModel
    bounds: Bounds | None


@dataclass(frozen=True)
class Taken:
    """Values of a programme whose whole numbers are searched for.

    Attributes:
        values: Value of each column, (n,).
        bounds: What any values must cost.
    """

    values: Floats
    bounds: Bounds


def is_open(problem: Problem) -> bool:
    """Whether a problem has whole decisions that are still to be taken."""
    return problem.decisions is not None and problem.decisions.taken is None


def take_decisions(
    model: PlanningModel,
    policy: Policy,
    progress: Progress | None = None,
    known: Quantities | None = None,
) -> Decided | Infeasible:
    """Take the whole decisions of a problem as the best plan found does.

    Args:
        model: The problem.
        policy: Its solver, its gaps, and the seconds of the search.
        progress: Called with a sentence from time to time.
        known: A plan of the problem; the one found is none that is dearer.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: No plan was found in the time.
    """
    if not is_open(model.problem):
        return Decided(model, None)
    lp = strengthened(model.problem, model.programme)
    values = None if known is None else lp.of_columns(known)
    found = search(lp, whole_periods(model.problem, lp), policy, progress, values)
    if isinstance(found, Infeasible):
        return found
    decided = PlanningModel(as_planned(model.problem, lp, found.values))
    return Decided(decided, found.bounds)


def search(
    lp: LinearProgram,
    periods: Integers,
    policy: Policy,
    progress: Progress | None = None,
    known: Floats | None = None,
) -> Taken | Infeasible:
    """Search for the best values of a programme with whole numbers, within the policy's time.

    Args:
        lp: The programme, strengthened.
        periods: Period of each of its whole columns.
        policy: Its solver, its gaps, and the seconds of the search.
        progress: Called with a sentence from time to time.
        known: Values known to satisfy it, (n,); None where none are.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: No values were found in the time.
    """
    left = seconds_left()
    limit = np.inf if left is None else SHARE_OF_SEARCH * left
    with solving_within(min(policy.solve_seconds, limit)):
        return _searched(lp, periods, policy, progress or _silent, known)


def _searched(
    lp: LinearProgram,
    periods: Integers,
    policy: Policy,
    progress: Progress,
    known: Floats | None,
) -> Taken | Infeasible:
    shorter = substitute(lp)
    scaled = scale(shorter.programme)
    highs = relaxation(scaled.programme)
    relaxed = highs.solve()
    if isinstance(relaxed, Infeasible):
        return relaxed
    vertexless = replace(relaxed, basis=None)
    proven = proven_bound(lp, shorter.restore(scaled.original(vertexless)))
    if policy.solver in IN_MEMORY:
        values = None if known is None else shorter.shortened_values(known) / scaled.sizes.columns
        gap = policy.optimality_gap
        sought = Sought(shorter, scaled, relaxed, proven, periods, gap, progress, values)
        found = sought.original(in_memory(sought))
    else:
        found = _by_pulp(lp, policy, known)
    if found.is_infeasible:
        return Infeasible(highs.name)
    if found.values is None:
        raise stopped_early(highs.name, "no plan with whole decisions was found in the time")
    bounds = Bounds(
        proven=proven,
        claimed=max(proven, found.bound),
        by_clock=found.by_clock,
        within=policy.optimality_gap,
        acceptable=policy.acceptable_gap,
    )
    return Taken(found.values, bounds)


def as_planned(problem: Problem, lp: LinearProgram, values: Floats) -> Problem:
    """The problem with its whole decisions as some values of its programme take them."""
    decisions = problem.decisions
    if decisions is None:
        return problem
    whole = lp.quantities(values)
    taken = DecisionsTaken(*(whole[name].round() for name in ("activation", "setup", "lots")))
    return replace(problem, decisions=replace(decisions, taken=taken))


def _by_pulp(lp: LinearProgram, policy: Policy, known: Floats | None) -> Searched:
    # PuLP takes half a second to import, so only where it is used.
    from sop_pipeline.planning.solvers.pulp_rendering import search_with_pulp  # noqa: PLC0415

    name = policy.solver.removeprefix("pulp:")
    scaled = scale(lp)
    found = search_with_pulp(scaled.programme, name, policy.optimality_gap, seconds())
    values = None if found.values is None else found.values * scaled.sizes.columns
    found = replace(found, values=values, bound=found.bound * scaled.sizes.money)
    return replace(found, values=Start(known, found.by_clock).or_cheaper(lp, found).values)


def whole_periods(problem: Problem, lp: LinearProgram) -> Integers:
    """Period of each whole column: the last axis of every family that is decided."""
    every = np.arange(len(problem.periods))
    decided = [lp.variables[name] for name, family in VARIABLES.items() if family.is_decided]
    shapes = [block.indices.shape for block in decided if block.size]
    return np.concatenate([np.broadcast_to(every, shape).ravel() for shape in shapes])


def _silent(_: str) -> None:
    """Tell nobody."""
