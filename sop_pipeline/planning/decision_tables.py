"""What the whole decisions of a plan come to in its tables: set-ups, activated tiers, their money.

Does not belong here: the other tables (`tables`), which decisions there are (`preparation/`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.money import apportion, currency
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions
from sop_pipeline.planning.quantities import PlannedQuantities

PRODUCTION_TERMS = ("production", "tier_premium", "activation", "setup")
"""Cost terms that PROJECTED_PRODUCTION_COST holds."""


def setup_table(plan: PlannedQuantities, scenario_id: int) -> pd.DataFrame:
    """BUILD_PLAN_SETUP: one row per routing that is set up and period; none without any."""
    problem, routings = plan.problem, plan.problem.routings
    decisions = problem.decisions
    routing: Integers = np.zeros(0, dtype=np.int64) if decisions is None else decisions.set_up
    shape = (len(routing), len(problem.periods))
    multiple, minimum = (
        (np.ones(shape), np.zeros(shape))
        if decisions is None
        else (decisions.lot_multiple, decisions.minimum_lot)
    )
    units, set_up = plan.family("build")[routing], plan.family("setup")
    taken = _setup_capacity(problem, set_up)
    capacity = np.zeros(routings.available.shape)
    np.add.at(capacity, routings.operation_routing, taken)
    cost = apportion(plan.money("setup", "setup"), plan.cents.get("setup", 0))
    codes = np.array(routings.codes, dtype=object)[routing]
    periods = shape[1]
    return pd.DataFrame(
        {
            "SCENARIO_ID": scenario_id,
            "PRODUCT_ID": np.repeat(problem.products[routings.product[routing]], periods),
            "ROUTING_CODE": pd.array(np.repeat(codes, periods), "string"),
            "WORK_CENTER_ID": np.repeat(
                problem.work_centers[routings.work_center[routing]], periods
            ),
            "PERIOD_START": np.tile(days(problem.periods.starts), len(routing)),
            "SET_UP": pd.array(set_up.ravel() > 0, "boolean"),
            "LOTS": (units / multiple).ravel(),
            "UNITS": units.ravel(),
            "MIN_LOT": minimum.ravel(),
            "LOT_MULTIPLE": multiple.ravel(),
            "SETUP_COST": currency(cost).ravel(),
            "SETUP_CAPACITY": capacity[routing].ravel(),
        }
    )


def activation_columns(plan: PlannedQuantities) -> dict[str, object]:
    """ACTIVATED, FIXED_COST and MIN_USE of each tier and period, empty of tiers always open."""
    decisions, shape = plan.problem.decisions, plan.problem.tiers.capacity.shape
    activated: Integers = np.zeros(0, np.int64) if decisions is None else decisions.activated
    cost, least = np.full(shape, np.nan), np.full(shape, np.nan)
    is_open = np.full(shape, np.nan)
    cents = apportion(plan.money("activation", "activation"), plan.cents.get("activation", 0))
    cost[activated] = currency(cents)
    is_open[activated] = plan.family("activation")
    if decisions is not None:
        least[activated] = decisions.minimum_use
    return {
        "ACTIVATED": pd.array(is_open.ravel(), "Float64").astype("boolean"),
        "FIXED_COST": cost.ravel(),
        "MIN_USE": least.ravel(),
    }


def production_of_routings(plan: PlannedQuantities) -> Floats:
    """What the builds of each routing cost with the capacity they take, currency, (R, T)."""
    cost = plan.money("build", "production") + _capacity_cost(plan)
    decisions = plan.problem.decisions
    if decisions is not None:
        cost[decisions.set_up] += plan.money("setup", "setup")
    return cost


def production_cents(plan: PlannedQuantities) -> int:
    """The same of all routings and periods together, in cents."""
    return sum(plan.cents.get(term, 0) for term in PRODUCTION_TERMS)


def _capacity_cost(plan: PlannedQuantities) -> Floats:
    """Premiums and activations shared by the capacity each routing takes there, (R, T).

    Where nothing takes any of an activated tier, what can be made there shares it evenly.
    """
    problem, routings = plan.problem, plan.problem.routings
    tiers, decisions = problem.tiers, problem.decisions
    paid = np.zeros_like(plan.load)
    np.add.at(paid, tiers.work_center, plan.money("tier_use", "tier_premium"))
    if decisions is not None:
        center = tiers.work_center[decisions.activated]
        np.add.at(paid, center, plan.money("activation", "activation"))
    build, owner = plan.family("build"), routings.operation_work_center
    taken = build[routings.operation_routing] * routings.operation_capacity
    taken += _setup_capacity(problem, plan.family("setup"))
    load = np.zeros_like(paid)
    np.add.at(load, owner, taken)
    taken = np.where(load[owner] > 0, taken, 1.0)
    load = np.zeros_like(paid)
    np.add.at(load, owner, taken)
    rate = np.divide(paid, load, out=np.zeros_like(paid), where=load > 0)
    share = np.zeros_like(build)
    np.add.at(share, routings.operation_routing, taken * rate[owner])
    return share


def _setup_capacity(problem: Problem, set_up: Floats) -> Floats:
    """Capacity that set-ups take of each operation, (N, T)."""
    taken = np.zeros_like(problem.routings.operation_capacity)
    decisions = problem.decisions
    if decisions is not None:
        operation = decisions.setup_operation
        taken[operation] = decisions.setup_capacity * set_up[_set_up_of(problem, decisions)]
    return taken


def _set_up_of(problem: Problem, decisions: WholeDecisions) -> Integers:
    """Which of the routings set up each operation with a set-up capacity is of."""
    routing = problem.routings.operation_routing[decisions.setup_operation]
    return np.searchsorted(decisions.set_up, routing)
