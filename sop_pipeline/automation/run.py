"""Materialising a scenario's assets in this process, recorded in the shared instance."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from dagster import DagsterInstance, EventLogEntry, ExecuteInProcessResult

from sop_pipeline.automation.instance import process_tag
from sop_pipeline.checks.results import EXIT_STATUS
from sop_pipeline.planning import SolvedPlan

Progress = Callable[[str], None]

# What the UI tags its own runs with, so that it lists these beside them under the job: the
# repository of the code location that workspace.yaml names.
_LOCATION_TAG = {".dagster/repository": "__repository__@sop_pipeline"}


@dataclass(frozen=True)
class PlannedScenario:
    """What became of one scenario.

    Attributes:
        code: The scenario.
        run_id: Its run in the instance.
        exit_status: 0, or that of its first failure.
        failures: Why it failed, one text per failed step.
        warnings: What the checks warn of.
        tables: The solved plan's tables; empty where it failed.
    """

    code: str
    run_id: str
    exit_status: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]


def plan_in_process(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    code: str,
    *,
    publish: bool,
    progress: Progress,
) -> PlannedScenario:
    """Run the whole graph for one scenario.

    Args:
        definitions: The code location's definitions, policy included.
        instance: Where the run is recorded.
        code: Scenario, also the partition key.
        publish: Whether the plan is published.
        progress: Told what is being worked on.
    """
    job = definitions.resolve_job_def("plan_scenario" if publish else "solve_scenario")
    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, lambda entry: _tell(entry, progress))
    result = job.execute_in_process(
        instance=instance,
        partition_key=code,
        raise_on_error=False,
        run_id=run_id,
        tags={**process_tag(), **_LOCATION_TAG},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    failures, status = _failures(result)
    return PlannedScenario(
        code=code,
        run_id=result.run_id,
        exit_status=status,
        failures=failures,
        warnings=_warnings(result),
        tables=_solved(result).tables if result.success else {},
    )


def _tell(entry: EventLogEntry, progress: Progress) -> None:
    event = entry.dagster_event
    if event is not None and event.is_step_start and event.step_key:
        progress(event.step_key.replace("_", " "))


def _solved(result: ExecuteInProcessResult) -> SolvedPlan:
    return result.output_for_node("solved_plan")


def _failures(result: ExecuteInProcessResult) -> tuple[tuple[str, ...], int]:
    """The texts of the failed steps, and the exit status of the first."""
    failed = [event for event in result.all_events if event.is_step_failure]
    texts, statuses = [], []
    for event in failed:
        data = event.step_failure_data
        told: Any = data.user_failure_data
        if told is not None:
            texts.append(told.description or "")
            statuses.append(int(told.metadata[EXIT_STATUS].value))
        else:
            texts.append(f"{event.step_key}: {data.error_display_string}")
            statuses.append(1)
    if not result.success and not failed:
        return ("The run failed before its first step.",), 1
    return tuple(dict.fromkeys(texts)), next(iter(statuses), 0)


def _warnings(result: ExecuteInProcessResult) -> tuple[str, ...]:
    evaluations = result.get_asset_check_evaluations()
    return tuple(
        evaluation.description or evaluation.check_name
        for evaluation in evaluations
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.WARN
    )
