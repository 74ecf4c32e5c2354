"""Infeasible hard policies are explained: conflict, month, quantity and cheapest repair."""

from __future__ import annotations

import pytest

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of


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
    assert "25 pallets more (warehouse 11 [STORE Store], 2025-01; weight 3.00)" in message
    assert "pallets the warehouse may hold (warehouse 11 [STORE Store], 2025-01)" in message


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
