"""Bulk loading into Snowflake: a frame as a Parquet file, staged, copied into its table.

Belongs here: files, stages, COPY.
Does not belong here: in which transaction (`snowflake_publication`, `snowflake_store`).
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.ddl import SNOWFLAKE, decimal_of, is_not_null, stored_type
from sop_pipeline.store.snowflake_session import Session

_ARROW_TYPES = {
    "identifier": pa.int64(),
    "text": pa.string(),
    "number": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Staged:
    """Rows that wait in the stage.

    Attributes:
        table: Table they are for.
        rows: The rows, in the stored types.
        path: Where they are, as COPY names it; empty where there is no row.
    """

    table: Table
    rows: pa.Table
    path: str


Rows = Sequence[tuple[Table, pa.Table]]
"""Rows to load, by table."""


def stored_rows(table: Table, rows: pa.Table) -> pa.Table:
    """Rows with this table's columns, in the types they are stored in.

    Args:
        table: Table the rows are for.
        rows: Any of its columns; decimals may come as floats and are rounded to their scale.

    Raises:
        StoreUnavailable: A value does not fit its column, or one that must be there is not.
    """
    columns = {}
    for name, column in table.columns.items():
        absent = name not in rows.column_names
        if is_not_null(table, name) and rows.num_rows and (absent or rows[name].null_count):
            msg = f"{table.name}, column {name}: expected a value in every row; some are empty."
            raise StoreUnavailable(msg)
        if absent:
            continue
        decimal = decimal_of(table, column)
        kind = pa.decimal128(*decimal) if decimal else _ARROW_TYPES[column.type]
        try:
            columns[name] = rows.column(name).cast(kind)
        except pa.ArrowInvalid as error:
            msg = f"{table.name}, column {name}: a value cannot be stored. {error}"
            raise StoreUnavailable(msg) from None
    return pa.table(columns)


def arrow(frame: pd.DataFrame) -> pa.Table:
    """A frame as an Arrow table."""
    return pa.Table.from_pandas(frame, preserve_index=False)


@contextmanager
def staged(session: Session, rows: Rows) -> Iterator[list[Staged]]:
    """Put the rows of several tables into a stage of this run's own.

    The stage is temporary: Snowflake drops it, with its files, when the session ends. Making it
    is DDL, which would commit an open transaction, so this comes before one.
    """
    stage = f"{PLAN_SCHEMA}.SOP_{uuid.uuid4().hex.upper()}"
    session.execute(f"CREATE TEMPORARY STAGE {stage}")
    with tempfile.TemporaryDirectory(prefix="sop-") as folder:
        yield [_upload(session, stage, Path(folder), table, given) for table, given in rows]


def _upload(session: Session, stage: str, folder: Path, table: Table, rows: pa.Table) -> Staged:
    stored = stored_rows(table, rows)
    if not stored.num_rows:
        return Staged(table, stored, "")
    file = folder / f"{table.name}.parquet"
    pq.write_table(stored, file)
    session.upload(file, stage)
    return Staged(table, stored, f"@{stage}/{file.name}")


def copy(session: Session, staged: Staged) -> None:
    """Append staged rows to their table; columns that are not staged take their defaults.

    Timestamps are told apart from numbers by their logical type only: without it Snowflake guesses
    the unit from the size, and is wrong for a row that is valid until the year 9999. A file is
    loaded even if it was before: that was in a transaction that is rolled back.
    """
    if not staged.path:
        return
    names = staged.rows.column_names
    values = ", ".join(f"$1:{name}::{stored_type(staged.table, name, SNOWFLAKE)}" for name in names)
    session.execute(
        f"COPY INTO {staged.table.qualified_name} ({', '.join(names)}) "
        f"FROM (SELECT {values} FROM {staged.path}) "
        "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) FORCE = TRUE"
    )
