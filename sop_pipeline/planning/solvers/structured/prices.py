"""From the interior point method's last prices to prices that prove a bound.

Prices prove nothing unless every reduced cost has the sign its column allows. The method's own are
right up to rounding; they are made right, family by family, at a bound that is lower by as much:

* capacity is worth no more than a tier without limit costs, storage no more than such overflow;
* a product at a plant costs what its cheapest routing does;
* a product in a warehouse is worth no more than bringing it, than keeping it from the period
  before and, where demand may be late, than owing it until the next.

Where there is no capacity its price may be as high as it takes, and where nothing can arrive a
product is worth all that losing it costs: nothing else is to be had there.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import apart_of, at_sites, surcharges
from sop_pipeline.planning.families import CONSTRAINTS
from sop_pipeline.planning.index_sets import flows_by_lead_time, made_at, made_at_of, shapes
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solvers.structured.coupling import Coupling, after
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import Rows


def prices(lines: Lines, last: Rows) -> dict[str, Floats]:
    """Prices by constraint family that leave no reduced cost of the wrong sign.

    Args:
        lines: The problem.
        last: The method's last prices.
    """
    problem, coupling = lines.problem, Coupling.of(lines.problem)
    change = _change(problem, coupling, last.change)
    capacity = _capacity(lines, last.coupling[: coupling.centers], change)
    storage = _storage(problem, last.coupling[coupling.centers :])
    made = _made(problem, capacity)
    worth = _worth(lines, last.balance, storage, made)
    may_wait = problem.shortage == "backorder"
    return {
        **{name: np.zeros(shape) for name, shape in shapes(problem, CONSTRAINTS).items()},
        "inventory_balance": worth,
        "plant_balance": np.where(np.isfinite(made), made, _asked_for(problem, worth)),
        "work_center_capacity": capacity,
        "warehouse_storage": storage,
        "lost_sales": np.minimum(0.0, problem.lost_sale_cost - worth) * may_wait,
        "lost_of_classes": -worth[at_sites(problem)],
        "safety_stock": _safety_stock(problem, worth, storage),
        "load_change": change,
    }


def _change(problem: Problem, coupling: Coupling, change: Floats) -> Floats:
    """Prices of load changes, (W, T): rising and falling cost no less than they are worth."""
    if not coupling.is_smoothed:
        return np.zeros((coupling.centers, len(problem.periods)))
    within = np.clip(change, -problem.load_increase_cost, problem.load_decrease_cost)
    return np.where(coupling.free, 0.0, within)


def _capacity(lines: Lines, last: Floats, change: Floats) -> Floats:
    """Prices of work, (W, T): at most 0 below what a tier without limit, or an idle one, costs."""
    tiers = lines.problem.tiers
    limit = np.zeros(last.shape)
    np.add.at(limit, tiers.work_center, tiers.capacity)
    cost = -tiers.premium + (change - after(change))[tiers.work_center]
    idle = lines.upper[int(lines.chains.line[-1]) :][: len(tiers.codes)] == 0.0
    least = np.full(last.shape, -np.inf)
    bounding = np.isinf(tiers.capacity) | (idle & (tiers.capacity > 0.0))
    np.maximum.at(least, tiers.work_center, np.where(bounding, cost, -np.inf))
    price = np.maximum(last, least)
    return np.where(limit > 0.0, price, -_dearest_capacity(lines)[:, None])


def _dearest_capacity(lines: Lines) -> Floats:
    """What a capacity unit could be worth at most at each work centre, (W,)."""
    problem, routings = lines.problem, lines.problem.routings
    dearest = _nowhere(problem).max(axis=(1, 2))
    by = np.zeros(len(problem.work_centers))
    taken = routings.operation_capacity
    least = np.where(taken > 0.0, taken, np.inf).min(axis=1)
    product = routings.product[routings.operation_routing]
    np.maximum.at(by, routings.operation_work_center, dearest[product] / least)
    return by


def _storage(problem: Problem, last: Floats) -> Floats:
    """Prices of pallet positions, (S, T): at most 0, and no less than overflow costs."""
    price, overflow = np.minimum(last, 0.0), problem.overflow
    least = np.where(np.isinf(overflow.capacity), -overflow.penalty, -np.inf)
    np.maximum.at(price, overflow.warehouse, least)
    return price


def _made(problem: Problem, capacity: Floats) -> Floats:
    """What a product costs at each plant that makes it, (pairs, T); infinite where it cannot."""
    routings = problem.routings
    cost = routings.unit_cost.copy()
    taken = routings.operation_capacity * capacity[routings.operation_work_center]
    np.subtract.at(cost, routings.operation_routing, taken)
    cost = np.where(routings.available, cost, np.inf)
    cheapest = np.full((len(made_at(problem)), cost.shape[1]), np.inf)
    np.minimum.at(cheapest, made_at_of(problem, routings.product, routings.plant), cost)
    return cheapest


def _worth(lines: Lines, last: Floats, storage: Floats, made: Floats) -> Floats:
    """What a product is worth in a warehouse, (P, S, T)."""
    problem = lines.problem
    lost = lines.lost.reshape(problem.shape)
    worth = np.where(lost, _nowhere(problem), last.reshape(problem.shape))
    worth = np.minimum(worth, _brought(problem, made))
    keeping = problem.holding_cost - problem.pallets_per_unit[:, None, None] * storage
    for t in range(1, worth.shape[2]):
        worth[..., t] = np.minimum(worth[..., t], worth[..., t - 1] + keeping[..., t - 1])
    if problem.shortage == "backorder":
        for t in range(worth.shape[2] - 2, -1, -1):
            owing = worth[..., t + 1] + problem.backorder_cost[..., t]
            worth[..., t] = np.minimum(worth[..., t], owing)
    return worth


def _nowhere(problem: Problem) -> Floats:
    """A price at which a product is rather lost, and missing from safety stock ever after."""
    missing = problem.safety_stock_shortfall_cost[..., ::-1].cumsum(axis=2)[..., ::-1]
    dearest = problem.lost_sale_cost.max(axis=2, keepdims=True)
    apart = apart_of(problem)
    of_class = (1.0 + surcharges(problem).max()) * apart.lost_sale_cost.max(axis=1, initial=0.0)
    np.maximum.at(dearest[..., 0], (apart.product, apart.warehouse), of_class)
    return 2.0 * dearest + missing


def _brought(problem: Problem, made: Floats) -> Floats:
    """What the cheapest way to bring a product costs, (P, S, T); infinite where there is none."""
    cheapest, lanes = np.full(problem.shape, np.inf), problem.lanes
    for lead, flow in flows_by_lead_time(problem):
        cost = made[_pair(problem, flow), : cheapest.shape[2] - lead] + _sending(
            problem, flow, lead
        )
        there = (lanes.flow_product[flow], lanes.to_warehouse[lanes.flow_lane[flow]])
        np.minimum.at(cheapest[..., lead:], there, cost)
    return cheapest


def _asked_for(problem: Problem, worth: Floats) -> Floats:
    """The most that a product at a plant is worth to its warehouses, (pairs, T); at least 0."""
    most, lanes = np.zeros((len(made_at(problem)), worth.shape[2])), problem.lanes
    for lead, flow in flows_by_lead_time(problem):
        there = worth[lanes.flow_product[flow], lanes.to_warehouse[lanes.flow_lane[flow]], lead:]
        gain = there - _sending(problem, flow, lead)
        np.maximum.at(most[:, : worth.shape[2] - lead], _pair(problem, flow), gain)
    return most


def _pair(problem: Problem, flow: Integers) -> Integers:
    """Which product and plant each flow leaves."""
    lanes = problem.lanes
    return made_at_of(problem, lanes.flow_product[flow], lanes.from_plant[lanes.flow_lane[flow]])


def _sending(problem: Problem, flow: Integers, lead: int) -> Floats:
    """Transport and handling of a unit, by flow and period of arrival from `lead` on."""
    lanes = problem.lanes
    lane = lanes.flow_lane[flow]
    handling = problem.handling_cost[lanes.flow_product[flow], lanes.to_warehouse[lane], lead:]
    return lanes.unit_cost[lane][:, None] + handling


def _safety_stock(problem: Problem, worth: Floats, storage: Floats) -> Floats:
    """Prices of safety stock, (P, S, T): what its stock would cost, at most the penalty."""
    pallets = problem.pallets_per_unit[:, None, None]
    cost = problem.holding_cost - pallets * storage + worth
    cost[..., :-1] -= worth[..., 1:]
    return np.clip(cost, 0.0, problem.safety_stock_shortfall_cost)
