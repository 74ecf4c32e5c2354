"""The pipeline left alone: real webserver and daemon, a warehouse that changes, nobody asking.

The scenarios are added and changed with SQL, as a customer's own loads do.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.test_graph import CHECKS
from sop_pipeline_tests.automation.mailbox import HttpInbox, served
from sop_pipeline_tests.small_company import small_company
from sop_pipeline_tests.system.served import REPOSITORY, Served, served_ui

pytestmark = pytest.mark.system

DEMAND = "ATOMIC.DEMAND_FORECAST_VERSIONS"
OTHERS = ("BASE", "PUSH")
NEW, NEW_ID = "SURGE", 3
WAIT_SECONDS = 240
_SOON_SECONDS = 0.5

_RUNS = """
query Runs($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
  runId status tags { key value } stats { ... on RunStatsSnapshot { stepsSucceeded } }
} } } }
"""
_PARTITIONS = """
{ assetNodes(assetKeys: [{path: ["solved_plan"]}]) { partitionKeys } }
"""
_CHECKS = """
query Checks($id: ID!) { runOrError(runId: $id) { ... on Run {
  eventConnection(limit: 1000) { events { ... on AssetCheckEvaluationEvent { evaluation {
    checkName success severity partition assetKey { path }
    metadataEntries { label ... on TableMetadataEntry { table { records } } }
  } } } }
} } }
"""
_TICKS = """
query Ticks($sensor: SensorSelector!) { sensorOrError(sensorSelector: $sensor) { ... on Sensor {
  sensorState { status ticks(limit: 100) { status error { message } } }
} } }
"""


class Unattended:
    """The services over a warehouse, and what became of its scenarios."""

    def __init__(self, ui: Served, inbox: HttpInbox) -> None:
        self.ui = ui
        self.inbox = inbox

    @property
    def location(self) -> str:
        return f"duckdb:{self.ui.folder / 'warehouse.duckdb'}"

    def change(self, *statements: str) -> None:
        """Change the warehouse in one transaction, waiting for its lock."""

        def attempt() -> bool:
            try:
                connection = duckdb.connect(self.ui.folder / "warehouse.duckdb")
            except duckdb.IOException:
                return False
            with connection:
                connection.execute("BEGIN")
                for statement in statements:
                    connection.execute(statement)
                connection.execute("COMMIT")
            return True

        until(attempt)

    def runs(self, code: str, **more: Any) -> list[dict[str, Any]]:
        """The scenario's runs, the latest first."""
        tags = [{"key": "dagster/partition", "value": code}]
        found = self.ui.ask(_RUNS, filter={"tags": tags, **more})["runsOrError"]["results"]
        return [{**r, "tags": {t["key"]: t["value"] for t in r["tags"]}} for r in found]

    def ended(self, code: str, count: int) -> list[dict[str, Any]]:
        """The scenario's runs, once there are so many and all have ended."""

        def over() -> bool:
            runs = self.runs(code)
            statuses = {run["status"] for run in runs}
            return len(runs) >= count and statuses <= {"SUCCESS", "FAILURE", "CANCELED"}

        until(over)
        return self.runs(code)

    def checks(self, run_id: str) -> list[dict[str, Any]]:
        """The check evaluations of a run."""
        events = self.ui.ask(_CHECKS, id=run_id)["runOrError"]["eventConnection"]["events"]
        return [event["evaluation"] for event in events if event]

    def backfill(self, *codes: str) -> None:
        """Plan scenarios as `dagster job backfill` does."""
        asked = subprocess.run(
            [
                str(Path(sys.executable).with_name("dagster")),
                *("job", "backfill", "--noprompt", "--job", "plan_scenario"),
                *("--workspace", str(REPOSITORY / "workspace.yaml")),
                *("--partitions", ",".join(codes)),
            ],
            cwd=self.ui.folder,
            env=dict(self.ui.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.returncode == 0, asked.stderr

    def published(self, code: str) -> dict[str, pd.DataFrame]:
        return store_at(self.location).read_plan(code)

    def ticks(self, sensor: str) -> list[dict[str, Any]]:
        selector = {
            "repositoryLocationName": "sop_pipeline",
            "repositoryName": "__repository__",
            "sensorName": sensor,
        }
        state = self.ui.ask(_TICKS, sensor=selector)["sensorOrError"]["sensorState"]
        assert state["status"] == "RUNNING"
        return state["ticks"]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(_SOON_SECONDS)


@pytest.fixture(scope="module")
def unattended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unattended]:
    """BASE and PUSH, which the sensor has planned by itself."""
    folder: Path = tmp_path_factory.mktemp("unattended")
    with served(HttpInbox()) as inbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOP_POLICY", "notebook")
        patch.setenv("SOP_AUTOMATION", "on")
        patch.setenv("SOP_SENSOR_SECONDS", "5")
        patch.setenv("SOP_UI_URL", "http://ui.example.com")
        patch.setenv("SOP_ALERT_WEBHOOK_URL", inbox.url)
        with served_ui(folder, small_company()) as ui:
            opened = Unattended(ui, inbox)
            for code in OTHERS:
                (run,) = opened.ended(code, 1)
                assert run["status"] == "SUCCESS"
                assert run["tags"]["sop/cause"] == "new scenario"
            yield opened


@pytest.mark.long
def test_a_scenario_is_added_planned_corrupted_and_healed_by_itself_and_alone(
    unattended: Unattended,
) -> None:
    before = {code: unattended.published(code) for code in OTHERS}
    _added(unattended)
    plan = unattended.published(NEW)
    assert not plan["RECOMMENDED_BUILD_PLAN"].empty
    _corrupted(unattended)
    _same(unattended.published(NEW), plan)
    _healed(unattended)
    healed = unattended.published(NEW)["BUILD_PLAN_SUMMARY"]
    assert healed["INPUT_HASH"][0] != plan["BUILD_PLAN_SUMMARY"]["INPUT_HASH"][0]
    for code in OTHERS:
        assert [run["status"] for run in unattended.runs(code)] == ["SUCCESS"]
        _same(unattended.published(code), before[code])
    for sensor in ("follow_scenarios", "alert_of_failed_runs", "alert_of_failed_checks"):
        assert {t["status"] for t in unattended.ticks(sensor)} <= {"SUCCESS", "SKIPPED", "STARTED"}


def _added(unattended: Unattended) -> None:
    unattended.change(
        "INSERT INTO ATOMIC.SCENARIO_DEFINITION (SCENARIO_ID, SCENARIO_CODE, SCENARIO_NAME, "
        f"SCENARIO_TYPE) VALUES ({NEW_ID}, '{NEW}', 'Surge', 'WHAT_IF')",
        f"INSERT INTO {DEMAND} SELECT * REPLACE (DEMAND_FORECAST_ID + 1000 AS DEMAND_FORECAST_ID, "
        f"{NEW_ID} AS SCENARIO_ID) FROM {DEMAND} WHERE SCENARIO_ID = 1",
    )
    (run,) = unattended.ended(NEW, 1)
    assert run["status"] == "SUCCESS"
    assert run["tags"]["sop/cause"] == "new scenario"
    nodes = unattended.ui.ask(_PARTITIONS)["assetNodes"]
    assert NEW in nodes[0]["partitionKeys"]
    found: dict[str, list[str]] = {}
    for check in unattended.checks(run["runId"]):
        assert check["success"] or check["severity"] == "WARN", check
        assert check["partition"] == NEW
        found.setdefault(check["assetKey"]["path"][0], []).append(check["checkName"])
    assert {asset: " ".join(sorted(names)) for asset, names in found.items()} == CHECKS


def _corrupted(unattended: Unattended) -> None:
    alerts = len(_failures(unattended))
    _new_version(unattended, "-FORECAST_QUANTITY")
    run = unattended.ended(NEW, 2)[0]
    assert run["status"] == "FAILURE"
    (check,) = [c for c in unattended.checks(run["runId"]) if _stops(c)]
    assert (check["assetKey"]["path"], check["checkName"]) == (["demand_forecasts"], "schema")
    (table,) = [e["table"] for e in check["metadataEntries"] if e["label"] == "faults"]
    assert '"column": "FORECAST_QUANTITY"' in table["records"][0]
    assert '"total": 36' in table["records"][0]
    until(lambda: len(_failures(unattended)) > alerts)
    (alert,) = _failures(unattended)[alerts:]
    assert (alert["scenario"], alert["step"], alert["exit_status"]) == (NEW, "demand_forecasts", 3)
    assert alert["url"] == f"http://ui.example.com/runs/{run['runId']}"


def _healed(unattended: Unattended) -> None:
    _new_version(unattended, "ROUND(-1.1 * FORECAST_QUANTITY)")
    run = unattended.ended(NEW, 3)[0]
    assert run["status"] == "SUCCESS"
    assert run["tags"]["sop/cause"] == "changed demand"
    assert not [c for c in unattended.checks(run["runId"]) if _stops(c)]


def _new_version(unattended: Unattended, quantity: str) -> None:
    """A new forecast version of the new scenario; the one before is kept, no longer current."""
    current = f"SCENARIO_ID = {NEW_ID} AND COALESCE(IS_CURRENT_VERSION, TRUE)"
    unattended.change(
        f"CREATE TEMP TABLE VERSION AS SELECT * REPLACE ({quantity} AS FORECAST_QUANTITY, "
        f"DEMAND_FORECAST_ID + 1000 AS DEMAND_FORECAST_ID) FROM {DEMAND} WHERE {current}",
        f"UPDATE {DEMAND} SET IS_CURRENT_VERSION = FALSE WHERE {current}",
        f"INSERT INTO {DEMAND} FROM VERSION",
    )


def _stops(check: dict[str, Any]) -> bool:
    return not check["success"] and check["severity"] == "ERROR"


def _failures(unattended: Unattended) -> list[dict[str, Any]]:
    return [alert for alert in unattended.inbox.received if alert["exit_status"] is not None]


def _same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert set(one) == set(other)
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])


@pytest.mark.long
def test_a_backfill_is_a_run_per_scenario_and_a_bad_one_stops_no_other(
    unattended: Unattended,
) -> None:
    bad, tag = OTHERS[1], "dagster/backfill"
    unattended.change(f"UPDATE {DEMAND} SET FORECAST_QUANTITY = -1 WHERE SCENARIO_ID = 2")
    before = {code: len(unattended.runs(code)) for code in OTHERS}
    unattended.backfill(*OTHERS)

    def filled() -> bool:
        runs = [run for code in OTHERS for run in unattended.runs(code) if tag in run["tags"]]
        return len(runs) == len(OTHERS) and {r["status"] for r in runs} <= {"SUCCESS", "FAILURE"}

    until(filled)
    for code in OTHERS:
        (run,) = [run for run in unattended.runs(code) if tag in run["tags"]]
        assert len(unattended.runs(code)) > before[code]
        assert {check["partition"] for check in unattended.checks(run["runId"])} == {code}
        assert bool([c for c in unattended.checks(run["runId"]) if _stops(c)]) == (code == bad)
        assert run["status"] == ("FAILURE" if code == bad else "SUCCESS")
