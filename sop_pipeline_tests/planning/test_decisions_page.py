"""The figures of docs/decisions.md are those of the planner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_pipeline.planning import plan
from sop_pipeline_tests.planning.companies import one_line, policy_of

PAGE = Path(__file__).parents[2] / "docs" / "decisions.md"
REGULAR = {
    "WORK_CENTER_ID": 101,
    "TIER_CODE": "REGULAR",
    "TIER_RANK": 1,
    "MAX_CAPACITY": 100.0,
    "PREMIUM_PER_UNIT": 0.0,
}
SHIFT = {**REGULAR, "TIER_CODE": "THIRD_SHIFT", "TIER_RANK": 2, "MAX_CAPACITY": 60.0}
BY_UNIT = [REGULAR, {**SHIFT, "PREMIUM_PER_UNIT": 1.0}]
BY_MONTH = [REGULAR, {**SHIFT, "FIXED_COST": 60.0}]
ROUTING = {
    "PRODUCT_ID": 1,
    "ROUTING_CODE": "R",
    "WORK_CENTER_ID": 101,
    "CAPACITY_PER_UNIT": 1.0,
    "UNIT_COST": 10.0,
}
GIVEN: dict[str, dict[str, Any]] = {
    "third shift at 1 a unit": {"capacity_tiers": BY_UNIT},
    "third shift at 60 a month": {"capacity_tiers": BY_MONTH},
    "third shift at 1 a unit, lots of 20, at least 40": {
        "capacity_tiers": BY_UNIT,
        "product_routings": [{**ROUTING, "MIN_LOT": 40.0, "LOT_MULTIPLE": 20.0}],
    },
}


def test_the_figures_of_the_page_are_those_of_the_planner() -> None:
    lines: list[str] = []
    for what, tables in GIVEN.items():
        solved = plan(
            one_line([90, 90, 130, 130], capacity=100.0, **tables),
            policy_of(shortage="lost_sales"),
            policy_name="page",
            input_hash="page",
            prices="none",
        )
        builds = solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"]
        tiers = solved.tables["BUILD_PLAN_CAPACITY"].set_index("TIER_CODE")
        shift = tiers.loc["THIRD_SHIFT", "CAPACITY_USED"]
        cost = f"{solved.report['published_cost']:,.0f}"
        lines.append(f"| {what} | {_listed(builds)} | {_listed(shift)} | {cost} |")
    assert "\n".join(lines) in PAGE.read_text("utf-8"), "\n".join(lines)


def _listed(units: Any) -> str:
    return ", ".join(f"{one:,.0f}" for one in units)


def test_a_tier_that_is_activated_and_full_has_one_price_and_a_closed_one_none() -> None:
    # 40 units are lost in February at 100 each, a unit costs 10 to make, and none may wait.
    solved = plan(
        one_line([90, 200], capacity_tiers=BY_MONTH, capacity=100.0),
        policy_of(shortage="lost_sales", lost_sale_cost_per_unit=100.0, max_age_days=0),
        policy_name="prices",
        input_hash="prices",
        prices="all",
    )
    assert solved.tables["BUILD_PLAN_INVENTORY"]["LOST_SALES"].sum() == 40
    prices = {
        (one["tier_code"], one["period"]): (one["one_more_saves"], one["one_less_costs"])
        for one in solved.report["shadow_prices"]
        if one["constraint"] == "work_center_capacity"
    }
    assert prices["THIRD_SHIFT", "2025-02-01"] == (90.0, 90.0)
    assert ("THIRD_SHIFT", "2025-01-01") not in prices
