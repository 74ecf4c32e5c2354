"""A scenario's inputs, read and checked: what a plan is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning import preparation_warnings
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUT_TABLES, INPUTS, LAST_PLAN
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.validation.as_of_day import tables_needed, unknown_on
from sop_pipeline.validation.input_checks import CheckedInputs, check_inputs
from sop_pipeline.validation.plan_rules import planner_warnings
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.validation.scenario_inputs import BASE_DEMAND, ScenarioInputs


@dataclass(frozen=True)
class CheckedScenario:
    """A scenario whose input tables passed every check.

    Attributes:
        scenario: The scenario.
        policy: What it is planned with, its horizon dated.
        tables: One frame per input table, in the planner's types.
        input_hash: Fingerprint of tables and policy.
        warnings: What a reader of its plan must know of.
    """

    scenario: Scenario
    policy: Policy
    tables: Mapping[str, pd.DataFrame]
    input_hash: str
    warnings: tuple[Fault, ...] = ()

    @property
    def planning_inputs(self) -> PlanningInputs:
        """What the planner is given."""
        tables: dict[str, Any] = dict(self.tables)
        return PlanningInputs(self.scenario.id, self.scenario.code, **tables)


def of_checked(inputs: ScenarioInputs, warnings: tuple[Fault, ...] = ()) -> CheckedScenario:
    """A scenario of input tables that passed their checks, here or where they were read."""
    tables = {name: table.typed(inputs.rows(name)) for name, table in INPUTS.items()}
    policy = inputs.dated_policy
    return CheckedScenario(inputs.scenario, policy, tables, input_hash(tables, policy), warnings)


def read_and_check(reader: InputReader) -> CheckedScenario:
    """Read every input table of a scenario, and run every check on them, in one reading.

    Raises:
        InputRefused: A check that blocks found faults, or too little was known on the day whose
            knowledge is read.
    """
    inputs = reader.inputs()
    unknown = _unknown(reader, inputs)
    if unknown:
        raise InputRefused(unknown)
    checked = check_inputs(inputs)
    if checked.faults:
        raise InputRefused(checked.faults)
    return of_checked(inputs, checked.warnings)


def checked_again(inputs: ScenarioInputs, changed: PlanningInputs) -> CheckedScenario:
    """A scenario with changed tables, which the same rules are run on.

    Args:
        inputs: All that its rules looked at before the change.
        changed: Its tables with the change.

    Raises:
        InputRefused: A check that blocks found faults.
    """
    tables = {name: getattr(changed, name) for name in INPUTS}
    # The view was held against the base table before the change, which is made to both.
    frames = {**inputs.frames, **tables, BASE_DEMAND: changed.demand_forecasts}
    again = replace(inputs, frames=frames)
    checked = check_inputs(again)
    if checked.faults:
        raise InputRefused(checked.faults)
    found = of_checked(again, checked.warnings)
    if changed.warehouse_closures is None:
        return found
    tables = {**found.tables, "warehouse_closures": changed.warehouse_closures}
    return replace(found, tables=tables, input_hash=input_hash(tables, found.policy))


def _unknown(reader: InputReader, inputs: ScenarioInputs) -> list[Fault]:
    """What a plan needs and of which nothing was known on the day whose knowledge is read."""
    if reader.as_of is None:
        return []
    empty = [name for name in tables_needed(inputs.policy) if inputs.rows(name).empty]
    with reader.store.reading():
        earliest = {
            name: reader.store.earliest(INPUTS[name].source, inputs.scenario.id) for name in empty
        }
    return unknown_on(reader.as_of, earliest)


def check_preparation(reader: InputReader) -> CheckedInputs:
    """Run every rule, and what only the planner can see where they found no fault."""
    inputs = reader.inputs()
    checked = check_inputs(inputs)
    if checked.faults:
        return checked
    scenario = of_checked(inputs)
    try:
        sentences = preparation_warnings(scenario.planning_inputs, scenario.policy)
    except InputRefused as refused:
        return replace(checked, faults=refused.faults)
    return replace(checked, warnings=(*checked.warnings, *planner_warnings(sentences)))


def input_hash(tables: Mapping[str, pd.DataFrame], policy: Policy) -> str:
    """Fingerprint of the inputs and the policy: equal inputs, equal text, on every machine.

    Args:
        tables: One frame per input table, in the planner's types; the order of rows does not
            count.
        policy: The policy planned with.
    """
    digest = hashlib.sha256(policy.model_dump_json().encode())
    for table in INPUT_TABLES:
        if table == LAST_PLAN and not policy.keeps_last_plan:
            continue
        frame = tables[table.name]
        rows = pd.util.hash_pandas_object(frame.astype(str), index=False).sort_values()
        digest.update(table.name.encode())
        digest.update(rows.to_numpy().tobytes())
    closures = tables.get("warehouse_closures")
    if closures is not None:
        digest.update(closures.to_csv(index=False).encode())
    return digest.hexdigest()
