"""`sop` in a process of its own that kills itself at a chosen statement of the publication.

Belongs here: where a run can be killed, and the process that runs it.
Does not belong here: what must hold afterwards (`home`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from unittest import mock

# Loaded once, in the server that every run is forked from: most of a run's time is imports.
import sop_pipeline.automation.run
import sop_pipeline.cli.plan
import sop_pipeline.definitions  # noqa: F401
from sop_pipeline.cli import main
from sop_pipeline.store import Store, duckdb_store
from sop_pipeline.store.base import Publication
from sop_pipeline.store.duckdb_publication import publish as _publish
from sop_pipeline.store.duckdb_session import Session

KILLED = -signal.SIGKILL

# What the product and Dagster import only when they use it.
_LAZY = (
    "alembic.command",
    "dagster._core.storage.sqlite_storage",
    "dagster._daemon.controller",
    "hypothesis",
    "matplotlib.backends.backend_agg",
    "PIL.Image",
)
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__, *_LAZY])


@dataclass(frozen=True)
class Failpoint:
    """A statement of the publication, and when the process dies there.

    Attributes:
        statement: Its number in the publication, from 0.
        side: Before it runs, while it runs, after it, or while the connection closes after it.
        delay: Seconds to wait, while it runs or the connection closes.
    """

    statement: int
    side: Literal["before", "during", "after", "closing"]
    delay: float = 0.0


@dataclass(frozen=True)
class Statement:
    """A statement of a publication as it ran in a rehearsal."""

    name: str
    seconds: float


class _WatchedSession(Session):
    """A session that counts its statements, and dies at one of them."""

    def __init__(self, session: Session, failpoint: Failpoint | None) -> None:
        super().__init__(session._connection)
        self._failpoint = failpoint
        self.statements: list[Statement] = []

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._run(sql, lambda: super(_WatchedSession, self).execute(sql, parameters))

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        return self._run(sql, lambda: super(_WatchedSession, self).value(sql, parameters))

    def _run(self, sql: str, run: Callable[[], Any]) -> Any:
        self._die("before")
        self._die_in_a_moment("during")
        started = time.perf_counter()
        result = run()
        seconds = time.perf_counter() - started
        self._die("after")
        self._die_in_a_moment("closing")
        self.statements.append(Statement(" ".join(sql.split()), seconds))
        return result

    def _is_here(self, side: str) -> bool:
        point = self._failpoint
        return point is not None and (point.statement, point.side) == (len(self.statements), side)

    def _die(self, side: str) -> None:
        if self._is_here(side):
            os.kill(os.getpid(), signal.SIGKILL)

    def _die_in_a_moment(self, side: str) -> None:
        """Let a process kill this one: a thread would wait for the statement to let it run."""
        if self._failpoint is not None and self._is_here(side):
            doomed = os.getpid()
            ready, tell = os.pipe()
            if os.fork() == 0:
                os.write(tell, b".")
                time.sleep(self._failpoint.delay)
                os.kill(doomed, signal.SIGKILL)
                os._exit(0)
            os.read(ready, 1)


def run_sop(
    folder: Path,
    *arguments: str,
    failpoint: Failpoint | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Run `sop` in a process of its own, in a folder with its own warehouse and instance.

    Args:
        folder: Working folder.
        arguments: Command line.
        failpoint: Where the process kills itself.
        settings: Variables that replace the folder's.

    Returns:
        The process's exit status, `KILLED` where it was killed.
    """
    environment = {**_environment(folder), **settings}
    process = _SERVER.Process(target=_run, args=(folder, arguments, failpoint, environment))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def run_sop_for(folder: Path, *arguments: str, seconds: float | None = None) -> int:
    """Run the real command, imports and all, and kill it after some seconds."""
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sop_pipeline.cli", *arguments],
            cwd=folder,
            env={**os.environ, **_environment(folder)},
            stdout=log,
            stderr=log,
        )
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def rehearsed(store: Store, publication: Publication) -> list[Statement]:
    """Publish without dying, and tell the statements that took."""
    watching: list[_WatchedSession] = []

    def watched(session: Session, publication: Publication) -> None:
        watching.append(_WatchedSession(session, None))
        _publish(watching[-1], publication)

    with mock.patch.object(duckdb_store, "publish", watched):
        store.publish(publication)
    return watching[-1].statements


def _run(
    folder: Path,
    arguments: tuple[str, ...],
    failpoint: Failpoint | None,
    environment: Mapping[str, str],
) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    with (folder / "log.txt").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)

    def watched(session: Session, publication: Publication) -> None:
        _publish(_WatchedSession(session, failpoint), publication)

    with mock.patch.object(duckdb_store, "publish", watched):
        main(list(arguments))


def _environment(folder: Path) -> dict[str, str]:
    return {
        "SOP_WAREHOUSE": f"duckdb:{folder / 'warehouse.duckdb'}",
        "DAGSTER_HOME": str(folder / "dagster"),
    }
