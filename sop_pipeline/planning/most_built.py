"""The most that a routing needs to build in a period: no plan of least cost is cut off by it.

A unit is built to serve demand, to be safety or terminal stock, to fill a lot or a tier's minimum
use, or because it is decided; a unit built for none of these can be left out, and the plan costs
no more. Where changes of load cost something a unit may also be built to hold the load.
Does not belong here: what is done with it (`limits`, `model`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions


def most_built(problem: Problem, decisions: WholeDecisions) -> Floats:
    """M[r,t] of the routings that are set up, whole units, (V, T)."""
    routing, lot = decisions.set_up, decisions.lot_multiple
    needed = units_needed(problem)[problem.routings.product[routing]]
    if problem.load_increase_cost > 0 or problem.load_decrease_cost > 0:
        most = np.full(lot.shape, np.inf)
    else:
        used = _least_used(problem, decisions)[routing]
        most = _in_lots(np.maximum(needed, _decided(problem)[routing]), lot)
        most = np.maximum(most, np.where(used > 0, _in_lots(used, lot) + lot, 0.0))
        most = np.where(most > 0, np.maximum(most, decisions.minimum_lot), 0.0)
    most = np.minimum(most, _capacity(problem, decisions)[routing])
    most = np.where(np.isfinite(most), most, _everything(problem, decisions)[routing])
    most = np.where(lot > 1, np.floor(most / lot + 1e-9) * lot, most)
    most = np.where(most >= decisions.minimum_lot, most, 0.0)
    return np.where(problem.routings.available[routing], most, 0.0)


def units_needed(problem: Problem) -> Floats:
    """Units of each product that plans need from a period on, every warehouse rounded up, (P, T).

    Stock that is there is taken off where goods stay in the warehouse they were sent to and keep.
    """
    lanes = problem.lanes
    moves = lanes.from_warehouse[lanes.flow_lane] >= 0
    is_unsure = np.zeros(len(problem.products), dtype=bool)
    is_unsure[lanes.flow_product[moves]] = True
    if problem.ages is not None:
        is_unsure[problem.ages.product] = True
    needed = np.where(is_unsure[:, None], _gross(problem), _net(problem))
    return needed + np.ceil(problem.terminal_stock)[:, None]


def _net(problem: Problem) -> Floats:
    """What each warehouse lacks from a period on, for demand and the safety stock on top."""
    periods = len(problem.periods)
    served = np.cumsum(problem.demand, axis=2)
    there = problem.opening_stock[..., None] + np.cumsum(problem.receipts, axis=2)
    short = served - there
    wanted = short + problem.safety_stock
    most = np.flip(np.maximum.accumulate(np.flip(wanted, axis=2), axis=2), axis=2)
    left = np.zeros_like(short)
    left[..., 1:] = 0.0 if problem.shortage == "backorder" else np.maximum(0.0, short[..., :-1])
    lacking = np.ceil(np.maximum(0.0, most - left) - 1e-9)
    return lacking.sum(axis=1).reshape(-1, periods)


def _gross(problem: Problem) -> Floats:
    """All demand and safety stock from a period on, whatever is there."""
    wanted = problem.demand + problem.safety_stock
    later = np.flip(np.cumsum(np.flip(wanted, axis=2), axis=2), axis=2)
    if problem.shortage == "backorder":
        later = later + np.cumsum(problem.demand, axis=2) - problem.demand
    return np.ceil(later).sum(axis=1)


def _in_lots(units: Floats, lot: Floats) -> Floats:
    return np.ceil(units / lot - 1e-9) * lot


def _least_used(problem: Problem, decisions: WholeDecisions) -> Floats:
    """Units that fill the minimum uses of all tiers of a work centre of the routing, (R, T)."""
    center = problem.tiers.work_center[decisions.activated]
    least = np.zeros((len(problem.work_centers), len(problem.periods)))
    np.add.at(least, center, decisions.minimum_use)
    return _largest(problem, least)


def _largest(problem: Problem, of_center: Floats) -> Floats:
    """Units that capacity of any one of its work centres makes, the largest number, (R, T)."""
    routings = problem.routings
    taken = routings.operation_capacity
    units = np.zeros(routings.available.shape)
    made = np.divide(
        of_center[routings.operation_work_center],
        taken,
        out=np.zeros_like(taken),
        where=taken > 0,
    )
    np.maximum.at(units, routings.operation_routing, made)
    return units


def _decided(problem: Problem) -> Floats:
    """Units decided or planned last where the routing stands, 0 where nothing is, (R, T)."""
    decided = np.zeros(problem.routings.available.shape)
    last = None if problem.last_plan is None else problem.last_plan.builds
    for builds in (problem.held, last):
        if builds is not None:
            decided[:, builds.periods] += builds.units[builds.place]
    return decided


def _capacity(problem: Problem, decisions: WholeDecisions) -> Floats:
    """Units that the work centres of a routing can make beside its set-up, (R, T)."""
    routings, tiers = problem.routings, problem.tiers
    capacity = np.zeros((len(problem.work_centers), len(problem.periods)))
    np.add.at(capacity, tiers.work_center, tiers.capacity)
    room = capacity[routings.operation_work_center]
    room[decisions.setup_operation] -= decisions.setup_capacity
    taken = routings.operation_capacity
    made = np.full_like(taken, np.inf)
    np.divide(np.maximum(0.0, room), taken, out=made, where=taken > 0)
    made[room < 0] = 0.0
    most = np.full(routings.available.shape, np.inf)
    np.minimum.at(most, routings.operation_routing, made)
    return most


def _everything(problem: Problem, decisions: WholeDecisions) -> Floats:
    """Units made with the load of all that is needed, decided and running at the start, (R, T)."""
    routings = problem.routings
    needed = units_needed(problem)[routings.product] + _decided(problem)
    least = np.zeros_like(needed)
    least[decisions.set_up] = decisions.minimum_lot
    units = np.maximum(needed, least)[routings.operation_routing]
    load = np.zeros((len(problem.work_centers), len(problem.periods)))
    np.add.at(load, routings.operation_work_center, routings.operation_capacity * units)
    set_up = routings.operation_work_center[decisions.setup_operation]
    np.add.at(load, set_up, decisions.setup_capacity)
    np.add.at(load, problem.tiers.work_center[decisions.activated], decisions.minimum_use)
    total = load.sum(axis=1) + np.nan_to_num(problem.initial_load)
    everywhere = np.broadcast_to(total[:, None], load.shape)
    return np.maximum(needed, _largest(problem, everywhere))
