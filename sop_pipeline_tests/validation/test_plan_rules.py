"""The rules of a solved plan pass a true plan, and each finds the one thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.plan_rules import check_plan, published_faults
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.small_company import write_company


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> SolvedPlan:
    """The small company's push, planned product by product."""
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path_factory.mktemp("c") / "c")).tables)
    policy = load_policy("standard")
    checked = read_and_check(InputReader(store, Scenario(2, "PUSH", "Push"), policy))
    return plan(checked.planning_inputs, policy, policy_name="standard", input_hash="x")


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


def _set(column: str, value: object) -> Callable[[pd.DataFrame], object]:
    """Set a figure of the first build that serves at once, or else of the first row."""

    def change(frame: pd.DataFrame) -> None:
        builds = (
            frame.query("SOURCE == 'BUILD' and MONTHS_HELD == 0") if "SOURCE" in frame else frame
        )
        frame.loc[builds.index[0], column] = value

    return change


def _delay(shipments: pd.DataFrame) -> None:
    """Let the largest shipment take longer than the horizon."""
    shipments.loc[shipments["UNITS_SHIPPED"].idxmax(), "LEAD_TIME_PERIODS"] = 99.0


def _use_one_more_than_there_is(capacity: pd.DataFrame) -> None:
    fullest = capacity["CAPACITY_AVAILABLE"].idxmax()
    capacity.loc[fullest, "CAPACITY_USED"] = capacity.loc[fullest, "CAPACITY_AVAILABLE"] + 1.0


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("BUILD_PLAN_INVENTORY", _add("ENDING_INVENTORY", 1.0), "inventory_balance"),
        ("BUILD_PLAN_INVENTORY", _add("OPENING_INVENTORY", 2.0, row=3), "inventory_balance"),
        ("BUILD_PLAN_INVENTORY", _add("BACKORDER", 1.0), "inventory_balance"),
        ("BUILD_PLAN_INVENTORY", _add("RECEIVED", -1.0, row=4), "goods_arrive"),
        ("BUILD_PLAN_INVENTORY", _add("SHIPPED_OUT", 1.0), "goods_arrive"),
        ("BUILD_PLAN_INVENTORY", _add("SAFETY_STOCK_TARGET", 1e6), "safety_stock_kept"),
        ("BUILD_PLAN_INVENTORY", _add("SAFETY_STOCK_SHORTFALL", 1.0), "safety_stock_kept"),
        ("BUILD_PLAN_CAPACITY", _use_one_more_than_there_is, "capacity_respected"),
        ("BUILD_PLAN_SHIPMENT", _add("UNITS_SHIPPED", 1.0), "builds_are_shipped"),
        ("BUILD_PLAN_SHIPMENT", _add("UNITS_SHIPPED", 0.5), "whole_units"),
        ("BUILD_PLAN_SHIPMENT", _delay, "lanes_respected"),
        ("RECOMMENDED_BUILD_PLAN", _add("RECOMMENDED_QUANTITY", 1.0), "builds_are_shipped"),
        ("RECOMMENDED_BUILD_PLAN", _add("PROJECTED_INVENTORY", 1.0), "stock_agrees"),
        ("BUILD_PLAN_WAREHOUSE", _add("OVERFLOW_PALLETS", 1.0), "overflow_counted"),
        ("RECOMMENDED_BUILD_PLAN", _add("RECOMMENDED_QUANTITY", 0.5), "whole_units"),
        ("RECOMMENDED_BUILD_PLAN", _add("PROJECTED_TOTAL_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("PRODUCTION_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("ROUNDING_COST", 0.01), "costs_add_up"),
        ("BUILD_PLAN_SUMMARY", _add("RELATIVE_GAP", 1e-5), "certified"),
        ("BUILD_PLAN_SUMMARY", _add("DUAL_VIOLATION", float("nan")), "certified"),
        ("BUILD_PLAN_INVENTORY", _add("SERVED", -1e9), "schemas"),
        ("BUILD_PLAN_PEGGING", _add("UNITS", 1e-4), "pegs_add_up"),
        ("BUILD_PLAN_PEGGING", _add("UNITS", 1e-4, row=-1), "pegs_add_up"),
        ("BUILD_PLAN_PEGGING", _set("PRODUCT_ID", 9), "pegs_add_up"),
        ("RECOMMENDED_BUILD_PLAN", _add("RECOMMENDED_QUANTITY", 1.0), "pegs_add_up"),
        ("BUILD_PLAN_INVENTORY", _add("OPENING_INVENTORY", 1.0), "pegs_add_up"),
        ("BUILD_PLAN_PEGGING", _set("SOURCE_PERIOD", pd.Timestamp("2030-01-01")), "pegs_in_order"),
        ("BUILD_PLAN_PEGGING", _set("DUE_PERIOD", pd.Timestamp("2030-01-01")), "pegs_in_order"),
        ("BUILD_PLAN_PEGGING", _add("MONTHS_HELD", 1000.0), "pegs_in_order"),
        ("BUILD_PLAN_PEGGING", _set("WORK_CENTER_ID", None), "pegs_in_order"),
        ("BUILD_PLAN_PEGGING", _set("BUILT_AHEAD", True), "pegs_in_order"),
        ("BUILD_PLAN_PEGGING", _add("HOLDING_COST", 0.01), "holding_is_pegged"),
        ("BUILD_PLAN_SUMMARY", _add("REVENUE", 0.01), "margin_adds_up"),
        ("BUILD_PLAN_SUMMARY", _add("MARGIN", 0.01), "margin_adds_up"),
        ("BUILD_PLAN_SHADOW_PRICE", _add("LIMIT_VALUE", 1.0), "prices_are_of_limits"),
        ("BUILD_PLAN_SHADOW_PRICE", _set("ONE_LESS_COSTS", None), "prices_are_of_limits"),
        ("BUILD_PLAN_SHADOW_PRICE", _set("TIER_CODE", "OTHER"), "prices_are_of_limits"),
    ],
)
def test_one_wrong_figure_breaks_the_rule_that_is_about_it(
    solved: SolvedPlan, table: str, change: Callable[[pd.DataFrame], object], rule: str
) -> None:
    assert rule in _broken(_changed(solved, table, change))


def test_the_figure_of_a_certificate_that_is_too_large_is_named(solved: SolvedPlan) -> None:
    wrong = _changed(solved, "BUILD_PLAN_SUMMARY", _add("RELATIVE_GAP", 1e-5))
    (fault,) = (fault for outcome in check_plan(wrong) for fault in outcome.faults)
    assert (fault.rule, fault.expected) == ("certified", "at most 1e-06")
    assert (fault.got, fault.column) == ("1e-05", "RELATIVE_GAP")


def _with_every_limit_hard(**fields: object) -> SolvedPlan:
    storage = [{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 4.0}]
    hard = policy_of(safety_stock="hard", safety_stock_ratio=0.5, **fields)
    return planned(one_line([4, 8], places=8, product_storage=storage), hard)


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("BUILD_PLAN_INVENTORY", _add("SAFETY_STOCK_TARGET", 1.0), "safety_stock_kept"),
        ("BUILD_PLAN_INVENTORY", _add("SAFETY_STOCK_SHORTFALL", 1.0), "safety_stock_kept"),
        ("BUILD_PLAN_INVENTORY", _add("LOST_SALES", 1.0), "shortage_allowed"),
        ("BUILD_PLAN_INVENTORY", _add("BACKORDER", 1.0), "shortage_allowed"),
        ("BUILD_PLAN_INVENTORY", _add("ENDING_INVENTORY", -1.0, row=-1), "terminal_stock_kept"),
        ("BUILD_PLAN_WAREHOUSE", _add("THRESHOLD_PALLETS", -5.0), "storage_respected"),
        ("BUILD_PLAN_WAREHOUSE", _add("PALLETS", 5.0), "storage_respected"),
    ],
)
def test_one_unit_too_many_breaks_a_hard_limit(
    table: str, change: Callable[[pd.DataFrame], object], rule: str
) -> None:
    solved = _with_every_limit_hard()
    assert _broken(solved) == []
    assert rule in _broken(_changed(solved, table, change))


def test_no_demand_is_late_without_backorders_nor_after_the_horizon() -> None:
    late = _add("BACKORDER", 1.0, row=-1)
    for shortage in ("lost_sales", "backorder"):
        solved = _with_every_limit_hard(shortage=shortage)
        assert _broken(solved) == []
        changed = _changed(solved, "BUILD_PLAN_INVENTORY", late)
        assert "shortage_allowed" in _broken(changed)


def test_storage_is_limited_where_overflow_is_priced() -> None:
    solved = _with_every_limit_hard(overflow="priced", overflow_limit_pct=100)
    assert _broken(solved) == []
    over = _add("PALLETS", 5.0)
    assert "storage_respected" in _broken(_changed(solved, "BUILD_PLAN_WAREHOUSE", over))


def test_what_is_published_is_compared_value_by_value(solved: SolvedPlan) -> None:
    assert published_faults(solved.tables, solved.tables) == []
    other = _changed(solved, "BUILD_PLAN_SHIPMENT", _add("UNITS_SHIPPED", 1.0))
    (fault,) = published_faults(other.tables, solved.tables)
    assert (fault.table, fault.column) == ("BUILD_PLAN_SHIPMENT", "UNITS_SHIPPED")
    fewer = {**solved.tables, "BUILD_PLAN_CAPACITY": solved.tables["BUILD_PLAN_CAPACITY"].iloc[1:]}
    assert published_faults(fewer, solved.tables)[0].table == "BUILD_PLAN_CAPACITY"


def test_a_large_published_figure_that_is_a_cent_off_is_found(solved: SolvedPlan) -> None:
    costs = solved.tables["RECOMMENDED_BUILD_PLAN"]["PROJECTED_TOTAL_COST"]
    off = _add("PROJECTED_TOTAL_COST", 0.02, row=int(costs.to_numpy().argmax()))
    other = _changed(solved, "RECOMMENDED_BUILD_PLAN", off)
    (fault,) = published_faults(other.tables, solved.tables)
    assert fault.column == "PROJECTED_TOTAL_COST"
