"""Materialising a scenario's assets in this process, recorded in the shared instance."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from dagster import DagsterInstance, EventLogEntry, ExecuteInProcessResult

from sop_pipeline.assets.plan_page import NAME as PAGE
from sop_pipeline.automation.as_of import past_day_config, plan_as_of, solved_as_of
from sop_pipeline.automation.dagster_internals.code_location import runs_of_code_location
from sop_pipeline.automation.failures import step_failures
from sop_pipeline.automation.instance import process_tags
from sop_pipeline.checks.results import COMMAND_LINE_TAG, FAULTS
from sop_pipeline.planning import SolvedPlan

Progress = Callable[[str], None]

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# A killed command is not begun anew by the daemon behind its user's back.
_NOT_RETRIED = {"dagster/max_retries": "0"}


@dataclass(frozen=True)
class PlannedScenario:
    """What became of one scenario.

    Attributes:
        code: The scenario.
        run_id: Its run in the instance.
        exit_status: 0, or that of its first failure.
        failures: Why it failed, one text per failed step.
        warnings: What the checks warn of.
        notes: What they found that is worth knowing and no reason for concern.
        tables: The solved plan's tables; empty where it failed.
    """

    code: str
    run_id: str
    exit_status: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class _Request:
    """Which job plans, and what it is told."""

    job: str
    partition: str | None
    tags: Mapping[str, str]
    config: Mapping[str, Any]


def plan_in_process(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    code: str,
    *,
    publish: bool,
    progress: Progress,
    as_of: dt.date | None = None,
) -> PlannedScenario:
    """Run the whole graph for one scenario.

    Args:
        definitions: The code location's definitions, policy included.
        instance: Where the run is recorded.
        code: Scenario, also the partition key.
        publish: Whether the plan is published.
        progress: Told what is being worked on.
        as_of: Day whose knowledge is planned with, in a run that materialises nothing; its plan
            is published to the history alone.
    """
    request = _current(code, publish=publish) if as_of is None else _past(code, as_of, publish)
    job = definitions.resolve_job_def(request.job)
    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, lambda entry: _tell(entry, progress))
    with runs_of_code_location(instance):
        result = job.execute_in_process(
            instance=instance,
            partition_key=request.partition,
            asset_selection=_awaited(job),
            raise_on_error=False,
            run_id=run_id,
            tags={
                **process_tags(run_id),
                **request.tags,
                **_NOT_RETRIED,
                COMMAND_LINE_TAG: run_id,
            },
            run_config={**request.config, **_policy_config(definitions), **_QUIET},
        )
    failures, status = _failures(result)
    return PlannedScenario(
        code=code,
        run_id=result.run_id,
        exit_status=status,
        failures=failures,
        warnings=_told(result, request.job, informs=False),
        notes=_told(result, request.job, informs=True),
        tables=_solved(result, request.job).tables if result.success else {},
    )


def _awaited(job: dg.JobDefinition) -> list[dg.AssetKey] | None:
    """The assets somebody waits for: all but the page, which takes a fifth of a run.

    Who waits has the plan on his terminal, and the page by `sop report`.
    """
    keys = job.asset_layer.selected_asset_keys
    return [key for key in keys if key != dg.AssetKey(PAGE)] or None


def _policy_config(definitions: dg.Definitions) -> dict[str, Any]:
    """The policy in the run's own words, so that it is executed again with the same."""
    config: dict[str, Any] = (definitions.resources or {})["policy"].run_config
    return config


def _tell(entry: EventLogEntry, progress: Progress) -> None:
    event = entry.dagster_event
    if event is not None and event.is_step_start and event.step_key:
        progress(event.step_key.replace("_", " "))


def _current(code: str, *, publish: bool) -> _Request:
    return _Request("plan_scenario" if publish else "solve_scenario", code, {}, {})


def _past(code: str, as_of: dt.date, publish: bool) -> _Request:
    tags = {"sop/scenario": code, "sop/as_of": as_of.isoformat()}
    config = past_day_config(code, as_of.isoformat(), publish=publish)
    return _Request(plan_as_of.name, None, tags, config)


def _solved(result: ExecuteInProcessResult, job: str) -> SolvedPlan:
    if job == plan_as_of.name:
        return result.output_for_node(solved_as_of.name).solved
    return result.output_for_node("solved_plan")


def _failures(result: ExecuteInProcessResult) -> tuple[tuple[str, ...], int]:
    """The texts of the failed steps, and the exit status of the first."""
    failed = step_failures(result.all_events)
    if not result.success and not failed:
        return ("The run failed before its first step.",), 1
    texts = dict.fromkeys(one.text for one in failed)
    return tuple(texts), failed[0].exit_status if failed else 0


def _told(result: ExecuteInProcessResult, job: str, *, informs: bool) -> tuple[str, ...]:
    """What the checks found that did not stop the plan: warnings, or what only informs."""
    if job == plan_as_of.name:
        found = result.output_for_node(solved_as_of.name).warnings if result.success else ()
        return tuple(str(fault) for fault in found if fault.informs == informs)
    return tuple(
        evaluation.description or evaluation.check_name
        for evaluation in result.get_asset_check_evaluations()
        if FAULTS in evaluation.metadata
        and evaluation.severity == dg.AssetCheckSeverity.WARN
        and evaluation.passed == informs
    )
