"""A first plan to start the search from, and how a plan is bettered a part at a time.

The fractions of the strengthened relaxation are close to whole, so rounding them at the best of a
few thresholds mostly gives a good plan at once. Where none of them gives any, the decisions of the
first periods are searched while those of later ones may be fractions; they are kept, and the next
are searched: relax and fix. Then single decisions of a plan near its bound are turned; of any other
the decisions of a few periods are searched anew while all others stay: fix and optimise (Pochet and
Wolsey, Production Planning by Mixed Integer Programming, 2006, chapter 3.6).
Does not belong here: any bound on the cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers, inner
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers.whole_numbers import HeldModel, Searched, WholeNumberModel

THRESHOLDS = (0.3, 0.1, 0.5)
"""Fractions above which a decision is taken; which is best depends on how dear set-ups are."""
TOGETHER = 3
"""Periods decided at a time: a quarter of months."""
OVERLAP = 1
"""Periods of the next quarter that are searched with it."""
NODES = 20
"""Nodes of the search of a quarter, the same on every machine."""
GAP = 5e-4
"""Share of the cost at which the search of a quarter may end."""
SAVES = 1e-6
"""Share of the cost that a decision saves at least where it is turned."""
WORTH = 1e-4
"""Share of the cost that a round of turns saves at least where another one follows."""
TURNS = 200
"""Turns tried at most."""
UNDECIDED = 1e-6
"""How far from the relaxation's value a decision is that may be turned."""


@dataclass(frozen=True)
class Start:
    """A plan to start from.

    Attributes:
        values: Its values, (n,); None where a quarter left none for the next.
        by_clock: Whether time ended a search on the way.
    """

    values: Floats | None
    by_clock: bool

    def or_cheaper(self, lp: LinearProgram, found: Searched | Start) -> Start:
        """This plan, or one found where it is cheaper."""
        best, by_clock = self.values, self.by_clock or found.by_clock
        if found.values is not None and (best is None or inner(lp.cost, found.values - best) < 0):
            best = found.values
        return Start(best, by_clock)


Deadline = Callable[[], float]
"""Seconds left, asked for anew before each search."""
Enough = Callable[[Start], bool]
"""Whether a plan is within the gap at which a search may end."""


def first_plan(
    lp: LinearProgram,
    relaxed: ProgrammeSolution,
    periods: Integers,
    left: Deadline,
    is_enough: Enough,
) -> Start:
    """Round the relaxation, else decide quarter by quarter.

    Args:
        lp: The strengthened programme, in natural sizes.
        relaxed: The optimum of its relaxation.
        periods: Period of each whole column, (whole,).
        left: Seconds there are.
        is_enough: Whether a plan found needs no better one.
    """
    rounded = _rounded(lp, relaxed, left, is_enough)
    return rounded if rounded.values is not None else _relax_and_fix(lp, periods, left)


def _rounded(
    lp: LinearProgram, relaxed: ProgrammeSolution, left: Deadline, is_enough: Enough
) -> Start:
    """The cheapest plan whose yes-or-no decisions are those above one of the thresholds.

    Where there are no others what is left is linear, and close to the relaxation's vertex.
    """
    model, best = WholeNumberModel(lp), Start(None, by_clock=False)
    either = lp.whole[lp.upper[lp.whole] <= 1]
    model.hold_whole(either, whole=False)
    model.start_from(relaxed)
    for threshold in THRESHOLDS:
        taken = (relaxed.primal[either] > threshold).astype(np.float64)
        model.set_bounds(either, taken, taken)
        best = best.or_cheaper(lp, model.search(GAP, left(), NODES))
        if is_enough(best):
            break
    return best


def _relax_and_fix(lp: LinearProgram, periods: Integers, left: Deadline) -> Start:
    model, by_clock = WholeNumberModel(lp), False
    model.hold_whole(lp.whole, whole=False)
    quarters = np.unique(periods // TOGETHER)
    values: Floats | None = None
    for done, quarter in enumerate(quarters.tolist()):
        columns = lp.whole[periods // TOGETHER == quarter]
        model.hold_whole(columns, whole=True)
        found = model.search(GAP, left() / (len(quarters) - done), NODES)
        by_clock |= found.by_clock
        values = found.values
        if values is None:
            return Start(None, by_clock)
        decided = values[columns].round()
        model.set_bounds(columns, decided, decided)
    return Start(values, by_clock)


def bettered(lp: LinearProgram, start: Start, periods: Integers, left: Deadline) -> Start:
    """Search each quarter of a plan anew, all other decisions as they are.

    Args:
        lp: The strengthened programme, in natural sizes.
        start: The plan.
        periods: Period of each whole column, (whole,).
        left: Seconds there are.
    """
    if start.values is None:
        return start
    model, best = WholeNumberModel(lp), start.values
    quarters = np.unique(periods // TOGETHER) * TOGETHER
    for done, first in enumerate(quarters.tolist()):
        free = (periods >= first) & (periods < first + TOGETHER + OVERLAP)
        kept = best[lp.whole].round()
        lower, upper = lp.lower[lp.whole], lp.upper[lp.whole]
        model.set_bounds(lp.whole, np.where(free, lower, kept), np.where(free, upper, kept))
        model.begin_at(best)
        start = start.or_cheaper(lp, model.search(GAP, left() / (len(quarters) - done), NODES))
        best = best if start.values is None else start.values
    return start


def can_turn(lp: LinearProgram) -> bool:
    """Whether each whole column is a yes or a no, so that with all held a linear one is left."""
    return bool((lp.upper[lp.whole] <= 1).all())


def turned(
    lp: LinearProgram,
    start: Start,
    relaxed: ProgrammeSolution,
    left: Deadline,
    is_enough: Enough,
) -> Start:
    """Turn one decision of a plan at a time, yes to no or no to yes, where that is cheaper.

    Each turn is a linear programme a few steps of a dual simplex away from the plan's own, which
    ends as soon as it cannot be cheaper. Those that the relaxation agrees with are left alone.

    Args:
        lp: The strengthened programme, in natural sizes, all its decisions yes or no.
        start: The plan.
        relaxed: The optimum of its relaxation.
        left: Seconds there are.
        is_enough: Whether a plan found needs no better one.
    """
    if start.values is None:
        return start
    model, taken = HeldModel(lp), start.values[lp.whole].round()
    best = model.cheaper(taken, np.inf, relaxed.basis)
    saved, turns = np.inf, TURNS
    while best is not None and saved > WORTH * abs(best.objective):
        before, away = best.objective, np.abs(taken - relaxed.primal[lp.whole])
        undecided = np.argsort(-away, kind="stable")[: np.count_nonzero(away > UNDECIDED)][:turns]
        turns -= len(undecided)
        for decision in undecided:
            if not left():
                return replace(start, by_clock=True)
            tried = taken.copy()
            tried[decision] = 1.0 - tried[decision]
            found = model.cheaper(tried, best.objective - SAVES * abs(best.objective), best.basis)
            if found is None:
                continue
            best, taken = found, tried
            start = start.or_cheaper(lp, Start(found.primal, by_clock=False))
            if is_enough(start):
                return start
        saved = before - best.objective
    return start
