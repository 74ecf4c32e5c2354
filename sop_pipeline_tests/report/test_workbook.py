"""What a planner takes away: a workbook that is right cell by cell, and files that run nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sop_pipeline.errors import UsageError
from sop_pipeline.report import workbook
from sop_pipeline.report.flat_files import write_flat_files
from sop_pipeline.report.named_tables import named_tables
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.periods import plan_by_period
from sop_pipeline.report.workbook import write_workbook
from sop_pipeline_tests.report.conftest import Frames

FORMULAS = ("=CMD()", "+1", "-1", "@SUM(A1)", "\t=1")


def _saved(path: Path, plans: dict[str, Frames], names: Names) -> Any:
    write_workbook(path, named_tables(plans, names), plans)
    return openpyxl.load_workbook(path)


def _rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    heads, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_a_workbook_has_a_summary_and_a_sheet_for_every_table(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, names)
    assert book.sheetnames == ["Summary", "By period", "Build plan", *network_plan]
    assert book["Summary"]._charts
    assert len(book["By period"]._charts) == 2


def test_the_summary_tells_what_a_rule_costs_beside_a_plan_without_one(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    ruled = network_plan["BUILD_PLAN_SUMMARY"].assign(RULE_COST=34440.36)
    plans = {"BASE": network_plan, "RULED": network_plan | {"BUILD_PLAN_SUMMARY": ruled}}
    shown = {
        row["Plan"]: row for row in _rows(_saved(tmp_path / "x.xlsx", plans, names), "Summary")
    }
    told = shown["Cost of the rule of who goes short"]
    assert (told["BASE"], told["RULED"]) == (None, 34440.36)


def test_every_figure_and_date_of_a_table_stands_in_its_cell_as_what_it_is(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, names)
    shown = _rows(book, "BUILD_PLAN_INVENTORY")
    table = network_plan["BUILD_PLAN_INVENTORY"]
    assert [row["DEMAND (unit)"] for row in shown] == table["DEMAND"].tolist()
    days = [row["PERIOD_START"] for row in shown]
    assert all(isinstance(day, dt.datetime) for day in days)
    assert days == [day.to_pydatetime() for day in table["PERIOD_START"]]
    assert {row["SITE_CODE"] for row in shown} == {"WH-WEST", "WH-EAST"}


def test_the_build_plan_has_one_row_per_product_work_centre_and_period_in_words(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, names)
    shown, table = _rows(book, "Build plan"), network_plan["RECOMMENDED_BUILD_PLAN"]
    assert len(shown) == len(table)
    first = shown[0]
    assert (first["Family"], first["Product code"], first["Product"]) == (
        "Screens",
        "TV-10",
        "Television",
    )
    assert (first["Plant"], first["Work centre code"]) == ("PL-WEST", "WC-WEST-01")
    assert sum(row["Build (unit)"] for row in shown) == table["RECOMMENDED_QUANTITY"].sum()
    assert sum(row["Total cost (USD)"] for row in shown) == pytest.approx(
        table["PROJECTED_TOTAL_COST"].sum()
    )


def test_plans_of_several_scenarios_stand_under_each_other_with_their_codes(
    tmp_path: Path, network_plan: Frames, aggregate_plan: Frames, names: Names
) -> None:
    plans = {"BASE": network_plan, "PUSH": aggregate_plan}
    book = _saved(tmp_path / "plans.xlsx", plans, names)
    shown = pd.DataFrame(_rows(book, "By period"))
    for code, tables in plans.items():
        periods = plan_by_period(tables)
        rows = shown[shown["Scenario"] == code]
        assert rows["Build (unit)"].tolist() == periods["BUILD"].tolist()
        assert rows["Total cost"].tolist() == periods["TOTAL"].tolist()


def test_heads_stay_in_sight_filter_and_repeat_on_every_printed_page(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, names)
    filled = [name for name, rows in network_plan.items() if not rows.empty]
    for name in ("Build plan", *filled):
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", None)


@pytest.mark.parametrize("text", [*FORMULAS, "<script>alert(1)</script>", "\u202eLTR", "x" * 300])
def test_a_name_is_text_in_a_workbook_whatever_it_looks_like(
    tmp_path: Path, network_plan: Frames, text: str
) -> None:
    hostile = Names(products=dict.fromkeys((10, 20), Label(text, text, text)))
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, hostile)
    cell = next(book["Build plan"].iter_rows(min_row=2, min_col=4, max_col=4))[0]
    assert cell.data_type == "s"
    assert cell.value == text


@pytest.mark.parametrize("text", FORMULAS)
def test_a_name_that_looks_like_a_formula_is_guarded_in_csv_and_kept_in_parquet(
    tmp_path: Path, network_plan: Frames, text: str
) -> None:
    hostile = Names(products=dict.fromkeys((10, 20), Label(text, text, text)))
    write_flat_files(tmp_path, named_tables({"BASE": network_plan}, hostile))
    csv = pd.read_csv(tmp_path / "BUILD_PLAN.csv", keep_default_na=False)
    parquet = pd.read_parquet(tmp_path / "BUILD_PLAN.parquet")
    assert set(csv["PRODUCT_NAME"]) == {f"'{text}"}
    assert set(parquet["PRODUCT_NAME"]) == {text}


def test_files_have_iso_dates_and_every_figure_of_their_table(
    tmp_path: Path, network_plan: Frames, names: Names
) -> None:
    write_flat_files(tmp_path, named_tables({"BASE": network_plan}, names))
    for name, table in network_plan.items():
        csv = pd.read_csv(tmp_path / f"{name}.csv")
        parquet = pd.read_parquet(tmp_path / f"{name}.parquet")
        assert list(csv) == list(parquet)
        assert len(csv) == len(parquet) == len(table)
    csv = pd.read_csv(tmp_path / "BUILD_PLAN_INVENTORY.csv")
    assert csv["PERIOD_START"].iloc[0] == "2024-07-01"
    assert csv["DEMAND"].tolist() == network_plan["BUILD_PLAN_INVENTORY"]["DEMAND"].tolist()


def test_an_id_without_a_name_is_told_by_its_number(tmp_path: Path, network_plan: Frames) -> None:
    book = _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, Names())
    assert {row["Product code"] for row in _rows(book, "Build plan")} == {
        "product 10",
        "product 20",
    }


def test_a_table_with_more_rows_than_a_sheet_is_refused_by_name(
    tmp_path: Path, network_plan: Frames, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    with pytest.raises(UsageError, match="BUILD_PLAN has 36 rows, and an Excel sheet holds 9"):
        _saved(tmp_path / "plan.xlsx", {"BASE": network_plan}, names)
