"""What a killed run leaves in the instance's storage goes with it; what others write stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from sop_pipeline.automation.instance import PROCESS_TAG, fail_orphans, this_process


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def unfinished_file(instance: DagsterInstance, run_id: str) -> Path:
    path = Path(instance.storage_directory()) / "solved_plan" / f"BASE.zip.{run_id}.unfinished"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def run_of(instance: DagsterInstance, tags: dict[str, str]) -> str:
    return create_run_for_test(instance, status=DagsterRunStatus.STARTED, tags=tags).run_id


def gone() -> dict[str, str]:
    """The tag of a process of this machine that had this one's number before it."""
    host, pid, _ = this_process().rsplit(":", 2)
    return {PROCESS_TAG: f"{host}:{pid}:1"}


def test_an_orphan_is_failed_and_its_unfinished_file_removed(instance: DagsterInstance) -> None:
    orphan = run_of(instance, gone())
    left = unfinished_file(instance, orphan)
    finished = left.with_name("BASE.zip")
    finished.touch()
    assert fail_orphans(instance) == [orphan]
    run = instance.get_run_by_id(orphan)
    assert run is not None
    assert run.status == DagsterRunStatus.FAILURE
    assert not left.exists()
    assert finished.exists()


@pytest.mark.parametrize(
    "tags",
    [{PROCESS_TAG: this_process()}, {}, {PROCESS_TAG: "elsewhere:1:1"}],
    ids=["mine", "untagged", "other"],
)
def test_a_run_that_may_still_work_keeps_its_status_and_its_file(
    instance: DagsterInstance, tags: dict[str, str]
) -> None:
    running = run_of(instance, tags)
    kept = unfinished_file(instance, running)
    assert fail_orphans(instance) == []
    run = instance.get_run_by_id(running)
    assert run is not None
    assert run.status == DagsterRunStatus.STARTED
    assert kept.exists()


def test_a_file_left_by_a_run_that_is_over_or_forgotten_is_removed(
    instance: DagsterInstance,
) -> None:
    over = create_run_for_test(instance, status=DagsterRunStatus.FAILURE).run_id
    left = [unfinished_file(instance, run) for run in (over, "forgotten")]
    assert fail_orphans(instance) == []
    assert not any(path.exists() for path in left)


def test_it_is_removed_from_the_shared_folder_too_where_assets_are_kept_there(
    instance: DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_STORAGE", str(tmp_path / "shared"))
    left = tmp_path / "shared/solved_plan/BASE.zip.forgotten.unfinished"
    left.parent.mkdir(parents=True)
    left.touch()
    fail_orphans(instance)
    assert not left.exists()
