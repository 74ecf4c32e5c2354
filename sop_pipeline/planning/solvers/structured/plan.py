"""From the interior point method's last figures to a plan that keeps its limits and balances.

The figures are inside their bounds by a little, and rows hold up to rounding. Builds of an
overloaded work centre are scaled down to its limit, whatever was in excess of it by rounding;
tiers are filled cheapest first; stock and what is late follow from the balances, and where they
would fall below 0 sales are lost.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import apart_of, at_sites, most_lost
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.index_sets import is_smoothed, shapes
from sop_pipeline.planning.limits import free_start
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import arrivals
from sop_pipeline.planning.solvers.structured.lines import Lines, leaving
from sop_pipeline.planning.solvers.structured.translation import summed


def plan(lines: Lines, values: Floats) -> dict[str, Floats]:
    """Quantities by variable family.

    Args:
        lines: The problem.
        values: Value of each column, (L, T).
    """
    problem, paths = lines.problem, lines.paths
    sent = leaving(np.where(lines.upper > 0.0, values, 0.0)[lines.path_line], paths.lead, 0.0)
    sent = _within_capacity(lines, sent)
    build = summed(paths.routing, sent, len(problem.routings.product))
    shipment = summed(paths.flow, sent, len(problem.lanes.flow_lane))
    load = _loads(lines, sent)
    lost = summed(lines.losses.chain, values[lines.loss_line], len(lines.lost))
    stock, late, lost = _stock(problem, shipment, lost, lines.lost)
    held = np.einsum("p,pst->st", problem.pallets_per_unit, stock)
    tiers, overflow = problem.tiers, problem.overflow
    above = np.maximum(held - lines.room, 0.0)
    rise, fall = _changes(problem, load)
    return {
        **{name: np.zeros(shape) for name, shape in shapes(problem, VARIABLES).items()},
        "build": build,
        "tier_use": _filled(load, tiers.work_center, tiers.capacity, tiers.premium),
        "shipment": shipment,
        "stock": stock,
        "backorder": late,
        "lost_sales": lost,
        "lost_by_class": _lost_by_class(lines, lost),
        "safety_stock_shortfall": np.maximum(problem.safety_stock - stock, 0.0),
        "overflow": _filled(above, overflow.warehouse, overflow.capacity, overflow.penalty),
        "increase": rise,
        "decrease": fall,
    }


def _within_capacity(lines: Lines, sent: Floats) -> Floats:
    """What paths send, (paths, T), scaled down where a work centre would exceed its limit."""
    chains, tiers = lines.chains, lines.problem.tiers
    limit = summed(tiers.work_center, tiers.capacity, len(lines.problem.work_centers))
    load = _loads(lines, sent)
    share = np.divide(limit, load, out=np.ones_like(load), where=load > limit)
    allowed = np.ones_like(sent)
    np.minimum.at(allowed, lines.used_by, share[chains.center[chains.operation]])
    return allowed * sent


def _loads(lines: Lines, sent: Floats) -> Floats:
    """Load of each work centre, (W, T), of what paths send."""
    chains = lines.chains
    taken = chains.capacity[chains.operation] * sent[lines.used_by]
    return summed(chains.center[chains.operation], taken, len(lines.problem.work_centers))


def _stock(
    problem: Problem, shipment: Floats, lost: Floats, always: np.ndarray
) -> tuple[Floats, Floats, Floats]:
    """Stock, what is late and what is lost, (P, S, T) each, that the balances make of shipments."""
    demand = problem.demand
    lost = np.where(always, np.inf, np.maximum(lost, 0.0)).reshape(problem.shape)
    lost = np.minimum(lost, demand)
    comes = arrivals(problem, shipment) + problem.receipts - demand
    stock, late = np.zeros_like(demand), np.zeros_like(demand)
    net = problem.opening_stock.copy()
    last = len(problem.periods) - 1
    for t in range(last + 1):
        net = net + comes[..., t] + lost[..., t]
        if problem.shortage == "backorder" and t < last:
            late[..., t] = np.maximum(-net, 0.0)
        else:
            lost[..., t] += np.maximum(-net, 0.0)
            net = np.maximum(net, 0.0)
        stock[..., t] = np.maximum(net, 0.0)
    return stock, late, lost


def _lost_by_class(lines: Lines, lost: Floats) -> Floats:
    """What each class loses of each slice, (M, slices, T), the cheapest first."""
    problem, (_, place, number) = lines.problem, lines.losses
    of_class, apart = place >= 0, apart_of(problem)
    by_class = np.zeros(shapes(problem, VARIABLES)["lost_by_class"])
    place, number = place[of_class], number[of_class]
    most, cost = most_lost(problem)[place, number], lines.cost[lines.loss_line[of_class]]
    by_class[place, number] = _filled(lost[at_sites(problem)], apart.site[place], most, cost)
    return by_class


def _filled(need: Floats, owner: Integers, limit: Floats, cost: Floats) -> Floats:
    """What each tier gives of its owner's need, (K, T), the cheapest first."""
    given, together = np.zeros(limit.shape), np.argsort(owner, kind="stable")
    owners, begins = np.unique(owner[together], return_index=True)
    for one, tiers in zip(owners.tolist(), np.split(together, begins)[1:], strict=True):
        order = tiers[np.argsort(cost[tiers], axis=0, kind="stable")]
        room = np.take_along_axis(limit, order, axis=0)
        left = need[one] - np.concatenate([np.zeros((1, room.shape[1])), np.cumsum(room, 0)[:-1]])
        np.put_along_axis(given, order, np.clip(left, 0.0, room), axis=0)
    return given


def _changes(problem: Problem, load: Floats) -> tuple[Floats, Floats]:
    """By how much loads rise and fall, (W, T) each; 0 where nothing smooths."""
    if not is_smoothed(problem):
        return np.zeros_like(load), np.zeros_like(load)
    start = np.where(free_start(problem)[:, 0], 0.0, np.nan_to_num(problem.initial_load))
    change = np.diff(load, axis=1, prepend=start[:, None])
    return np.maximum(change, 0.0), np.maximum(-change, 0.0)
