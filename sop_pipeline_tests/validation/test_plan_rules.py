"""The rules of a solved plan pass a true plan, and each finds the one thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.validation.check import checked_inputs
from sop_pipeline.validation.intake import Intake, Scenario
from sop_pipeline.validation.plan_rules import check_plan, published_faults
from sop_pipeline.warehouse import MEMORY, DuckDBWarehouse
from sop_pipeline.warehouse.folder import load_folder
from sop_pipeline_tests.small_company import write_company


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> SolvedPlan:
    """The small company's push, planned product by product."""
    store = DuckDBWarehouse(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path_factory.mktemp("c") / "c")).tables)
    policy = load_policy("standard")
    inputs = checked_inputs(Intake(store, Scenario(2, "PUSH", "Push"), policy))
    return plan(inputs, policy, policy_name="standard", input_hash="x")


def _broken(solved: SolvedPlan) -> list[str]:
    return [outcome.rule.name for outcome in check_plan(solved) if not outcome.passed]


def _changed(
    solved: SolvedPlan, table: str, change: Callable[[pd.DataFrame], object]
) -> SolvedPlan:
    frame = solved.tables[table].copy()
    change(frame)
    return replace(solved, tables={**solved.tables, table: frame})


def test_a_true_plan_breaks_no_rule(solved: SolvedPlan) -> None:
    assert _broken(solved) == []


def _add(column: str, amount: float, row: int = 0) -> Callable[[pd.DataFrame], object]:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame.index[row], column] += amount

    return change


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("BUILD_PLAN_INVENTORY", _add("ENDING_INVENTORY", 1.0), "inventory_balance"),
        ("BUILD_PLAN_INVENTORY", _add("OPENING_INVENTORY", 2.0, row=3), "inventory_balance"),
        ("BUILD_PLAN_INVENTORY", _add("BACKORDER", 1.0), "inventory_balance"),
        ("BUILD_PLAN_CAPACITY", _add("CAPACITY_USED", 1e6), "capacity_respected"),
        ("BUILD_PLAN_WAREHOUSE", _add("OVERFLOW_PALLETS", 1.0), "overflow_counted"),
        ("RECOMMENDED_BUILD_PLAN", _add("RECOMMENDED_QUANTITY", 0.5), "whole_units"),
        ("RECOMMENDED_BUILD_PLAN", _add("PROJECTED_TOTAL_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("PRODUCTION_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("ROUNDING_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("RELATIVE_GAP", 1e-5), "certified"),
        ("BUILD_PLAN_SUMMARY", _add("DUAL_VIOLATION", float("nan")), "certified"),
        ("BUILD_PLAN_INVENTORY", _add("SERVED", -1e9), "schemas"),
    ],
)
def test_one_wrong_figure_breaks_the_rule_that_is_about_it(
    solved: SolvedPlan, table: str, change: Callable[[pd.DataFrame], object], rule: str
) -> None:
    assert rule in _broken(_changed(solved, table, change))


def test_what_is_published_is_compared_value_by_value(solved: SolvedPlan) -> None:
    assert published_faults(solved.tables, solved.tables) == []
    other = _changed(solved, "BUILD_PLAN_SHIPMENT", _add("UNITS_SHIPPED", 1.0))
    (fault,) = published_faults(other.tables, solved.tables)
    assert (fault.table, fault.column) == ("BUILD_PLAN_SHIPMENT", "UNITS_SHIPPED")
    fewer = {**solved.tables, "BUILD_PLAN_CAPACITY": solved.tables["BUILD_PLAN_CAPACITY"].iloc[1:]}
    assert published_faults(fewer, solved.tables)[0].table == "BUILD_PLAN_CAPACITY"
