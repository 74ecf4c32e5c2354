"""What a hedge says of its futures is held to its own tables: one wrong figure breaks a rule."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.services.plans import solve
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.hedged_company import hedged_company


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    """The hedge of the small company, its worst future weighed."""
    checked = library.Company(hedged_company()).checked("HEDGE", overrides={"risk_weight": 0.2})
    return solve(checked, policy_name="standard")


def _broken(solved: SolvedPlan) -> list[str]:
    return [outcome.rule.name for outcome in check_plan(solved) if not outcome.passed]


def _off(solved: SolvedPlan, table: str, column: str, by: float) -> SolvedPlan:
    rows = solved.tables[table].copy()
    rows.loc[rows.index[-1], column] += by
    return replace(solved, tables={**solved.tables, table: rows})


def test_a_true_hedge_breaks_no_rule(solved: SolvedPlan) -> None:
    assert _broken(solved) == []
    assert solved.report["cost_terms"]["risk"] > 0


@pytest.mark.parametrize(
    ("table", "column", "by", "rule"),
    [
        ("BUILD_PLAN_FUTURE", "PRODUCTION_COST", 0.05, "future_costs_add_up"),
        ("BUILD_PLAN_FUTURE", "COST", 0.05, "future_costs_add_up"),
        ("BUILD_PLAN_FUTURE", "REGRET", 0.05, "regret_is_right"),
        ("BUILD_PLAN_FUTURE", "OWN_BEST_COST", 1e6, "regret_is_right"),
        ("BUILD_PLAN_FUTURE", "PROBABILITY", 0.01, "futures_add_up"),
        ("BUILD_PLAN_FUTURE", "MEAN_PLAN_COST", 1.0, "futures_worth"),
        ("BUILD_PLAN_FUTURE", "LOST_UNITS", -1e9, "schemas"),
        ("BUILD_PLAN_SUMMARY", "EXPECTED_COST", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "WAIT_AND_SEE_COST", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "MEAN_PLAN_COST", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "EVPI", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "VSS", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "RISK_COST", 0.1, "futures_worth"),
        ("BUILD_PLAN_SUMMARY", "ROUNDING_COST", 0.1, "costs_add_up"),
    ],
)
def test_one_wrong_figure_breaks_the_rule_that_is_about_it(
    solved: SolvedPlan, table: str, column: str, by: float, rule: str
) -> None:
    assert rule in _broken(_off(solved, table, column, by))


def test_a_hedge_without_its_futures_and_a_repeated_one_are_found(solved: SolvedPlan) -> None:
    rows = solved.tables["BUILD_PLAN_FUTURE"]
    for changed, rule in (
        (rows.head(0), "futures_worth"),
        (pd.concat([rows, rows.tail(1)], ignore_index=True), "schemas"),
    ):
        tables = {**solved.tables, "BUILD_PLAN_FUTURE": changed}
        assert rule in _broken(replace(solved, tables=tables))
