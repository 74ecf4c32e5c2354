"""Infeasible hard policies are explained: conflict, month, quantity and cheapest repair."""

from __future__ import annotations

from typing import Any

import pytest

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.families.axes import INDEX_SETS
from sop_pipeline.planning.naming import Naming
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of, records

MADE: dict[str, object] = {
    "PRODUCT_ID": 1,
    "ROUTING_CODE": "R",
    "WORK_CENTER_ID": 101,
    "CAPACITY_PER_UNIT": 1.0,
    "UNIT_COST": 2.0,
}
SHIFT: dict[str, object] = {
    "WORK_CENTER_ID": 101,
    "TIER_CODE": "SHIFT",
    "MAX_CAPACITY": 4.0,
    "PREMIUM_PER_UNIT": 0.0,
}


def _message(inputs: PlanningInputs, policy: Policy) -> str:
    with pytest.raises(NoFeasiblePlan) as error:
        planned(inputs, policy)
    return str(error.value)


def test_demand_beyond_capacity_is_named_with_month_and_quantity() -> None:
    message = _message(one_line([5, 9, 4], capacity=5), policy_of())
    assert "2025-02: demand 9 needs 4 more units than stock, capacity and storage" in message
    assert "capacity limit (tier 101 REGULAR [LINE Line], 2025-01 to 2025-02)" in message
    # March takes no part: without it, January and February still conflict.
    assert "2025-03" not in message


def test_a_month_lacks_what_it_lacks_not_what_a_later_one_would_take_from_it() -> None:
    message = _message(one_line([50, 50, 60, 50], capacity=5), policy_of())
    needs = [line.split("needs ")[1].split()[0] for line in message.splitlines() if "needs" in line]
    assert needs == ["45", "45", "55", "45"]


def test_the_cheapest_repair_is_priced_by_the_dearest_premium() -> None:
    overtime = [
        {
            "WORK_CENTER_ID": 101,
            "TIER_CODE": "OVERTIME",
            "MAX_CAPACITY": 1.0,
            "PREMIUM_PER_UNIT": 7.0,
        }
    ]
    inputs = one_line([5, 9, 4], capacity=5, capacity_tiers=overtime)
    message = _message(inputs, policy_of())
    assert "Cheapest repair, 14.00 in all: 2 capacity units more" in message
    assert "weight 7.00" in message


def test_lost_demand_is_the_repair_where_it_is_cheapest() -> None:
    overtime = [
        {
            "WORK_CENTER_ID": 101,
            "TIER_CODE": "OVERTIME",
            "MAX_CAPACITY": 0.0,
            "PREMIUM_PER_UNIT": 9.0,
        }
    ]
    cheap = [{"PRODUCT_ID": 1, "LOST_SALE_COST": 2.0}]
    inputs = one_line([5, 9], capacity=5, capacity_tiers=overtime, product_storage=cheap)
    message = _message(inputs, policy_of())
    assert "Cheapest repair, 8.00 in all: 4 units of demand less" in message


def test_opening_stock_beyond_the_storage_limit_is_repaired_at_the_overflow_rate() -> None:
    message = _message(one_line([5, 5], opening=50, places=20), policy_of())
    repair = "25 pallets more in 2025-01, 20 in 2025-02 (warehouse 11 [STORE Store]; weight 3.00)"
    assert repair in message
    assert "pallets the warehouse may hold (warehouse 11 [STORE Store], 2025-01)" in message


def test_a_repair_is_told_once_a_place_and_the_dearest_first() -> None:
    policy = policy_of(max_age_days=0)
    centers = records(one_line([1]).capacity_summary)
    inputs = one_line(
        [9, 4, 8],
        capacity=7,
        capacity_summary=[
            *centers,
            {**centers[0], "WORK_CENTER_ID": 102, "WORK_CENTER_CODE": "OVEN"},
        ],
        product_routings=[MADE, {**MADE, "WORK_CENTER_ID": 102}],
        capacity_tiers=[
            {**SHIFT, "WORK_CENTER_ID": 102, "TIER_CODE": "REGULAR", "MAX_CAPACITY": 5.0}
        ],
    )
    assert (
        "10.00 in all: 4 capacity units more in 2025-01, 3 in 2025-03 (work centre 102 [OVEN Line];"
        " weight 1.00); 2 capacity units more in 2025-01, 1 in 2025-03 (work centre 101 [LINE Line]"
    ) in _message(inputs, policy)


@pytest.mark.parametrize(
    ("tables", "remark"),
    [
        (
            {"capacity_tiers": [{**SHIFT, "FIXED_COST": 3.0, "MIN_USE": 9.0}]},
            "Tiers with less capacity than their MIN_USE are closed: LINE Line SHIFT in 2025-01",
        ),
        (
            {"product_routings": [{**MADE, "MIN_LOT": 30.0}]},
            "Routings that can make no lot: a minimum lot and its set-up take more than their work",
        ),
    ],
    ids=["a tier closed below its minimum use", "a minimum lot that nothing can make"],
)
def test_what_the_data_leaves_out_is_told_where_there_is_no_plan(
    tables: dict[str, Any], remark: str
) -> None:
    message = _message(one_line([5, 9], capacity=5, **tables), policy_of())
    assert f"Found in the data: {remark}" in message


@pytest.mark.parametrize(
    "axis", [name for name, one in INDEX_SETS.items() if {*one.index.split(",")} & {*"pwsra"}]
)
def test_every_index_set_of_products_and_places_says_what_they_are_called(axis: str) -> None:
    named = {"1": "NAME"}
    assert "[NAME" in Naming(named, named, named).told(axis, "1,1,1")


def test_stock_wanted_at_the_end_is_named() -> None:
    storage = [{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 30.0}]
    message = _message(one_line([5, 5], places=20, product_storage=storage), policy_of())
    assert "stock wanted at the end of the horizon (product 1 [P1 Product 1])" in message
    assert "10 units of stock less at the end" in message


def test_hard_safety_stock_that_does_not_fit_is_named() -> None:
    policy = policy_of(safety_stock="hard", safety_stock_ratio=1.0, shortage="lost_sales")
    message = _message(one_line([5, 30], places=20), policy)
    assert "safety stock (product 1 [P1 Product 1], warehouse 11 [STORE Store], 2025-01)" in message
    assert "10 units of safety stock less" in message


@pytest.mark.parametrize(
    ("demand", "capacity"), [([5, 5.5], [5.25, 5.25]), ([5.5, 5.5], [5.6, 5.6])]
)
def test_a_plan_that_exists_only_in_fractions_is_not_published(
    demand: list[float], capacity: list[float]
) -> None:
    message = _message(one_line(demand, capacity=capacity), policy_of())
    assert "No plan in whole units" in message
    assert "2025-02" in message


@pytest.mark.parametrize(
    "policy",
    [
        policy_of(shortage="forbid"),
        policy_of(shortage="backorder", safety_stock="hard", safety_stock_ratio=2.0),
        policy_of(shortage="lost_sales", safety_stock="hard", safety_stock_ratio=9.0),
    ],
)
def test_every_hard_policy_names_a_conflict_and_a_repair(policy: Policy) -> None:
    message = _message(one_line([20, 30], capacity=12, places=25), policy)
    assert "Conflict, of which none can be left out: " in message
    assert "Cheapest repair" in message
