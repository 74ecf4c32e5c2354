"""The planning model: its variables, constraints and objective, stated once.

Reads from top to bottom like the mathematics in docs/model.md, one function per constraint
family. Every plan of every grain, whichever solver, comes from these blocks.
Does not belong here: what the families mean (`families`), where the data comes from
(`preparation/`), how it is solved (`solvers/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.families import (
    BACKORDER,
    BUILD,
    COST_TERMS,
    DECREASE,
    INCREASE,
    INVENTORY_BALANCE,
    LOAD_CHANGE,
    LOST_SALES,
    LOST_SALES_LIMIT,
    OVERFLOW,
    PLANT_BALANCE,
    SAFETY_STOCK,
    SAFETY_STOCK_SHORTFALL,
    SHIPMENT,
    STOCK,
    TERMINAL_STOCK,
    TIER_USE,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.linear_program import Axis, LinearProgram, LinearProgramBuilder
from sop_pipeline.planning.problem import Booleans, Floats, Integers, Problem


@dataclass(frozen=True)
class Variables:
    """Columns of every variable family; `families` describes them."""

    build: Integers
    tier_use: Integers
    shipment: Integers
    stock: Integers
    backorder: Integers
    lost_sales: Integers
    safety_stock_shortfall: Integers
    overflow: Integers
    increase: Integers
    decrease: Integers


def planning_model(problem: Problem) -> LinearProgram:
    """State the planning model of a problem as a linear programme."""
    lp = LinearProgramBuilder(axes(problem))
    variables = declare_variables(lp, problem)
    inventory_balance(lp, problem, variables)
    plant_balance(lp, problem, variables)
    work_center_capacity(lp, problem, variables)
    warehouse_storage(lp, problem, variables)
    lost_sales(lp, problem, variables)
    terminal_stock(lp, problem, variables)
    safety_stock(lp, problem, variables)
    load_change(lp, problem, variables)
    objective(lp, problem, variables)
    return lp.build()


def axes(problem: Problem) -> dict[str, Axis]:
    """The index sets, and how their members are named in the programme."""
    routings, tiers, lanes = problem.routings, problem.tiers, problem.lanes
    products, work_centers = problem.products, problem.work_centers
    pairs = made_at(problem)
    due = np.flatnonzero(problem.terminal_stock)
    plants = max(1, len(problem.plants))
    return {
        "product": _axis(products),
        "work_center": _axis(work_centers),
        "warehouse": _axis(problem.warehouses),
        "period": _axis(problem.periods.labels),
        "routing": _axis(products[routings.product], routings.codes),
        "tier": _axis(work_centers[tiers.work_center], tiers.codes),
        "flow": _axis(
            lanes.from_site[lanes.flow_lane],
            lanes.to_site[lanes.flow_lane],
            products[lanes.flow_product],
        ),
        "overflow_tier": Axis(len(problem.overflow.warehouse), lambda: _overflow_names(problem)),
        "made_at": _axis(products[pairs // plants], problem.plants[pairs % plants]),
        "due": _axis(products[due]),
    }


def made_at(problem: Problem) -> Integers:
    """Each (product, plant) pair with a routing as product x plants + plant, ascending."""
    routings = problem.routings
    return np.unique(routings.product * len(problem.plants) + routings.plant)


def is_smoothed(problem: Problem) -> bool:
    """Whether changing a work centre's load costs anything."""
    return problem.load_increase_cost > 0 or problem.load_decrease_cost > 0


def free_start(problem: Problem) -> Booleans:
    """Whether a change of load is free: the first period without an initial load, (W, T)."""
    first = np.arange(len(problem.periods)) == 0
    return np.isnan(problem.initial_load)[:, None] & first


def declare_variables(lp: LinearProgramBuilder, problem: Problem) -> Variables:
    """Every variable is at least 0; a family the policy removes has no members."""
    last = len(problem.periods)
    arrives = arrival_period(problem) < last
    ends = np.arange(last) == last - 1
    backorders = problem.shortage == "backorder"
    losable = np.inf if backorders else problem.demand
    smoothed = is_smoothed(problem)
    return Variables(
        build=lp.variables(BUILD, upper=_unlimited(problem.routings.available)),
        tier_use=lp.variables(TIER_USE, upper=problem.tiers.capacity),
        shipment=lp.variables(SHIPMENT, upper=_unlimited(arrives)),
        stock=lp.variables(STOCK),
        backorder=lp.variables(BACKORDER, upper=_unlimited(~ends), used=backorders),
        lost_sales=lp.variables(LOST_SALES, upper=losable, used=problem.shortage != "forbid"),
        safety_stock_shortfall=lp.variables(
            SAFETY_STOCK_SHORTFALL, used=not problem.safety_stock_is_hard
        ),
        overflow=lp.variables(OVERFLOW, upper=problem.overflow.capacity),
        increase=lp.variables(INCREASE, used=smoothed),
        decrease=lp.variables(DECREASE, upper=_unlimited(~free_start(problem)), used=smoothed),
    )


def arrival_period(problem: Problem) -> Integers:
    """Period in which a shipment leaving in t arrives, (flows, T); T or more is too late."""
    lead_time = problem.lanes.lead_time[problem.lanes.flow_lane]
    return np.arange(len(problem.periods)) + lead_time[:, None]


def inventory_balance(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """I[p,s,t-1] + receipts + arrivals - departures + l + b[t] - b[t-1] = d + I[p,s,t]."""
    right_side = problem.demand - problem.receipts
    right_side[:, :, 0] -= problem.opening_stock
    rows = lp.equalities(INVENTORY_BALANCE, right_side)
    lp.terms(rows, v.stock, -1)
    lp.terms(rows[..., 1:], v.stock[..., :-1], 1)
    _arrivals(lp, problem, v, rows)
    _departures(lp, problem, v, rows)
    lp.terms(rows, v.lost_sales, 1)
    lp.terms(rows, v.backorder, 1)
    lp.terms(rows[..., 1:], v.backorder[..., :-1], -1)


def plant_balance(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """Sum of x[r,t] over the plant's routings of p = sum of y leaving the plant with p in t."""
    rows = lp.equalities(PLANT_BALANCE, 0.0)
    pairs, plants = made_at(problem), len(problem.plants)
    routings, lanes = problem.routings, problem.lanes
    made = np.searchsorted(pairs, routings.product * plants + routings.plant)
    lp.terms(rows[made], v.build, 1)
    plant = lanes.from_plant[lanes.flow_lane]
    leaving = np.flatnonzero(plant >= 0)
    sent = np.searchsorted(pairs, lanes.flow_product[leaving] * plants + plant[leaving])
    lp.terms(rows[sent], v.shipment[leaving], -1)


def work_center_capacity(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """Sum of a[r,w] x[r,t] = sum of u[w,k,t] over the tiers; u[w,k,t] <= cap[w,k,t]."""
    rows = lp.equalities(WORK_CENTER_CAPACITY, 0.0)
    routings = problem.routings
    lp.terms(
        rows[routings.operation_work_center],
        v.build[routings.operation_routing],
        routings.operation_capacity,
    )
    lp.terms(rows[problem.tiers.work_center], v.tier_use, -1)


def warehouse_storage(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """base[s] + sum of g[p] I[p,s,t] <= theta K + sum of o[s,j,t]; o[s,j,t] <= ocap[s,j,t]."""
    rows = lp.constraints(WAREHOUSE_STORAGE, upper=problem.threshold - problem.base_load[:, None])
    lp.terms(rows, v.stock, problem.pallets_per_unit[:, None, None])
    lp.terms(rows[problem.overflow.warehouse], v.overflow, -1)


def lost_sales(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """l[p,s,t] + b[p,s,t] <= d[p,s,t] + b[p,s,t-1]: only what is owed can be lost or late.

    Neither losing a sale nor promising it for later creates stock. Without backorders it is a
    bound of the variable.
    """
    backorders = problem.shortage == "backorder"
    rows = lp.constraints(LOST_SALES_LIMIT, upper=problem.demand, used=backorders)
    lp.terms(rows, v.lost_sales, 1)
    lp.terms(rows, v.backorder, 1)
    lp.terms(rows[..., 1:], v.backorder[..., :-1], -1)


def terminal_stock(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """Sum of I[p,s,T] over the warehouses >= TERMINAL_INVENTORY[p], where one is given."""
    due = np.flatnonzero(problem.terminal_stock)
    rows = lp.constraints(TERMINAL_STOCK, lower=problem.terminal_stock[due])
    lp.terms(rows[:, None], v.stock[due, :, -1], 1)


def safety_stock(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """I[p,s,t] + v[p,s,t] >= ss[p,s,t]."""
    rows = lp.constraints(SAFETY_STOCK, lower=problem.safety_stock)
    lp.terms(rows, v.stock, 1)
    lp.terms(rows, v.safety_stock_shortfall, 1)


def load_change(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """load[w,t] - load[w,t-1] = up[w,t] - down[w,t], where the load is the sum of u[w,k,t].

    The first period compares with the initial load; where none is given it compares with 0, and
    `free_start` makes that change free.
    """
    before = np.zeros((len(problem.work_centers), len(problem.periods)))
    before[:, 0] = np.nan_to_num(problem.initial_load)
    rows = lp.equalities(LOAD_CHANGE, before, used=is_smoothed(problem))
    if not rows.size:
        return
    tier_rows = rows[problem.tiers.work_center]
    lp.terms(tier_rows, v.tier_use, 1)
    lp.terms(tier_rows[:, 1:], v.tier_use[:, :-1], -1)
    lp.terms(rows, v.increase, -1)
    lp.terms(rows, v.decrease, 1)


def objective(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """The sum of the cost terms, minimised; goods in transit cost nothing while they travel."""
    lp.declare_cost_terms(COST_TERMS)
    lanes = problem.lanes
    lp.costs("production", v.build, problem.routings.unit_cost)
    lp.costs("tier_premium", v.tier_use, problem.tiers.premium)
    lp.costs("transport", v.shipment, lanes.unit_cost[lanes.flow_lane][:, None])
    lp.costs("handling", v.shipment, _handling_on_arrival(problem))
    lp.costs("holding", v.stock, problem.holding_cost)
    lp.costs("overflow", v.overflow, problem.overflow.penalty)
    lp.costs("lost_sales", v.lost_sales, problem.lost_sale_cost)
    lp.costs("backorder", v.backorder, problem.backorder_cost)
    lp.costs("safety_stock", v.safety_stock_shortfall, problem.safety_stock_shortfall_cost)
    rise = np.where(free_start(problem), 0.0, problem.load_increase_cost)
    lp.costs("load_change", v.increase, rise)
    lp.costs("load_change", v.decrease, problem.load_decrease_cost)


def _arrivals(lp: LinearProgramBuilder, problem: Problem, v: Variables, rows: Integers) -> None:
    arrival = arrival_period(problem)
    flow, leaving = np.nonzero(arrival < len(problem.periods))
    warehouse = problem.lanes.to_warehouse[problem.lanes.flow_lane[flow]]
    product = problem.lanes.flow_product[flow]
    lp.terms(rows[product, warehouse, arrival[flow, leaving]], v.shipment[flow, leaving], 1)


def _departures(lp: LinearProgramBuilder, problem: Problem, v: Variables, rows: Integers) -> None:
    warehouse = problem.lanes.from_warehouse[problem.lanes.flow_lane]
    flow = np.flatnonzero(warehouse >= 0)
    lp.terms(rows[problem.lanes.flow_product[flow], warehouse[flow]], v.shipment[flow], -1)


def _handling_on_arrival(problem: Problem) -> Floats:
    arrival = np.minimum(arrival_period(problem), len(problem.periods) - 1)
    lanes = problem.lanes
    warehouse = lanes.to_warehouse[lanes.flow_lane]
    return problem.handling_cost[lanes.flow_product[:, None], warehouse[:, None], arrival]


def _unlimited(allowed: Booleans) -> Floats:
    """Upper bounds: none where something is allowed, 0 where it is not."""
    return np.where(allowed, np.inf, 0.0)


def _axis(*parts: Sequence[object] | Integers) -> Axis:
    """An index set whose members are named by their parts, with commas between."""
    return Axis(
        len(parts[0]),
        lambda: [",".join(str(part) for part in member) for member in zip(*parts, strict=True)],
    )


def _overflow_names(problem: Problem) -> list[str]:
    seen: dict[int, int] = {}
    names: list[str] = []
    for warehouse in problem.warehouses[problem.overflow.warehouse].tolist():
        seen[warehouse] = seen.get(warehouse, 0) + 1
        names.append(f"{warehouse},{seen[warehouse]}")
    return names
