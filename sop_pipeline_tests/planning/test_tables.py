"""Who pays for what several products share, and which units count as served."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sop_pipeline.planning import PlanningInputs
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

OVERFLOWING: dict[str, Any] = {
    "overflow": "priced",
    "overflow_limit_pct": None,
    "overflow_threshold_pct": 50,
}


def _first_month(inputs: PlanningInputs, column: str, **policy: Any) -> list[float]:
    """A column of the first period's rows, a product after the other."""
    plan = planned(inputs, policy_of(**policy)).tables["RECOMMENDED_BUILD_PLAN"]
    first = plan[plan["PRODUCTION_WEEK"] == plan["PRODUCTION_WEEK"].min()]
    return first.sort_values("PRODUCT_ID")[column].tolist()


def test_a_tier_premium_is_paid_by_whom_uses_the_work_centre_in_proportion_to_its_capacity() -> (
    None
):
    overtime = [
        {
            "WORK_CENTER_ID": 101,
            "TIER_CODE": "OVERTIME",
            "MAX_CAPACITY": 20.0,
            "PREMIUM_PER_UNIT": 2.0,
        }
    ]
    routings = [
        {"PRODUCT_ID": p, "ROUTING_CODE": "A", "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": taken}
        for p, taken in ((1, 1.0), (2, 3.0))
    ]
    inputs = one_line(
        [4], capacity=10, products=2, capacity_tiers=overtime, product_routings=routings
    )
    # 16 capacity units, 6 of them at a premium of 2: 12, of which 4 and 12 sixteenths.
    costs = _first_month(inputs, "PROJECTED_PRODUCTION_COST")
    assert costs == pytest.approx([4 * 10 + 3, 4 * 11 + 9])


def test_overflow_is_shared_by_the_pallets_held() -> None:
    storage = [{"PRODUCT_ID": 2, "UNITS_PER_PALLET": 4.0}]
    inputs = one_line([0, 20], opening=20, places=22, products=2, product_storage=storage)
    # 20 and 5 pallets, 14 of them above the threshold at 3.00, and 0.30 a pallet for storage.
    costs = _first_month(inputs, "PROJECTED_STORAGE_COST", **OVERFLOWING)
    assert costs == pytest.approx([0.8 * 42 + 6, 0.2 * 42 + 1.5])


def test_overflow_of_a_warehouse_without_stock_of_any_product_is_shared_by_demand() -> None:
    inputs = one_line([4], places=22, products=2)
    forecasts, zones = inputs.demand_forecasts, inputs.warehouse_capacity
    inputs = replace(
        inputs,
        demand_forecasts=forecasts.assign(FORECAST_QUANTITY=[3.0, 1.0]),
        warehouse_capacity=zones.assign(CURRENT_OCCUPANCY_PALLETS=15.0),
    )
    # 15 pallets that are not planned, 4 of them above the threshold at 3.00.
    costs = _first_month(inputs, "PROJECTED_STORAGE_COST", **OVERFLOWING)
    assert costs == pytest.approx([9, 3])


def test_a_work_centre_of_less_than_one_unit_of_capacity_is_used_in_per_cent_too() -> None:
    routing = {"PRODUCT_ID": 1, "ROUTING_CODE": "A", "WORK_CENTER_ID": 101}
    routings: list[dict[str, object]] = [{**routing, "CAPACITY_PER_UNIT": 0.1}]
    solved = planned(one_line([3, 0], capacity=0.5, product_routings=routings), policy_of())
    assert solved.tables["BUILD_PLAN_CAPACITY"]["UTILIZATION_PCT"].tolist() == [60, 0]


def test_units_delivered_late_do_not_count_towards_the_fill_rate() -> None:
    solved = planned(one_line([9, 5], capacity=7), policy_of(shortage="backorder"))
    assert solved.tables["BUILD_PLAN_INVENTORY"]["BACKORDER"].tolist() == [2, 0]
    assert solved.report["fill_rate"] == pytest.approx((7 + 5) / 14)


def test_what_leaves_the_first_warehouse_for_another_is_shipped_out_of_it() -> None:
    lanes = [
        {"FROM_SITE_ID": a, "TO_SITE_ID": b, "TRANSPORT_COST_PER_UNIT": 0.5, "LEAD_TIME_DAYS": 0}
        for a, b in ((1, 11), (11, 12))
    ]
    sites = [
        {"SITE_ID": 1, "SITE_CODE": "PLANT", "SITE_NAME": "Plant", "SITE_TYPE": "PLANT"},
        {"SITE_ID": 11, "SITE_CODE": "STORE", "SITE_NAME": "Store", "SITE_TYPE": "WAREHOUSE"},
        {"SITE_ID": 12, "SITE_CODE": "DEPOT", "SITE_NAME": "Depot", "SITE_TYPE": "WAREHOUSE"},
    ]
    line = one_line([5, 9], site_master=sites, transport_lanes=lanes)
    inputs = replace(line, demand_forecasts=line.demand_forecasts.assign(SITE_ID=12))
    solved = planned(inputs, policy_of(holding_cost_per_unit_month=0.25))
    stock = solved.tables["BUILD_PLAN_INVENTORY"].set_index("SITE_ID")
    assert stock.loc[11, "SHIPPED_OUT"].tolist() == stock.loc[11, "RECEIVED"].tolist() == [5, 9]
    assert stock.loc[12, "RECEIVED"].tolist() == stock.loc[12, "SERVED"].tolist() == [5, 9]
