"""The scenarios of a warehouse, validated: their codes are the partition keys."""

from __future__ import annotations

import re

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.columns import COLUMNS, SCENARIO_CODE_PATTERN
from sop_pipeline.suggestions import did_you_mean
from sop_pipeline.validation.intake import Scenario
from sop_pipeline.validation.schema_faults import schema_faults, typed_rows
from sop_pipeline.warehouse.base import Warehouse

_BASELINE = "BASELINE"


def read_scenarios(warehouse: Warehouse) -> tuple[Scenario, ...]:
    """Every scenario, in the order of its id.

    Raises:
        InputRefused: There is none, a code cannot be a partition key, or an id or code repeats.
    """
    frame = typed_rows(SCENARIO_DEFINITION, warehouse.read("scenarios"))
    faults = schema_faults(SCENARIO_DEFINITION, frame)
    repeated = frame[frame["SCENARIO_CODE"].duplicated(keep=False)]["SCENARIO_CODE"]
    if not repeated.empty:
        got = f"repeated: {', '.join(dict.fromkeys(repeated))}"
        faults.append(_fault("each code once", got))
    if frame.empty:
        faults.append(_fault("at least one scenario", "none"))
    if faults:
        raise InputRefused(faults)
    return _scenarios(frame)


def plannable_scenarios(warehouse: Warehouse) -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """The scenarios that can be planned by their code, whatever is wrong with the others.

    Returns:
        The scenarios, and the codes that are none: malformed, repeated, or of a repeated id.
    """
    frame = typed_rows(SCENARIO_DEFINITION, warehouse.read("scenarios"))
    code, key = frame["SCENARIO_CODE"], frame["SCENARIO_ID"]
    wellformed = code.str.fullmatch(COLUMNS["SCENARIO_CODE"].pattern or "").fillna(value=False)
    once = ~code.duplicated(keep=False) & ~key.duplicated(keep=False) & key.notna()
    good = (wellformed & once).astype(bool)
    return _scenarios(frame[good]), tuple(code[~good].fillna("(empty)").drop_duplicates())


def scenario_of(warehouse: Warehouse, code: str) -> Scenario:
    """The scenario of a code; the others are not judged.

    Raises:
        UsageError: There is no scenario of that code, or there are several.
        InputRefused: The warehouse has it, but such a code cannot be a partition key.
    """
    frame = typed_rows(SCENARIO_DEFINITION, warehouse.read("scenarios"))
    scenarios = _scenarios(frame)
    nameless = frame["SCENARIO_ID"].isna() & (frame["SCENARIO_CODE"] == code)
    if nameless.any():
        raise InputRefused(schema_faults(SCENARIO_DEFINITION, frame[nameless.fillna(value=False)]))
    found = [scenario for scenario in scenarios if scenario.code == code]
    if len(found) == 1:
        if re.fullmatch(SCENARIO_CODE_PATTERN, code) is None:
            raise InputRefused([_fault(f"text matching {SCENARIO_CODE_PATTERN}", repr(code))])
        return found[0]
    codes = [scenario.code for scenario in scenarios]
    told = f"There are {len(found)} scenarios" if found else "There is no scenario"
    likely = filter(None, [did_you_mean(code, codes)])
    msg = " ".join([f"{told} {code!r}.", *likely, f"The warehouse has {', '.join(codes)}."])
    raise UsageError(msg)


def _scenarios(frame: pd.DataFrame) -> tuple[Scenario, ...]:
    """The scenarios that have an id and a code."""
    frame = frame.dropna(subset=["SCENARIO_ID", "SCENARIO_CODE"])
    columns = (
        frame["SCENARIO_ID"],
        frame["SCENARIO_CODE"],
        frame["SCENARIO_NAME"],
        _are_baseline(frame),
    )
    return tuple(
        Scenario(int(key), str(code), str(name), baseline=bool(baseline))
        for key, code, name, baseline in zip(*columns, strict=True)
    )


def _are_baseline(frame: pd.DataFrame) -> pd.Series:
    """The scenario flagged as the official baseline, else the only one of type BASELINE."""
    flagged = frame["IS_OFFICIAL_BASELINE"].fillna(value=False).astype(bool)
    typed = frame["SCENARIO_TYPE"] == _BASELINE
    return flagged if flagged.any() or typed.sum() != 1 else typed


def _fault(expected: str, got: str) -> Fault:
    return Fault(SCENARIO_DEFINITION.title, "scenarios", expected, got, "SCENARIO_CODE")
