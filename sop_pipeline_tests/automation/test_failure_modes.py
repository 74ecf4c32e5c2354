"""What goes wrong around a plan: each ends in a told, recorded failure; the old plan stays."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from dagster import DagsterRun, DagsterRunStatus

from sop_pipeline.automation.instance import PROCESS_TAG, fail_orphans
from sop_pipeline.checks.results import RETRIES_TAG
from sop_pipeline_tests.assets.home import Home, open_home

LIMIT = "SOP_SOLVER_TIME_LIMIT_SECONDS"
CAPABILITIES_VERSION = 0x20080522
OVERRIDING_PERMISSIONS = 0b110


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, base_planned: Path) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("failures"), planned=base_planned) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _the_old_plan_stays(home: Home) -> Iterator[None]:
    before: Mapping[str, pd.DataFrame] = home.published("BASE")
    yield
    for name, frame in home.published("BASE").items():
        pd.testing.assert_frame_equal(frame, before[name])


def latest_run(home: Home) -> DagsterRun:
    return home.instance.get_runs(limit=1)[0]


def failed(home: Home, result: Result, status: int, told: str) -> None:
    """The command ended so, told why, and its run is recorded as failed."""
    assert result.exit_code == status, result.output
    assert told in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert latest_run(home).status == DagsterRunStatus.FAILURE


def test_a_solver_out_of_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT, "1e-9")
    result = home.sop("plan", "BASE")
    failed(home, result, 6, "stopped without an optimal plan: Time limit reached")


def test_solving_from_a_folder_out_of_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT, "1e-9")
    result = home.sop("solve", str(home.folder / "input"), "--scenario", "BASE")
    assert result.exit_code == 6
    assert "Time limit reached" in result.stderr


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf"])
def test_a_time_limit_that_is_none(home: Home, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(LIMIT, text)
    result = home.sop("solve", str(home.folder / "input"), "--scenario", "BASE")
    assert result.exit_code == 2
    assert f"{LIMIT}={text!r}: expected a number of seconds above 0" in result.stderr


def test_a_read_only_warehouse_file(home: Home) -> None:
    path = home.folder / "warehouse.duckdb"
    path.chmod(0o444)
    try:
        with permissions_respected():
            result = home.sop("plan", "BASE")
    finally:
        path.chmod(0o644)
    failed(home, result, 5, "Permission denied")


def test_a_missing_warehouse_begins_no_run(home: Home) -> None:
    before = latest_run(home).run_id
    with missing(home):
        result = home.sop("plan", "BASE")
    assert result.exit_code == 5
    assert "Run `sop init` to create it" in result.stderr
    assert latest_run(home).run_id == before


def test_a_missing_warehouse_fails_a_run_the_ui_began(home: Home) -> None:
    with missing(home):
        result = home.definitions.resolve_job_def("plan_scenario").execute_in_process(
            instance=home.instance,
            partition_key="BASE",
            raise_on_error=False,
            tags={RETRIES_TAG: "0"},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failures
    for one in failures:
        assert one.user_failure_data is not None
        assert one.user_failure_data.metadata["exit_status"].value == 5
        assert "Run `sop init`" in (one.user_failure_data.description or "")
    assert latest_run(home).status == DagsterRunStatus.FAILURE


def test_a_full_disk_below_the_assets(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device that is always full takes their place: a folder in it cannot be made either."""
    monkeypatch.setenv("SOP_STORAGE", "/dev/full")
    result = home.sop("plan", "BASE")
    failed(home, result, 5, "could not be stored below /dev/full")


# At once, while the run is being begun, and while it is under way.
@pytest.mark.parametrize("size", [0, 200_000, 400_000])
def test_a_full_disk_below_the_instance(home: Home, size: int) -> None:
    with files_no_larger_than(size):
        result = home.sop("plan", "BASE", "--dry-run")
    assert result.exit_code == 5, result.output
    assert f"DAGSTER_HOME={home.folder / 'dagster'}, could not be read or written" in result.stderr
    assert "Traceback" not in result.output
    unfinished = [run for run in home.instance.get_runs() if not run.is_finished]
    for run in unfinished:  # as in a process that has ended since
        tags = {PROCESS_TAG: f"{run.tags[PROCESS_TAG]}0"}
        home.instance.add_run_tags(run.run_id, tags)
    assert set(fail_orphans(home.instance)) == {run.run_id for run in unfinished}


def test_the_next_run_is_green(home: Home) -> None:
    assert home.sop("plan", "BASE", "--dry-run").exit_code == 0
    assert latest_run(home).status == DagsterRunStatus.SUCCESS


@contextmanager
def missing(home: Home) -> Iterator[None]:
    """The warehouse is away for the block."""
    path = home.folder / "warehouse.duckdb"
    away = path.rename(path.with_name("away"))
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as if the disk were full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inherited"))


@contextmanager
def permissions_respected() -> Iterator[None]:
    """File permissions hold for root too, as for anybody else."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(CAPABILITIES_VERSION, 0), (_Set * 2)()
    assert libc.capget(ctypes.byref(header), sets) == 0
    before = sets[0].effective
    sets[0].effective = before & ~OVERRIDING_PERMISSIONS
    assert libc.capset(ctypes.byref(header), sets) == 0
    try:
        yield
    finally:
        sets[0].effective = before
        assert libc.capset(ctypes.byref(header), sets) == 0
