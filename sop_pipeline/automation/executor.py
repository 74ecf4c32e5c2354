"""The executor of the jobs: every step in the run's own process, which the run names.

A step of this pipeline takes less than a process takes to start, so a run is one process, be it
started by the code server, by a worker of the queue or by the command line. The run carries that
process's tag, by which `fail_orphans` and the run monitoring of the daemon see that it has died.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sop_pipeline.automation.instance import keep_connections, process_tags


class _TaggedExecutor(dg.Executor):
    """Dagster's own executor, after tagging the run with this process."""

    def __init__(self, executor: dg.Executor) -> None:
        self._executor = executor

    @property
    def retries(self) -> Any:
        """How steps are tried again."""
        return self._executor.retries

    @property
    def step_dependency_config(self) -> Any:
        """Which steps wait for which."""
        return self._executor.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        """Tag the run and execute its steps, over connections that are kept."""
        keep_connections(plan_context.instance)
        run_id = plan_context.run_id
        plan_context.instance.add_run_tags(run_id, process_tags(run_id))
        yield from self._executor.execute(plan_context, execution_plan)


@dg.executor(name="in_process", config_schema=dg.in_process_executor.config_schema.as_field())
def tagged_in_process_executor(init_context: dg.InitExecutorContext) -> dg.Executor:
    """Execute every step in the process of the run, and let the run name that process."""
    create = dg.in_process_executor.executor_creation_fn
    if create is None:
        msg = "Dagster's executor in the process is not what it was."
        raise TypeError(msg)
    return _TaggedExecutor(create(init_context))
