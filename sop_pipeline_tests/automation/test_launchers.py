"""The launchers tell the daemon that a run has died, when it can be started again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from sop_pipeline.automation import launchers
from sop_pipeline.automation.instance import PROCESS_TAG, this_process
from sop_pipeline.automation.launchers import WatchedRunLauncher
from sop_pipeline_tests.deployed.programs import free_port

GONE = {PROCESS_TAG: this_process().rpartition(":")[0] + ":1"}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    launcher = {"module": "sop_pipeline.automation.launchers", "class": "WatchedRunLauncher"}
    overrides = {"run_launcher": launcher}
    with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as made:
        yield made


def started(instance: DagsterInstance, tags: dict[str, str]) -> DagsterRun:
    return create_run_for_test(instance, status=DagsterRunStatus.STARTED, tags=tags)


def health(instance: DagsterInstance, run: DagsterRun) -> WorkerStatus:
    assert isinstance(instance.run_launcher, WatchedRunLauncher)
    assert instance.run_launcher.supports_check_run_worker_health
    return instance.run_launcher.check_run_worker_health(run).status


@pytest.mark.parametrize(
    "tags",
    [{PROCESS_TAG: this_process()}, {}, {PROCESS_TAG: "elsewhere:1:1"}],
    ids=["mine", "untagged", "other"],
)
def test_a_run_that_may_still_work_is_left_alone(
    instance: DagsterInstance, tags: dict[str, str]
) -> None:
    assert health(instance, started(instance, tags)) == WorkerStatus.RUNNING


def test_a_dead_run_of_the_command_line_is_told_at_once(instance: DagsterInstance) -> None:
    assert health(instance, started(instance, GONE)) == WorkerStatus.FAILED


def test_a_run_that_died_with_its_code_server_waits_for_it_but_not_for_ever(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = json.dumps({"host": "127.0.0.1", "port": free_port()})
    run = started(instance, {**GONE, GRPC_INFO_TAG: where})
    assert health(instance, run) == WorkerStatus.RUNNING
    monkeypatch.setattr(launchers, "WAIT_SECONDS", 0.0)
    assert health(instance, run) == WorkerStatus.FAILED
