"""Planning with what was known on a past day: a job of its own beside the asset graph.

Its steps are ops, not assets. A run is recorded with its steps, failures and figures as any other,
but it materialises nothing: the stored inputs and plan of a scenario's partition, which a retry
from failure and the next publication use, stay those of its last ordinary plan, and no partition
looks fresher than it is. What passes between the steps stays in memory, so such a run is repeated
as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from sop_pipeline.assets.glance import plan_glance
from sop_pipeline.checks.results import failures_told
from sop_pipeline.errors import InputRefused, PlanNotCertified
from sop_pipeline.planning import SolvedPlan, plan, solving_within
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.storage import MEMORY_STORAGE
from sop_pipeline.resources.warehouse import WarehouseResource
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.settings import Solvers
from sop_pipeline.validation.as_of import past_day, unknown_then
from sop_pipeline.validation.check import check_inputs
from sop_pipeline.validation.intake import (
    Intake,
    checked_frame,
    input_hash,
    planning_inputs,
)
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline.validation.scenarios import scenario_of
from sop_pipeline.warehouse import Publication


class PastDay(dg.Config):
    """What to plan again.

    Attributes:
        scenario: Its code.
        as_of: The day, as YYYY-MM-DD.
        publish: Whether the plan is kept in the history.
    """

    scenario: str
    as_of: str
    publish: bool = True


@dataclass(frozen=True)
class KnownInputs:
    """What was known: the scenario, the day, its checked tables and what is warned of."""

    intake: Intake
    publish: bool
    frames: Mapping[str, pd.DataFrame]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class KnownPlan:
    """The plan made of it."""

    known: KnownInputs
    solved: SolvedPlan
    warnings: tuple[str, ...]


_IN_MEMORY = dg.Out(io_manager_key=MEMORY_STORAGE)


@dg.op(description="Read and check what was known on the day.", out=_IN_MEMORY)
def known_inputs(
    context: dg.OpExecutionContext,
    config: PastDay,
    warehouse: WarehouseResource,
    policy: PolicyResource,
) -> KnownInputs:
    """Read the scenario's inputs as of the day, and run every check on them."""
    with failures_told():
        store = warehouse.open()
        if config.publish:
            store.require_plan_tables()
        day = past_day(config.as_of)
        with store.reading():
            scenario = scenario_of(store, config.scenario)
            intake = Intake(store, scenario, policy.load(), as_of=day)
            unknown = unknown_then(intake)
            if unknown:
                raise InputRefused(unknown)
            checked = check_inputs(intake)
        if checked.faults:
            raise InputRefused(checked.faults)
        frames = {table.name: checked_frame(table.name, intake) for table in INPUT_TABLES}
    context.add_output_metadata({"rows": {name: len(frame) for name, frame in frames.items()}})
    return KnownInputs(intake, config.publish, frames, tuple(map(str, checked.warnings)))


@dg.op(description="Solve the plan of the day.", out=_IN_MEMORY)
def known_plan(
    context: dg.OpExecutionContext, policy: PolicyResource, known: KnownInputs
) -> KnownPlan:
    """Solve and check the plan, as `solved_plan` does."""
    scenario, settings = known.intake.scenario, known.intake.policy
    with failures_told():
        with solving_within(Solvers.from_environment().time_limit_seconds):
            solved = plan(
                planning_inputs(scenario, known.frames),
                settings,
                policy_name=policy.label,
                input_hash=input_hash(known.frames, settings),
                progress=context.log.info,
            )
        outcomes = check_plan(solved)
        broken = [str(fault) for outcome in outcomes if outcome.blocks for fault in outcome.faults]
        if broken:
            raise PlanNotCertified("\n".join(["The plan breaks its own rules:", *broken]))
    context.add_output_metadata(plan_glance(solved, scenario.code, known.frames))
    told = [str(fault) for o in outcomes if not o.blocks for fault in o.faults]
    return KnownPlan(known, solved, (*known.warnings, *told))


@dg.op(description="Keep the plan in the history; what is published stays.", out=dg.Out(dg.Nothing))
def kept_plan(
    context: dg.OpExecutionContext, warehouse: WarehouseResource, planned: KnownPlan
) -> None:
    """Append the plan to the history, if it is to be kept."""
    if not planned.known.publish:
        return
    intake = planned.known.intake
    with failures_told():
        warehouse.open().publish(
            Publication(
                scenario_id=intake.scenario.id,
                tables=planned.solved.tables,
                run_id=context.run.run_id,
                input_hash=planned.solved.report["input_hash"],
                as_of=intake.as_of,
            )
        )


@dg.job(
    description="Plan a scenario with what was known on a past day; publish to the history alone.",
    executor_def=dg.in_process_executor,
    tags={"domain": "sop"},
)
def plan_as_of() -> None:
    """Read what was known, plan it, keep the plan."""
    kept_plan(known_plan(known_inputs()))


def past_day_config(code: str, as_of: str, *, publish: bool) -> dict[str, Any]:
    """The run config of one scenario and day."""
    settings = {"scenario": code, "as_of": as_of, "publish": publish}
    return {"ops": {known_inputs.name: {"config": settings}}}
