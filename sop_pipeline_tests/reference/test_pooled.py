"""The reference notebook's way: one product, one work centre, one warehouse, in whole figures."""

from __future__ import annotations

import pytest
from scipy.optimize import linprog

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.companies import fan_out
from sop_pipeline_tests.reference import COMPANY
from sop_pipeline_tests.reference.cases import inputs_of, solve

POOLED_BUILDS = {
    ("BASE", 1): [0, 0, 0, 39],
    ("BASE", 2): [0, 103, 151, 151],
    ("PUSH", 1): [0, 0, 0, 105],
    ("PUSH", 2): [99, 151, 151, 151],
}
"""Builds of the pooled plan, each forecast counted once or twice."""


def pooled(inputs: PlanningInputs, policy: Policy) -> tuple[float, list[float]]:
    """Cost and builds of the notebook's own programme: whole figures, hard limits."""
    forecasts = inputs.demand_forecasts
    demand = forecasts.groupby("FORECAST_DATE")["FORECAST_QUANTITY"].sum().astype(int).tolist()
    capacity = int(inputs.capacity_summary["MAX_MONTHLY_CAPACITY"].sum())
    zones = inputs.warehouse_capacity
    units = policy.units_per_pallet
    places = int(units * zones["MAX_CAPACITY_PALLETS"].sum() * policy.overflow_threshold_pct / 100)
    stock = units * zones["CURRENT_OCCUPANCY_PALLETS"].sum()
    made = len(demand)
    receipts = inputs.scheduled_receipts
    received = receipts.groupby(receipts["RECEIPT_DATE"].dt.month)["QUANTITY"].sum()
    balance, right, low = [], [], []
    for t in range(made):
        row = [0.0] * (2 * made)
        row[t], row[made + t] = 1.0, -1.0
        if t:
            row[made + t - 1] = 1.0
        balance.append(row)
        right.append(demand[t] - int(received.get(t + 1, 0)) - (0 if t else stock))
        low.append(int(policy.safety_stock_ratio * demand[t + 1]) if t + 1 < made else 0)
    costs = [policy.production_cost_per_unit] * made + [policy.holding_cost_per_unit_month] * made
    bounds = [(0, capacity)] * made + [(least, places) for least in low]
    found = linprog(costs, A_eq=balance, b_eq=right, bounds=bounds)
    assert found.success
    return found.fun, found.x[:made].tolist()


@pytest.mark.parametrize("code", ["BASE", "PUSH"])
@pytest.mark.parametrize("times", [1, 2])
def test_the_notebooks_plan_is_that_of_its_own_programme(code: str, times: int) -> None:
    policy = load_policy("notebook", {"demand_source": "base", "units_per_pallet": 40})
    inputs = inputs_of(COMPANY, code, policy)
    if times > 1:  # each forecast counted once per logistics-cost row of its site
        inputs = fan_out(inputs)
    solved = solve(inputs, policy)
    cost, builds = pooled(inputs, policy)
    assert solved.report["objective"] == pytest.approx(cost, abs=0.005)
    assert solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == (
        pytest.approx(builds)
    )
    assert builds == pytest.approx(POOLED_BUILDS[code, times])


def test_the_conflict_of_an_impossible_pooled_plan_is_named_with_its_month_and_quantity() -> None:
    settings = {"demand_source": "base", "units_per_pallet": 40, "max_hours_per_day": 1}
    policy = load_policy("notebook", settings)
    with pytest.raises(NoFeasiblePlan, match=r"2026-0\d: demand [\d,]+ needs [\d,]+ more units"):
        solve(inputs_of(COMPANY, "PUSH", policy), policy)
