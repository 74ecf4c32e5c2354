"""A hedge through the orchestrator: a partition with checks, history, followed, never half lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from sop_pipeline import schemas
from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.automation.test_following import DEMAND, Following
from sop_pipeline_tests.hedged_company import BASE, PUSH, hedged_company
from sop_pipeline_tests.published_plans import publish

MEMBERS = "ATOMIC.SCENARIO_MEMBER"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """HEDGE and its members are published, in that order."""
    with (
        open_home(tmp_path_factory.mktemp("hedge"), hedged_company()) as small,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SOP_POLICY", "standard")
        opened = replace(small, definitions=build_definitions(small.location, "standard"))
        for code in ("HEDGE", "BASE"):
            assert opened.plan(code).exit_status == 0
        publish("PUSH")
        yield opened


@pytest.fixture
def following(home: Home) -> Iterator[Following]:
    """The home as it was, before and after each test."""
    file = home.folder / "warehouse.duckdb"
    kept = file.read_bytes()
    yield Following(home)
    file.write_bytes(kept)


def test_a_hedge_is_a_partition_with_every_input_its_futures_and_its_checks(home: Home) -> None:
    assert {"scenario_members", "solved_plan", "recommended_build_plan"} <= home.materialized(
        "HEDGE"
    )
    futures = home.published("HEDGE")["BUILD_PLAN_FUTURE"]
    assert futures["MEMBER_SCENARIO_ID"].tolist() == [BASE, PUSH]
    demand = home.metadata("demand_forecasts", "HEDGE")
    of_base = home.metadata("demand_forecasts", "BASE")
    assert demand["dagster/row_count"] == 2 * of_base["dagster/row_count"]


def test_a_plan_that_is_no_hedge_has_no_futures(home: Home) -> None:
    assert home.published("BASE")["BUILD_PLAN_FUTURE"].empty


def test_a_published_hedge_stands_in_the_history(home: Home) -> None:
    rows = store_at(home.location).publications("HEDGE")
    assert rows["STANDS"].astype(bool).tolist() == [True]


def test_a_changed_member_plans_the_hedge_anew_and_nothing_else_does(following: Following) -> None:
    following.tick()
    assert following.requested() == {}
    following.change(
        f"UPDATE {DEMAND} SET FORECAST_QUANTITY = FORECAST_QUANTITY + 1 WHERE SCENARIO_ID = {PUSH}"
    )
    assert following.requested() == {"PUSH": "changed demand", "HEDGE": "changed demand"}
    assert following.requested() == {}


def test_other_probabilities_plan_the_hedge_anew(following: Following) -> None:
    following.tick()
    following.change(f"UPDATE {MEMBERS} SET PROBABILITY = 0.5")
    assert following.requested() == {"HEDGE": "changed demand"}


def test_a_hedge_that_is_refused_keeps_its_old_plan(following: Following) -> None:
    home = following.home
    before: Mapping[str, pd.DataFrame] = home.published("HEDGE")
    following.change(f"UPDATE {MEMBERS} SET PROBABILITY = 0.5 WHERE MEMBER_SCENARIO_ID = {PUSH}")
    refused = home.plan("HEDGE")
    assert refused.exit_status == 3
    assert "add up to 1; got 1.1" in str(refused)
    after = home.published("HEDGE")
    for name, rows in before.items():
        pd.testing.assert_frame_equal(rows, after[name])


def test_a_future_of_a_hedge_is_not_retired(following: Following) -> None:
    following.change("DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH'")
    refused = following.home.sop("scenario", "retire", "PUSH", "--yes")
    assert refused.exit_code == 2
    assert "PUSH is a future of HEDGE" in refused.stderr
    assert following.home.instance.has_dynamic_partition("scenario", "PUSH")


def test_a_hedge_at_the_aggregate_grain_is_bad_usage_on_the_command_line(home: Home) -> None:
    refused = home.sop("plan", "HEDGE", "--policy", "notebook")
    assert refused.exit_code == 2
    assert "HEDGE is a hedge" in refused.stderr


def test_show_tells_each_future_and_what_not_knowing_costs(home: Home) -> None:
    shown = home.sop("show", "HEDGE").stdout
    words = " ".join(shown.split())
    assert "up to Sep 2025 for 2 futures, then BASE's" in words
    assert "Knowing at the start rather than after Sep 2025 which of 2 futures comes is" in words
    assert "Planning for the average instead of for both costs" in words
    for _, row in home.published("HEDGE")["BUILD_PLAN_FUTURE"].iterrows():
        cells = (f"{row['COST']:,.2f}", f"{row['REGRET']:,.2f}", f"{row['MARGIN']:,.2f}")
        assert all(cell in shown for cell in (row["MEMBER_SCENARIO_CODE"], *cells))


def test_show_as_json_is_what_its_schema_says_and_has_the_futures(home: Home) -> None:
    schema = Path(schemas.__file__).parents[1] / "cli/schemas/show.json"
    told = json.loads(home.sop("show", "HEDGE", "--json", "--quiet").stdout)
    jsonschema.validate(told, json.loads(schema.read_text("utf-8")))
    summary = told["summary"]
    shares = [one["probability"] * one["cost"] for one in summary["futures"]]
    assert sum(shares) == pytest.approx(summary["expected_cost"], abs=0.01)
    assert summary["reference_member"] == "BASE"
    assert summary["commit_until"] == "2025-09-01"


def test_a_comparison_says_whose_money_a_hedges_is(home: Home) -> None:
    shown = " ".join(home.sop("compare", "BASE", "HEDGE").stdout.split())
    assert "HEDGE is a hedge: its money is that of BASE" in shown
    assert "Worth of knowing" in shown


def test_the_regret_table_has_no_column_for_a_hedge(home: Home) -> None:
    refused = home.sop("compare", "BASE", "HEDGE", "--regret")
    assert refused.exit_code == 2
    assert "HEDGE is a hedge and has no demand of its own" in refused.stderr


def test_the_page_the_workbook_and_the_explanation_of_a_hedge_tell_its_futures(home: Home) -> None:
    page, book = home.folder / "page.html", home.folder / "plan.xlsx"
    assert home.sop("report", "HEDGE", str(page), "--frontier").exit_code == 0
    shown = page.read_text("utf-8")
    assert "One build, many futures" in shown
    assert "What caution costs" in shown
    summary = json.loads(home.sop("show", "HEDGE", "--json").stdout)["summary"]
    assert f"{summary['expected_cost']:,.2f}" in shown, (
        "without a weight the plan is the cheapest on average"
    )
    refused = home.sop("report", "BASE", str(page), "--frontier")
    assert refused.exit_code == 2
    assert "There is no hedge among BASE" in refused.stderr
    assert home.sop("export", "HEDGE", str(book)).exit_code == 0
    assert pd.read_excel(book, "BUILD_PLAN_FUTURE").shape[0] == 2
    told = " ".join(home.sop("explain", "HEDGE").stdout.split())
    assert "One build serves 2 futures" in told
    assert "sop explain BASE or PUSH" in told


def test_a_what_if_of_a_hedge_changes_every_future(home: Home) -> None:
    told = home.sop("whatif", "HEDGE", "--demand", "+5%", "--json", "--quiet")
    assert told.exit_code == 0, told.output


def test_the_ui_shows_the_demand_of_each_future_and_the_one_build(home: Home) -> None:
    assert set(home.metadata("demand_forecasts", "HEDGE")["units"]) == {"BASE", "PUSH"}
    assert "Futures of HEDGE" in home.metadata("solved_plan", "HEDGE")["futures"]
    assert "futures" not in home.metadata("solved_plan", "BASE")
