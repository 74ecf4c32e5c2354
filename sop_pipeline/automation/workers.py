"""Runs on worker processes, on this machine or others: Celery tasks, one run each.

`celery -A sop_pipeline.automation.workers worker` is a worker; a dagster.yaml with the
`WorkerRunLauncher` sends runs to them. Needs the extra `celery`; nothing imports this by itself.

Belongs here: how a run reaches a worker, and whether its worker is still there.
Does not belong here: what a run does, which is the same everywhere.
"""

from importlib import import_module
from typing import Any

from celery import Celery
from dagster import DagsterRun
from dagster_celery.config import DEFAULT_CONFIG
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from dagster_celery.tasks import create_execute_job_task

from sop_pipeline.automation.dagster_internals.launcher import CheckRunHealthResult, WorkerStatus
from sop_pipeline.automation.launchers import process_health
from sop_pipeline.errors import UsageError
from sop_pipeline.settings import Workers

WAIT_SECONDS = 5.0
_ASKED_TIMES = 2


class WorkerRunLauncher(CeleryRunLauncher):
    """Sends each run to a worker as one task, and notices when its worker is gone.

    Celery keeps a task of a killed worker as started for ever, so the worker itself is asked.
    """

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether a run is being worked on."""
        task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        here = process_health(run)
        if task is None or here.status == WorkerStatus.FAILED:
            return here
        health = super().check_run_worker_health(run)
        if health.status != WorkerStatus.RUNNING or self._is_active(task):
            return health
        return CheckRunHealthResult(WorkerStatus.FAILED, "Its worker does not work on it any more.")

    def get_run_worker_debug_info(
        self, run: DagsterRun, include_container_logs: bool | None = True
    ) -> str | None:
        """What Celery knows of a run; nothing of one that was never sent."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return None
        return super().get_run_worker_debug_info(run, include_container_logs)

    def _is_active(self, task: str) -> bool:
        """Whether the worker that took a task still has it."""
        worker = (self.celery.AsyncResult(task).info or {}).get("hostname")
        for _ in range(_ASKED_TIMES):
            inspected = self.celery.control.inspect([worker], timeout=WAIT_SECONDS)
            answers: dict[str, list[dict[str, Any]]] | None = inspected.active()
            if answers is not None:
                return any(one["id"] == task for tasks in answers.values() for one in tasks)
        return False


def worker_app() -> Celery:
    """The Celery app of a worker, its broker from SOP_BROKER.

    Raises:
        UsageError: SOP_BROKER is not set.
    """
    broker = Workers.from_environment().broker.get_secret_value()
    if not broker:
        msg = "SOP_BROKER names no broker; give one such as redis://HOST:6379/0."
        raise UsageError(msg)
    made = make_app({"broker": broker, "backend": broker, "config_source": dict(DEFAULT_CONFIG)})
    made.conf.broker_connection_retry_on_startup = True
    create_execute_job_task(made)
    # Loaded once, by the process that a process per run is forked from.
    import_module("sop_pipeline.definitions")
    return made


def __getattr__(name: str) -> Celery:
    """`app` on demand, as `celery -A` asks for it: the launcher needs none."""
    if name == "app":
        return worker_app()
    raise AttributeError(name)
