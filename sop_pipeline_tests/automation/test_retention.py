"""Old runs go, with what they recorded; what the assets show and what is published stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from sop_pipeline.automation.retention import forget_old_runs, known_scenarios, retention_sensor
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.assets.test_graph import INPUTS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, both_planned: Path) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("retention"), planned=both_planned) as opened:
        yield opened


def run_of(home: Home, code: str) -> str:
    """The run that has planned a scenario."""
    of_code = dg.RunsFilter(tags={"dagster/partition": code})
    [run] = home.instance.get_runs(filters=of_code)
    return run.run_id


def run_ids(home: Home) -> set[str]:
    return {run.run_id for run in home.instance.get_runs()}


def files_of(home: Home, run_id: str) -> list[Path]:
    return [path for path in (home.folder / "dagster").rglob("*") if run_id in path.name]


def failed_run(home: Home, code: str) -> str:
    """A run that has just failed."""
    job = home.definitions.resolve_job_def("plan_scenario")
    tags = {"dagster/partition": code}
    run = home.instance.create_run_for_job(job, tags=tags, status=DagsterRunStatus.STARTED)
    home.instance.report_run_failed(run, "for the test")
    return run.run_id


def test_old_runs_go_with_their_events_and_what_is_shown_and_published_stays(home: Home) -> None:
    first, other = run_of(home, "BASE"), run_of(home, "PUSH")
    published = home.plan("BASE").run_id
    running = home.instance.create_run_for_job(
        home.definitions.resolve_job_def("plan_scenario"),
        tags={"dagster/partition": "BASE"},
        status=DagsterRunStatus.STARTED,
    ).run_id
    failures = [failed_run(home, "BASE") for _ in range(3)]
    plan = home.published("BASE")["RECOMMENDED_BUILD_PLAN"]
    assert files_of(home, first)
    assert forget_old_runs(home.instance, ["BASE"], keep=2) == 2
    # The latest two are failures; the run whose assets are shown stays, and so does what runs.
    assert run_ids(home) == {published, other, running, *failures[1:]}
    assert not [path for path in files_of(home, first) if path.suffix in (".db", ".out", ".err")]
    assert home.instance.all_logs(first) == []
    assert home.materialized("BASE") == {*INPUTS, "solved_plan", "recommended_build_plan"}
    assert home.metadata("recommended_build_plan", "BASE")["units_built"] > 0
    assert home.published("BASE")["RECOMMENDED_BUILD_PLAN"].equals(plan)
    assert forget_old_runs(home.instance, ["BASE"], keep=2) == 0


def test_planning_keeps_no_more_runs_than_asked_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_KEEP_RUNS", "1")
    before = run_of(home, "PUSH")
    assert home.sop("plan", "PUSH").exit_code == 0
    assert run_of(home, "PUSH") != before


def test_the_command_and_the_sensor_look_after_every_scenario(home: Home) -> None:
    for _ in range(2):
        failed_run(home, "RETIRED_LONG_AGO")
    assert set(known_scenarios(home.instance)) == {"BASE", "PUSH", "RETIRED_LONG_AGO"}
    told = home.sop("prune", "--keep", "1").output
    assert "each of 3 scenarios keeps its latest 1." in told
    failed_run(home, "RETIRED_LONG_AGO")
    sensor = retention_sensor(AutomationSettings(keep_runs=1))
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    with dg.build_sensor_context(instance=home.instance) as context:
        skipped = sensor(context)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "1 old runs of 3 scenarios deleted."
