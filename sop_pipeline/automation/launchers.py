"""Launchers of runs whose death the daemon notices; `run_launcher` in dagster.yaml names one.

Dagster's default launcher cannot tell whether a run still works: the code server that started it
watches it, and when that dies too, or cannot reach the database at that moment, the run stays
STARTED for ever.
"""

from typing import Any, Self

from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._serdes import ConfigurableClassData

from sop_pipeline.automation.instance import PROCESS_TAG, process_is_gone


def process_health(run: DagsterRun) -> CheckRunHealthResult:
    """Whether the process a run names is alive; one of another machine counts as alive."""
    tag = run.tags.get(PROCESS_TAG)
    if process_is_gone(tag):
        return CheckRunHealthResult(WorkerStatus.FAILED, f"The process {tag} is gone.")
    return CheckRunHealthResult(WorkerStatus.RUNNING)


class WatchedRunLauncher(DefaultRunLauncher):
    """Starts runs through the code server, as Dagster does by default, and notices their death."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """The daemon's run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is alive."""
        return process_health(run)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Self:
        """Make it from its configuration, which is empty."""
        del config_value
        return cls(inst_data=inst_data)
