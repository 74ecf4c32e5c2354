"""Shortages in whole units shared among demand classes, as the plan in fractions shares them.

What a place loses and owes follows from its goods. Each class bears what it bears in the plan in
fractions; a unit more is lost where that costs least, a unit less is spared where it costs most,
after the priorities where they come first.
Does not belong here: how much is lost or late in all (`completion`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.activities import Coefficients, priority_kept
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import (
    Apart,
    apart_of,
    at_sites,
    excess_costs,
    held_priorities,
    most_lost,
    surcharges,
)
from sop_pipeline.planning.problem import Problem, Quantities

DECIMALS = 8
"""Decimals of demand that shortages keep."""


def by_class(
    problem: Problem, planned: Quantities, lost: Floats, late: Floats
) -> dict[str, Floats]:
    """What each place planned by class loses and is owed, by variable family, and its priorities.

    Args:
        problem: The problem.
        planned: The plan in fractions.
        lost: Units lost, (P, S, T).
        late: Units owed, (P, S, T).
    """
    parts = _by_class(problem, planned, lost, late)
    nothing_more = {"priority_excess": np.zeros(len(held_priorities(problem)))}
    unserved = priority_kept(problem, {**parts, **nothing_more}, Coefficients.of(problem))
    excess = np.maximum(0.0, unserved - held_priorities(problem))
    return {**parts, "priority_excess": np.where(excess_costs(problem) > 0, excess, 0.0)}


def _by_class(
    problem: Problem, planned: Quantities, lost: Floats, late: Floats
) -> dict[str, Floats]:
    apart, sites = apart_of(problem), at_sites(problem)
    shares, owed_to = np.zeros(planned["lost_by_class"].shape), np.zeros(apart.demand.shape)
    if not apart.site.size:
        return {"lost_by_class": shares, "late_by_class": owed_to}
    slices, before = shares.shape[1], np.zeros(len(apart.site))
    price = apart.lost_sale_cost[:, None, :] * (1.0 + surcharges(problem))
    of_shares = np.repeat(apart.site, slices)
    most = most_lost(problem)
    for t in range(shares.shape[2]):
        owed = apart.demand[:, t] + before
        room = _room(most[..., t], owed)
        shares[..., t] = _shared(
            np.minimum(planned["lost_by_class"][..., t].round(DECIMALS), room).ravel(),
            room.ravel(),
            lost[..., t][sites],
            of_shares,
            _dearest_last(problem, apart, price[..., t], t),
        ).reshape(room.shape)
        left = np.maximum(0.0, owed - shares[..., t].sum(axis=1))
        owed_to[:, t] = _shared(
            np.minimum(planned["late_by_class"][:, t].round(DECIMALS), left),
            left,
            late[..., t][sites],
            apart.site,
            _dearest_last(problem, apart, apart.backorder_cost[:, t, None], t),
        )
        before = owed_to[:, t]
    return {"lost_by_class": shares, "late_by_class": owed_to}


def _room(most: Floats, owed: Floats) -> Floats:
    """What each slice holds, (M, slices); one without an end takes what the others leave."""
    finite = np.where(np.isfinite(most), most, 0.0)
    rest = np.maximum(0.0, owed - finite.sum(axis=1))
    return np.where(np.isfinite(most), most, rest[:, None])


def _dearest_last(problem: Problem, apart: Apart, price: Floats, t: int) -> Integers:
    """Shares by product and warehouse, in the order in which they are lost, (M slices,)."""
    size = price.shape[1]
    first = problem.classes is not None and problem.classes.by_priority
    rank = apart.rank[:, t] if first else np.zeros_like(apart.site)
    number = np.arange(price.size)
    return np.lexsort((-number, price.ravel(), -np.repeat(rank, size), np.repeat(apart.site, size)))


def _shared(
    planned: Floats, room: Floats, total: Floats, group: Integers, order: Integers
) -> Floats:
    """Planned amounts that add up to each group's total: more in their order, less backwards."""
    change = total - np.bincount(group, planned, len(total))
    more = _filled(room - planned, np.maximum(0.0, change), group, order)
    less = _filled(planned, np.maximum(0.0, -change), group, order[::-1])
    return planned + more - less


def _filled(room: Floats, wanted: Floats, group: Integers, order: Integers) -> Floats:
    """What each takes of what its group wants, in their order, as far as there is room."""
    groups = group[order]
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    place = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
    table = np.zeros((len(wanted), place.max(initial=0) + 1))
    table[groups, place] = room[order]
    before = np.cumsum(table, axis=1) - table
    taken = np.clip(wanted[:, None] - before, 0.0, table)
    result = np.zeros_like(room)
    result[order] = taken[groups, place]
    return result
