"""What a set of input tables must satisfy to be stored: unique keys, references that join.

Belongs here: faults no scenario can be planned with.
Does not belong here: figures, which surface when their scenario is planned (`rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.input_columns import SCENARIO_CODE_PATTERN
from sop_pipeline.schemas.references import REFERENCES, key_columns
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.scenario_definitions import HEDGE, MEMBERS_OF_HEDGES

_MAY_LEAD_NOWHERE = frozenset(("PARENT_SCENARIO_ID", "PRODUCT_CATEGORY_ID", "PARENT_CATEGORY_ID"))
"""References that no plan depends on."""
_PARENTS = {name: table for name, table in REFERENCES.items() if name not in _MAY_LEAD_NOWHERE}


Places = Mapping[str, Callable[[int], str]]
"""Where a row of a table stands in what was loaded, by its position, by table name."""


def loading_faults(tables: Mapping[str, pa.Table], places: Places) -> list[Fault]:
    """Every reason why these tables cannot be stored and joined.

    Args:
        tables: Typed Arrow tables by input table name.
        places: Where their rows stand, for all of them.
    """
    frames = {name: _frame(rows) for name, rows in tables.items()}
    faults: list[Fault] = []
    for table in atomic.ATOMIC_TABLES:
        if table.name in frames:
            faults += _repeated_keys(table, frames[table.name], places)
            faults += _unknown_references(table, frames, places)
    definitions = frames[atomic.SCENARIO_DEFINITION.name]
    return faults + _scenario_codes(definitions, places) + _astray(frames, places)


def _frame(rows: pa.Table) -> pd.DataFrame:
    types = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return rows.to_pandas(types_mapper=types.get)


def _repeated_keys(table: Table, frame: pd.DataFrame, places: Places) -> list[Fault]:
    key = [name for name in table.key if name in frame.columns]
    if not key:
        return []
    current = _current(table, frame)
    repeated = current[current.duplicated(key, keep=False)]
    if repeated.empty:
        return []
    expected = f"each {', '.join(key)} once"
    column = key[0] if len(key) == 1 else None
    named = key_columns(table)
    return [_fault(places, table, "unique_key", expected, "repeated keys", repeated, named, column)]


def _current(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows whose key must be unique: of a table with history, the current ones."""
    if not table.keeps_history or "IS_CURRENT_FLAG" not in frame.columns:
        return frame
    return frame[frame["IS_CURRENT_FLAG"].fillna(value=True)]


def _unknown_references(
    table: Table, frames: Mapping[str, pd.DataFrame], places: Places
) -> list[Fault]:
    frame = frames[table.name]
    faults: list[Fault] = []
    for column, parent in _PARENTS.items():
        own = parent is table and column == table.key[0]
        if column not in frame.columns or own or parent.name not in frames:
            continue
        known = frames[parent.name][parent.key[0]]
        unknown = frame[frame[column].notna() & ~frame[column].isin(known)]
        if not unknown.empty:
            expected, got = f"a row of {parent.title}", f"{unknown[column].nunique()} unknown"
            named = [*key_columns(table), column]
            faults.append(
                _fault(places, table, "known_reference", expected, got, unknown, named, column)
            )
    return faults


def _scenario_codes(frame: pd.DataFrame, places: Places) -> list[Fault]:
    table, column = atomic.SCENARIO_DEFINITION, "SCENARIO_CODE"
    codes = frame[column].astype(str)
    unfit = frame[[re.fullmatch(SCENARIO_CODE_PATTERN, code) is None for code in codes]]
    repeated = frame[codes.duplicated(keep=False)]
    faults: list[Fault] = []
    if not unfit.empty:
        expected = "1 to 50 letters, digits, _ or - (it is the partition key)"
        faults.append(
            _fault(places, table, "code", expected, "other characters", unfit, [column], column)
        )
    if not repeated.empty:
        faults.append(
            _fault(
                places,
                table,
                "code",
                "each code once",
                "repeated codes",
                repeated,
                [column],
                column,
            )
        )
    return faults


def _astray(frames: Mapping[str, pd.DataFrame], places: Places) -> list[Fault]:
    """Members of scenarios that are no hedge, which no plan of another scenario would see."""
    table = atomic.SCENARIO_MEMBER
    if table.name not in frames:
        return []
    defined = frames[atomic.SCENARIO_DEFINITION.name]
    plain = defined[(defined["SCENARIO_TYPE"] != HEDGE).fillna(value=True)]
    members = _current(table, frames[table.name])
    astray = members[members["SCENARIO_ID"].isin(plain["SCENARIO_ID"])]
    if astray.empty:
        return []
    scenarios = plain.drop_duplicates("SCENARIO_ID").set_index("SCENARIO_ID")
    codes = astray["SCENARIO_ID"].map(scenarios["SCENARIO_CODE"])
    of = scenarios.loc[astray["SCENARIO_ID"].drop_duplicates(), ["SCENARIO_CODE", "SCENARIO_TYPE"]]
    told = (f"{code} (type {kind})" for code, kind in of.fillna("none").itertuples(index=False))
    got = f"those of {', '.join(told)}"
    named = ["SCENARIO_CODE", *key_columns(table)]
    rows = astray.assign(SCENARIO_CODE=codes)
    return [
        _fault(places, table, "of_hedges_alone", MEMBERS_OF_HEDGES, got, rows, named, "SCENARIO_ID")
    ]


def _fault(
    places: Places,
    table: Table,
    rule: str,
    expected: str,
    got: str,
    rows: pd.DataFrame,
    named: list[str],
    column: str | None = None,
) -> Fault:
    shown = rows.head(OFFENDERS_SHOWN)
    there = [name for name in dict.fromkeys(named) if name in rows.columns]
    names = tuple(
        f"{places[table.name](position)}: "
        + ", ".join(f"{name}={value!s}" for name, value in zip(there, values, strict=True))
        for position, values in zip(shown.index, shown[there].itertuples(index=False), strict=True)
    )
    return Fault(table.title, rule, expected, got, column, names, len(rows))
