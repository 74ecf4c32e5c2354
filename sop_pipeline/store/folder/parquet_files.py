"""A Parquet file or a frame as texts: what is typed there is written as a CSV file would have it.

Belongs here: how each type of Arrow is written.
Does not belong here: whether the texts fit their columns (`values`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of, shortened
from sop_pipeline.store.folder.headers import MOST_COLUMNS, matched_columns

pc: Any = pyarrow.compute  # Its functions are made at import; no type checker sees them.

_LAST_DAY = (1 << 31) - 1
_LAST_INSTANT = (1 << 63) - 1
"""Numbers that stand for `infinity`; for `-infinity` their negatives do."""


def parquet_texts(path: Path, table: Table, findings: Findings) -> Rows:
    """The known columns of a Parquet file as texts.

    Args:
        path: The file.
        table: The table it is of.
        findings: Takes a note of the columns that are left out.

    Raises:
        InputRefused: It is no Parquet file, or a column has a type that fits no column of ours.
    """
    try:
        with pq.ParquetFile(path) as file:
            _require_few_columns(file, table)
            names = file.schema_arrow.names
            columns = matched_columns(table, names, findings)
            read = file.read(columns=[names[position] for position in columns.values()])
    except (pa.ArrowException, OSError) as error:
        got = f"{path.name}: {shortened(str(error))}"
        raise InputRefused([fault_of(table, "file", "a Parquet file", got)]) from None
    return _rows(table, {name: read.column(names[at]) for name, at in columns.items()})


def frame_texts(frame: pd.DataFrame, table: Table, findings: Findings) -> Rows:
    """The known columns of a frame as texts.

    Args:
        frame: The frame; its index does not count.
        table: The table it is of.
        findings: Takes a note of the columns that are left out.

    Raises:
        InputRefused: A column has values that fit no column of ours, or of several types.
    """
    columns = matched_columns(table, [str(name) for name in frame], findings)
    arrays: dict[str, pa.ChunkedArray] = {}
    for name, at in columns.items():
        try:
            arrays[name] = pa.chunked_array([pa.array(frame.iloc[:, at], from_pandas=True)])
        except pa.ArrowException as error:
            expected, got = "a column of values of one type", shortened(str(error))
            fault = fault_of(table, "types", expected, got, column=name)
            raise InputRefused([fault]) from None
    return _rows(table, arrays)


def _rows(table: Table, columns: Mapping[str, pa.ChunkedArray]) -> Rows:
    texts = {name: _texts(table, name, column) for name, column in columns.items()}
    return Rows(pa.table(texts), lambda row: f"row {row + 1}")


def _require_few_columns(file: pq.ParquetFile, table: Table) -> None:
    if file.metadata.num_columns > MOST_COLUMNS:
        expected, got = f"at most {MOST_COLUMNS:,} columns", f"{file.metadata.num_columns:,}"
        raise InputRefused([fault_of(table, "columns", expected, got)])


def _texts(table: Table, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = table.columns[name].type if name in table.columns else "text"
    try:
        texts = _written(_plain(column), kind)
        texts.validate(full=True)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        got = shortened(f"{column.type}: {error}")
        fault = fault_of(table, "types", f"a column of {kind} values", got, column=name)
        raise InputRefused([fault]) from None
    return texts


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column in a type that has one value in each row."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if any(fits(kind) for fits in _PLAIN_TYPES):
        return column
    msg = "nested values, or values that are no number, text, date or flag"
    raise pa.ArrowTypeError(msg)


_PLAIN_TYPES = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
)


def _written(column: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """The column as texts; an instant as its zone's wall clock where a day is wanted, else UTC."""
    if pa.types.is_timestamp(column.type):
        if column.type.tz and kind == "date":
            column = pc.local_timestamp(column)
        elif column.type.tz:
            column = column.cast(pa.timestamp(column.type.unit))
        return _with_infinity(column, column.cast(pa.int64()), _LAST_INSTANT)
    if pa.types.is_date32(column.type):
        return _with_infinity(column, column.cast(pa.int32()), _LAST_DAY)
    return (_whole(column) if kind == "identifier" else column).cast(pa.string())


def _with_infinity(column: pa.ChunkedArray, numbers: pa.ChunkedArray, last: int) -> pa.ChunkedArray:
    texts = column.cast(pa.string())
    texts = pc.if_else(pc.equal(numbers, last), "infinity", texts)
    return pc.if_else(pc.equal(numbers, -last), "-infinity", texts)


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers a column of floats or decimals holds; as it is where there are others."""
    if not (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        return column
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column
