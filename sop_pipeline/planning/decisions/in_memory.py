"""The search of a programme with whole numbers in HiGHS: what it starts from, and how it goes on.

Belongs here: when a first plan pays, how it is bettered, and what share of the time either takes.
Does not belong here: how a first plan is found (`start`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.decisions.start import Start, bettered, can_turn, first_plan, turned
from sop_pipeline.planning.scaling import Scaled
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers.limit import seconds_left
from sop_pipeline.planning.solvers.substitution import Substituted
from sop_pipeline.planning.solvers.whole_numbers import Searched, Standing, WholeNumberModel

STARTED_ABOVE = 5_000
"""Columns beyond which a first plan pays.

At 2,500 (24 products, 15 months) the search closes its gap in half the time without one."""
NEAR = 2e-3
"""Share of the cost within which a first plan is bettered a decision at a time, not by quarters:
240 shifts of 500 products take a fifth of the time, 108 of 60 products a second."""
AT_ROOT = 1
"""Nodes of a search that is to bring a bound to a known plan."""
SHARE_OF_START = 0.5
"""Share of the time left that a first plan may take: the rest is for what the search finds."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sought:
    """A programme to be searched, and what is known of it before.

    Attributes:
        shorter: The strengthened programme, and its shorter form.
        scaled: The shorter form in natural sizes.
        relaxed: The optimum of its relaxation.
        proven: A cost that no plan is below, in currency.
        periods: Period of each whole column, (whole,).
        gap: Gap at which the search may end.
        progress: Told where it stands.
        known: Values known to satisfy it, in natural sizes, (n,); None where none are.
    """

    shorter: Substituted
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
        return self.scaled.programme.cost_of(start.values) * self.scaled.sizes.money

    def original(self, found: Searched) -> Searched:
        """What a search found in the terms of the strengthened programme, and in currency."""
        values = found.values
        if values is not None:
            values = self.shorter.restored(values * self.scaled.sizes.columns)
        return replace(found, values=values, bound=found.bound * self.scaled.sizes.money)

    def is_enough(self, start: Start) -> bool:
        """Whether a plan to start from is within the gap already."""
        return self.is_within(self.cost(start), self.proven)

    def is_near(self, start: Start) -> bool:
        """Whether it is, or so near that quarters are not worth their time."""
        return _is_within(max(self.gap, NEAR), self.cost(start), self.proven)

    def is_within(self, cost: float, bound: float) -> bool:
        """Whether a cost is within the gap of a bound, both in currency."""
        return _is_within(self.gap, cost, bound)


def _is_within(share: float, cost: float, bound: float) -> bool:
    return cost - bound <= share * max(1.0, abs(cost)) < np.inf


def in_memory(sought: Sought) -> Searched:
    """The best plan found of a programme, in its natural sizes.

    Raises:
        PlanNotCertified: The solver failed.
    """
    programme, money = sought.scaled.programme, sought.scaled.sizes.money
    start = Start(sought.known, by_clock=False)
    if sought.known is not None and not sought.is_enough(start):
        # Mostly it is the bound that is missing, which the root of a search finds.
        found = _from(sought, start, AT_ROOT)
        if sought.is_within(sought.cost(found), found.bound * money):
            return found
        start = start.or_cheaper(programme, found)
    is_turned = False
    if programme.shape[1] > STARTED_ABOVE and not sought.is_enough(start):
        start, is_turned = _started(sought, start)
    if sought.is_enough(start):
        bound = sought.proven / money
        return Searched(start.values, bound, is_infeasible=False, by_clock=start.by_clock)
    return _from(sought, start, is_turned=is_turned)


def _from(
    sought: Sought, start: Start, nodes: int | None = None, *, is_turned: bool = False
) -> Searched:
    """Search from a plan, or from nothing, until the gap, a number of nodes or time ends it."""
    model, money = WholeNumberModel(sought.scaled.programme), sought.scaled.sizes.money
    if is_turned:
        model.branch_only()
    if start.values is not None:
        model.begin_at(start.values)

    def follow(standing: Standing) -> None:
        bound = max(sought.proven, standing.bound * money)
        _tell(sought.progress, standing.cost * money, bound)

    found = model.search(sought.gap, seconds(), nodes, follow)
    if found.is_infeasible:
        model.look_closer()
        found = model.search(sought.gap, seconds(), nodes, follow)
    values = start.values if found.values is None else found.values
    return replace(found, values=values, by_clock=found.by_clock or start.by_clock)


def _started(sought: Sought, known: Start) -> tuple[Start, bool]:
    """A first plan, bettered within its share of the time, and whether that was by turns."""
    programme, kept = sought.scaled.programme, (1 - SHARE_OF_START) * seconds()

    def left() -> float:
        return max(0.0, seconds() - kept)

    sought.progress("Looking for a first plan with whole decisions")
    start = first_plan(programme, sought.relaxed, sought.periods, left, sought.is_enough)
    start = start.or_cheaper(programme, known)
    _tell(sought.progress, sought.cost(start), sought.proven)
    is_near = sought.is_near(start)
    if sought.is_enough(start) or (is_near and not can_turn(programme)):
        return start, False
    if is_near:
        start = turned(programme, start, sought.relaxed, left, sought.is_enough)
    else:
        start = bettered(programme, start, sought.periods, left)
    _tell(sought.progress, sought.cost(start), sought.proven)
    return start, is_near


def _tell(progress: Progress, cost: float, bound: float) -> None:
    if np.isfinite(cost):
        gap = (cost - bound) / max(1.0, abs(cost))
        progress(f"Searching: plan {cost:,.0f}, bound {bound:,.0f}, gap {gap:.2%}")
    else:
        progress(f"Searching: no plan yet, bound {bound:,.0f}")


def seconds() -> float:
    """Seconds left of the search, infinite where nothing limits it."""
    left = seconds_left()
    return np.inf if left is None else left
