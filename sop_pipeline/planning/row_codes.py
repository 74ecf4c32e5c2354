"""Codes beside the identifiers that name a row: who types codes knows no identifiers.

Does not belong here: names of products and places (`naming`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning.inputs import PlanningInputs

Codes = Callable[[str], Mapping[int, str]]
"""The code of each identifier of a kind: PRODUCT, SITE, WORK_CENTER or SCENARIO."""

MASTERS = {
    "PRODUCT": "product_master",
    "SITE": "site_master",
    "WORK_CENTER": "capacity_summary",
}
"""The input that gives the codes of a kind."""

_IDENTIFIER = re.compile(r"\b(\w*?)(PRODUCT|SITE|WORK_CENTER|SCENARIO)_ID=(\d+)\b")


def with_codes(fault: Fault, codes: Codes) -> Fault:
    """The fault, a code in brackets behind each identifier of its rows that is known to have one.

    Args:
        fault: What a rule found.
        codes: Asked once for each kind of identifier that is there.
    """
    known: dict[str, Mapping[int, str]] = {}

    def named(found: re.Match[str]) -> str:
        _, kind, key = found.groups()
        if kind not in known:
            known[kind] = codes(kind)
        code = known[kind].get(int(key), "")
        return f"{found[0]} ({code})" if code else found[0]

    return replace(fault, rows=tuple(_IDENTIFIER.sub(named, row) for row in fault.rows))


def codes_of(master: pd.DataFrame, kind: str) -> dict[int, str]:
    """The code of each identifier of a table that has both, such as PRODUCT_ID, PRODUCT_CODE."""
    known = master.dropna(subset=[f"{kind}_ID", f"{kind}_CODE"])
    identifiers, codes = known[f"{kind}_ID"].astype(int), known[f"{kind}_CODE"].astype(str)
    return dict(zip(identifiers, codes, strict=True))


def planned_codes(inputs: PlanningInputs) -> Codes:
    """The codes that a scenario's checked inputs give."""

    def codes(kind: str) -> Mapping[int, str]:
        if kind == "SCENARIO":
            return {inputs.scenario_id: inputs.scenario_code}
        return codes_of(getattr(inputs, MASTERS[kind]), kind)

    return codes
