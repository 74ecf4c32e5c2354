"""The event log that keeps its connections and tells nothing twice is otherwise Dagster's own."""

# No postponed annotations: Dagster reads those of assets.
import os
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.test_utils import create_run_for_test

from sop_pipeline.automation.event_log import KeptConnectionsEventLog
from sop_pipeline.automation.instance import (
    PROCESS_TAG,
    fail_orphans,
    open_instance,
    this_process,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@dg.asset
def numbers() -> int:
    return 1


_PLACES = dg.DynamicPartitionsDefinition(name="place")
_HOLDS = dg.AssetCheckSpec("holds", asset="stock")
_PICTURE = f"![Stock](data:image/webp;base64,{'UklG' * 2_000})"
_CHECKS = ("ASSET_CHECK_EVALUATION_PLANNED", "ASSET_CHECK_EVALUATION")
_NOT_IN_RUN = ("ASSET_CHECK_EVALUATION_PLANNED", "STEP_INPUT", "LOADED_INPUT", "HANDLED_OUTPUT")


@dg.asset(partitions_def=_PLACES, check_specs=[_HOLDS])
def stock(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("counting")
    result = dg.AssetCheckResult(passed=context.partition_key == "here")
    metadata = {"units": 7, "picture": dg.MetadataValue.md(_PICTURE)}
    return dg.MaterializeResult(metadata=metadata, check_results=[result])


@dg.asset
def orders(numbers: int) -> int:
    return numbers


def _count_stock(storage: dict[str, object]) -> DagsterInstance:
    """An instance with that storage of events, in which stock was counted in two places, twice."""
    home = os.environ["DAGSTER_HOME"]
    instance = DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=storage))
    instance.add_dynamic_partitions("place", ["here", "there"])
    for place, assets in (
        ("here", [stock]),
        ("there", [stock, numbers, orders]),
        ("here", [stock]),
    ):
        dg.materialize(assets, instance=instance, partition_key=place, raise_on_error=False)
    return instance


def _stored(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """What index and runs' files hold, apart from ids, times and the events' own texts."""
    queries = {
        "event_logs": "dagster_event_type, step_key, asset_key, partition",
        "asset_keys": "asset_key, last_materialization IS NULL, last_materialization_timestamp > 0",
        "asset_event_tags": "asset_key, key, event_id",
        "asset_check_executions": "asset_key, check_name, partition, execution_status, "
        "evaluation_event_storage_id, materialization_event_storage_id",
    }
    stored: dict[str, list[tuple[object, ...]]] = {}
    for file in (home / "history" / "runs").glob("*.db"):
        with closing(sqlite3.connect(file)) as opened:
            for table, columns in queries.items():
                rows = opened.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()
                stored.setdefault(f"{file.stem == 'index'} {table}", []).append(rows)
    return {table: sorted(files, key=repr) for table, files in stored.items()}


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


def test_it_stores_what_dagsters_own_class_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = []
    for name, module in (("own", None), ("kept", KeptConnectionsEventLog.__module__)):
        home = tmp_path / name
        home.mkdir()
        monkeypatch.setenv("DAGSTER_HOME", str(home))
        config = {
            "module": module,
            "class": "KeptConnectionsEventLog",
            "config": {"home": str(home)},
        }
        with _count_stock({"event_log_storage": config} if module else {}):
            stored.append(_stored(home))
    own, kept = stored
    assert [len(file) for file in own["True event_logs"]] == [22]
    assert [len(file) for file in own["True asset_check_executions"]] == [3]
    assert all(len(file) > 10 for file in own["False event_logs"])
    own["True event_logs"] = [_but(_CHECKS, file) for file in own["True event_logs"]]
    own["False event_logs"] = [_but_echoes(file) for file in own["False event_logs"]]
    assert kept == own


def _but(kinds: tuple[str, ...], events: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [one for one in events if one[0] not in kinds]


def _but_echoes(events: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Without what was handed on, and the one output of a step that is its check's."""
    left = _but(_NOT_IN_RUN, events)
    outputs = [at for at, one in enumerate(left) if one[:2] == ("STEP_OUTPUT", "stock")]
    del left[outputs[-1]]
    return left


@pytest.mark.usefixtures("home")
def test_a_picture_stands_once_and_on_the_page_of_its_asset() -> None:
    with open_instance() as instance:
        instance.add_dynamic_partitions("place", ["here"])
        run_id = dg.materialize([stock], instance=instance, partition_key="here").run_id
        page = instance.fetch_materializations(stock.key, limit=1).records[0].asset_materialization
        own = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    assert page is not None
    assert page.metadata["picture"] == dg.MetadataValue.md(_PICTURE)
    [in_run] = [entry.asset_materialization for entry in own]
    assert in_run is not None
    assert in_run.metadata["picture"] == dg.MetadataValue.text("On the page of the asset.")
    assert in_run.metadata["units"] == page.metadata["units"]


@pytest.mark.usefixtures("home")
def test_the_outcomes_of_checks_stay_in_the_run_and_on_the_page_of_the_asset() -> None:
    key = dg.AssetCheckKey(stock.key, "holds")
    with open_instance() as instance:
        instance.add_dynamic_partitions("place", ["here", "there"])
        for place, passed in (("here", True), ("there", False)):
            run_id = dg.materialize([stock], instance=instance, partition_key=place).run_id
            logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
            [told] = [log.dagster_event for log in logs]
            assert told is not None
            assert told.asset_check_evaluation_data.passed == passed
            shown = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
            assert [(one.run_id, one.status.value) for one in shown] == [
                (run_id, "SUCCEEDED" if passed else "FAILED")
            ]


@pytest.mark.parametrize("left", [b"", b"no database" * 100, None], ids=["empty", "other", "cut"])
def test_damaged_events_of_a_killed_run_are_set_aside_and_stop_no_other(
    home: Path, left: bytes | None
) -> None:
    with open_instance() as instance:
        gone = {PROCESS_TAG: this_process().rpartition(":")[0] + ":1"}
        run = create_run_for_test(instance, status=DagsterRunStatus.STARTED, tags=gone)
        instance.report_engine_event("at work", run)
    file = home / "history" / "runs" / f"{run.run_id}.db"
    file.write_bytes(file.read_bytes()[:5_000] if left is None else left)
    with open_instance() as instance:
        assert fail_orphans(instance) == [run.run_id]
        failed = instance.get_run_by_id(run.run_id)
        assert failed is not None
        assert failed.status == DagsterRunStatus.FAILURE
        assert instance.all_logs(run.run_id)
        assert instance.all_logs(_materialize(instance))
    assert file.with_suffix(".damaged").exists() == (left != b"")
