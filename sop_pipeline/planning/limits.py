"""The figures that limit a plan: upper bounds of variables, sides of constraints.

The programme and the certificate take them from here, so that a plan is held to what was asked.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.ages import most_stock
from sop_pipeline.planning.arrays import Booleans, Floats
from sop_pipeline.planning.classes import apart_of, held_priorities, most_lost
from sop_pipeline.planning.families import (
    ACTIVATION,
    BACKORDER,
    BUILD,
    CLASS_OWED,
    DECREASE,
    FROZEN_BUILD,
    INCREASE,
    INVENTORY_BALANCE,
    LATE_BY_CLASS,
    LATE_OF_CLASSES,
    LESS,
    LOAD_CHANGE,
    LOST_BY_CLASS,
    LOST_OF_CLASSES,
    LOST_SALES,
    LOST_SALES_LIMIT,
    LOT_SIZE,
    LOTS,
    MINIMUM_LOT,
    MINIMUM_USE,
    MORE,
    OVERFLOW,
    PLAN_CHANGE,
    PLANT_BALANCE,
    PRIORITY_EXCESS,
    PRIORITY_KEPT,
    SAFETY_STOCK,
    SAFETY_STOCK_SHORTFALL,
    SCRAP,
    SETUP,
    SETUP_LIMIT,
    SHIPMENT,
    STOCK,
    STOCK_AGE,
    TERMINAL_STOCK,
    TIER_ACTIVATION,
    TIER_USE,
    VARIABLES,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
    ConstraintFamily,
    VariableFamily,
)
from sop_pipeline.planning.index_sets import arrival_period, due
from sop_pipeline.planning.most_built import most_built
from sop_pipeline.planning.problem import Problem

UNLIMITED = np.array(np.inf)
NOTHING = np.array(0.0)

Sides = tuple[Floats, Floats]
"""Least and greatest value of the constraints of a family, broadcast over its shape."""


def upper_bounds(problem: Problem) -> dict[VariableFamily, Floats]:
    """The most each variable may be, broadcast over its family."""
    last = len(problem.periods)
    ends = np.arange(last) == last - 1
    losable = UNLIMITED if problem.shortage == "backorder" else problem.demand
    return {
        BUILD: _most_built(problem),
        TIER_USE: open_capacity(problem),
        SHIPMENT: _unlimited(arrival_period(problem) < last),
        STOCK: UNLIMITED,
        BACKORDER: _unlimited(~ends),
        LOST_SALES: losable,
        SAFETY_STOCK_SHORTFALL: UNLIMITED,
        SCRAP: UNLIMITED,
        OVERFLOW: problem.overflow.capacity,
        INCREASE: UNLIMITED,
        DECREASE: _unlimited(~free_start(problem)),
        **_most_decided(problem),
        MORE: UNLIMITED,
        LESS: UNLIMITED,
        LOST_BY_CLASS: most_lost(problem),
        LATE_BY_CLASS: _unlimited(~ends),
        PRIORITY_EXCESS: UNLIMITED,
    }


def lower_bounds(problem: Problem) -> dict[VariableFamily, Floats]:
    """The least each variable may be: 0, but for decisions that are taken and builds held."""
    least = dict.fromkeys(VARIABLES.values(), NOTHING) | decisions_taken(problem)
    bounds = problem.build_bounds
    return least if bounds is None else least | {BUILD: bounds.least}


def sides(problem: Problem) -> dict[ConstraintFamily, Sides]:
    """What each constraint asks for; the functions of `model` state the rest of it."""
    owed = problem.demand - problem.receipts
    owed[:, :, 0] -= problem.opening_stock
    room = problem.threshold - problem.base_load[:, None]
    load_before = np.zeros((len(problem.work_centers), len(problem.periods)))
    load_before[:, 0] = np.nan_to_num(problem.initial_load)
    aged = slice(0) if problem.ages is None else problem.ages.product
    decided = NOTHING if problem.held is None else problem.held.units
    last = NOTHING if problem.last_plan is None else problem.last_plan.builds.units
    return {
        INVENTORY_BALANCE: (owed, owed),
        PLANT_BALANCE: (NOTHING, NOTHING),
        WORK_CENTER_CAPACITY: (NOTHING, NOTHING),
        WAREHOUSE_STORAGE: (-UNLIMITED, room),
        LOST_SALES_LIMIT: (-UNLIMITED, problem.demand),
        TERMINAL_STOCK: (problem.terminal_stock[due(problem)], UNLIMITED),
        SAFETY_STOCK: (problem.safety_stock, UNLIMITED),
        STOCK_AGE: (-UNLIMITED, most_stock(problem, problem.receipts)[aged]),
        LOAD_CHANGE: (load_before, load_before),
        FROZEN_BUILD: (decided, decided),
        TIER_ACTIVATION: (-UNLIMITED, NOTHING),
        MINIMUM_USE: (NOTHING, UNLIMITED),
        SETUP_LIMIT: (-UNLIMITED, NOTHING),
        MINIMUM_LOT: (NOTHING, UNLIMITED),
        LOT_SIZE: (NOTHING, NOTHING),
        PLAN_CHANGE: (last, last),
        LOST_OF_CLASSES: (NOTHING, NOTHING),
        LATE_OF_CLASSES: (NOTHING, NOTHING),
        CLASS_OWED: (-UNLIMITED, apart_of(problem).demand),
        PRIORITY_KEPT: (-UNLIMITED, held_priorities(problem)),
    }


def free_start(problem: Problem) -> Booleans:
    """Whether a change of load is free: the first period without an initial load, (W, T)."""
    first = np.arange(len(problem.periods)) == 0
    return np.isnan(problem.initial_load)[:, None] & first


def decisions_taken(problem: Problem) -> dict[VariableFamily, Floats]:
    """The whole decisions of the plan whose rest is planned, by family; none otherwise."""
    taken = None if problem.decisions is None else problem.decisions.taken
    if taken is None:
        return {}
    return {ACTIVATION: taken.activation, SETUP: taken.setup, LOTS: taken.lots}


def open_capacity(problem: Problem) -> Floats:
    """Capacity of each tier, 0 where a plan whose decisions are taken does not activate it, (K, T).

    With the decisions taken it is all that limits a tier, so that it has one price.
    """
    return np.where(is_left_closed(problem), 0.0, problem.tiers.capacity)


def is_left_closed(problem: Problem) -> Booleans:
    """Whether a plan whose decisions are taken does not activate a tier, (K, T)."""
    closed = np.zeros(problem.tiers.capacity.shape, dtype=bool)
    taken = decisions_taken(problem)
    if problem.decisions is not None and taken:
        closed[problem.decisions.activated] = taken[ACTIVATION] == 0
    return closed


def _most_built(problem: Problem) -> Floats:
    most, bounds = _unlimited(problem.routings.available), problem.build_bounds
    return most if bounds is None else np.minimum(most, bounds.most)


def _most_decided(problem: Problem) -> dict[VariableFamily, Floats]:
    decisions = problem.decisions
    if decisions is None:
        return {ACTIVATION: NOTHING, SETUP: NOTHING, LOTS: NOTHING}
    taken = decisions_taken(problem)
    if taken:
        return taken
    capacity, built = problem.tiers.capacity[decisions.activated], most_built(problem, decisions)
    lots = built / decisions.lot_multiple
    return {
        ACTIVATION: (capacity > 0).astype(np.float64),
        SETUP: (built > 0).astype(np.float64),
        LOTS: lots[decisions.in_lots],
    }


def _unlimited(allowed: Booleans) -> Floats:
    """Upper bounds: none where something is allowed, 0 where it is not."""
    return np.where(allowed, np.inf, 0.0)
