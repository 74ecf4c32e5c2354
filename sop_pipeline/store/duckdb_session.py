"""One open DuckDB connection: the single door every statement passes through.

What stands in a file, a view above all, is a customer's or a stranger's: it is data, and may fetch,
load, read or write nothing outside the file.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_DUCKDB
from sop_pipeline.store.frames import frame_of

_DIGITS_OF_BIGINT = 18
_FileState = tuple[tuple[int, int, int], ...]
_CATALOGS: dict[Path, tuple[_FileState, Catalog]] = {}

MEMORY = ":memory:"
_CONFINED: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "enable_external_access": False,  # but for the database file and what belongs to it
    "lock_configuration": True,
    "allowed_configs": ["TimeZone"],
}
_MARK, _MARK_AT = b"DUCK", 8
_OTHER_KINDS = {b"SQLite": "a SQLite database", b"PAR1": "a Parquet file"}


def connect(path: str, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, confined to itself.

    Days are read in UTC, whatever the machine's zone.

    Raises:
        duckdb.Error: It cannot be opened.
        NotADatabaseError: What is there is something else.
    """
    if path != MEMORY:
        _refuse_other_kinds(Path(path))
    connection = duckdb.connect(path, read_only=read_only, config=_CONFINED)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


class NotADatabaseError(Exception):
    """A file that is no DuckDB database; the message says what it is."""


def _refuse_other_kinds(path: Path) -> None:
    """DuckDB would fetch an extension for a file of another kind."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            msg = "it is not a file"
            raise NotADatabaseError(msg)
        with path.open("rb") as file:
            head = file.read(_MARK_AT + len(_MARK))
    except OSError:  # none yet, or one that DuckDB cannot open either
        return
    if head and head[_MARK_AT:] != _MARK:
        found = (kind for mark, kind in _OTHER_KINDS.items() if head.startswith(mark))
        msg = f"it is {next(found, 'something else')}, not a DuckDB database"
        raise NotADatabaseError(msg)


class Session:
    """One open connection; every statement that changes the store passes through `execute`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open connection."""
        self._connection = connection

    @cached_property
    def catalog(self) -> Catalog:
        """The tables and views, as they were when this was first asked for."""
        return Catalog.read(self, OF_DUCKDB)

    def forget_catalog(self) -> None:
        """Read the tables and views again when next asked for: they may have changed."""
        self.__dict__.pop("catalog", None)

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


def catalog_of(session: Session, file: Path | None) -> Catalog:
    """What a file holds: read once as long as it does not change, for it takes as long as a read.

    Args:
        session: An open connection to it.
        file: The file; None for a store in memory.
    """
    if file is None:
        return session.catalog
    state = _state(file)
    kept = _CATALOGS.get(file)
    if kept is None or kept[0] != state:
        kept = _CATALOGS[file] = (state, session.catalog)
    return kept[1]


def _state(file: Path) -> _FileState:
    """What tells a file, with its log of changes, from the same file changed."""
    parts = (file, file.with_name(f"{file.name}.wal"))
    found = (part.stat() for part in parts if part.exists())
    return tuple((part.st_ino, part.st_mtime_ns, part.st_size) for part in found)


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
