"""The origin of runs that this process begins.

`RegisteredCodeLocationOrigin` and its kin say which code location a run belongs to. A run without
one is missing from the timeline and cannot be executed again from the UI, and Dagster gives an
origin only to runs that its own servers begin.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import DagsterInstance, DagsterRun
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

CODE_LOCATION = "sop_pipeline"
"""Name of the code location in workspace.yaml."""

_REPOSITORY = "__repository__"
"""Dagster's name for what a code location defines."""


@contextmanager
def runs_of_code_location(instance: DagsterInstance) -> Iterator[None]:
    """Let the runs that begin within, in this process, belong to the code location.

    `execute_in_process` makes its run by `create_run_for_job`, and passes no origin.
    """
    create = instance.create_run_for_job

    def create_with_origin(job_def: Any, **settings: Any) -> DagsterRun:
        return create(job_def=job_def, remote_job_origin=_origin(job_def.name), **settings)

    vars(instance)[create.__name__] = create_with_origin
    try:
        yield
    finally:
        del vars(instance)[create.__name__]


def _origin(job: str) -> RemoteJobOrigin:
    location = RegisteredCodeLocationOrigin(CODE_LOCATION)
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, _REPOSITORY), job)
