"""The scenario sensor and the schedules, over a real warehouse and instance."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import DuckDBStore, Store
from sop_pipeline_tests.assets.home import Home, open_home

DEMAND = "ATOMIC.DEMAND_FORECAST_VERSIONS"
SCENARIO_ROW = (
    "INSERT INTO ATOMIC.SCENARIO_DEFINITION (SCENARIO_ID, SCENARIO_CODE, SCENARIO_NAME,"
    " SCENARIO_TYPE) VALUES ({id}, '{code}', 'New', 'WHAT_IF')"
)


class _Impatient(StoreResource):
    """The warehouse, given up soon where it is locked."""

    def open(self) -> Store:
        return DuckDBStore(self.location.removeprefix("duckdb:"), lock_timeout_seconds=0.1)


class Following:
    """A home, its sensor with the cursor of the last tick, and its schedules."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.cursor: str | None = None

    def change(self, sql: str) -> None:
        with duckdb.connect(self.home.folder / "warehouse.duckdb") as connection:
            connection.execute(sql)

    def tick(self) -> Any:
        """One evaluation; cursor, partitions and marks are stored as the daemon does."""
        definitions, instance = self.home.definitions, self.home.instance
        resources = {
            **(definitions.resources or {}),
            "store": _Impatient(location=self.home.location),
        }
        with dg.build_sensor_context(instance, self.cursor, resources=resources) as context:
            result = definitions.resolve_sensor_def("follow_scenarios")(context)
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
            for request in result.dynamic_partitions_requests or []:
                instance.add_dynamic_partitions("scenario", list(request.partition_keys))
            for event in result.asset_events or []:
                instance.report_runless_asset_event(event)
        return result

    def requested(self) -> dict[str, str]:
        """Scenario and cause of each run one tick requests."""
        return {
            request.partition_key: request.tags["sop/cause"]
            for request in self.tick().run_requests or []
        }

    def scheduled(self, name: str) -> Any:
        definitions = self.home.definitions
        now = dt.datetime.now(dt.UTC)
        with dg.build_schedule_context(
            self.home.instance, now, resources=definitions.resources
        ) as context:
            return definitions.resolve_schedule_def(name)(context)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, base_planned: Path) -> Iterator[Home]:
    """BASE is published; PUSH is not."""
    with open_home(tmp_path_factory.mktemp("following"), planned=base_planned) as opened:
        yield opened


@pytest.fixture
def following(planned: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Following]:
    """The home as it was, before and after each test."""
    kept = tmp_path_factory.mktemp("kept") / "warehouse.duckdb"
    file = planned.folder / "warehouse.duckdb"
    kept.write_bytes(file.read_bytes())
    yield Following(planned)
    file.write_bytes(kept.read_bytes())
    for code in planned.instance.get_dynamic_partitions("scenario"):
        if code not in ("BASE", "PUSH"):
            planned.instance.delete_dynamic_partition("scenario", code)


def test_the_first_tick_plans_what_has_no_plan_of_its_inputs_and_the_next_nothing(
    following: Following,
) -> None:
    assert following.requested() == {"PUSH": "new scenario"}
    second = following.tick()
    assert second.run_requests == []
    assert "None of 2 scenarios" in second.skip_reason.skip_message


def test_a_new_scenario_gets_its_partition_and_one_run(following: Following) -> None:
    following.tick()
    following.change(SCENARIO_ROW.format(id=3, code="WHAT-IF_3"))
    found = following.tick()
    assert found.dynamic_partitions_requests == [SCENARIOS.build_add_request(["WHAT-IF_3"])]
    assert [r.partition_key for r in found.run_requests] == ["WHAT-IF_3"]
    assert following.requested() == {}


def test_only_the_scenario_whose_demand_changed_is_planned_once_per_change(
    following: Following,
) -> None:
    following.tick()
    keys = set()
    for quantity in (77, 78, 77):
        following.change(
            f"UPDATE {DEMAND} SET FORECAST_QUANTITY = {quantity} WHERE DEMAND_FORECAST_ID = 1"
        )
        requests = following.tick().run_requests
        assert [r.partition_key for r in requests] == ["BASE"]
        keys.add(requests[0].run_key)
        assert following.requested() == {}
    assert len(keys) == 3, "a return to an earlier content is a change too"


def test_a_new_version_with_the_same_figures_and_shared_masters_are_left_to_the_schedules(
    following: Following,
) -> None:
    following.tick()
    following.change(f"UPDATE {DEMAND} SET VERSION_TIMESTAMP = TIMESTAMP '2025-06-01 00:00:00'")
    following.change("UPDATE ATOMIC.PRODUCT SET UNIT_COST = UNIT_COST + 1")
    assert following.requested() == {}
    due = following.scheduled("daily_refresh")
    assert [request.partition_key for request in due] == ["BASE", "PUSH"]


def test_a_content_that_is_published_already_is_not_planned_again(following: Following) -> None:
    following.change(f"UPDATE {DEMAND} SET FORECAST_QUANTITY = 77 WHERE DEMAND_FORECAST_ID = 1")
    following.tick()
    following.change(
        f"UPDATE {DEMAND} SET FORECAST_QUANTITY = 80 WHERE DEMAND_FORECAST_ID = 1"
    )  # what BASE was published from
    assert following.requested() == {}


def test_a_retired_scenario_is_marked_once_and_nothing_is_deleted(following: Following) -> None:
    following.tick()
    following.change("DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'BASE'")
    (mark,) = following.tick().asset_events
    assert mark.partition == "BASE"
    assert mark.asset_key == dg.AssetKey("recommended_build_plan")
    assert mark.metadata["retired"].value is True
    assert following.tick().asset_events == []
    assert following.home.instance.has_dynamic_partition("scenario", "BASE")
    assert not following.home.published("BASE")["RECOMMENDED_BUILD_PLAN"].empty


def test_a_locked_or_missing_warehouse_skips_with_the_reason_and_keeps_the_cursor(
    following: Following,
) -> None:
    following.tick()
    cursor = following.cursor
    file = following.home.folder / "warehouse.duckdb"
    with duckdb.connect(file):  # a writer of this process: no reader may open it
        skipped = following.tick()
    assert isinstance(skipped, dg.SkipReason)
    assert "is locked by" in (skipped.skip_message or "")
    away = file.rename(file.with_suffix(".away"))
    missing = following.tick()
    away.rename(file)
    assert isinstance(missing, dg.SkipReason)
    assert "There is no warehouse" in (missing.skip_message or "")
    assert following.cursor == cursor


def test_a_code_that_cannot_be_a_partition_is_left_out_and_told(following: Following) -> None:
    following.tick()
    for key, code in ((3, "a,b"), (4, "../up"), (5, "TWICE"), (6, "TWICE"), (7, "x'' OR 1=1 --")):
        following.change(SCENARIO_ROW.format(id=key, code=code))
    following.change(SCENARIO_ROW.format(id=8, code="GOOD"))
    assert following.requested() == {"GOOD": "new scenario"}
    told = following.tick().skip_reason.skip_message
    for code in ("a,b", "../up", "TWICE", "x' OR 1=1 --"):
        assert repr(code) in told
    assert set(json.loads(following.cursor or "")) == {"BASE", "PUSH", "GOOD"}
    assert set(following.home.instance.get_dynamic_partitions("scenario")) == {
        "BASE",
        "PUSH",
        "GOOD",
    }


def test_no_scenario_at_all_retires_none(following: Following) -> None:
    following.tick()
    cursor = following.cursor
    following.change("DELETE FROM ATOMIC.SCENARIO_DEFINITION")
    skipped = following.tick()
    assert isinstance(skipped, dg.SkipReason)
    assert following.cursor == cursor


@pytest.mark.parametrize("schedule", ["monthly_cycle", "daily_refresh"])
def test_a_schedule_plans_what_is_not_of_todays_inputs_and_skips_with_a_reason(
    following: Following, schedule: str
) -> None:
    assert [r.partition_key for r in following.scheduled(schedule)] == ["PUSH"]
    following.change("DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH'")
    skipped = following.scheduled(schedule)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "Nothing changed since the plans of 1 scenarios."


def test_a_schedule_that_reads_nothing_leaves_it_to_the_runs(following: Following) -> None:
    file = following.home.folder / "warehouse.duckdb"
    away = file.rename(file.with_suffix(".away"))
    requests = following.scheduled("monthly_cycle")
    away.rename(file)
    assert [request.partition_key for request in requests] == ["BASE", "PUSH"]


def test_a_scenario_back_at_its_published_content_after_a_failed_run_is_planned(
    following: Following,
) -> None:
    following.tick()
    following.change(f"UPDATE {DEMAND} SET FORECAST_QUANTITY = -1 WHERE DEMAND_FORECAST_ID = 1")
    assert following.requested() == {"BASE": "changed demand"}
    assert following.home.plan("BASE").exit_status == 3
    assert following.requested() == {}, "a failed run is not asked for again"
    following.change(f"UPDATE {DEMAND} SET FORECAST_QUANTITY = 80 WHERE DEMAND_FORECAST_ID = 1")
    assert following.requested() == {"BASE": "changed demand"}


def _horizon_begins(following: Following, months: int) -> None:
    """Move the forecasts so that the first is of a month that many before the current one."""
    following.change(
        f"UPDATE {DEMAND} SET FORECAST_DATE = FORECAST_DATE + to_months(CAST(date_diff('month', "
        f"(SELECT min(FORECAST_DATE) FROM {DEMAND}), current_date) - {months} AS INTEGER))"
    )


def test_of_a_horizon_that_has_begun_the_schedules_plan_what_is_left_once(
    following: Following,
) -> None:
    _horizon_begins(following, 2)
    following.change("DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH'")
    [request] = following.scheduled("monthly_cycle")
    policy = request.run_config["resources"]["policy"]["config"]
    assert policy == {"name": "notebook", "overrides": {"horizon_start": "this_month"}}
    assert following.home.launch(request.partition_key, policy).success
    assert isinstance(following.scheduled("daily_refresh"), dg.SkipReason)
    plan = following.home.published("BASE")["BUILD_PLAN_CAPACITY"]
    first = plan["PERIOD_START"].min().date()
    assert first == dt.datetime.now(dt.UTC).date().replace(day=1)


@pytest.mark.parametrize("months", [0, 99], ids=["it begins now", "nothing is left of it"])
def test_a_horizon_that_begins_now_or_is_over_is_planned_as_it_is(
    following: Following, months: int
) -> None:
    _horizon_begins(following, months)
    requests = following.scheduled("monthly_cycle")
    assert [dict(request.run_config) for request in requests] == [{}, {}]


def test_the_sensor_plans_what_is_left_too(following: Following) -> None:
    following.tick()
    _horizon_begins(following, 1)
    for request in following.tick().run_requests:
        overrides = request.run_config["resources"]["policy"]["config"]["overrides"]
        assert overrides == {"horizon_start": "this_month"}
