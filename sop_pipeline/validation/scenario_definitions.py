"""The rows of SCENARIO_DEFINITION as scenarios, validated: their codes are the partition keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.input_columns import SCENARIO_CODE_PATTERN
from sop_pipeline.suggestions import did_you_mean
from sop_pipeline.validation.schema_faults import schema_faults, typed_rows

HEDGE = "HEDGE"
"""SCENARIO_TYPE of a scenario that plans one build for several others."""
MEMBERS_OF_HEDGES = f"members of scenarios of SCENARIO_TYPE {HEDGE} alone"
"""What SCENARIO_MEMBER holds, in words."""
_BASELINE = "BASELINE"
_OF_MEMBER = [
    *("MEMBER_SCENARIO_CODE", "MEMBER_SCENARIO_NAME", "MEMBER_SCENARIO_TYPE"),
    "MEMBER_IS_BASELINE",
]


@dataclass(frozen=True)
class Scenario:
    """A scenario of the warehouse.

    Attributes:
        id: SCENARIO_ID.
        code: SCENARIO_CODE, the partition key.
        name: SCENARIO_NAME.
        baseline: Whether it is the official baseline.
        kind: SCENARIO_TYPE.
    """

    id: int
    code: str
    name: str
    baseline: bool = False
    kind: str = ""

    @property
    def is_hedge(self) -> bool:
        """Whether it plans one build for several scenarios, its members."""
        return self.kind == HEDGE


def every_scenario(rows: pd.DataFrame) -> tuple[Scenario, ...]:
    """Every scenario, in the order of its id.

    Args:
        rows: Those of SCENARIO_DEFINITION.

    Raises:
        InputRefused: There is none, a code cannot be a partition key, or an id or code repeats.
    """
    frame = typed_rows(SCENARIO_DEFINITION, rows)
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


def plannable(rows: pd.DataFrame) -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """The scenarios that can be planned by their code, whatever is wrong with the others.

    Args:
        rows: Those of SCENARIO_DEFINITION.

    Returns:
        The scenarios, and the codes that are none: malformed, repeated, or of a repeated id.
    """
    frame = typed_rows(SCENARIO_DEFINITION, rows)
    code, key = frame["SCENARIO_CODE"], frame["SCENARIO_ID"]
    wellformed = code.str.fullmatch(COLUMNS["SCENARIO_CODE"].pattern or "").fillna(value=False)
    once = ~code.duplicated(keep=False) & ~key.duplicated(keep=False) & key.notna()
    good = (wellformed & once).astype(bool)
    return _scenarios(frame[good]), tuple(code[~good].fillna("(empty)").drop_duplicates())


def scenario_of_code(rows: pd.DataFrame, code: str) -> Scenario:
    """The scenario of a code; the others are not judged.

    Args:
        rows: Those of SCENARIO_DEFINITION.
        code: Its SCENARIO_CODE.

    Raises:
        UsageError: There is no scenario of that code, or there are several.
        InputRefused: The warehouse has it, but such a code cannot be a partition key.
    """
    frame = typed_rows(SCENARIO_DEFINITION, rows)
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
    number = f"There are {len(found)} scenarios" if found else "There is no scenario"
    likely = filter(None, [did_you_mean(code, codes)])
    msg = " ".join([f"{number} {code!r}.", *likely, f"The warehouse has {', '.join(codes)}."])
    raise UsageError(msg)


def with_definitions(members: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The members of a hedge with what SCENARIO_DEFINITION says of each.

    Args:
        members: SCENARIO_ID, MEMBER_SCENARIO_ID, PROBABILITY.
        rows: Those of SCENARIO_DEFINITION.

    Returns:
        The same with code, name and type of the member, empty where it is not defined, and whether
        it is the official baseline.
    """
    known = {one.id: one for one in _scenarios(typed_rows(SCENARIO_DEFINITION, rows))}
    defined = pd.DataFrame(
        [_as_member(known.get(key)) for key in members["MEMBER_SCENARIO_ID"]],
        columns=_OF_MEMBER,
        index=members.index,
    )
    return pd.concat([members, defined], axis="columns")


def _as_member(one: Scenario | None) -> tuple[object, ...]:
    """What is said of a member, in the order of the table's columns; nothing where it is none."""
    return (None,) * 4 if one is None else (one.code, one.name, one.kind, one.baseline)


def members_of(rows: pd.DataFrame) -> tuple[Scenario, ...]:
    """The members of a hedge that one build can be planned for, each once, in the order of ids.

    They are defined, and are no hedges themselves.

    Args:
        rows: As `with_definitions` makes them.
    """
    known = rows.dropna(subset=["MEMBER_SCENARIO_ID", "MEMBER_SCENARIO_CODE"])
    known = known[known["MEMBER_SCENARIO_TYPE"] != HEDGE]
    known = known.drop_duplicates("MEMBER_SCENARIO_ID").sort_values("MEMBER_SCENARIO_ID")
    names = ("MEMBER_SCENARIO_ID", "MEMBER_SCENARIO_CODE", "MEMBER_SCENARIO_NAME")
    columns = (known[name] for name in (*names, "MEMBER_IS_BASELINE", "MEMBER_SCENARIO_TYPE"))
    return tuple(
        Scenario(int(key), str(code), str(name), baseline=bool(baseline), kind=str(kind))
        for key, code, name, baseline, kind in zip(*columns, strict=True)
    )


def _scenarios(frame: pd.DataFrame) -> tuple[Scenario, ...]:
    """The scenarios that have an id and a code."""
    frame = frame.dropna(subset=["SCENARIO_ID", "SCENARIO_CODE"])
    columns = (
        frame["SCENARIO_ID"],
        frame["SCENARIO_CODE"],
        frame["SCENARIO_NAME"],
        _are_baseline(frame),
        frame["SCENARIO_TYPE"].fillna(""),
    )
    return tuple(
        Scenario(int(key), str(code), str(name), baseline=bool(baseline), kind=str(kind))
        for key, code, name, baseline, kind in zip(*columns, strict=True)
    )


def _are_baseline(frame: pd.DataFrame) -> pd.Series:
    """The scenario flagged as the official baseline, else the only one of type BASELINE."""
    flagged = frame["IS_OFFICIAL_BASELINE"].fillna(value=False).astype(bool)
    typed = frame["SCENARIO_TYPE"] == _BASELINE
    return flagged if flagged.any() or typed.sum() != 1 else typed


def _fault(expected: str, got: str) -> Fault:
    return Fault(SCENARIO_DEFINITION.title, "scenarios", expected, got, "SCENARIO_CODE")
