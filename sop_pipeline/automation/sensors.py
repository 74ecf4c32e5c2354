"""The sensor that follows the scenarios: they come, change and go.

Belongs here: turning what changed into partitions, runs and marks.
Does not belong here: telling what changed (`changes`), alerts (`alert_sensors`).
"""

from collections.abc import Mapping

import dagster as dg

from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.assets.scenario_comparison import NAME as COMPARISON
from sop_pipeline.automation.changes import Changes, Seen, compare, cursor_of, seen_in
from sop_pipeline.automation.jobs import plan_scenario
from sop_pipeline.automation.planning_requests import CAUSE_TAG, PlanningRequest, due
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline.errors import SopError
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.services.scenarios import plannable_scenarios
from sop_pipeline.services.staleness import demand_fingerprints

RETIRED = "retired"
"""Metadata of the observation that marks a scenario's plan."""

_PLAN = dg.AssetKey("recommended_build_plan")
_SHOWN = 10


def scenario_sensor(settings: AutomationSettings) -> dg.SensorDefinition:
    """The sensor that follows SCENARIO_DEFINITION and the scenarios' demand."""

    @dg.sensor(
        name="follow_scenarios",
        job=plan_scenario,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=settings.sensor_status,
        description="Adds a partition for each scenario of SCENARIO_DEFINITION, plans a scenario "
        "that is new or whose demand changed, once per change, and marks the plan of a scenario "
        "that is gone. It deletes nothing; `sop scenario retire` does.",
        tags={"domain": "sop"},
    )
    def follow_scenarios(
        context: dg.SensorEvaluationContext, store: StoreResource, policy: PolicyResource
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            return _look(context, store, policy)
        except SopError as error:
            return dg.SkipReason(f"Looked at nothing: {error}")

    return follow_scenarios


def comparison_sensor(settings: AutomationSettings) -> dg.AutomationConditionSensorDefinition:
    """The sensor that renews the comparison once plans are published."""
    return dg.AutomationConditionSensorDefinition(
        name="compare_scenarios",
        target=dg.AssetSelection.assets(COMPARISON),
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=settings.sensor_status,
        description="Compares the published plans anew once one of them has changed and none is "
        "being planned.",
        tags={"domain": "sop"},
        run_tags={"domain": "sop"},
    )


def _look(
    context: dg.SensorEvaluationContext, store: StoreResource, policy: PolicyResource
) -> dg.SensorResult | dg.SkipReason:
    partitions = set(context.instance.get_dynamic_partitions(SCENARIOS.name or ""))
    opened = store.open()
    with opened.reading():
        scenarios, refused = plannable_scenarios(opened)
        if not scenarios:
            return dg.SkipReason(f"SCENARIO_DEFINITION has no scenario.{_told(refused)}")
        changes = compare(
            _still_kept(seen_in(context.cursor), partitions),
            demand_fingerprints(opened, scenarios),
        )
        candidates = {*changes.added, *changes.changed}
        wanted = due(
            [one for one in scenarios if one.code in candidates], opened, policy, context.instance
        )
    if refused:
        context.log.warning(_told(refused).strip())
    missing = [one.code for one in scenarios if one.code not in partitions]
    unchanged = f"None of {len(scenarios)} scenarios needs a plan it has not got.{_told(refused)}"
    return dg.SensorResult(
        run_requests=[_request(one, changes) for one in wanted],
        skip_reason=None if wanted else unchanged,
        cursor=cursor_of(changes.seen),
        dynamic_partitions_requests=[SCENARIOS.build_add_request(missing)] if missing else [],
        asset_events=_marks(changes),
    )


def _still_kept(seen: Mapping[str, Seen], partitions: set[str]) -> dict[str, Seen]:
    """What was seen, without the retired scenarios whose partition has been removed."""
    return {code: one for code, one in seen.items() if not one.retired or code in partitions}


def _request(wanted: PlanningRequest, changes: Changes) -> dg.RunRequest:
    """One run per change: asked for again, the same change has the same key."""
    code, seen = wanted.code, changes.seen[wanted.code]
    return dg.RunRequest(
        run_key=f"{code}:{seen.changes}:{seen.fingerprint}",
        partition_key=code,
        run_config=wanted.run_config,
        tags={CAUSE_TAG: "new scenario" if code in changes.added else "changed demand"},
    )


def _marks(changes: Changes) -> list[dg.AssetObservation]:
    return [
        *(_mark(code, retired=True) for code in changes.retired),
        *(_mark(code, retired=False) for code in changes.returned),
    ]


def _mark(code: str, *, retired: bool) -> dg.AssetObservation:
    gone = "It is gone from SCENARIO_DEFINITION; this is its last plan."
    return dg.AssetObservation(
        asset_key=_PLAN,
        partition=code,
        description=gone if retired else "It is in SCENARIO_DEFINITION again.",
        metadata={RETIRED: retired},
    )


def _told(refused: tuple[str, ...]) -> str:
    """A sentence on the codes that cannot be planned; empty where all can."""
    if not refused:
        return ""
    shown = ", ".join(repr(code) for code in refused[:_SHOWN])
    more = f" and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
    return (
        f" Left out, as no code of one scenario alone (1 to 50 letters, digits, _ or -): "
        f"{shown}{more}."
    )
