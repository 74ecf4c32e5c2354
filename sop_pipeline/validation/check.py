"""Every input check of one scenario in one go, as `sop check` and `sop solve` run them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning import preparation_warnings
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.validation.intake import Intake, check_table, checked_frame, planning_inputs
from sop_pipeline.validation.plan_rules import planner_warnings
from sop_pipeline.validation.rules import RULES


@dataclass(frozen=True)
class CheckedInputs:
    """What the checks of one scenario found.

    Attributes:
        faults: What stops its plan.
        warnings: What its reader must know of.
        rules_run: Number of rules that ran.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    rules_run: int


def check_inputs(intake: Intake) -> CheckedInputs:
    """Run every rule of every input table."""
    with intake.warehouse.reading():
        outcomes = [o for table, rules in RULES.items() for o in check_table(table, rules, intake)]
    return CheckedInputs(
        faults=tuple(dict.fromkeys(fault for o in outcomes if o.blocks for fault in o.faults)),
        warnings=tuple(fault for o in outcomes if not o.blocks for fault in o.faults),
        rules_run=len(outcomes),
    )


def checked_inputs(intake: Intake) -> PlanningInputs:
    """The planner's inputs, in its types; call it on an intake without faults."""
    frames = {table: checked_frame(table, intake) for table in RULES}
    return planning_inputs(intake.scenario, frames)


def check_preparation(intake: Intake) -> CheckedInputs:
    """Run every rule, and what only the planner can see where they found no fault."""
    checked = check_inputs(intake)
    if checked.faults:
        return checked
    try:
        told = preparation_warnings(checked_inputs(intake), intake.policy)
    except InputRefused as refused:
        return replace(checked, faults=refused.faults)
    return replace(checked, warnings=(*checked.warnings, *planner_warnings(told)))
