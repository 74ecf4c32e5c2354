"""What no plan can do, whatever it decides: told, because it is seldom meant.

Belongs here: warnings found in the finished problem.
Does not belong here: hard constraints that conflict (`diagnosis`), faults of the input.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import scatter
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.problem import Problem


def warn_of_the_impossible(problem: Problem, context: PreparationContext) -> None:
    """Warn of what cannot be made, cannot arrive or cannot be stored."""
    _warn_of_no_capacity(problem, context)
    _warn_of_no_way(problem, context)
    _warn_of_no_room(problem, context)


def _warn_of_no_capacity(problem: Problem, context: PreparationContext) -> None:
    """Warn of work centres that stop what needs them; a routing may need none of their capacity."""
    shape = (len(problem.work_centers), len(problem.periods))
    capacity = scatter(shape, (problem.tiers.work_center,), problem.tiers.capacity)
    routings = problem.routings
    needs = routings.operation_capacity > 0
    stopped = needs & (capacity[routings.operation_work_center] == 0)
    possible = routings.available.copy()
    np.logical_and.at(possible, routings.operation_routing, ~stopped)
    needed = np.isin(np.arange(shape[0]), routings.operation_work_center[needs.any(axis=1)])
    idle = problem.work_centers[needed & (capacity.sum(axis=1) == 0)]
    if not possible.any():
        context.notes.warn(
            "No work centre on a planned routing has any capacity: nothing can be built"
        )
    elif len(idle):
        names = context.naming.some("work_center", idle.tolist())
        context.notes.warn(f"Work centres without capacity in the whole horizon: {names}")


def _warn_of_no_way(problem: Problem, context: PreparationContext) -> None:
    """Warn of demand that no build reaches, for want of a lane or by its lead time."""
    late = shortest_ways(problem) >= len(problem.periods)
    missed = np.argwhere(late & (problem.demand.sum(axis=2) > 0)).tolist()
    name = context.naming.name
    places = [
        f"{name('product', int(problem.products[p]))} at {name('site', int(problem.warehouses[s]))}"
        for p, s in missed
    ]
    if places:
        context.notes.warn(
            "Demand that stock and receipts alone can serve, because no lane brings a build there "
            f"within the horizon: {some(places, between='; ')}"
        )


def shortest_ways(problem: Problem) -> Integers:
    """Periods from a plant that makes a product to each warehouse, at least, (P, S).

    Where there is no way it is far beyond the horizon.
    """
    lanes = problem.lanes
    far = 2 * len(problem.periods) + int(lanes.lead_time.max(initial=0))
    ways = np.full(problem.shape[:2], far, dtype=np.int64)
    lane, product = lanes.flow_lane, lanes.flow_product
    leads, origin = lanes.lead_time[lane], lanes.from_warehouse[lane]
    for _ in range(len(problem.warehouses)):
        before = np.where(origin < 0, 0, ways[product, origin])
        shorter = ways.copy()
        np.minimum.at(shorter, (product, lanes.to_warehouse[lane]), before + leads)
        if (shorter == ways).all():
            break
        ways = shorter
    return ways


def _warn_of_no_room(problem: Problem, context: PreparationContext) -> None:
    """Warn of minimum lots that are more than is sold in the horizon and can be stored besides."""
    decisions = problem.decisions
    if decisions is None:
        return
    product = problem.routings.product[decisions.set_up]
    open_at = problem.routings.available[decisions.set_up]
    least = np.where(open_at, decisions.minimum_lot, np.inf).min(axis=1)
    aging = () if problem.ages is None else problem.ages.product
    too_much = np.flatnonzero((least > _taken_at_most(problem)[product]) & np.isfinite(least))
    lots = [
        f"{context.naming.name('product', int(problem.products[product[v]]))}, "
        f"routing {problem.routings.codes[decisions.set_up[v]]}: {least[v]:,.0f} units"
        for v in too_much.tolist()
        if product[v] not in aging
    ]
    if lots:
        context.notes.warn(
            "Routings that can make no lot: a minimum lot is more than all the demand of the "
            f"horizon and the room of all warehouses: {some(lots, between='; ')}"
        )


def _taken_at_most(problem: Problem) -> Floats:
    """Units of each product that demand and all warehouses together can take, (P,)."""
    shape = (len(problem.warehouses), len(problem.periods))
    overflow = scatter(shape, (problem.overflow.warehouse,), problem.overflow.capacity)
    room = np.maximum(0.0, problem.threshold + overflow - problem.base_load[:, None]).max(axis=1)
    return problem.demand.sum(axis=(1, 2)) + room.sum() / problem.pallets_per_unit
