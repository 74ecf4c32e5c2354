"""A frame against its table's pandera schema, told as faults.

Belongs here: translating pandera's failure cases into table, column, rows, expected, got.
Does not belong here: the schemas themselves (`schemas/`), rules across tables (`rules`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pandera.errors

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas.table import Table

_CHECK_WORDS = {
    "not_nullable": "a number or text in every row",
    "column_in_dataframe": "the column",
    "multiple_fields_uniqueness": "each key once",
}


def schema_faults(table: Table, frame: pd.DataFrame) -> list[Fault]:
    """Every way in which a frame breaks its table's schema.

    Args:
        table: The table and its schema.
        frame: Rows to check, with a unique index.
    """
    try:
        table.schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        groups = cases.groupby(["column", "check"], sort=False, dropna=False)
        return [
            _fault(table, frame, column, str(check), group)
            for (column, check), group in groups
            if check != "multiple_fields_uniqueness"
        ] + _duplicates(table, frame)
    return []


def _fault(
    table: Table, frame: pd.DataFrame, column: object, check: str, cases: pd.DataFrame
) -> Fault:
    index = [i for i in dict.fromkeys(cases["index"].dropna()) if i in frame.index]
    name = str(column) if column in table.columns else None
    if check == "column_in_dataframe":
        name = str(cases["failure_case"].iloc[0])
    values = cases["failure_case"].head(OFFENDERS_SHOWN)
    if name is None:
        values = values.head(0)
    got = ", ".join(dict.fromkeys(_value(v) for v in values)) or "otherwise"
    return Fault(
        table=table.title,
        rule="schema",
        expected=_CHECK_WORDS.get(check.split("(", maxsplit=1)[0], check),
        got="no such column" if check == "column_in_dataframe" else got,
        column=name,
        rows=row_names(table.key, frame.loc[index[:OFFENDERS_SHOWN]]),
        total=len(index),
    )


def _duplicates(table: Table, frame: pd.DataFrame) -> list[Fault]:
    key = list(table.key)
    if not key or not set(key) <= set(frame.columns):
        return []
    repeated = frame[frame.duplicated(key, keep=False)]
    if repeated.empty:
        return []
    first = repeated.drop_duplicates(key)
    counts = repeated.groupby(key, dropna=False, sort=False).size().to_list()
    names = [
        f"{name} ({count} rows)"
        for name, count in zip(row_names(table.key, first), counts, strict=False)
    ]
    return [
        Fault(
            table=table.title,
            rule="schema",
            expected=f"one row per {', '.join(key)}",
            got=f"{len(repeated):,} rows share {len(first):,} keys",
            column=key[-1] if len(key) == 1 else None,
            rows=tuple(names[:OFFENDERS_SHOWN]),
            total=len(first),
        )
    ]


def row_names(key: Sequence[str], rows: pd.DataFrame) -> tuple[str, ...]:
    """Name rows by their key columns; by position where there is no key."""
    named = [name for name in key if name in rows.columns]
    if not named:
        return tuple(f"row {position}" for position in rows.index)
    return tuple(
        ", ".join(f"{name}={_value(value)}" for name, value in zip(named, values, strict=True))
        for values in rows[named].itertuples(index=False)
    )


def _value(value: object) -> str:
    if pd.isna(value):  # type: ignore[arg-type]
        return "empty or NaN"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
