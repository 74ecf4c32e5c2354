"""Reading a folder of CSV or Parquet files into typed input tables.

Belongs here: what can be stored at all: files, columns, types, keys.
Does not belong here: whether the figures make sense (`validation/`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.table import Table

_FIRST_DATA_LINE = 2

_CASTS = {
    "identifier": "CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+([.]0+)?') "
    "THEN TRY_CAST({text} AS BIGINT) END",
    "number": "TRY_CAST({text} AS DOUBLE)",
    "date": "CAST(TRY_CAST({text} AS TIMESTAMP) AS DATE)",
    "timestamp": "TRY_CAST({text} AS TIMESTAMP)",
    "flag": "TRY_CAST({text} AS BOOLEAN)",
    "text": "{text}",
}
_EXPECTED = {
    "identifier": "a whole number",
    "number": "a number",
    "date": "a date as YYYY-MM-DD",
    "timestamp": "a timestamp as YYYY-MM-DD HH:MM:SS",
    "flag": "true or false",
    "text": "a text",
}


@dataclass(frozen=True)
class LoadedFolder:
    """What a folder holds.

    Attributes:
        tables: Typed Arrow tables by input table name; absent optional tables are left out.
        notes: What was accepted but is worth saying, such as extra columns.
    """

    tables: Mapping[str, pa.Table]
    notes: tuple[str, ...]


@dataclass
class _Findings:
    """Faults and notes gathered while reading, to be told together."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_folder(directory: Path) -> LoadedFolder:
    """Read every input table of a folder.

    Args:
        directory: Folder of files named as the input tables' `file`, `.csv` or `.parquet`.

    Raises:
        InputRefused: Files or columns are missing, or values do not fit their type; every fault
            of the folder is told.
    """
    if not directory.is_dir():
        expected = "a folder of CSV or Parquet files"
        raise InputRefused([Fault(str(directory), "folder", expected, "no such folder")])
    findings = _Findings()
    tables: dict[str, pa.Table] = {}
    for table in ATOMIC_TABLES:
        texts = _read_texts(directory, table, findings)
        if texts is not None:
            tables[table.name] = _typed(table, texts, findings)
    if findings.faults:
        raise InputRefused(findings.faults)
    return LoadedFolder(tables, tuple(findings.notes))


def _read_texts(directory: Path, table: Table, findings: _Findings) -> pa.Table | None:
    """The table's known columns as texts, or None where it cannot be read or may be absent."""
    paths = [directory / f"{table.file}.{ending}" for ending in ("csv", "parquet")]
    found = [path for path in paths if path.is_file()]
    if not found:
        if not table.optional:
            findings.faults.append(
                _fault(
                    table, "file", f"a file {table.file}.csv or .parquet", f"none in {directory}"
                )
            )
        return None
    if len(found) > 1:
        got = f"both {found[0].name} and {found[1].name}"
        findings.faults.append(_fault(table, "file", "one file", got, remedy="Remove one of them"))
        return None
    path = found[0]
    try:
        texts = _csv_texts(path, table) if path.suffix == ".csv" else _parquet_texts(path, table)
    except InputRefused as refused:
        findings.faults.extend(refused.faults)
        return None
    return _known_columns(table, texts, findings)


def _csv_texts(path: Path, table: Table) -> pa.Table:
    header = _csv_header(path, table)
    wrong_rows: list[str] = []

    def remember(row: pyarrow.csv.InvalidRow) -> str:
        line = "" if row.number is None else f"line {row.number}: "
        wrong_rows.append(f"{line}{row.actual_columns} fields: {row.text[:60]}")
        return "skip"

    try:
        texts = pyarrow.csv.read_csv(
            path,
            # One thread: only then does the reader know the number of a wrong row.
            read_options=pyarrow.csv.ReadOptions(use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, invalid_row_handler=remember
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputRefused([_fault(table, "file", "comma-separated UTF-8", str(error))]) from None
    if wrong_rows:
        fault = _fault(
            table,
            "file",
            f"{len(header)} fields in every row",
            "rows of another length",
            rows=wrong_rows,
            total=len(wrong_rows),
        )
        raise InputRefused([fault])
    return texts


def _csv_header(path: Path, table: Table) -> list[str]:
    if path.stat().st_size == 0:
        expected = f"a header line with {', '.join(table.required)}"
        raise InputRefused([_fault(table, "file", expected, f"{path.name} of 0 bytes")])
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
    except UnicodeDecodeError as error:
        expected = "UTF-8 text"
        raise InputRefused([_fault(table, "file", expected, f"{path.name}: {error}")]) from None
    if len(header) == 1 and ";" in header[0]:
        raise InputRefused(
            [_fault(table, "file", "fields separated by commas", f"semicolons in {path.name}")]
        )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        got = f"{', '.join(repeated)} more than once"
        raise InputRefused([_fault(table, "columns", "each column once", got)])
    return header


def _parquet_texts(path: Path, table: Table) -> pa.Table:
    try:
        read = pyarrow.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputRefused([_fault(table, "file", "a Parquet file", str(error))]) from None
    names = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in _safe(read.column_names))
    with duckdb.connect() as connection:
        connection.register("given", read.select(_safe(read.column_names)))
        return connection.sql(f"SELECT {names} FROM given").to_arrow_table()


def _safe(names: list[str]) -> list[str]:
    """Names that may stand in SQL: letters, digits and underscores; no known column has others."""
    return [name for name in names if name.isidentifier()]


def _known_columns(table: Table, texts: pa.Table, findings: _Findings) -> pa.Table | None:
    by_name = {name.strip().upper(): name for name in texts.column_names}
    extra = [name for upper, name in by_name.items() if upper not in table.columns]
    if extra:
        findings.notes.append(f"{table.title}: extra columns left out: {', '.join(extra)}")
    missing = [name for name in table.required if name not in by_name]
    for name in missing:
        got = f"only {', '.join(texts.column_names)}"
        findings.faults.append(_fault(table, "columns", f"a column {name}", got, column=name))
    if missing:
        return None
    if texts.num_rows == 0 and not table.optional:
        findings.faults.append(_fault(table, "rows", "at least one row", "a file without rows"))
        return None
    return pa.table({name: texts[by_name[name]] for name in table.columns if name in by_name})


def _typed(table: Table, texts: pa.Table, findings: _Findings) -> pa.Table:
    """Cast each column to its type; name every value that does not fit."""
    names = texts.column_names
    trimmed = ", ".join(f"NULLIF(TRIM({name}), '') AS {name}" for name in names)
    casts = ", ".join(
        f"{_CASTS[table.columns[name].type].format(text=name)} AS {name}" for name in names
    )
    with duckdb.connect() as connection:
        connection.register("texts", texts)
        filled = connection.sql(f"SELECT {trimmed} FROM texts").to_arrow_table()
        connection.register("filled", filled)
        typed = connection.sql(f"SELECT {casts} FROM filled").to_arrow_table()
    rows = filled.to_pandas()
    for name in names:
        unfit = typed[name].is_null().to_pandas() & rows[name].notna()
        findings.faults.extend(_cast_faults(table, name, rows, unfit))
    return typed


def _cast_faults(table: Table, name: str, rows: pd.DataFrame, unfit: pd.Series) -> list[Fault]:
    kind = table.columns[name].type
    faults: list[Fault] = []
    if unfit.any():
        faults.append(_rows_fault(table, name, rows[unfit], _EXPECTED[kind], "other text"))
    # An empty figure is storable; it surfaces when its scenario is planned.
    empty = rows[rows[name].isna()]
    if name in table.required and kind != "number" and not empty.empty:
        faults.append(_rows_fault(table, name, empty, "a value in every row", "empty"))
    return faults


def _rows_fault(table: Table, name: str, rows: pd.DataFrame, expected: str, got: str) -> Fault:
    named = [n for n in dict.fromkeys([*table.key, name]) if n in rows.columns]
    shown = rows[named].head(OFFENDERS_SHOWN)
    lines = [
        f"line {position + _FIRST_DATA_LINE}: "
        + ", ".join(f"{n}={value!r}" for n, value in zip(named, values, strict=True))
        for position, values in zip(shown.index, shown.itertuples(index=False), strict=True)
    ]
    return _fault(table, "types", expected, got, column=name, rows=lines, total=len(rows))


def _fault(
    table: Table,
    rule: str,
    expected: str,
    got: str,
    *,
    column: str | None = None,
    rows: list[str] | None = None,
    total: int = 0,
    remedy: str = "",
) -> Fault:
    return Fault(table.title, rule, expected, got, column, tuple(rows or ()), total, remedy)
