"""A scenario's inputs, read and checked: what a plan is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.planning import preparation_warnings
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import (
    DEMAND_FORECASTS,
    INPUT_TABLES,
    INPUTS,
    LAST_PLAN,
    SCENARIO_MEMBERS,
)
from sop_pipeline.services.hedges import hedge_of
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.validation.as_of_day import tables_needed, unknown_on
from sop_pipeline.validation.input_checks import CheckedInputs, check_inputs
from sop_pipeline.validation.plan_rules import planner_warnings
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.validation.scenario_inputs import DEMAND, ScenarioInputs


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
        """What the planner is given of a scenario with forecasts of its own.

        Raises:
            UsageError: It is a hedge, which has none.
        """
        if self.scenario.is_hedge:
            codes = ", ".join(member.inputs.scenario_code for member in self.hedge_inputs.members)
            msg = (
                f"{self.scenario.code} is a hedge and has no demand of its own. Ask for one of its "
                f"futures: {codes}"
            )
            raise UsageError(msg)
        return self._shared

    @property
    def hedge_inputs(self) -> HedgeInputs:
        """What the planner is given of a hedge."""
        inputs = ScenarioInputs(self.scenario, self.policy, self.tables)
        return hedge_of(inputs, self._shared)

    @property
    def futures(self) -> tuple[PlanningInputs, ...]:
        """What the planner is given of each scenario that is planned: one, or each member."""
        if not self.scenario.is_hedge:
            return (self._shared,)
        return tuple(member.inputs for member in self.hedge_inputs.members)

    def future(self, code: str) -> PlanningInputs:
        """What the planner is given of one of the scenarios that are planned."""
        return next(one for one in self.futures if one.scenario_code == code)

    @property
    def _shared(self) -> PlanningInputs:
        tables: dict[str, Any] = _own_tables(self.tables)
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


def checked_again(inputs: ScenarioInputs, changed: Sequence[PlanningInputs]) -> CheckedScenario:
    """A scenario with changed tables, which the same rules are run on.

    Args:
        inputs: All that its rules looked at before the change.
        changed: Its tables with the change; of a hedge those of each member, in order.

    Raises:
        InputRefused: A check that blocks found faults.
    """
    shared, *_ = changed
    tables = {name: getattr(shared, name) for name in PlanningInputs.table_names()}
    demand = pd.concat(
        [one.demand_forecasts.assign(SCENARIO_ID=one.scenario_id) for one in changed],
        ignore_index=True,
    )
    # The view was held against the base table before the change, which is made to both.
    own = dict.fromkeys(DEMAND, demand)
    again = replace(inputs, frames={**inputs.frames, **tables, **own})
    checked = check_inputs(again)
    if checked.faults:
        raise InputRefused(checked.faults)
    found = of_checked(again, checked.warnings)
    if shared.warehouse_closures is None:
        return found
    tables = {**found.tables, "warehouse_closures": shared.warehouse_closures}
    return replace(found, tables=tables, input_hash=input_hash(tables, found.policy))


def _unknown(reader: InputReader, inputs: ScenarioInputs) -> list[Fault]:
    """What a plan needs and of which nothing was known on the day whose knowledge is read."""
    if reader.as_of is None:
        return []
    names = tables_needed(inputs.policy, is_hedge=inputs.scenario.is_hedge)
    empty = [name for name in names if inputs.rows(name).empty]
    with reader.store.reading():
        earliest = {
            name: reader.store.earliest(INPUTS[name].origin, inputs.scenario.id) for name in empty
        }
    return unknown_on(reader.as_of, earliest)


def check_preparation(reader: InputReader) -> CheckedInputs:
    """Run every rule, and what only the planner can see where they found no fault."""
    inputs = reader.inputs()
    checked = check_inputs(inputs)
    if checked.faults:
        return checked
    try:
        warnings = warnings_before_solving(of_checked(inputs, checked.warnings))
    except InputRefused as refused:
        return replace(checked, faults=refused.faults)
    return replace(checked, warnings=warnings)


def warnings_before_solving(checked: CheckedScenario) -> tuple[Fault, ...]:
    """A scenario's warnings, and what only preparing its problem warns of, without solving it.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data.
    """
    by_future = [preparation_warnings(one, checked.policy) for one in checked.futures]
    sentences = list(dict.fromkeys(sentence for one in by_future for sentence in one))
    return (*checked.warnings, *planner_warnings(sentences))


def _own_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as they count of a scenario with forecasts of its own, whatever its id."""
    own = {name: rows for name, rows in tables.items() if name != SCENARIO_MEMBERS.name}
    name = DEMAND_FORECASTS.name
    return {**own, name: tables[name].drop(columns="SCENARIO_ID")}


def input_hash(tables: Mapping[str, pd.DataFrame], policy: Policy) -> str:
    """Fingerprint of the inputs and the policy: equal inputs, equal text, on every machine.

    Args:
        tables: One frame per input table, in the planner's types; the order of rows does not
            count.
        policy: The policy planned with.
    """
    digest = hashlib.sha256(policy.model_dump_json().encode())
    is_hedge = len(tables[SCENARIO_MEMBERS.name]) > 0
    counted = tables if is_hedge else _own_tables(tables)
    for table in INPUT_TABLES:
        if table.name not in counted or (table == LAST_PLAN and not policy.keeps_last_plan):
            continue
        frame = counted[table.name]
        # Looking for repeated texts first takes longer than hashing them, and gives the same.
        rows = pd.util.hash_pandas_object(frame.astype(str), index=False, categorize=False)
        digest.update(table.name.encode())
        digest.update(np.sort(rows.to_numpy()).tobytes())
    closures = tables.get("warehouse_closures")
    if closures is not None:
        digest.update(closures.to_csv(index=False).encode())
    return digest.hexdigest()
