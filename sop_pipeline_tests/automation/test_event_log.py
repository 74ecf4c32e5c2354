"""The event log that keeps its connections is Dagster's own in every other respect."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from sop_pipeline.automation.event_log import KeptConnectionsEventLog
from sop_pipeline.automation.instance import open_instance


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@dg.asset
def numbers() -> int:
    return 1


def _materialize(instance: dg.DagsterInstance) -> str:
    return dg.materialize([numbers], instance=instance).run_id


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_instance_uses_it_and_dagsters_own_class_reads_what_it_wrote(home: Path) -> None:
    with open_instance() as instance:
        assert isinstance(instance.event_log_storage, KeptConnectionsEventLog)
        run_id = _materialize(instance)
        written = [event.to_json() for event in instance.all_logs(run_id)]
        own = SqliteEventLogStorage(str(home / "history" / "runs"))
        assert [event.to_json() for event in own.get_logs_for_run(run_id)] == written
        assert own.get_latest_materialization_events([numbers.key])[numbers.key] is not None


def test_the_file_of_a_later_run_is_made_as_that_of_the_first(home: Path) -> None:
    def made(run_id: str) -> list[str]:
        with sqlite3.connect(home / "history" / "runs" / f"{run_id}.db") as file:
            revision = file.execute("SELECT version_num FROM alembic_version").fetchone()
            journal = file.execute("PRAGMA journal_mode").fetchone()
            objects = file.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
        return [*map(str, objects), str(revision), str(journal)]

    with open_instance() as instance:
        first, second = _materialize(instance), _materialize(instance)
        assert made(first) == made(second)
        assert len(instance.all_logs(first)) == len(instance.all_logs(second))


def test_what_the_storage_of_assets_does_is_no_event(home: Path) -> None:
    del home
    with open_instance() as instance:
        run_id = _materialize(instance)
        told = [event.user_message for event in instance.all_logs(run_id)]
    assert not [text for text in told if "file" in text.lower() and "writing" in text.lower()]


def test_another_process_sees_each_event_as_it_is_written(home: Path) -> None:
    with open_instance() as instance:
        run_id = _materialize(instance)
        with sqlite3.connect(home / "history" / "runs" / f"{run_id}.db") as other:
            (seen,) = other.execute("SELECT COUNT(*) FROM event_logs").fetchone()
        assert seen == len(instance.all_logs(run_id))


@pytest.mark.usefixtures("home")
def test_many_runs_keep_few_files_open_and_none_afterwards() -> None:
    before = _open_files()
    with open_instance() as instance:
        for _ in range(12):
            _materialize(instance)
        assert _open_files() - before < 40 < resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert _open_files() <= before


@pytest.mark.usefixtures("home")
def test_a_wiped_log_is_empty_and_takes_new_runs() -> None:
    with open_instance() as instance:
        gone = _materialize(instance)
        instance.wipe()
        assert instance.all_logs(gone) == []
        assert instance.all_logs(_materialize(instance))
