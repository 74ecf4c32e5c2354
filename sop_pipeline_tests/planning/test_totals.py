"""Totals: beyond what a row may hold they are planned, beyond what a column holds refused."""

from __future__ import annotations

import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import PlanningInputs
from sop_pipeline.planning.optimum import prepared_problem
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of


def _company(units: float, unit_cost: float, products: int = 1) -> PlanningInputs:
    master = [
        {
            "PRODUCT_ID": p,
            "PRODUCT_CODE": f"P{p}",
            "PRODUCT_NAME": f"Product {p}",
            "UNIT_PRICE": 50.0,
            "UNIT_COST": unit_cost,
        }
        for p in range(1, products + 1)
    ]
    return one_line(
        [units, units], products=products, product_master=master, capacity=9e9, places=9e9
    )


@pytest.mark.parametrize(("units", "unit_cost"), [(3e6, 7e5), (9e8, 1.1e6)])
def test_money_may_add_up_to_more_than_one_row_may_hold(units: float, unit_cost: float) -> None:
    solved = planned(_company(units, unit_cost))
    assert solved.report["objective"] == pytest.approx(2 * units * unit_cost, rel=1e-9)
    assert solved.report["objective"] > 1e12
    broken = [str(f) for outcome in check_plan(solved) if outcome.blocks for f in outcome.faults]
    assert broken == []


def test_demand_that_costs_more_than_a_column_holds_is_refused_before_the_solve() -> None:
    with pytest.raises(InputRefused) as refused:
        prepare_network(_company(5e9, 9e11, products=2), policy_of())
    (fault,) = refused.value.faults
    assert (fault.table, fault.column) == ("DEMAND_FORECAST_VERSIONS", "FORECAST_QUANTITY")
    assert fault.rows[0].startswith("PRODUCT_ID=1: ")
    assert "1e+16" in fault.expected
    assert "thousands" in fault.remedy


def test_a_plan_whose_money_no_column_holds_is_a_fault_of_the_input() -> None:
    """Storage costs are known only once it is planned how long goods wait."""
    storage = [{"PRODUCT_ID": 1, "HOLDING_COST_PER_MONTH": 9e11}]
    inputs = one_line([0, 9e5], capacity=[9e5, 0], places=9e9, product_storage=storage)
    with pytest.raises(InputRefused) as refused:
        planned(inputs)
    (fault,) = refused.value.faults
    assert (fault.table, fault.column) == (
        "LOGISTICS_COST_FACT",
        "STORAGE_COST_PER_PALLET_PER_DAY",
    )
    assert fault.rows == ("product 1, warehouse 11, period 2025-01: 810,000,000,000,000,000",)
    assert "1e+16" in fault.expected


def test_a_total_at_the_aggregate_grain_is_not_laid_at_the_door_of_its_stand_in() -> None:
    """The pooled product carries the identifier of the first one, which wants half of it."""
    pooled = policy_of(grain="aggregate")
    with pytest.raises(InputRefused) as refused:
        prepared_problem(_company(5e9, 9e11, products=2), pooled)
    (fault,) = refused.value.faults
    assert fault.column == "FORECAST_QUANTITY"
    assert fault.got == "18,000,000,000,000,000,000,000"
    assert (fault.rows, fault.total) == ((), 0)
