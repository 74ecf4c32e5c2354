"""One open Snowflake connection: the single door every statement passes through.

The connector takes seconds to import, so it is imported when a connection is opened, not before.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.store.frames import frame_of
from sop_pipeline.store.snowflake_errors import RequestFailedError, once
from sop_pipeline.store.snowflake_settings import SnowflakeSettings

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

_SILENT = logging.NullHandler()
_PARAMETER = re.compile(r"\$([a-z_]+)")


class Session:
    """One open connection; every statement passes through `execute`, `value` or `table`."""

    def __init__(self, connection: SnowflakeConnection, emulated: bool) -> None:
        """Wrap an open connection.

        Args:
            connection: The connection.
            emulated: Whether an emulator answers, which never waits for a lock.
        """
        self._connection = connection
        self.emulated = emulated

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement for its effect; the number of rows it changed."""
        with self._connection.cursor() as cursor:
            cursor.execute(*_bound(sql, parameters))
            return cursor.rowcount or 0

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return its only value."""
        with self._connection.cursor() as cursor:
            cursor.execute(*_bound(sql, parameters))
            row = cursor.fetchone()
        return row[0] if isinstance(row, tuple) else None

    def table(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Run a query and return its rows as they arrive."""
        with self._connection.cursor() as cursor:
            cursor.execute(*_bound(sql, parameters))
            return cursor.fetch_arrow_all(force_return_table=True)

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Run a query and return its rows, as `frame_of` types them."""
        return frame_of(self.table(sql, parameters))

    def upload(self, file: Path, stage: str) -> None:
        """Put a file into a stage as it is."""
        self.execute(f"PUT 'file://{file.as_posix()}' @{stage} AUTO_COMPRESS = FALSE")


@contextmanager
def connected(settings: SnowflakeSettings) -> Iterator[Session]:
    """One session, closed at the end: what it left open is rolled back, its stages are dropped.

    Raises:
        UsageError: The settings do not suffice.
        StoreUnavailable: The key or the named connection cannot be read.
    """
    import snowflake.connector  # noqa: PLC0415

    # Failures are told by this package; without a handler Python would print them as well.
    logging.getLogger("snowflake.connector").addHandler(_SILENT)
    try:
        connection = snowflake.connector.connect(**settings.arguments(), backoff_policy=once)
    except (OSError, TypeError, ValueError) as error:
        msg = f"The connection to Snowflake could not be prepared: {error}"
        raise StoreUnavailable(msg) from None
    with contextlib.closing(connection):
        yield Session(connection, emulated=settings.protocol == "http")


def driver_errors() -> tuple[type[Exception], ...]:
    """What a statement or a connection may fail with."""
    from snowflake.connector.errors import Error  # noqa: PLC0415

    return (Error, RequestFailedError)


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit what happens within; roll all of it back on any exception, a failed commit too."""
    session.execute("BEGIN TRANSACTION")
    try:
        yield
        session.execute("COMMIT")
    except BaseException:
        # Where the connection is gone the service rolls back by itself; the first error counts.
        with contextlib.suppress(*driver_errors()):
            session.execute("ROLLBACK")
        raise


def _bound(sql: str, parameters: Mapping[str, Any] | None) -> tuple[str, list[Any] | None]:
    """The statement with its named parameters as positions, and their values in order."""
    if not parameters:
        return sql, None
    names = _PARAMETER.findall(sql)
    return _PARAMETER.sub("?", sql), [_plain(parameters[name]) for name in names]


def _plain(value: Any) -> Any:
    """A number of an array as Python's own, which is all the connector binds."""
    return value.item() if isinstance(value, np.generic) else value
