"""The Dagster instance the command line and the UI share."""

import os
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dagster import (
    DagsterInstance,
    DagsterInvalidConfigError,
    DagsterRun,
    DagsterRunStatus,
    RunsFilter,
)
from sqlalchemy.exc import DatabaseError, DBAPIError
from yaml import YAMLError

from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.automation.dagster_internals.migrations import read_migrations_once
from sop_pipeline.automation.event_log import KeptConnectionsEventLog, is_damage
from sop_pipeline.errors import OrchestratorUnavailable
from sop_pipeline.resources.kept_files import kept_files
from sop_pipeline.settings import Orchestrator

_SETTINGS = """\
# Settings of the Dagster instance, kept as this release has them while this line stands.
# Take it out to change them; docs.dagster.io tells every field.
telemetry:
  enabled: false
nux:
  enabled: false
run_launcher:
  module: sop_pipeline.automation.launchers
  class: WatchedRunLauncher
run_monitoring:
  enabled: true
  poll_interval_seconds: 15
  free_slots_after_run_end_seconds: 60
# Two runs at a time use the embedded store. By run, so that no step waits for a slot and a
# process that is killed keeps none.
concurrency:
  pools:
    granularity: run
    default_limit: 2
# What schedules and sensors looked at and found, but for what they started.
retention:
  schedule:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
# The storage of assets tells each file it writes and reads, at the level below.
python_logs:
  python_log_level: INFO
event_log_storage:
  module: sop_pipeline.automation.event_log
  class: KeptConnectionsEventLog
  config:
    home:
      env: DAGSTER_HOME
"""
_STATEMENT_TIMEOUT_MS = 60_000
_CONNECTION_SECONDS = 1
_MOST_CONNECTIONS = 8
PROCESS_TAG = "sop/process"
"""Run tag: the process that works on the run."""
_RUN_OF_PROCESS_TAG = "sop/process_of_run"
"""Run tag: which run that process works on. A run that repeats another one begins with its tags."""
_RUNNING = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@contextmanager
def reporting_instance() -> Iterator[None]:
    """Tell what keeps the instance from being read or written, such as a full disk.

    Raises:
        OrchestratorUnavailable: In place of the storage's own error.
    """
    try:
        yield
    except BrokenPipeError:  # who reads the output has left
        raise
    except (DBAPIError, sqlite3.Error, OSError) as error:
        reason = getattr(error, "orig", None) or error
        msg = (
            f"The orchestrator's storage, DAGSTER_HOME={Orchestrator.from_environment().home}, "
            f"could not be read or written: {reason}. A run it could not finish recording is "
            "marked as failed by the next `sop plan`."
        )
        raise OrchestratorUnavailable(msg) from error


def open_instance() -> DagsterInstance:
    """The instance under DAGSTER_HOME, by default `.sop/dagster` in the working folder."""
    home = Orchestrator.from_environment().home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    settings = home / "dagster.yaml"
    try:
        _keep_settings(settings)
        read_migrations_once()
        instance = DagsterInstance.get()
    except (YAMLError, UnicodeDecodeError, DagsterInvalidConfigError) as error:
        msg = (
            f"The orchestrator's settings {settings} cannot be used: {error}\n"
            "Mend the file, or remove it: the shipped settings are then written anew."
        )
        raise OrchestratorUnavailable(msg) from error
    keep_connections(instance)
    return instance


def keep_connections(instance: DagsterInstance) -> None:
    """Let an instance in PostgreSQL use a connection for a second, in place of for one statement.

    A run asks and writes some thousand times; opening a connection takes longer than any of it.
    Not for longer than a second: one from before a restart of the database fails. Dagster has this
    for its web server only, hence the name; storages of another kind let it pass.
    """
    instance.optimize_for_webserver(
        statement_timeout=_STATEMENT_TIMEOUT_MS,
        pool_recycle=_CONNECTION_SECONDS,
        max_overflow=_MOST_CONNECTIONS,
    )


def _keep_settings(file: Path) -> None:
    """Write the shipped settings where there are none, or those of another release."""
    present = file.read_text("utf-8") if file.exists() else _SETTINGS.partition("\n")[0]
    if present != _SETTINGS and present.startswith(_SETTINGS.partition("\n")[0]):
        written = file.with_suffix(f".{os.getpid()}")
        written.write_text(_SETTINGS, "utf-8")
        written.replace(file)


def register_scenarios(instance: DagsterInstance, codes: Sequence[str]) -> None:
    """Add a partition for every scenario that has none yet."""
    known = set(instance.get_dynamic_partitions(_partitions_name()))
    new = [code for code in codes if code not in known]
    if new:
        instance.add_dynamic_partitions(_partitions_name(), new)


def process_tags(run_id: str) -> dict[str, str]:
    """Tags of a run that tell that this process works on it."""
    return {PROCESS_TAG: this_process(), _RUN_OF_PROCESS_TAG: run_id}


def this_process() -> str:
    """This process, unlike any other before or after it, on this machine or another."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def fail_orphans(instance: DagsterInstance) -> list[str]:
    """Fail the runs whose process on this machine is gone, and remove what they left unfinished.

    Returns:
        The ids of the runs that were failed.
    """
    runs = instance.get_runs(filters=RunsFilter(statuses=_RUNNING))
    orphans = [run for run in runs if process_is_gone(run)]
    for run in orphans:
        _fail(instance, run)
    kept_files(instance).forget_unfinished(instance)
    return [run.run_id for run in orphans]


def _fail(instance: DagsterInstance, run: DagsterRun) -> None:
    """Fail an orphan; where its process left its events damaged, they are set aside first."""
    text = "The process that worked on this run is gone."
    try:
        instance.report_run_failed(run, text)
    except DatabaseError as error:
        events = instance.event_log_storage
        if not isinstance(events, KeptConnectionsEventLog) or not is_damage(error):
            raise
        kept = events.set_aside(run.run_id)
        instance.report_run_failed(run, f"{text} Its events are damaged and lie in {kept}.")


def cancel_own_runs(instance: DagsterInstance) -> None:
    """Mark the runs that this process works on, and will not go on with, as canceled."""
    own = RunsFilter(statuses=_RUNNING, tags={PROCESS_TAG: this_process()})
    for run in instance.get_runs(filters=own):
        instance.report_run_canceled(run, "The command that began this run was interrupted.")


def process_is_gone(run: DagsterRun) -> bool:
    """Whether a run's process, one of this machine, has ended; another's cannot be judged here."""
    tag = run.tags.get(PROCESS_TAG)
    if tag is None or run.tags.get(_RUN_OF_PROCESS_TAG, run.run_id) != run.run_id:
        return False
    host, pid, started = tag.rsplit(":", 2)
    return host == socket.gethostname() and _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; `gone` where there is none.

    A number may be given to a new process, but not with the same start.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            return stat.read_text("utf-8").rpartition(")")[2].split()[19]
        except FileNotFoundError:
            return "gone"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        return "alive"
    return "alive"


def _partitions_name() -> str:
    return SCENARIOS.name or ""
