"""Runs the command line makes, and those a killed process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from dagster import DagsterRun, DagsterRunStatus

from sop_pipeline.automation.instance import PROCESS_TAG, fail_orphans, this_process
from sop_pipeline_tests.assets.house import House, open_house
from sop_pipeline_tests.assets.test_graph import INPUTS

_TELL_TAG = """
import sys
from sop_pipeline.automation.instance import this_process
print(this_process(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("orphans")) as opened:
        yield opened


def _started_run(house: House, tags: dict[str, str]) -> DagsterRun:
    """A run that some process has begun and not ended."""
    return house.instance.create_run_for_job(
        house.definitions.resolve_job_def("plan_scenario"),
        tags={**tags, "dagster/partition": "BASE"},
        status=DagsterRunStatus.STARTED,
    )


def _status(house: House, run: DagsterRun) -> DagsterRunStatus:
    found = house.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def test_a_dry_run_publishes_nothing_and_fails_the_runs_of_dead_processes_alone(
    house: House,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TELL_TAG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        tag = {PROCESS_TAG: other.stdout.readline().strip()}
        run = _started_run(house, tag)
        assert fail_orphans(house.instance) == []
        assert _status(house, run) == DagsterRunStatus.STARTED
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    mine, foreign = _started_run(house, {PROCESS_TAG: this_process()}), _started_run(house, {})
    result = house.sop("plan", "BASE", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "solved, not published" in result.output
    assert house.published("BASE")["BUILD_PLAN_SUMMARY"].empty
    assert house.materialized("BASE") == {*INPUTS, "solved_plan"}
    assert f"Run {run.run_id} was left behind" in result.output
    assert _status(house, run) == DagsterRunStatus.FAILURE
    assert _status(house, mine) == DagsterRunStatus.STARTED
    assert _status(house, foreign) == DagsterRunStatus.STARTED


def test_a_new_process_under_an_old_number_does_not_hide_the_orphan(house: House) -> None:
    host, pid, _ = this_process().rsplit(":", 2)
    run = _started_run(house, {PROCESS_TAG: f"{host}:{pid}:0"})
    assert fail_orphans(house.instance) == [run.run_id]


def test_a_run_of_another_machine_is_not_judged(house: House) -> None:
    _, pid, started = this_process().rsplit(":", 2)
    run = _started_run(house, {PROCESS_TAG: f"elsewhere:{pid}:{started}0"})
    assert fail_orphans(house.instance) == []
    assert _status(house, run) == DagsterRunStatus.STARTED
