"""Classes of demand from files to words: read, checked, planned, told and explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.policies import load_policy
from sop_pipeline.report.class_tables import class_tables
from sop_pipeline.report.markdown import plan_markdown
from sop_pipeline.report.page.page import page_html
from sop_pipeline.report.terminal import comparison_report, plan_report, report_text
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.ddl import view_statements
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.plan_pegs import PEG_RULES
from sop_pipeline.validation.rules import RULES
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline_tests.small_company import Tables, altered, small_company, write_company

SCARCE = {"max_hours_per_day": 4.0, "allocation": "priority"}
VIEW_COLUMNS = """,
    forecast.DEMAND_CLASS,
    forecast.PRIORITY,
    forecast.LOST_SALE_COST"""


def _classed(rows: pd.DataFrame) -> pd.DataFrame:
    """Every forecast once for KEY, half of it again for SPOT, which pays and costs twice."""
    spot = rows.assign(
        DEMAND_FORECAST_ID=rows["DEMAND_FORECAST_ID"] + 1000,
        FORECAST_QUANTITY=rows["FORECAST_QUANTITY"] // 2,
        DEMAND_CLASS="SPOT",
        PRIORITY=2,
        LOST_SALE_COST=900.0,
    )
    key = rows.assign(DEMAND_CLASS="KEY", PRIORITY=1, LOST_SALE_COST=300.0)
    return pd.concat([key, spot], ignore_index=True)


def company() -> Tables:
    return altered("demand_forecasts", _classed)


@pytest.fixture(scope="module")
def plan() -> library.Plan:
    return library.plan(library.Company(company()), "PUSH", policy="standard", overrides=SCARCE)


def test_who_goes_short_is_told_wherever_the_plan_is_shown(plan: library.Plan) -> None:
    lost = plan.tables["BUILD_PLAN_SERVICE"].groupby("DEMAND_CLASS")["LOST_SALES"].sum()
    assert 0 <= lost["KEY"] < lost["SPOT"]
    assert plan.summary["rule_cost"] > 0
    (table,) = class_tables(plan.tables)
    assert [row[0] for row in table.rows] == ["KEY", "SPOT"]
    terminal = report_text(plan_report(plan.tables, "PUSH", plan.names))
    for told in (terminal, plan_markdown(plan.tables), page_html([plan.reported])):
        assert "Who goes short" in told
    assert "a rule that costs" in " ".join(terminal.split())
    assert "SPOT loses" in str(plan.explain())
    compared = report_text(comparison_report({"PUSH": plan.tables}, "PUSH"))
    assert "Who goes short" in compared


def test_a_class_that_does_not_add_up_breaks_the_rule_about_it(plan: library.Plan) -> None:
    rule = next(rule for rule in PEG_RULES if rule.name == "service_adds_up")
    solved = SolvedPlan(dict(plan.tables), plan.summary)
    assert rule.find(solved) == []
    for column in ("DEMAND", "SERVED", "BACKORDER", "LOST_SALES", "REVENUE", "REVENUE_AT_RISK"):
        wrong = plan.tables["BUILD_PLAN_SERVICE"].copy()
        wrong.loc[0, column] += 0.02
        tables = {**solved.tables, "BUILD_PLAN_SERVICE": wrong}
        assert rule.find(SolvedPlan(tables, plan.summary)), column


def _put(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        changed = _classed(rows).astype(object)
        changed.loc[len(rows) // 2, column] = value
        return changed

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_put("PRIORITY", "high"), ("PRIORITY", "one type")),
        (_put("PRIORITY", 2.5), ("PRIORITY", "whole")),
        (_put("PRIORITY", 0), ("PRIORITY", "at least 1")),
        (_put("LOST_SALE_COST", -1), ("LOST_SALE_COST", "at least 0")),
        (
            lambda rows: pd.concat(
                [
                    _classed(rows),
                    _classed(rows)
                    .head(len(rows))
                    .assign(
                        FORECAST_DATE=lambda key: key["FORECAST_DATE"].str[:8] + "15",
                        DEMAND_FORECAST_ID=lambda key: key["DEMAND_FORECAST_ID"] + 5000,
                        PRIORITY=3,
                    ),
                ]
            ),
            ("one PRIORITY for each class, product, site and period", "1 and 3"),
        ),
        (
            lambda rows: pd.concat(
                [_classed(rows), _classed(rows).assign(DEMAND_FORECAST_ID=range(5000, 5144))]
            ),
            ("one row per SCENARIO_ID, PRODUCT_ID, SITE_ID, FORECAST_DATE, DEMAND_CLASS",),
        ),
    ],
    ids=["text", "fraction", "zero", "negative", "two_priorities", "repeated"],
)
def test_a_class_that_cannot_be_meant_is_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputRefused) as refused:
        library.plan(library.Company(altered("demand_forecasts", change)), "PUSH")
    assert [word for word in words if word not in str(refused.value)] == [], refused.value


def test_a_class_on_one_row_only_leaves_the_others_a_class_of_their_own() -> None:
    def one(rows: pd.DataFrame) -> pd.DataFrame:
        extra = rows[rows["SCENARIO_ID"] == 2].head(1).assign(DEMAND_FORECAST_ID=9000)
        return pd.concat([rows, extra.assign(DEMAND_CLASS="KEY")], ignore_index=True)

    plan = library.plan(library.Company(altered("demand_forecasts", one)), "PUSH")
    service = plan.tables["BUILD_PLAN_SERVICE"]
    assert (service["DEMAND_CLASS"] == "KEY").sum() == 6
    assert service["DEMAND_CLASS"].isna().sum() == 36
    assert "together they are a class of their own" in " ".join(plan.summary["assumptions"])


@pytest.fixture
def store(tmp_path: Path) -> DuckDBStore:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path / "company", company())).tables)
    return store


def _told(store: DuckDBStore) -> tuple[pd.DataFrame, list[str]]:
    reader = InputReader(store, Scenario(2, "PUSH", "Push"), load_policy("standard"))
    inputs = reader.inputs()
    rules = [rule for rule in RULES["demand_forecasts"] if rule.name == "classes_in_view"]
    return inputs.rows("demand_forecasts"), [f.got for rule in rules for f in rule.find(inputs)]


def test_a_view_without_the_columns_of_classes_is_told_and_the_base_table_read(
    store: DuckDBStore,
) -> None:
    of_the_view, nothing = _told(store)
    assert nothing == []
    lacking = view_statements()[0].replace(VIEW_COLUMNS, "")
    assert lacking != view_statements()[0]
    with store._writing() as session:
        session.execute(lacking)
    of_the_base, told = _told(store)
    assert "lacks DEMAND_CLASS, PRIORITY, LOST_SALE_COST" in " ".join(told)
    pd.testing.assert_frame_equal(of_the_base, of_the_view)


def test_a_view_without_the_columns_is_read_where_no_class_is_used(tmp_path: Path) -> None:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path / "company", small_company())).tables)
    with store._writing() as session:
        session.execute(view_statements()[0].replace(VIEW_COLUMNS, ""))
    rows, told = _told(store)
    assert told == []
    assert rows["DEMAND_CLASS"].isna().all()
