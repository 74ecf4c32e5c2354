"""What the prices of the constraints come to in every variable, one function per family.

A variable is worth the prices of the constraints it stands in; what that leaves of its cost is its
reduced cost. The transpose of `activities`, by the same coefficients.
Belongs here: A'y by variable family.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sop_pipeline.planning.activities import Coefficients
from sop_pipeline.planning.ages import worth_within_age
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.classes import apart_of, at_sites, held_priorities, slices_of
from sop_pipeline.planning.families import (
    ACTIVATION,
    BACKORDER,
    BUILD,
    DECREASE,
    INCREASE,
    LATE_BY_CLASS,
    LESS,
    LOST_BY_CLASS,
    LOST_SALES,
    LOT_SIZE,
    LOTS,
    MINIMUM_LOT,
    MINIMUM_USE,
    MORE,
    OVERFLOW,
    PRIORITY_EXCESS,
    SAFETY_STOCK_SHORTFALL,
    SCRAP,
    SETUP,
    SETUP_LIMIT,
    SHIPMENT,
    STOCK,
    TIER_ACTIVATION,
    TIER_USE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.index_sets import due, flows_by_lead_time, made_at_of, setup_operations
from sop_pipeline.planning.problem import Problem

Prices = Mapping[str, Floats]
"""Price of each constraint, by constraint family and in its shape."""


def priced(problem: Problem, y: Prices, c: Coefficients) -> dict[str, Floats]:
    """What prices come to in every variable family, each in the family's shape."""
    return {
        BUILD.name: build(problem, y, c),
        TIER_USE.name: tier_use(problem, y, c),
        SHIPMENT.name: shipment(problem, y, c),
        STOCK.name: stock(problem, y, c),
        BACKORDER.name: _with_classes(problem, backorder(y, c), y["late_of_classes"], c),
        LOST_SALES.name: _with_classes(problem, lost_sales(y, c), y["lost_of_classes"], c),
        SAFETY_STOCK_SHORTFALL.name: c.plus * y["safety_stock"],
        SCRAP.name: scrap(problem, y, c),
        OVERFLOW.name: c.minus * y["warehouse_storage"][problem.overflow.warehouse],
        INCREASE.name: c.minus * y["load_change"],
        DECREASE.name: c.plus * y["load_change"],
        **_decided(problem, y, c),
        MORE.name: c.minus * y["plan_change"],
        LESS.name: c.plus * y["plan_change"],
        LOST_BY_CLASS.name: lost_by_class(problem, y, c),
        LATE_BY_CLASS.name: late_by_class(problem, y, c),
        PRIORITY_EXCESS.name: c.minus * y["priority_kept"],
    }


def build(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit built: one at the plant, the capacity it takes, one of earlier builds and of lots."""
    routings = problem.routings
    made = made_at_of(problem, routings.product, routings.plant)
    worth = c.plus * y["plant_balance"][made]
    taken = c.capacity * y["work_center_capacity"][routings.operation_work_center]
    np.add.at(worth, routings.operation_routing, taken)
    if problem.held is not None:
        held = problem.held
        worth[:, held.periods] += c.plus * y["frozen_build"][held.place]
    decisions = problem.decisions
    if decisions is not None:
        lots = decisions.set_up[decisions.in_lots]
        worth[decisions.set_up] += c.plus * (y["setup"] + y["minimum_lot"])
        worth[lots] += c.plus * y["lot_size"]
    if problem.last_plan is not None:
        last = problem.last_plan.builds
        worth[:, last.periods] += c.plus * y["plan_change"][last.place]
    return worth


def tier_use(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit of capacity: work done, and load that the next period compares with."""
    center, change = problem.tiers.work_center, y["load_change"]
    kept = c.plus * change + c.minus * _after(change)
    worth = c.minus * y["work_center_capacity"][center] + kept[center]
    decisions = problem.decisions
    if decisions is not None:
        worth[decisions.activated] += c.plus * y["tier_activation"]
        worth[decisions.activated[decisions.at_least]] += c.plus * y["minimum_use"]
    return worth


def shipment(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit sent: one more, and young, where it arrives, one less where it leaves."""
    lanes, balance = problem.lanes, y["inventory_balance"]
    product, lane = lanes.flow_product, lanes.flow_lane
    arrived = c.plus * balance
    if problem.ages is not None:
        ages = problem.ages
        arrived[ages.product] += c.minus * worth_within_age(ages, y["stock_age"])
    worth, periods = np.zeros((len(lane), len(problem.periods))), len(problem.periods)
    for lead, flow in flows_by_lead_time(problem):
        worth[flow, : periods - lead] = arrived[
            product[flow], lanes.to_warehouse[lane[flow]], lead:
        ]
    stocked = np.flatnonzero(lanes.from_warehouse[lane] >= 0)
    origin = lanes.from_warehouse[lane[stocked]]
    worth[stocked] += c.minus * balance[product[stocked], origin]
    made = np.flatnonzero(lanes.from_plant[lane] >= 0)
    pair = made_at_of(problem, product[made], lanes.from_plant[lane[made]])
    worth[made] += c.minus * y["plant_balance"][pair]
    return worth


def stock(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit kept: goods for the next period, pallets, safety stock, age, stock at the end."""
    balance = y["inventory_balance"]
    worth = c.minus * balance + c.plus * (_after(balance) + y["safety_stock"])
    worth += c.pallets[:, None, None] * y["warehouse_storage"]
    if problem.ages is not None:
        worth[problem.ages.product] += c.plus * y["stock_age"]
    worth[due(problem), :, -1] += c.plus * y["terminal_stock"][:, None]
    return worth


def backorder(y: Prices, c: Coefficients) -> Floats:
    """A unit owed: demand not met now, and met in the next period."""
    owed = y["inventory_balance"] + y["lost_sales"]
    return c.plus * owed + c.minus * _after(owed)


def _decided(problem: Problem, y: Prices, c: Coefficients) -> dict[str, Floats]:
    """A tier activated, a set-up, a lot: what it allows, and what it asks for."""
    decisions = problem.decisions
    if decisions is None:
        nothing = np.zeros((0, len(problem.periods)))
        return {ACTIVATION.name: nothing, SETUP.name: nothing, LOTS.name: nothing}
    activated = c.decided[TIER_ACTIVATION] * y["tier_activation"]
    activated[decisions.at_least] += c.decided[MINIMUM_USE] * y["minimum_use"]
    set_up = c.decided[SETUP_LIMIT] * y["setup"] + c.decided[MINIMUM_LOT] * y["minimum_lot"]
    center, operated = setup_operations(problem, decisions)
    taken = c.decided[WORK_CENTER_CAPACITY] * y["work_center_capacity"][center]
    np.add.at(set_up, operated, taken)
    return {
        ACTIVATION.name: activated,
        SETUP.name: set_up,
        LOTS.name: c.decided[LOT_SIZE] * y["lot_size"],
    }


def lost_sales(y: Prices, c: Coefficients) -> Floats:
    """A unit lost: demand not met."""
    return c.plus * (y["inventory_balance"] + y["lost_sales"])


def lost_by_class(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit lost by a class, whichever its slice: one of those lost, owed to it no more."""
    worth = c.minus * y["lost_of_classes"][apart_of(problem).site] + c.plus * y["class_owed"]
    worth += _priority(problem, y, c)
    return np.repeat(worth[:, None, :], slices_of(problem.classes), axis=1)


def late_by_class(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit owed to a class: one of those late, met in the next period."""
    owed, late = y["class_owed"], y["late_of_classes"][apart_of(problem).site]
    return c.minus * late + c.plus * owed + c.minus * _after(owed) + _priority(problem, y, c)


def _with_classes(problem: Problem, worth: Floats, of_classes: Floats, c: Coefficients) -> Floats:
    """What a unit lost or late is worth, where it is some class's too."""
    sites = at_sites(problem)
    worth[sites] += c.plus * of_classes
    return worth


def _priority(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """What a unit short is worth to the priorities kept, (M, T)."""
    rank, kept = apart_of(problem).rank, len(held_priorities(problem))
    return c.revenue * np.append(y["priority_kept"], 0.0)[np.minimum(rank, kept)]


def scrap(problem: Problem, y: Prices, c: Coefficients) -> Floats:
    """A unit thrown away: one less in stock."""
    aged = np.empty(0, dtype=np.int64) if problem.ages is None else problem.ages.product
    return c.minus * y["inventory_balance"][aged]


def _after(values: Floats) -> Floats:
    """Values of the period after, 0 after the last; periods are the last axis."""
    shifted = np.zeros_like(values)
    shifted[..., :-1] = values[..., 1:]
    return shifted
