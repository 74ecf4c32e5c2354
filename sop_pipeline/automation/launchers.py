"""Launchers of runs whose death the daemon notices; `run_launcher` in dagster.yaml names one.

Dagster's default launcher cannot tell whether a run still works: the code server that started it
watches it, and when that dies too, or cannot reach the database at that moment, the run stays
STARTED for ever.
"""

import time
from typing import Any

from dagster import DagsterRun

from sop_pipeline.automation.dagster_internals.launcher import (
    CheckRunHealthResult,
    CodeServerLauncher,
    WorkerStatus,
)
from sop_pipeline.automation.instance import PROCESS_TAG, process_is_gone

WAIT_SECONDS = 120.0
"""How long a dead run waits for its code server to come back, which it is started again by."""


def process_health(run: DagsterRun) -> CheckRunHealthResult:
    """Whether the process a run names is alive; one of another machine counts as alive."""
    if process_is_gone(run):
        gone = f"The process {run.tags[PROCESS_TAG]} is gone."
        return CheckRunHealthResult(WorkerStatus.FAILED, gone)
    return CheckRunHealthResult(WorkerStatus.RUNNING)


class WatchedRunLauncher(CodeServerLauncher):
    """Starts runs through the code server, as Dagster does by default, and notices their death.

    Where the code server died with the run, its death is told when the code server is back: a
    failed run is started again at once or, where that cannot be done at that moment, never.
    """

    def __init__(self, inst_data: Any = None) -> None:
        """Make it; it has no configuration."""
        super().__init__(inst_data)
        self._gone_since: dict[str, float] = {}

    @property
    def supports_check_run_worker_health(self) -> bool:
        """The daemon's run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is alive."""
        health = process_health(run)
        if health.status == WorkerStatus.RUNNING or self._may_be_told(run.run_id):
            self._gone_since.pop(run.run_id, None)
            return health
        return CheckRunHealthResult(WorkerStatus.RUNNING, "Its code server is awaited.")

    def _may_be_told(self, run_id: str) -> bool:
        """Whether a dead run's code server is there, not for the first time asked, or too late."""
        answers = self.code_server_answers(run_id)
        if answers is None:
            return True
        waited = time.monotonic() - self._gone_since.setdefault(run_id, time.monotonic())
        return waited > WAIT_SECONDS or (answers and waited > 1.0)
