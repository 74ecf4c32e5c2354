"""The files that runs keep: where each lies, and when it goes.

What a run hands from step to step lies in a folder of that run's own, so that no other run can
take it for its own. The last plan that was solved to be published is kept beside, one file per
store and scenario, replaced whole: a reader sees the old one or the new one.

Does not belong here: what is in a file (`storage`).
"""

import hashlib
import time
from collections.abc import Iterable
from contextlib import suppress

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from upath import UPath

from sop_pipeline.errors import UsageError
from sop_pipeline.settings import Orchestrator

UNFINISHED = ".unfinished"
"""Ending of a file a run is still writing; the run's id stands before it."""

PAGE_EXTENSION = ".html"
"""Ending of the page of a published plan, kept beside the plan."""

KEPT_DAYS = 7
"""How long a failed run's files wait for it to be executed again from where it failed."""

OPEN_STATUSES = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
"""A run in any of these may still read or write."""

_LOCAL = ("", "file")
_SECONDS_OF_A_DAY = 86_400


class KeptFiles:
    """The files below a folder or object store."""

    def __init__(self, base: str) -> None:
        """Name the place; nothing is read or made yet.

        Args:
            base: A folder, or an object store as `fsspec` names it.
        """
        self.base = base

    @property
    def _root(self) -> UPath:
        return UPath(self.base)

    def of_run(self, run_id: str, name: str) -> UPath:
        """A file that a run hands on."""
        return self._root / "runs" / run_id / name

    def plan_to_publish(self, store: str, name: str) -> UPath:
        """The file of the last plan solved to be published.

        Args:
            store: Identity of the store.
            name: The scenario's file.
        """
        return self._root / "plans" / _short(store) / name

    def write(self, path: UPath, content: bytes, run_id: str) -> None:
        """Write a file, or replace it whole."""
        if path.protocol not in _LOCAL:
            path.write_bytes(content)  # an object store replaces an object whole
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{run_id}{UNFINISHED}")
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def begin_run(self, run_id: str, instance: DagsterInstance) -> None:
        """Remove what runs before have no more use for; a run's first file calls for it."""
        kept = self._run_ids()
        if run_id not in kept:
            self.forget_runs(self._expired(kept, instance))

    def forget_runs(self, run_ids: Iterable[str]) -> None:
        """Remove what runs handed from step to step."""
        for run_id in run_ids:
            _remove_folder(self._root / "runs" / run_id)

    def forget_plan(self, store: str, name: str) -> None:
        """Remove the last plan solved to be published; there may be none."""
        kept = self.plan_to_publish(store, name)
        kept.unlink(missing_ok=True)
        kept.with_name(f"{name.partition('.')[0]}{PAGE_EXTENSION}").unlink(missing_ok=True)

    def forget_unfinished(self, instance: DagsterInstance) -> None:
        """Remove every file whose writing run is over; in an object store there is none."""
        if self._root.protocol not in _LOCAL:
            return
        for path in self._root.rglob(f"*{UNFINISHED}"):
            run = instance.get_run_by_id(path.stem.rpartition(".")[2])
            if run is None or run.is_finished:
                path.unlink(missing_ok=True)

    def _run_ids(self) -> set[str]:
        runs = self._root / "runs"
        return {folder.name for folder in runs.iterdir()} if runs.exists() else set()

    def _expired(self, run_ids: set[str], instance: DagsterInstance) -> set[str]:
        """Of these runs, those that succeeded, or failed long ago, and that no open run repeats."""
        if not run_ids:
            return set()
        runs = {run.run_id: run for run in _runs(instance, RunsFilter(run_ids=list(run_ids)))}
        open_runs = _runs(instance, RunsFilter(statuses=OPEN_STATUSES))
        needed = {_root_run_id(run) for run in open_runs}
        over = [one for one in run_ids if one not in runs or _root_run_id(runs[one]) not in needed]
        return {one for one in over if _succeeded(runs.get(one)) or self._is_old(one)}

    def _is_old(self, run_id: str) -> bool:
        folder = self._root / "runs" / run_id
        written = [file.stat().st_mtime for file in folder.iterdir()] if folder.exists() else []
        return bool(written) and max(written) < time.time() - KEPT_DAYS * _SECONDS_OF_A_DAY


def kept_files(instance: DagsterInstance) -> KeptFiles:
    """The files of an instance: where SOP_STORAGE says, else in its own storage.

    Raises:
        UsageError: SOP_STORAGE names no place that can be reached with what is installed.
    """
    base = Orchestrator.from_environment().storage or instance.storage_directory()
    try:
        _ = UPath(base).fs
    except (ValueError, ImportError) as error:
        msg = f"SOP_STORAGE={base!r}: expected a folder or an object store. {error}"
        raise UsageError(msg) from None
    return KeptFiles(base)


def _short(store: str) -> str:
    """A folder's name for a store: what names one may be long and full of slashes."""
    return hashlib.sha256(store.encode()).hexdigest()[:16]


def _runs(instance: DagsterInstance, filters: RunsFilter) -> Iterable[DagsterRun]:
    return instance.get_runs(filters=filters)


def _root_run_id(run: DagsterRun) -> str:
    """The run that this one is, or that it repeats in part."""
    return run.root_run_id or run.run_id


def _succeeded(run: DagsterRun | None) -> bool:
    return run is not None and run.status == DagsterRunStatus.SUCCESS


def _remove_folder(folder: UPath) -> None:
    """Remove a folder of files; one that cannot be removed now is tried again by the next run."""
    with suppress(OSError):
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        folder.rmdir()
