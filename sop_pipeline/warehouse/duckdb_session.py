"""One open DuckDB connection: the single door every statement passes through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from sop_pipeline.warehouse.frames import frame_of

_DIGITS_OF_BIGINT = 18


class Session:
    """One open connection; every statement that changes the warehouse passes through `execute`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open connection; days are read in UTC, whatever the machine's zone."""
        self._connection = connection
        connection.execute("SET TimeZone = 'UTC'")

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, parameters)

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return its only value."""
        rows = self._connection.execute(sql, parameters).fetchall()
        return rows[0][0] if rows else None

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Run a query and return its rows, as `frame_of` types them."""
        rows = _plain_numbers(self._connection.sql(sql, params=dict(parameters or {})))
        return frame_of(rows.to_arrow_table())

    def register(self, name: str, rows: pa.Table | pd.DataFrame) -> None:
        """Make rows readable under a name, without copying them."""
        self._connection.register(name, rows)


def _plain_numbers(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Decimals as whole numbers or floats: converted here they take less time than the query."""
    if not any(kind.id == "decimal" for kind in rows.types):
        return rows
    return rows.select(*map(_plain_number, rows.columns, rows.types))


def _plain_number(name: str, kind: Any) -> duckdb.Expression:
    column = duckdb.ColumnExpression(name)
    if kind.id != "decimal":
        return column
    precision, scale = (dict(kind.children)[name] for name in ("precision", "scale"))
    if scale == 0 and precision > _DIGITS_OF_BIGINT:
        return column
    return column.cast("BIGINT" if scale == 0 else "DOUBLE").alias(name)


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit what happens within; roll all of it back on any exception."""
    session.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        session.execute("ROLLBACK")
        raise
    session.execute("COMMIT")
