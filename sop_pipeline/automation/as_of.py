"""Planning with what was known on a past day: a job of its own beside the asset graph.

Its steps are ops, not assets. A run is recorded with its steps, failures and figures as any other,
but it materialises nothing: the stored inputs and plan of a scenario's partition, which a retry
from failure and the next publication use, stay those of its last ordinary plan, and no partition
looks fresher than it is. What passes between the steps stays in memory, so such a run is repeated
as a whole.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import dagster as dg

from sop_pipeline.assets.asset_metadata import names_of, plan_metadata
from sop_pipeline.checks.results import reporting_failures
from sop_pipeline.errors import Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.storage import MEMORY_STORAGE
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.services.checked_scenario import CheckedScenario, read_and_check
from sop_pipeline.services.input_archive import archived
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import solve_and_check
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Publication
from sop_pipeline.validation.as_of_day import past_day


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
class InputsAsOf:
    """What was known on a day."""

    checked: CheckedScenario
    as_of: dt.date
    publish: bool


@dataclass(frozen=True)
class PlanAsOf:
    """The plan made of it."""

    inputs: InputsAsOf
    solved: SolvedPlan
    warnings: tuple[Fault, ...]


_IN_MEMORY = dg.Out(io_manager_key=MEMORY_STORAGE)


@dg.op(description="Read and check what was known on the day.", out=_IN_MEMORY)
def inputs_as_of(
    context: dg.OpExecutionContext,
    config: PastDay,
    store: StoreResource,
    policy: PolicyResource,
) -> InputsAsOf:
    """Read the scenario's inputs as of the day, and run every check on them."""
    with reporting_failures():
        opened = store.open()
        if config.publish:
            opened.require_plan_tables()
        day = past_day(config.as_of)
        with opened.reading():
            scenario = scenario_of(opened, config.scenario)
            checked = read_and_check(InputReader(opened, scenario, policy.load(), as_of=day))
    rows = {name: len(frame) for name, frame in checked.tables.items()}
    context.add_output_metadata({"rows": rows})
    return InputsAsOf(checked, day, config.publish)


@dg.op(description="Solve the plan of the day.", out=_IN_MEMORY)
def solved_as_of(
    context: dg.OpExecutionContext, policy: PolicyResource, inputs: InputsAsOf
) -> PlanAsOf:
    """Solve and check the plan, as `solved_plan` does."""
    checked = inputs.checked
    with reporting_failures():
        planned = solve_and_check(checked, policy_name=policy.label, progress=context.log.info)
    shown = plan_metadata(planned.solved, checked.scenario.code, names_of(checked.tables))
    context.add_output_metadata(shown)
    return PlanAsOf(inputs, planned.solved, tuple(planned.warnings))


@dg.op(description="Keep the plan in the history; what is published stays.", out=dg.Out(dg.Nothing))
def kept_plan(context: dg.OpExecutionContext, store: StoreResource, planned: PlanAsOf) -> None:
    """Append the plan to the history, if it is to be kept."""
    if not planned.inputs.publish:
        return
    with reporting_failures():
        store.open().publish(
            Publication(
                scenario_id=planned.inputs.checked.scenario.id,
                tables=planned.solved.tables,
                run_id=context.run.run_id,
                input_hash=planned.solved.report["input_hash"],
                inputs=archived(planned.inputs.checked.tables),
                as_of=planned.inputs.as_of,
            )
        )


@dg.job(
    description="Plan a scenario with what was known on a past day; publish to the history alone.",
    executor_def=dg.in_process_executor,
    tags={"domain": "sop"},
)
def plan_as_of() -> None:
    """Read what was known, plan it, keep the plan."""
    kept_plan(solved_as_of(inputs_as_of()))


def past_day_config(code: str, as_of: str, *, publish: bool) -> dict[str, Any]:
    """The run config of one scenario and day."""
    settings = {"scenario": code, "as_of": as_of, "publish": publish}
    return {"ops": {inputs_as_of.name: {"config": settings}}}
