"""The page: every figure stands in a table, texts from data stay texts, it fits into a mail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest
import vl_convert

from sop_pipeline.errors import UsageError
from sop_pipeline.report.html import apart
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.page.blocks import Tables
from sop_pipeline.report.page.comparison import comparison_section
from sop_pipeline.report.page.page import page_html
from sop_pipeline.report.page.reported import Compared, Reported
from sop_pipeline.report.periods import worst_warehouses
from sop_pipeline.report.tables import TextTable
from sop_pipeline.schemas import plan as schemas
from sop_pipeline_tests.report.conftest import HOSTILE, Frames, MakeSummary, valid, with_scrap
from sop_pipeline_tests.report.page_reader import ReadPage, read_page

MOST_BYTES = 1_500_000
RIGHT_TO_LEFT = "\u05de\u05d7\u05e1\u05df \u05e6\u05e4\u05d5\u05df"


def with_prices(tables: Frames) -> Frames:
    """The plan with two limits priced."""
    prices = valid(
        schemas.BUILD_PLAN_SHADOW_PRICE,
        {
            "SCENARIO_ID": [1, 1],
            "CONSTRAINT_NAME": ["work_center_capacity", "warehouse_storage"],
            "WORK_CENTER_ID": [102, None],
            "TIER_CODE": ["REGULAR", None],
            "SITE_ID": [None, 4],
            "PERIOD_START": [pd.Timestamp(2024, 10, 1), pd.Timestamp(2024, 9, 1)],
            "UNIT": ["capacity_unit", "pallet"],
            "LIMIT_VALUE": [100.0, 87.0],
            "ONE_MORE_SAVES": [3.25, 10.0],
            "ONE_LESS_COSTS": [3.25, None],
            "ONE_LESS_INFEASIBLE": [False, True],
        },
    )
    return tables | {"BUILD_PLAN_SHADOW_PRICE": prices}


@pytest.fixture(scope="module")
def network(network_plan: Frames, names: Names) -> Reported:
    return Reported(
        "Q4_PUSH",
        with_prices(network_plan),
        names,
        title="Marketing push",
        warnings=("Work centre WC-EAST-01 runs 25 hours a day",),
        run_id="0123-abcd",
        published=pd.Timestamp(2024, 6, 30, 12, 5),
    )


@pytest.fixture(scope="module")
def page(network: Reported) -> ReadPage:
    return read_page(page_html([network]))


def test_every_figure_of_a_chart_is_a_cell_of_the_table_below_it(page: ReadPage) -> None:
    """A chart's marks are told as `Label, period: figure unit`; its table follows it."""
    charts = [marks for marks in page.marks if marks]
    charted = [t for t in page.tables if re.search(r"month|, pallets$", t.caption)]
    told = 0
    for marks in charts:
        label, _, _ = marks[0].rpartition(", ")
        for mark in marks:
            where, _, figure = mark.rpartition(": ")
            label, _, when = where.rpartition(", ")
            figure = figure.partition(" ")[0]
            short = f"{when[:3]}\n{when[-4:]}"
            assert any(
                table.cells().get((when, _HEADS.get(label, label)), "") == figure
                or table.cells().get((label, short), "") == figure
                for table in charted
            ), mark
            told += 1
    assert told >= 129, "18 months of 7 series, and three times a miss"


_HEADS = {"Stock up to the threshold": "Up to the threshold"}


def test_the_total_cost_is_the_headline_and_the_sum_of_what_is_spent(page: ReadPage) -> None:
    table = page.table("Cost by term")
    names = [row[0] for row in table.rows]
    at = names.index("Total cost")
    spent, total, penalties = table.rows[:at], table.rows[at], table.rows[at + 1 :]
    assert sum(_figure(row[1]) for row in spent) == pytest.approx(_figure(total[1]), abs=0.005)
    assert [row[0] for row in penalties] == [
        "Lost sales (penalty)",
        "Safety stock missing (penalty)",
    ]
    assert total[1] in "".join(page.texts).split("At a glance")[1].split("What hurts")[0]


def test_what_hurts_tells_the_figures_of_the_tables(page: ReadPage) -> None:
    hurts = "".join(page.texts).split("What hurts")[1].split("Demand, build and stock")[0]
    assert "40 units of demand are lost in Dec 2024, of 1 product." in hurts
    assert "Units of safety stock are missing in 18 months, most in Jul 2024 (10 units)" in hurts
    assert "1 warehouse over the threshold, most WH-EAST with 12 pallets in Sep 2024." in hurts
    assert "1 work centre is full in some month; WC-EAST-01 longest, 1 month." in hurts
    assert "Storage WH-EAST in Sep 2024 is the dearest: the next of its pallets would save" in hurts
    volume = page.table("Demand, build and stock by month").cells()
    assert volume["Dec 2024", "Lost"] == "40"
    assert volume["Jul 2024", "Safety stock missing"] == "10"


def test_what_is_thrown_away_is_told_where_there_is_any(page: ReadPage, network: Reported) -> None:
    assert "Scrapped" not in "".join(page.texts)
    told = read_page(page_html([replace(network, tables=with_scrap(network.tables))]))
    hurts = "".join(told.texts).split("What hurts")[1].split("Demand, build and stock")[0]
    assert "7 units of stock are thrown away in Jul 2024, of 1 product." in hurts
    assert told.table("Demand, build and stock by month").cells()["Jul 2024", "Scrapped"] == "7"
    places = next(one for one in told.tables if "stock thrown away" in one.caption)
    assert places.heads[-1] == "Scrapped in all"
    assert "7" in [row[-1] for row in places.rows]


def test_a_plan_that_hurts_nowhere_says_so(aggregate_plan: Frames) -> None:
    prices = with_prices(aggregate_plan)["BUILD_PLAN_SHADOW_PRICE"].iloc[:0]
    shown = read_page(page_html([Reported("A", aggregate_plan | {prices_name(): prices})]))
    text = "".join(shown.texts)
    assert "Nothing: every unit is served in time" in text
    assert "one unit more would save nothing" in text


def prices_name() -> str:
    return schemas.BUILD_PLAN_SHADOW_PRICE.name


def test_the_worst_warehouse_comes_first(page: ReadPage, network: Reported) -> None:
    rows = network.tables["BUILD_PLAN_WAREHOUSE"]
    assert worst_warehouses(rows) == [4, 3]
    small = [table.caption for table in page.tables if table.caption.endswith(", pallets")]
    assert small.index("WH-EAST East, pallets") < small.index("WH-WEST West, pallets")
    without = rows.assign(
        THRESHOLD_PALLETS=rows["THRESHOLD_PALLETS"].where(rows["SITE_ID"] == 4, 0)
    )
    assert worst_warehouses(without) == [3, 4], "what may hold nothing and holds something is worse"


def test_the_heat_map_has_each_tier_of_each_work_centre(page: ReadPage) -> None:
    table = page.table("Load by work centre, tier and month")
    rows = {(row[0], row[1]): row[2:] for row in table.rows}
    assert list(rows) == [
        ("WC-EAST-01 Line 1", "regular"),
        ("WC-EAST-01 Line 1", "overtime"),
        ("WC-WEST-01 Line 1", "regular"),
    ]
    assert rows["WC-EAST-01 Line 1", "regular"][3] == "100"
    assert rows["WC-EAST-01 Line 1", "overtime"][3] == "25 u"
    assert rows["WC-WEST-01 Line 1", "regular"][3] == "70"


def test_scarce_resources_have_names_and_prices(page: ReadPage) -> None:
    rows = page.table("What one unit more saves").rows
    assert rows == [
        ["Storage WH-EAST", "Sep 2024", "pallets", "87.0", "10.00", "no plan"],
        ["WC-EAST-01", "Oct 2024", "capacity units", "100.0", "3.25", "3.25"],
    ]


def test_builds_stand_by_family_and_product_and_add_up(page: ReadPage) -> None:
    by_family = page.table("Build by family and month (units)")
    products = page.table("Build by product and month (units)")
    rows = {row[0]: row for row in products.rows}
    assert rows["Television"][1] == "TV-10"
    assert rows["Washing machine, front loader, 8 kg"][1] == "WM-20"
    families = {row[0]: row for row in by_family.rows}
    assert families["Screens"][1:] == rows["Television"][2:]
    months = len(families["All"]) - 2
    assert months == 18
    for column in range(1, months + 2):
        parts = [_figure(families[name][column]) for name in ("Screens", "White goods")]
        assert sum(parts) == _figure(families["All"][column])


def test_the_page_says_what_it_rests_on(page: ReadPage, network: Reported) -> None:
    origin = {row[0]: row[1] for row in page.table("Where it comes from").rows}
    assert origin["Run"] == "0123-abcd"
    assert origin["Published"] == "2024-06-30 12:05 UTC"
    assert origin["Policy"] == "standard"
    assert origin["Scenario"] == "Q4_PUSH Marketing push"
    assert origin["Fingerprint of the inputs"] == "0" * 16
    text = "".join(page.texts)
    assert network.warnings[0] in text
    assert "Product 10 has no routing" in text
    assert "sop plan Q4_PUSH --dry-run" in text


def test_headings_go_down_a_level_at_a_time_and_names_are_unique(network: Reported) -> None:
    for plans in ([network], [network, network]):
        shown = read_page(page_html(plans))
        levels = [level for level, _ in shown.headings]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        ids = [value for _, name, value in shown.attributes if name == "id"]
        assert len(ids) == len(set(ids))
        inside = {
            value[1:] for tag, name, value in shown.attributes if (tag, name) == ("a", "href")
        }
        assert inside <= set(ids)


@pytest.mark.parametrize("text", [HOSTILE, "</script></style><script>alert(1)</script>", "x" * 300])
def test_texts_from_data_stay_texts(network_plan: Frames, text: str) -> None:
    label = Label(text, text, text)
    named = dict.fromkeys((3, 4, 10, 20, 101, 102), label)
    builds = network_plan["RECOMMENDED_BUILD_PLAN"].assign(FISCAL_MONTH=text)
    summary = network_plan["BUILD_PLAN_SUMMARY"].assign(CURRENCY=text, PERIOD_KIND="fiscal")
    tables = with_prices(network_plan)
    tables |= {"RECOMMENDED_BUILD_PLAN": builds, "BUILD_PLAN_SUMMARY": summary}
    plan = Reported(text, tables, Names(named, named, named), text, (text,), text)
    shown = read_page(page_html([plan, plan]))
    assert not shown.elements & {"script", "img", "b", "iframe", "object"}
    assert shown.elements >= {"svg", "table", "main"}
    assert not [one for one in shown.attributes if one[1].startswith("on") or one[1] == "src"]
    links = {value for _, name, value in shown.attributes if name == "href"}
    assert all(link.startswith("#") for link in links)


def test_right_to_left_names_are_kept_apart_from_what_is_around_them(
    network_plan: Frames,
) -> None:
    plan = Reported(
        "A", with_prices(network_plan), Names(sites={4: Label("WH", RIGHT_TO_LEFT)}), RIGHT_TO_LEFT
    )
    html = page_html([plan])
    assert f"<bdi>{RIGHT_TO_LEFT}</bdi>" in html
    assert f"WH <bdi>{RIGHT_TO_LEFT}</bdi>, pallets" in html


def test_a_number_after_a_right_to_left_name_stays_after_it() -> None:
    """Two names in a list are two islands, each followed by its own number."""
    first, last = RIGHT_TO_LEFT.split()
    told = apart(f"Short in {RIGHT_TO_LEFT} (17), {first} (5) and <b> {last}.")
    assert told == (
        f"Short in <bdi>{RIGHT_TO_LEFT}</bdi> (17), <bdi>{first}</bdi> (5) and &lt;b&gt; "
        f"<bdi>{last}</bdi>."
    )
    assert apart("Plain & 1,000") == "Plain &amp; 1,000"


def test_a_page_asks_for_nothing_and_runs_nothing(network: Reported) -> None:
    html = page_html([network])
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert not re.search(r"(url\(|@import|https?://(?!www\.w3\.org/2000/svg))", html)


def test_a_page_of_no_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one plan"):
        page_html([])


def test_plans_side_by_side_are_compared_with_the_first(
    network: Reported, network_plan: Frames
) -> None:
    dear = network_plan["BUILD_PLAN_SUMMARY"].assign(PUBLISHED_OVERFLOW_COST=1_120.0)
    other = Reported(
        "DEAR", with_prices(network_plan) | {"BUILD_PLAN_SUMMARY": dear}, network.names
    )
    shown = read_page(page_html([network, other]))
    rows = {row[0]: row for row in shown.table("Scenarios against Q4_PUSH").rows}
    assert rows["Overflow penalty"][1:] == ["120.00", "1,120.00\n+1,000.00"]
    assert [text for level, text in shown.headings if level == 2] == [
        "Side by side", "Q4_PUSH", "DEAR",
    ]  # fmt: skip


def test_the_tables_of_a_bridge_stand_together_after_the_lines_of_the_plans(
    network: Reported,
) -> None:
    groups = [[TextTable(name, ("Step",), (("x",),)) for name in group] for group in ("AB", "CD")]
    figures = TextTable("Figures", ("",), (("x",),))
    compared = Compared(((figures,), *map(tuple, groups)))
    section = comparison_section([network, replace(network, code="OTHER")], compared)
    kinds = [block.kind for block in section.blocks]
    assert kinds == ["tables", "charts", "tables", "tables"]
    together = [block for block in section.blocks if isinstance(block, Tables)]
    assert ["".join(one.table.title for one in block.blocks) for block in together] == [
        "Figures", "AB", "CD",
    ]  # fmt: skip


def _figure(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.fixture
def alike_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of one specification are drawn once: drawing them takes longest."""
    draw = vl_convert.vegalite_to_svg
    drawn = cache(lambda text: draw(json.loads(text)))
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda spec: drawn(json.dumps(spec)))


@pytest.mark.usefixtures("alike_drawn_once")
@pytest.mark.parametrize("plans", [1, 4, 12])
def test_a_page_of_a_large_company_by_week_fits_into_a_mail(
    summary_of: MakeSummary, plans: int
) -> None:
    tables = _large(summary_of)
    html = page_html([Reported(f"S{i}", tables) for i in range(plans)])
    assert len(html.encode()) < MOST_BYTES
    assert ("most built of 400 products" in html) == (plans <= 4)


def _large(summary_of: MakeSummary) -> Frames:
    """400 products, 30 warehouses and 60 work centres of two tiers, over 52 weeks."""
    weeks = pd.date_range("2024-01-01", periods=52, freq="7D")
    builds = _each(weeks, "PRODUCTION_WEEK", PRODUCT_ID=range(1000, 1400)).assign(
        SCENARIO_ID=1, WORK_CENTER_ID=1, RECOMMENDED_QUANTITY=1234.0,
        PROJECTED_PRODUCTION_COST=9.0, PROJECTED_STORAGE_COST=1.0, PROJECTED_TOTAL_COST=11.0,
    )  # fmt: skip
    stock = _each(weeks, "PERIOD_START", PRODUCT_ID=range(1000, 1400)).assign(
        SCENARIO_ID=1, SITE_ID=1, OPENING_INVENTORY=1.0, RECEIVED=1.0, SHIPPED_OUT=0.0,
        DEMAND=1234.0, SERVED=1.0, BACKORDER=1.0, LOST_SALES=1.0, ENDING_INVENTORY=1.0,
        SAFETY_STOCK_TARGET=1.0, SAFETY_STOCK_SHORTFALL=1.0,
    )  # fmt: skip
    stores = _each(weeks, "PERIOD_START", SITE_ID=range(30)).assign(
        SCENARIO_ID=1, PALLETS=12345.0, CAPACITY_PALLETS=12000.0, THRESHOLD_PALLETS=11000.0,
        OVERFLOW_PALLETS=1345.0, UTILIZATION_PCT=102.0, STORAGE_COST=1.0, OVERFLOW_COST=1.0,
    )  # fmt: skip
    centers = _each(weeks, "PERIOD_START", WORK_CENTER_ID=range(60)).assign(
        SCENARIO_ID=1, CAPACITY_AVAILABLE=1000.0, CAPACITY_USED=900.0, UTILIZATION_PCT=90.0
    )
    tiers = [centers.assign(TIER_CODE=tier) for tier in ("REGULAR", "OVERTIME")]
    return {
        "RECOMMENDED_BUILD_PLAN": valid(schemas.RECOMMENDED_BUILD_PLAN, builds),
        "BUILD_PLAN_INVENTORY": valid(schemas.BUILD_PLAN_INVENTORY, stock),
        "BUILD_PLAN_WAREHOUSE": valid(schemas.BUILD_PLAN_WAREHOUSE, stores),
        "BUILD_PLAN_CAPACITY": valid(schemas.BUILD_PLAN_CAPACITY, pd.concat(tiers)),
        "BUILD_PLAN_SHADOW_PRICE": schemas.BUILD_PLAN_SHADOW_PRICE.typed(
            pd.DataFrame(columns=list(schemas.BUILD_PLAN_SHADOW_PRICE.columns))
        ),
        "BUILD_PLAN_SERVICE": schemas.BUILD_PLAN_SERVICE.empty(),
        "BUILD_PLAN_SETUP": schemas.BUILD_PLAN_SETUP.empty(),
        "BUILD_PLAN_SUMMARY": summary_of({"PRODUCTION_COST": 1e9}, PERIOD_KIND="week"),
    }


def _each(weeks: pd.DatetimeIndex, day: str, **ids: range) -> pd.DataFrame:
    [(name, values)] = ids.items()
    return pd.MultiIndex.from_product([values, weeks], names=[name, day]).to_frame(index=False)
