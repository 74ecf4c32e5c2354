"""Codes beside the identifiers that name a row: who types codes knows no identifiers.

Does not belong here: naming rows (`schema_faults`), names of products and places (`planning`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sop_pipeline.errors import Fault
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

_IDENTIFIER = re.compile(r"\b(\w*?)(PRODUCT|SITE|WORK_CENTER|SCENARIO)_ID=(\d+)\b")
_MASTERS = {
    "PRODUCT": "product_master",
    "SITE": "site_master",
    "WORK_CENTER": "capacity_summary",
}


def with_codes(fault: Fault, inputs: ScenarioInputs) -> Fault:
    """The fault, a code in brackets behind each identifier of its rows that is known to have one.

    Args:
        fault: What a rule found.
        inputs: What the rule looked at.
    """
    codes: dict[str, Mapping[int, str]] = {}

    def named(found: re.Match[str]) -> str:
        _, kind, key = found.groups()
        if kind not in codes:
            codes[kind] = _codes(kind, inputs)
        code = codes[kind].get(int(key), "")
        return f"{found[0]} ({code})" if code else found[0]

    return replace(fault, rows=tuple(_IDENTIFIER.sub(named, row) for row in fault.rows))


def _codes(kind: str, inputs: ScenarioInputs) -> dict[int, str]:
    """The code of each identifier; none of a table that was not looked at or cannot be read."""
    if kind == "SCENARIO":
        return {inputs.scenario.id: inputs.scenario.code}
    rows = inputs.frames.get(_MASTERS[kind])
    code = f"{kind}_CODE"
    if rows is None or code not in rows:
        return {}
    known = rows.dropna(subset=[f"{kind}_ID", code])
    return dict(zip(known[f"{kind}_ID"].astype(int), known[code].astype(str), strict=True))
