"""A hedge through the orchestrator: a partition with checks, history, followed, never half lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd
import pytest

from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.automation.test_following import DEMAND, Following
from sop_pipeline_tests.hedged_company import BASE, PUSH, hedged_company

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
        for code in ("HEDGE", "BASE", "PUSH"):
            assert opened.plan(code).exit_status == 0
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
