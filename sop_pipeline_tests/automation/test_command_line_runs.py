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
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.assets.test_graph import INPUTS

_TELL_TAG = """
import sys
from sop_pipeline.automation.instance import this_process
print(this_process(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("orphans")) as opened:
        yield opened


def _started_run(home: Home, tags: dict[str, str]) -> DagsterRun:
    """A run that some process has begun and not ended."""
    return home.instance.create_run_for_job(
        home.definitions.resolve_job_def("plan_scenario"),
        tags={**tags, "dagster/partition": "BASE"},
        status=DagsterRunStatus.STARTED,
    )


def _status(home: Home, run: DagsterRun) -> DagsterRunStatus:
    found = home.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def test_a_dry_run_publishes_nothing_and_fails_the_runs_of_dead_processes_alone(
    home: Home,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TELL_TAG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        tag = {PROCESS_TAG: other.stdout.readline().strip()}
        run = _started_run(home, tag)
        assert fail_orphans(home.instance) == []
        assert _status(home, run) == DagsterRunStatus.STARTED
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    mine, foreign = _started_run(home, {PROCESS_TAG: this_process()}), _started_run(home, {})
    result = home.sop("plan", "BASE", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "solved, not published" in result.output
    assert home.published("BASE")["BUILD_PLAN_SUMMARY"].empty
    assert home.materialized("BASE") == {*INPUTS, "solved_plan"}
    assert f"Run {run.run_id} was left behind" in result.output
    assert _status(home, run) == DagsterRunStatus.FAILURE
    assert _status(home, mine) == DagsterRunStatus.STARTED
    assert _status(home, foreign) == DagsterRunStatus.STARTED


def test_a_new_process_under_an_old_number_does_not_hide_the_orphan(home: Home) -> None:
    host, pid, _ = this_process().rsplit(":", 2)
    run = _started_run(home, {PROCESS_TAG: f"{host}:{pid}:0"})
    assert fail_orphans(home.instance) == [run.run_id]


def test_a_run_of_another_machine_is_not_judged(home: Home) -> None:
    _, pid, started = this_process().rsplit(":", 2)
    run = _started_run(home, {PROCESS_TAG: f"elsewhere:{pid}:{started}0"})
    assert fail_orphans(home.instance) == []
    assert _status(home, run) == DagsterRunStatus.STARTED
