"""The UI's API and the command line over Snowflake: same figures, green checks, no secret."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterEventType

from sop_pipeline.automation.instance import open_instance
from sop_pipeline.automation.run import plan_in_process
from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import store_at
from sop_pipeline_tests import secrets
from sop_pipeline_tests.emulator import Emulator, pointed_at
from sop_pipeline_tests.secrets import Key
from sop_pipeline_tests.small_company import small_company
from sop_pipeline_tests.system.served import Served, served_ui

pytestmark = pytest.mark.system

NOTEBOOK, STANDARD = (
    {"resources": {"policy": {"config": {"name": name}}}} for name in ("notebook", "standard")
)
NOTEBOOK_TOTALS = {"BASELINE": 833_037.78, "Q4_PUSH": 1_094_854.56, "CONSERVATIVE": 719_399.48}
WARNED = {"horizon_not_passed", "routings_given"}
"""What is true of the small company, in any warehouse, and blocks nothing."""
CHECKS = """
query Checks($id: ID!) {
  runOrError(runId: $id) {
    ... on Run {
      eventConnection {
        events { ... on AssetCheckEvaluationEvent { evaluation { checkName success severity } } }
      }
    }
  }
}
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def ui(emulator: Emulator, key: Key, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The UI over a database of the emulator, signed in with a key pair."""
    settings = {
        **emulator.environment(emulator.new_database()),
        "SNOWFLAKE_PASSWORD": "",
        "SNOWFLAKE_PRIVATE_KEY_PATH": str(key.path),
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": secrets.PASSPHRASE,
        "SOP_POLICY": "notebook",
    }
    with served_ui(tmp_path_factory.mktemp("ui"), small_company(), settings) as served:
        yield served


def published(ui: Served) -> dict[str, float]:
    """What each scenario's published plan costs, as the tables in Snowflake have it."""
    with pointed_at(ui.environment):
        store = store_at("snowflake")
        return {
            code: round(float(plan["OBJECTIVE"].iloc[0]), 2)
            for code in store.read("scenarios")["SCENARIO_CODE"]
            if not (plan := store.read_plan(code)["BUILD_PLAN_SUMMARY"]).empty
        }


def scenario_code(ui: Served) -> str:
    """One of the scenarios of the company that is loaded just now."""
    with pointed_at(ui.environment):
        return str(store_at("snowflake").read("scenarios")["SCENARIO_CODE"].min())


def checks(ui: Served, run_id: str) -> list[tuple[str, bool, str]]:
    """Name, outcome and severity of each check a run evaluated."""
    events = ui.ask(CHECKS, id=run_id)["runOrError"]["eventConnection"]["events"]
    evaluations = [event["evaluation"] for event in events if event]
    return [(one["checkName"], one["success"], one["severity"]) for one in evaluations]


def test_a_run_launched_through_the_api_has_every_check_green_and_is_published(ui: Served) -> None:
    run_id = ui.launch("plan_scenario", "BASE", STANDARD)
    assert ui.wait_for_run(run_id) == "SUCCESS"
    evaluated = checks(ui, run_id)
    graph = build_definitions("snowflake", "notebook").resolve_asset_graph()
    assert {name for name, _, _ in evaluated} == {check.name for check in graph.asset_check_keys}
    assert {name for name, success, _ in evaluated if not success} == WARNED
    assert {severity for name, _, severity in evaluated if name in WARNED} == {"WARN"}
    assert set(published(ui)) == {"BASE"}
    shown = ui.sop("show", "BASE")
    assert shown.returncode == 0, shown.stderr


@pytest.mark.long
def test_the_shared_company_costs_what_the_notebook_says_by_command_line_and_api(
    ui: Served, shared_company: Path
) -> None:
    for arguments in (
        ("init", "--from", str(shared_company)),
        ("plan", "--all", "--policy", "notebook"),
    ):
        done = ui.sop(*arguments)
        assert done.returncode == 0, done.stderr
    assert published(ui) == NOTEBOOK_TOTALS
    assert ui.wait_for_run(ui.launch("plan_scenario", "Q4_PUSH", NOTEBOOK)) == "SUCCESS"
    assert published(ui) == NOTEBOOK_TOTALS


# What Dagster itself calls for a resource within a resource.
@pytest.mark.filterwarnings("ignore:.*InitResourceContext.dagster_run is deprecated")
@pytest.mark.long
def test_a_snowflake_resource_with_a_secret_from_the_environment_plans_the_same(
    ui: Served, key: Key
) -> None:
    code = scenario_code(ui)
    assert ui.sop("plan", code, "--policy", "notebook").returncode == 0
    before = published(ui)
    resource = _resource(ui.environment)
    secret = {"PLANNER_PASSWORD": secrets.PASSWORD, "DAGSTER_HOME": ui.environment["DAGSTER_HOME"]}
    with pointed_at(secret), open_instance() as instance:
        definitions = build_definitions("snowflake", "notebook", resource)
        done = plan_in_process(definitions, instance, code, publish=True, progress=lambda _: None)
        records = instance.all_logs(done.run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
    assert done.exit_status == 0, done.failures
    assert published(ui) == before
    assert records
    assert key.told_in(repr(records).encode()) == []


def test_no_secret_is_in_any_record_or_log(ui: Served, key: Key) -> None:
    by_token = {
        **ui.environment,
        "SNOWFLAKE_PRIVATE_KEY_PATH": "",
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "",
        "SNOWFLAKE_TOKEN": secrets.TOKEN,
    }
    code = scenario_code(ui)
    done = Served(ui.folder, ui.port, by_token).sop("plan", code, "--policy", "notebook")
    assert done.returncode == 0, done.stderr
    assert key.told_in((done.stdout + done.stderr).encode()) == []
    assert (ui.folder / "ui.log").stat().st_size
    assert key.told_below(ui.folder) == []


def _resource(settings: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of pydantic
        from dagster_snowflake import SnowflakeResource  # noqa: PLC0415

        from sop_pipeline.resources.snowflake import SnowflakeStoreResource  # noqa: PLC0415

    return SnowflakeStoreResource(
        snowflake=SnowflakeResource(
            account=settings["SNOWFLAKE_ACCOUNT"],
            user=settings["SNOWFLAKE_USER"],
            password=dg.EnvVar("PLANNER_PASSWORD"),
            database=settings["SNOWFLAKE_DATABASE"],
            additional_snowflake_connection_args={
                "host": settings["SNOWFLAKE_HOST"],
                "port": int(settings["SNOWFLAKE_PORT"]),
                "protocol": settings["SNOWFLAKE_PROTOCOL"],
            },
        )
    )
