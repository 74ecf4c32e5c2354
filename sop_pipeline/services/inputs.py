"""A scenario's inputs, read and checked: what a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.validation.as_of import unknown_then
from sop_pipeline.validation.check import check_inputs
from sop_pipeline.validation.intake import Intake, Scenario, checked_frame, input_hash


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


def of_checked_tables(
    scenario: Scenario,
    policy: Policy,
    tables: Mapping[str, pd.DataFrame],
    warnings: tuple[Fault, ...] = (),
) -> CheckedScenario:
    """A scenario of tables that were checked where they were read."""
    return CheckedScenario(scenario, policy, tables, input_hash(tables, policy), warnings)


def read_and_check(intake: Intake) -> CheckedScenario:
    """Read every input table of a scenario, and run every check on them, in one reading.

    Raises:
        InputRefused: A check that blocks found faults, or too little was known on the day whose
            knowledge is read.
    """
    with intake.warehouse.reading():
        unknown = unknown_then(intake) if intake.as_of else []
        if unknown:
            raise InputRefused(unknown)
        checked = check_inputs(intake)
        if checked.faults:
            raise InputRefused(checked.faults)
        tables = {table.name: checked_frame(table.name, intake) for table in INPUT_TABLES}
    return of_checked_tables(intake.scenario, intake.policy, tables, checked.warnings)
