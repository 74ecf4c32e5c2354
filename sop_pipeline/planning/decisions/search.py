"""The search for whole decisions: relaxed, started, searched; then a plan's decisions are taken.

What is left with the decisions as planned is a linear programme, which is solved, settled and
certified like any other.
Belongs here: the order of the stages and their time. Does not belong here: any one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers, inner
from sop_pipeline.planning.decisions.bounds import Bounds, proven_bound
from sop_pipeline.planning.decisions.start import Start, bettered, first_plan
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import DecisionsTaken
from sop_pipeline.planning.scaling import Scaled, scale
from sop_pipeline.planning.solution import Infeasible, ProgrammeSolution
from sop_pipeline.planning.solvers.highs import stopped_early
from sop_pipeline.planning.solvers.limit import seconds_left, solving_within
from sop_pipeline.planning.solvers.whole_numbers import (
    Searched,
    Standing,
    WholeNumberModel,
    relaxation,
)

IN_MEMORY = ("auto", "highs")
STARTED_ABOVE = 5_000
"""Columns beyond which a first plan pays.

At 2,500 (24 products, 15 months) the search closes its gap in half the time without one."""
NEAR = 2e-3
"""Share of the cost within which a first plan is left to the search, whose root betters it sooner:
108 shifts of 60 products take 17 s instead of 39, and 240 of 500 products 33 instead of 63."""
AT_ROOT = 1
"""Nodes of a search that is to bring a bound to a known plan."""
SHARE_OF_START = 0.5
"""Share of the time left that a first plan may take: the rest is for what the search finds."""
SHARE_OF_SEARCH = 0.8
"""Share of the time for the whole plan that the search may take: the rest is to be solved too."""

Progress = Callable[[str], None]


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
    scaled = scale(lp)
    highs = relaxation(scaled.programme)
    relaxed = highs.solve()
    if isinstance(relaxed, Infeasible):
        return relaxed
    proven = proven_bound(lp, scaled.original(relaxed))
    values = None if known is None else known / scaled.sizes.columns
    if policy.solver in IN_MEMORY:
        gap = policy.optimality_gap
        sought = _Sought(scaled, relaxed, proven, periods, gap, progress, values)
        found = _in_memory(sought)
    else:
        found = _by_pulp(scaled, policy)
        cheaper = Start(values, found.by_clock).or_cheaper(scaled.programme, found)
        found = replace(found, values=cheaper.values)
    if found.is_infeasible:
        return Infeasible(highs.name)
    if found.values is None:
        raise stopped_early(highs.name, "no plan with whole decisions was found in the time")
    bounds = Bounds(
        proven=proven,
        claimed=max(proven, found.bound * scaled.sizes.money),
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


@dataclass(frozen=True)
class _Sought:
    """A programme to be searched, and what is known of it before.

    Attributes:
        scaled: The strengthened programme, in natural sizes.
        relaxed: The optimum of its relaxation.
        proven: A cost that no plan is below, in currency.
        periods: Period of each whole column, (whole,).
        gap: Gap at which the search may end.
        progress: Told where it stands.
        known: Values known to satisfy it, in natural sizes, (n,); None where none are.
    """

    scaled: Scaled
    relaxed: ProgrammeSolution
    proven: float
    periods: Integers
    gap: float
    progress: Progress
    known: Floats | None

    def cost(self, start: Start | Searched) -> float:
        """Cost of a plan to start from, infinite without one, in currency."""
        if start.values is None:
            return np.inf
        return inner(self.scaled.programme.cost, start.values) * self.scaled.sizes.money

    def is_enough(self, start: Start) -> bool:
        """Whether a plan to start from is within the gap already."""
        return self.is_within(self.cost(start), self.proven)

    def is_near(self, start: Start) -> bool:
        """Whether it is, or so near that the search itself betters it sooner than quarters do."""
        return _is_within(max(self.gap, NEAR), self.cost(start), self.proven)

    def is_within(self, cost: float, bound: float) -> bool:
        """Whether a cost is within the gap of a bound, both in currency."""
        return _is_within(self.gap, cost, bound)


def _is_within(share: float, cost: float, bound: float) -> bool:
    return cost - bound <= share * max(1.0, abs(cost)) < np.inf


def _in_memory(sought: _Sought) -> Searched:
    programme, money = sought.scaled.programme, sought.scaled.sizes.money
    start = Start(sought.known, by_clock=False)
    if sought.known is not None and not sought.is_enough(start):
        # Mostly it is the bound that is missing, which the root of a search finds.
        found = _from(sought, start, AT_ROOT)
        if sought.is_within(sought.cost(found), found.bound * money):
            return found
        start = start.or_cheaper(programme, found)
    if programme.shape[1] > STARTED_ABOVE and not sought.is_enough(start):
        start = _started(sought, start)
    if sought.is_enough(start):
        bound = sought.proven / money
        return Searched(start.values, bound, is_infeasible=False, by_clock=start.by_clock)
    return _from(sought, start)


def _from(sought: _Sought, start: Start, nodes: int | None = None) -> Searched:
    """Search from a plan, or from nothing, until the gap, a number of nodes or time ends it."""
    model, money = WholeNumberModel(sought.scaled.programme), sought.scaled.sizes.money
    if start.values is not None:
        model.begin_at(start.values)

    def follow(standing: Standing) -> None:
        bound = max(sought.proven, standing.bound * money)
        _tell(sought.progress, standing.cost * money, bound)

    found = model.search(sought.gap, _seconds(), nodes, follow)
    values = start.values if found.values is None else found.values
    return replace(found, values=values, by_clock=found.by_clock or start.by_clock)


def _started(sought: _Sought, known: Start) -> Start:
    """A first plan, bettered a quarter at a time, within its share of the time."""
    programme, kept = sought.scaled.programme, (1 - SHARE_OF_START) * _seconds()

    def left() -> float:
        return max(0.0, _seconds() - kept)

    sought.progress("Looking for a first plan with whole decisions")
    start = first_plan(programme, sought.relaxed, sought.periods, left, sought.is_enough)
    start = start.or_cheaper(programme, known)
    _tell(sought.progress, sought.cost(start), sought.proven)
    if sought.is_near(start):
        return start
    start = bettered(programme, start, sought.periods, left)
    _tell(sought.progress, sought.cost(start), sought.proven)
    return start


def _tell(progress: Progress, cost: float, bound: float) -> None:
    if np.isfinite(cost):
        gap = (cost - bound) / max(1.0, abs(cost))
        progress(f"Searching: plan {cost:,.0f}, bound {bound:,.0f}, gap {gap:.2%}")
    else:
        progress(f"Searching: no plan yet, bound {bound:,.0f}")


def _by_pulp(scaled: Scaled, policy: Policy) -> Searched:
    # PuLP takes half a second to import, so only where it is used.
    from sop_pipeline.planning.solvers.pulp_rendering import search_with_pulp  # noqa: PLC0415

    name = policy.solver.removeprefix("pulp:")
    return search_with_pulp(scaled.programme, name, policy.optimality_gap, _seconds())


def whole_periods(problem: Problem, lp: LinearProgram) -> Integers:
    """Period of each whole column: the last axis of every family that is decided."""
    every = np.arange(len(problem.periods))
    decided = [lp.variables[name] for name, family in VARIABLES.items() if family.is_decided]
    shapes = [block.indices.shape for block in decided if block.size]
    return np.concatenate([np.broadcast_to(every, shape).ravel() for shape in shapes])


def _seconds() -> float:
    left = seconds_left()
    return np.inf if left is None else left


def _silent(_: str) -> None:
    """Tell nobody."""
