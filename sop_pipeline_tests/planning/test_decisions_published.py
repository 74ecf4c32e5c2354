"""Whole decisions in the tables of a plan: they keep every rule, and each rule finds its fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sop_pipeline.planning import SolvedPlan
from sop_pipeline.report.decision_tables import decision_tables
from sop_pipeline.report.names import Names
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

DEMAND = [5, 19, 31, 7]
Change = Callable[[pd.DataFrame], object]


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    """Two products in lots on one line, whose shift is paid by the month."""
    tiers = [
        {"WORK_CENTER_ID": 101, "TIER_CODE": "SHIFT", "MAX_CAPACITY": 60.0, "PREMIUM_PER_UNIT": 1.0,
         "FIXED_COST": 100.33, "MIN_USE": 5.0}
    ]  # fmt: skip
    routing: dict[str, Any] = {"ROUTING_CODE": "A", "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": 1.0}
    routings = [
        {**routing, "PRODUCT_ID": 1, "SETUP_COST": 7.77, "SETUP_CAPACITY": 2.5},
        {**routing, "PRODUCT_ID": 2, "MIN_LOT": 11.0, "LOT_MULTIPLE": 4.0},
    ]
    inputs = one_line(
        DEMAND, capacity=30, products=2, capacity_tiers=tiers, product_routings=routings
    )
    return planned(inputs, policy_of(shortage="lost_sales"))


def _broken(solved: SolvedPlan) -> set[str]:
    return {outcome.rule.name for outcome in check_plan(solved) if not outcome.passed}


def test_a_plan_with_whole_decisions_breaks_no_rule_and_pays_for_them(solved: SolvedPlan) -> None:
    assert _broken(solved) == set()
    lots, capacity = solved.tables["BUILD_PLAN_SETUP"], solved.tables["BUILD_PLAN_CAPACITY"]
    in_lots = lots[lots["PRODUCT_ID"] == 2]
    assert (in_lots["UNITS"] % 4 == 0).all()
    assert set(in_lots.loc[in_lots["SET_UP"], "MIN_LOT"]) == {12.0}
    first = lots[lots["PRODUCT_ID"] == 1]
    assert first["SETUP_COST"].tolist() == [7.77 * on for on in first["SET_UP"]]
    assert first["SETUP_CAPACITY"].tolist() == [2.5 * on for on in first["SET_UP"]]
    shift = capacity[capacity["TIER_CODE"] == "SHIFT"]
    assert shift["ACTIVATED"].any()
    assert shift["FIXED_COST"].tolist() == [100.33 * on for on in shift["ACTIVATED"]]
    assert capacity.loc[capacity["TIER_CODE"] == "REGULAR", "ACTIVATED"].isna().all()
    spent = solved.report["published_cost_terms"]
    made = sum(spent[term] for term in ("production", "tier_premium", "activation", "setup"))
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"]["PROJECTED_PRODUCTION_COST"]
    assert rows.sum() == pytest.approx(made, abs=0.005)


def test_activated_tiers_and_set_ups_are_shown_where_a_plan_has_them(solved: SolvedPlan) -> None:
    activated, set_ups = decision_tables(solved.tables, Names())
    assert activated.title == "Activated tiers"
    assert "SHIFT" in activated.rows[0]
    assert len(set_ups.rows) == 2
    assert decision_tables(planned(one_line(DEMAND)).tables, Names()) == ()


def _of(column: str, value: Any, where: str) -> Change:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame.query(where).index[0], column] = value

    return change


ON, OFF = "SET_UP", "not SET_UP"
OPEN, SHUT = "ACTIVATED == True", "ACTIVATED == False"


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("BUILD_PLAN_SETUP", _of("LOTS", 1.5, f"PRODUCT_ID == 2 and {ON}"), "lots_kept"),
        ("BUILD_PLAN_SETUP", _of("MIN_LOT", 99.0, ON), "lots_kept"),
        ("BUILD_PLAN_SETUP", _of("UNITS", 1.0, ON), "lots_are_builds"),
        ("BUILD_PLAN_SETUP", _of("SET_UP", False, ON), "set_ups_made"),
        ("BUILD_PLAN_SETUP", _of("SETUP_CAPACITY", 1e4, ON), "set_ups_take_capacity"),
        ("BUILD_PLAN_SETUP", _of("SETUP_COST", 7.78, ON), "decisions_paid"),
        ("BUILD_PLAN_CAPACITY", _of("FIXED_COST", 100.34, OPEN), "decisions_paid"),
        ("BUILD_PLAN_CAPACITY", _of("ACTIVATED", False, OPEN), "tiers_activated"),
        ("BUILD_PLAN_CAPACITY", _of("MIN_USE", 99.0, OPEN), "tiers_activated"),
        ("BUILD_PLAN_CAPACITY", _of("CAPACITY_USED", 1.0, SHUT), "tiers_activated"),
    ],
)
def test_one_wrong_figure_breaks_the_rule_that_is_about_it(
    solved: SolvedPlan, table: str, change: Change, rule: str
) -> None:
    frame = solved.tables[table].copy()
    change(frame)
    assert rule in _broken(replace(solved, tables={**solved.tables, table: frame}))
