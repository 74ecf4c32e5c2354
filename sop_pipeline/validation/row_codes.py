"""The codes that inputs give, where some tables may not have been looked at or cannot be read.

Does not belong here: naming rows (`schema_faults`), how a code is told (`planning.row_codes`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sop_pipeline.errors import Fault
from sop_pipeline.planning import row_codes
from sop_pipeline.validation.scenario_definitions import Scenario, members_of
from sop_pipeline.validation.scenario_inputs import MEMBERS, ScenarioInputs


def with_codes(fault: Fault, inputs: ScenarioInputs) -> Fault:
    """The fault, a code in brackets behind each identifier of its rows that is known to have one.

    Args:
        fault: What a rule found.
        inputs: What the rule looked at.
    """
    return row_codes.with_codes(fault, lambda kind: _codes(kind, inputs))


def _codes(kind: str, inputs: ScenarioInputs) -> Mapping[int, str]:
    if kind == "SCENARIO":
        return {one.id: one.code for one in (*_members(inputs), inputs.scenario)}
    rows = inputs.frames.get(row_codes.MASTERS[kind])
    if rows is None or f"{kind}_CODE" not in rows:
        return {}
    return row_codes.codes_of(rows, kind)


def _members(inputs: ScenarioInputs) -> tuple[Scenario, ...]:
    rows = inputs.frames.get(MEMBERS)
    return () if rows is None or rows.empty else members_of(rows)
