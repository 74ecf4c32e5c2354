"""A figure of the policy that no row can feel is warned of, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, plan, preparation_warnings
from sop_pipeline.planning.preparation.unfelt import WHY_UNFELT
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

DEMAND = [5, 9, 4]
OTHERWISE: dict[str, Any] = {
    "units_per_pallet": 3.0,
    "working_days_per_month": 11.0,
    "storage_days_per_month": 11.0,
    "production_cost_per_unit": 3.0,
    "holding_cost_per_unit_month": 3.0,
    "safety_stock_ratio": 0.5,
    "safety_stock_penalty_per_unit": 3.0,
    "lost_sale_cost_per_unit": 3.0,
    "lost_sale_revenue_factor": 3.0,
    "backorder_cost_per_unit_month": 3.0,
    "overflow_limit_pct": 90.0,
    "initial_load_units": 3.0,
    "fair_share_weight": 0.5,
    "max_age_days": 95,
    "change_cost_periods": 1,
}
"""A value per field that is not its default."""
SOFT = {
    "shortage": "backorder",
    "overflow": "priced",
    "load_increase_cost_per_unit": 1.0,
    "change_cost_per_unit": 1.0,
    "allocation": "fair",
}
"""Choices under which every figure counts."""
WHOLE = {
    "UNITS_PER_PALLET": 1.0,
    "HOLDING_COST_PER_MONTH": 1.0,
    "SAFETY_STOCK_RATIO": 0.1,
    "LOST_SALE_COST": 9.0,
    "BACKORDER_COST_PER_PERIOD": 5.0,
    "MAX_AGE_DAYS": 900.0,
}


def storage(*products: int) -> list[dict[str, object]]:
    return [{"PRODUCT_ID": p, **WHOLE} for p in products]


def routing(product: int, cost: float | None) -> dict[str, object]:
    return {
        "PRODUCT_ID": product,
        "ROUTING_CODE": "R",
        "WORK_CENTER_ID": 101,
        "CAPACITY_PER_UNIT": 1.0,
        "UNIT_COST": cost,
        "EFFECTIVE_DATE": None,
        "EXPIRY_DATE": None,
    }


def unfelt(inputs: PlanningInputs, **fields: object) -> set[str]:
    warnings = preparation_warnings(inputs, Policy.parse(fields, "test"))
    return {field for field in WHY_UNFELT if any(f"policy's {field} " in w for w in warnings)}


def test_every_figure_has_a_case() -> None:
    assert set(OTHERWISE) == set(WHY_UNFELT)
    for field, value in OTHERWISE.items():
        assert value != Policy.model_fields[field].default


@pytest.mark.parametrize("field", OTHERWISE)
def test_a_figure_that_some_row_lacks_is_not_warned_of(field: str) -> None:
    inputs = one_line(DEMAND, products=2, product_storage=storage(1), capacity_calendar=[])
    assert unfelt(inputs, **SOFT, **{field: OTHERWISE[field]}) == set()


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("units_per_pallet", SOFT),
        ("holding_cost_per_unit_month", SOFT),
        ("safety_stock_ratio", SOFT),
        ("lost_sale_cost_per_unit", SOFT),
        ("lost_sale_revenue_factor", SOFT),
        ("backorder_cost_per_unit_month", SOFT),
        ("production_cost_per_unit", SOFT),
        ("working_days_per_month", SOFT),
        ("storage_days_per_month", {"overflow": "forbid"}),
        ("overflow_limit_pct", {"overflow": "forbid"}),
        ("safety_stock_penalty_per_unit", {"safety_stock": "hard"}),
        ("lost_sale_cost_per_unit", {"shortage": "forbid"}),
        ("backorder_cost_per_unit_month", {"shortage": "lost_sales"}),
        ("initial_load_units", {}),
        ("fair_share_weight", {}),
        ("change_cost_periods", {}),
        ("max_age_days", SOFT),
    ],
)
def test_a_figure_that_every_row_has_of_its_own_is_warned_of_and_changes_nothing(
    field: str, fields: dict[str, object]
) -> None:
    inputs = one_line(
        DEMAND, products=2, product_storage=storage(1, 2), product_routings=[routing(1, 7.0),
        routing(2, 8.0)],
    )  # fmt: skip
    assert unfelt(inputs, **fields, **{field: OTHERWISE[field]}) == {field}
    assert unfelt(inputs, **fields) == set()
    assert unfelt(inputs, **fields, **{field: Policy.model_fields[field].default}) == set()
    assert cost(inputs, policy_of(**fields, **{field: OTHERWISE[field]})) == cost(
        inputs, policy_of(**fields)
    )


def test_a_routing_without_a_cost_of_its_own_feels_the_policys() -> None:
    inputs = one_line(DEMAND, products=2, product_routings=[routing(1, 7.0), routing(2, None)])
    assert unfelt(inputs, production_cost_per_unit=3.0) == set()


def test_the_pooled_plan_feels_what_its_products_figures_hide_from_the_network() -> None:
    inputs = one_line(DEMAND, product_storage=storage(1))
    figures = {"safety_stock_ratio": 0.5, "working_days_per_month": 11.0}
    assert unfelt(inputs, grain="aggregate", **figures) == set()
    assert unfelt(inputs, grain="network", **figures) == set(figures)


def cost(inputs: PlanningInputs, policy: Policy) -> float | None:
    """The least cost; None where there is no plan."""
    try:
        solved = plan(inputs, policy, policy_name="x", input_hash="x", prices="none")
    except NoFeasiblePlan:
        return None
    return round(solved.report["objective"], 6)


@settings(deterministic, max_examples=10)
@given(companies(), st.sets(st.sampled_from(sorted(OTHERWISE)), min_size=1, max_size=4))
def test_what_is_warned_of_changes_nothing_in_any_company(
    company: tuple[PlanningInputs, Policy], fields: set[str]
) -> None:
    inputs, policy = company
    over = {**policy.model_dump(exclude_unset=True), **{f: OTHERWISE[f] for f in fields}}
    for field in unfelt(inputs, **over):
        without = {name: value for name, value in over.items() if name != field}
        assert cost(inputs, Policy.parse(over, "x")) == cost(inputs, Policy.parse(without, "x"))
