"""The schedules: the monthly S&OP cycle and the daily refresh, one run per scenario.

Both plan the scenarios whose published plan is not of today's inputs. There are no automation
conditions: they react to materialisations that Dagster records, and the store's tables are
changed by others, unrecorded; what changed, and for which scenario, only their content tells.
"""

from collections.abc import Callable

import dagster as dg

from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.automation.instance import register_scenarios
from sop_pipeline.automation.jobs import plan_scenario
from sop_pipeline.automation.planning_requests import CAUSE_TAG, PlanningRequest, due
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline.errors import SopError
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.services.scenarios import plannable_scenarios

Requests = list[dg.RunRequest] | dg.SkipReason

_WHAT = (
    "Plans each scenario whose inputs, own or shared, policy or planner version are others than "
    "those of its published plan, or whose last run failed; skips where there is none. Of "
    "a horizon that has begun, what is left is planned, from the current period on."
)


def schedules(settings: AutomationSettings) -> list[dg.ScheduleDefinition]:
    """The monthly cycle and the daily refresh."""
    return [
        _schedule("monthly_cycle", settings.cycle_cron, f"The S&OP cycle. {_WHAT}", settings),
        _schedule("daily_refresh", settings.refresh_cron, f"The daily refresh. {_WHAT}", settings),
    ]


def _schedule(
    name: str, cron: str, description: str, settings: AutomationSettings
) -> dg.ScheduleDefinition:
    decorated: Callable[[Callable[..., Requests]], dg.ScheduleDefinition] = dg.schedule(
        name=name,
        job=plan_scenario,
        cron_schedule=cron,
        execution_timezone=settings.timezone,
        default_status=settings.schedule_status,
        description=description,
        tags={"domain": "sop"},
    )

    @decorated
    def requests(
        context: dg.ScheduleEvaluationContext, store: StoreResource, policy: PolicyResource
    ) -> Requests:
        try:
            known, wanted = _wanted(context, store, policy)
        except SopError as error:
            # The next turn may be a month away; a run waits, tries again and raises an alert.
            context.log.warning("Plans every known scenario, having read none: %s", error)
            codes = context.instance.get_dynamic_partitions(SCENARIOS.name or "")
            known, wanted = len(codes), [PlanningRequest(code, {}) for code in codes]
        if not wanted:
            return dg.SkipReason(f"Nothing changed since the plans of {known} scenarios.")
        return [
            dg.RunRequest(
                run_key=one.code,
                partition_key=one.code,
                run_config=one.run_config,
                tags={CAUSE_TAG: name},
            )
            for one in wanted
        ]

    return requests


def _wanted(
    context: dg.ScheduleEvaluationContext, store: StoreResource, policy: PolicyResource
) -> tuple[int, list[PlanningRequest]]:
    """How many scenarios there are, and those worth a run."""
    opened = store.open()
    with opened.reading():
        scenarios, refused = plannable_scenarios(opened)
        wanted = due(scenarios, opened, policy, context.instance)
    if refused:
        context.log.warning("No code of one scenario alone: %s", ", ".join(map(repr, refused)))
    register_scenarios(context.instance, [one.code for one in scenarios])
    return len(scenarios), wanted
