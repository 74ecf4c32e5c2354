"""Which scenarios are worth a run, and from which period, for the sensor and the schedules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.services.staleness import Publications
from sop_pipeline.store import Store
from sop_pipeline.validation.scenario_definitions import Scenario

CAUSE_TAG = "sop/cause"
"""Run tag that says why a run was requested without a person asking."""

_FAILED = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dataclass(frozen=True)
class PlanningRequest:
    """A scenario that is worth a run.

    Attributes:
        code: The scenario.
        run_config: The run's config: the policy, where it is another than the process's own.
    """

    code: str
    run_config: Mapping[str, Any]


def due(
    scenarios: Iterable[Scenario],
    store: Store,
    policy: PolicyResource,
    instance: dg.DagsterInstance,
) -> list[PlanningRequest]:
    """The scenarios whose published plan is not of the inputs as they are, or whose run failed.

    A scenario that is back at the inputs of its published plan after a failed run is due as well:
    only a run turns its checks green again. Where the policy leaves the first period open and the
    horizon has begun, what has passed is left out: the plan begins with the current period.
    """
    publications = Publications(store)
    later = policy.laid_over(horizon_start="this_month")
    open_start = policy.load().horizon_start is None
    requests: list[PlanningRequest] = []
    for one in scenarios:
        begun = open_start and publications.has_begun(one, policy.load())
        chosen = later if begun else policy
        current = publications.is_current(one, chosen.load(), chosen.label)
        if not current or _last_run_failed(instance, one.code):
            requests.append(PlanningRequest(one.code, chosen.run_config if begun else {}))
    return requests


def _last_run_failed(instance: dg.DagsterInstance, code: str) -> bool:
    tags = {"dagster/partition": code}
    runs = instance.get_runs(filters=dg.RunsFilter(tags=tags), limit=1)
    return any(run.status in _FAILED for run in runs)
