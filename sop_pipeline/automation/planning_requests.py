"""Which scenarios are worth a run: shared by the sensor and the schedules."""

from collections.abc import Iterable

import dagster as dg

from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.validation.intake import Scenario
from sop_pipeline.validation.standing import Publications
from sop_pipeline.warehouse import Warehouse

CAUSE_TAG = "sop/cause"
"""Run tag that says why a run was requested without a person asking."""

_FAILED = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def due(
    scenarios: Iterable[Scenario],
    warehouse: Warehouse,
    policy: PolicyResource,
    instance: dg.DagsterInstance,
) -> list[Scenario]:
    """The scenarios whose published plan is not of the inputs as they are, or whose run failed.

    A scenario that is back at the inputs of its published plan after a failed run is due as well:
    only a run turns its checks green again.
    """
    publications = Publications(warehouse, policy.load(), policy.label)
    return [
        one
        for one in scenarios
        if not publications.is_current(one) or _last_run_failed(instance, one.code)
    ]


def _last_run_failed(instance: dg.DagsterInstance, code: str) -> bool:
    tags = {"dagster/partition": code}
    runs = instance.get_runs(filters=dg.RunsFilter(tags=tags), limit=1)
    return any(run.status in _FAILED for run in runs)
