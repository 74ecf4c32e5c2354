"""The part of a plan that is asked for: found by code or name, and added up to what it is."""

from __future__ import annotations

import pandas as pd
import pytest

from sop_pipeline.errors import UsageError
from sop_pipeline.report.build_tables import ROWS_SHOWN, build_table
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.part_tables import part_tables
from sop_pipeline.report.parts import Part, part_of
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.selection import Choice
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.terminal import report_console, text_table
from sop_pipeline_tests.report.conftest import Frames


def _part(plan: Frames, names: Names, **asked: str) -> Part:
    return part_of(plan, "PEAK", names, Choice(**asked))


def _figures(table: TextTable) -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in table.rows}


@pytest.mark.parametrize("asked", ["WM-20", "washing machine, front loader, 8 kg", " wm-20 "])
def test_a_product_is_found_by_code_or_name_in_any_case(
    network_plan: Frames, names: Names, asked: str
) -> None:
    part = _part(network_plan, names, product=asked)
    assert set(part.build["PRODUCT_CODE"]) == {"WM-20"}
    assert set(part.stock["PRODUCT_CODE"]) == {"WM-20"}
    assert len(part.build) == 18


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("2024-10", ["2024-10-01"]),
        ("oct 2024", ["2024-10-01"]),
        ("2024-10-01", ["2024-10-01"]),
        (
            "Q3",
            ["2024-07-01", "2024-08-01", "2024-09-01", "2025-07-01", "2025-08-01", "2025-09-01"],
        ),
    ],
)
def test_a_period_is_found_by_its_name_month_first_day_or_fiscal_label(
    network_plan: Frames, names: Names, asked: str, days: list[str]
) -> None:
    part = _part(network_plan, names, period=asked)
    assert sorted(part.build["PRODUCTION_WEEK"].unique()) == list(pd.to_datetime(days))


def test_what_is_asked_for_together_narrows_together(network_plan: Frames, names: Names) -> None:
    part = _part(
        network_plan,
        names,
        family="screens",
        work_center="Line 1",
        site="PL-WEST",
        period="2024-12",
    )
    [row] = part.build.to_dict("records")
    assert (row["PRODUCT_CODE"], row["RECOMMENDED_QUANTITY"]) == ("TV-10", 1400.0)
    with pytest.raises(UsageError, match="Nothing is planned for family Screens, site PL-EAST"):
        _part(network_plan, names, family="Screens", site="PL-EAST")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"product": "WM-2O"}, r"no product 'WM-2O'\. Did you mean WM-20\?"),
        ({"family": "White good"}, r"no family 'White good'\. Did you mean White goods\?"),
        (
            {"work_center": "WC-NORTH"},
            r"no work centre 'WC-NORTH'\. Did you mean WC-WEST-01|It has",
        ),
        ({"site": "WH-WES"}, r"no plant or warehouse 'WH-WES'\. Did you mean WH-WEST\?"),
        ({"period": "Okt 2024"}, r"Did you mean Oct 2024\? It has Jul 2024 to Dec 2025\."),
        ({"site": "WH-WEST", "work_center": "WC-WEST-01"}, "Nothing is built in the warehouse"),
    ],
)
def test_what_is_not_in_the_plan_is_told_with_what_was_probably_meant(
    network_plan: Frames, names: Names, asked: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        _part(network_plan, names, **asked)


def test_a_warehouse_shows_its_stock_and_pallets_and_no_builds(
    network_plan: Frames, names: Names
) -> None:
    part = _part(network_plan, names, site="WH-EAST", period="2024-09")
    assert part.build.empty
    assert list(part.warehouses["OVERFLOW_PALLETS"]) == [12.0]
    fill, stock = part_tables(part)
    assert _figures(fill)["Sep 2024"] == ["99", "87", "100", "12", "99.0 %"]
    assert (
        stock.title == "Stock of WM-20 Washing machine, front loader, 8 kg in WH-EAST East (units)"
    )


def test_a_work_centre_shows_each_tier_and_its_load(network_plan: Frames, names: Names) -> None:
    part = _part(network_plan, names, work_center="WC-EAST-01", period="2024-10")
    _, load = part_tables(part)
    assert load.heads == ("Month", "Available", "Used regular", "Used overtime", "Load")
    assert _figures(load)["Oct 2024"] == ["100", "100", "25", "125.0 %"]


def test_an_aggregate_plan_knows_no_products_but_periods(
    aggregate_plan: Frames, names: Names
) -> None:
    with pytest.raises(UsageError, match="leave out --product, --work-center"):
        _part(aggregate_plan, names, product="TV-10", work_center="WC-WEST-01")
    [table] = part_tables(_part(aggregate_plan, names, period="2024-10"))
    assert table.rows[0][:2] == ("All products", "285,275")


def test_families_come_first_and_add_up_to_the_plan(network_plan: Frames, names: Names) -> None:
    [table] = part_tables(_part(network_plan, names))
    figures = _figures(table)
    assert list(figures) == ["Screens", "White goods", "Total"]
    built = network_plan["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum()
    assert figures["Total"][-1] == f"{built:,.0f}"
    assert figures["White goods"][5] == "520"


def test_products_without_a_family_stand_under_no_family(network_plan: Frames) -> None:
    part = _part(network_plan, Names(products={10: Label("TV-10", "Television", "Screens")}))
    assert [row[0] for row in part_tables(part)[0].rows] == ["No family", "Screens", "Total"]
    unknown = part_of(network_plan, "PEAK", Names(), Choice(family="no family"))
    assert set(unknown.build["PRODUCT_CODE"]) == {"product 10", "product 20"}


def test_one_period_shows_the_cost_of_all_that_is_in_it(network_plan: Frames, names: Names) -> None:
    build = network_plan["RECOMMENDED_BUILD_PLAN"].copy()
    build.loc[build["PRODUCT_ID"] == 20, "RECOMMENDED_QUANTITY"] = 0.0
    plan = {**network_plan, "RECOMMENDED_BUILD_PLAN": build}
    [table] = part_tables(_part(plan, names, period="2024-07"))
    total = build.loc[build["PRODUCTION_WEEK"] == "2024-07-01", "PROJECTED_TOTAL_COST"].sum()
    assert _figures(table)["Total"][-1] == f"{total:,.2f}"
    assert "total with transport and handling" in table.title


def test_many_products_are_cut_and_the_rest_added_up() -> None:
    many = ROWS_SHOWN + 5
    build = pd.DataFrame(
        {
            "CATEGORY_NAME": "F",
            "PRODUCT_CODE": [f"P{i:03d}" for i in range(many)],
            "PRODUCT_NAME": "",
            "PRODUCTION_WEEK": pd.Timestamp("2026-01-01"),
            "RECOMMENDED_QUANTITY": [float(i) for i in range(1, many + 1)],
            **dict.fromkeys(
                (
                    "PROJECTED_PRODUCTION_COST",
                    "PROJECTED_STORAGE_COST",
                    "PROJECTED_TOTAL_COST",
                ),
                1.0,
            ),
        }
    )
    figures = _figures(build_table(build, "product", PeriodNames()))
    assert next(iter(figures)) == "P005"
    assert figures["5 others"][0] == "15"
    assert figures["Total"][0] == f"{many * (many + 1) // 2:,}"


@pytest.mark.parametrize(
    "asked",
    [{}, {"family": "Screens"}, {"product": "TV-10"}, {"site": "WH-EAST"}, {"period": "2024-10"},
     {"work_center": "WC-EAST-01"}],
)  # fmt: skip
def test_no_figure_is_cut_in_two_at_80_columns(
    network_plan: Frames, names: Names, asked: dict[str, str]
) -> None:
    tables = part_tables(_part(network_plan, names, **asked))
    for table in tables:
        console = report_console()
        console.width = 80
        with console.capture() as captured:
            console.print(text_table(table))
        words = set(captured.get().split())
        figures = {cell for row in table.rows for text in row[1:] for cell in text.split()}
        assert figures <= words
        assert max(map(len, captured.get().splitlines())) <= 80


def test_periods_of_the_past_are_told_by_their_first_days() -> None:
    def kind(days: list[str]) -> str:
        rows = {"PRODUCTION_WEEK": pd.to_datetime(days), "FISCAL_MONTH": ["P1"] * len(days)}
        return PeriodNames.of_builds(pd.DataFrame(rows)).kind

    assert kind(["2026-01-01", "2026-02-01"]) == "month"
    assert kind(["2026-01-05", "2026-01-12"]) == "week"
    assert kind(["2026-01-04", "2026-02-01"]) == "fiscal"
    assert kind(["2026-01-05", "2026-02-02"]) == "fiscal"
