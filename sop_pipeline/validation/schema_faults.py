"""A frame against its table's pandera schema, told as faults.

Belongs here: translating pandera's failure cases into table, column, rows, expected, got.
Does not belong here: the schemas themselves (`schemas/`), rules across tables (`rules`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.column import IN_WORDS
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.value_rules import row_rules

_TOO_LARGE = 2.0**63
_SELDOM_USED = {"DEMAND_CLASS", "EFFECTIVE_DATE"}
"""Parts of keys that most companies do not use: named where they say something."""
_CHECK_WORDS = {
    "not_nullable": "a value in every row",
    "column_in_dataframe": "the column",
    "multiple_fields_uniqueness": "each key once",
}


def typed_rows(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the table's types, an identifier possibly empty.

    Raises:
        InputRefused: A column has values of another type; each such column is told.
    """
    faults = [
        _type_fault(table, frame, name, unfit)
        for name in table.columns
        if name in frame.columns and (unfit := _unfit(table, frame, name)).any()
    ]
    if faults:
        raise InputRefused(faults)
    return table.loosely_typed(frame)


def _unfit(table: Table, frame: pd.DataFrame, name: str) -> pd.Series:
    """Which values of a column have no place in its type."""
    values, is_identifier = frame[name], table.columns[name].type == "identifier"
    wanted = "Int64" if is_identifier else table.dtype(name)
    none = pd.Series(data=False, index=values.index)
    if values.dtype == wanted:
        return none
    if is_identifier and pd.api.types.is_float_dtype(values):
        return (values.abs() >= _TOO_LARGE) | (values % 1 != 0) & values.notna()
    try:
        values.astype(wanted)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return values.notna()
    return none


def _type_fault(table: Table, frame: pd.DataFrame, name: str, unfit: pd.Series) -> Fault:
    rows = frame[unfit]
    return Fault(
        table.title,
        "types",
        IN_WORDS[table.columns[name].type],
        f"others in a column of type {frame[name].dtype}",
        name,
        row_names(tuple(dict.fromkeys([*table.key, name])), rows.head(OFFENDERS_SHOWN)),
        len(rows),
    )


def schema_faults(table: Table, frame: pd.DataFrame) -> list[Fault]:
    """Every way in which a frame breaks its table's schema.

    Args:
        table: The table and its schema.
        frame: Rows to check, with a unique index.
    """
    if table.accepts(frame):
        return []
    # A frame that is fine does not wait for pandera.
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    try:
        table.schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        of_rows = cases["check"].isin([rule.words for rule in row_rules(table.columns)])
        # Pandera tells a row once per column.
        cases["column"] = cases["column"].mask(of_rows)
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
    got = ", ".join(dict.fromkeys(_value(v) for v in values)) or "rows where it is not"
    named = dict.fromkeys(
        [*_naming(table), *(word for word in check.split() if word in table.columns)]
    )
    return Fault(
        table=table.title,
        rule="schema",
        expected=_CHECK_WORDS.get(check.split("(", maxsplit=1)[0], check),
        got="no such column" if check == "column_in_dataframe" else got,
        column=name,
        rows=row_names(tuple(named), frame.loc[index[:OFFENDERS_SHOWN]]),
        total=len(index),
    )


def _naming(table: Table) -> tuple[str, ...]:
    """Columns that name a row: the key, or what places it in a table without one."""
    placing = ("identifier", "date")
    return table.key or tuple(n for n in table.required if table.columns[n].type in placing)


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
            got=f"{len(repeated):,} rows share {len(first):,} key{'s' * (len(first) > 1)}",
            column=key[-1] if len(key) == 1 else None,
            rows=tuple(names[:OFFENDERS_SHOWN]),
            total=len(first),
        )
    ]


def row_names(key: Sequence[str], rows: pd.DataFrame) -> tuple[str, ...]:
    """Name rows by their key columns; by position where there is no key."""
    named = [
        n for n in key if n in rows.columns and not (n in _SELDOM_USED and rows[n].isna().all())
    ]
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
