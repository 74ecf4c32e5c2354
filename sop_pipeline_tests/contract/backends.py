"""What the suite needs of a backend beside the interface: plain SQL, and a handle per worker.

A further warehouse joins with one more class here and one more parameter of `new_backend`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from sop_pipeline.store import Store, store_at
from sop_pipeline_tests.emulator import Emulator, pointed_at


class Backend(Protocol):
    """One store under test; SQL given to it is what every backend understands."""

    location: str
    """Where it is, as SOP_WAREHOUSE gives it: any process can open it in the environment."""
    environment: Mapping[str, str]
    """The settings `location` needs beside it."""
    first_release: Path
    """The tables as the first release made them, as SQL."""

    def open(self) -> Store:
        """A handle of its own on the store, as another thread or process would have."""
        ...

    def copy(self, folder: Path) -> Backend:
        """A store of its own that begins as this one is now."""
        ...

    def drop(self) -> None:
        """Let go of what outlives a test's folder."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query that the interface has no method for."""
        ...

    def run(self, sql: str) -> None:
        """Run a statement behind the interface's back, as a customer would."""
        ...


@contextmanager
def in_use(backend: Backend) -> Iterator[Backend]:
    """The settings of this process point at a store, which is gone at the end."""
    with pointed_at(backend.environment):
        yield backend
    backend.drop()


class DuckDBBackend:
    """A DuckDB file; it starts as a copy of one in which everything was created."""

    first_release = Path(__file__).with_name("first_release.duckdb.sql")

    def __init__(self, folder: Path, template: Path) -> None:
        self.path = Path(shutil.copy(template, folder))
        self.location = f"duckdb:{self.path}"
        self.environment: Mapping[str, str] = {}

    def open(self) -> Store:
        return store_at(self.location)

    def copy(self, folder: Path) -> DuckDBBackend:
        return DuckDBBackend(folder, self.path)

    def drop(self) -> None:
        """The file goes with its folder."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def run(self, sql: str) -> None:
        with duckdb.connect(self.path) as connection:
            connection.execute(sql)


class SnowflakeBackend:
    """A database of its own on an emulator, reached by the real connector.

    It starts as a copy of one in which everything was created.
    """

    location = "snowflake"
    first_release = Path(__file__).with_name("first_release.snowflake.sql")

    def __init__(self, emulator: Emulator, template: str) -> None:
        self._emulator = emulator
        self._database = emulator.copy_of(template)
        self.environment = emulator.environment(self._database)

    def open(self) -> Store:
        return store_at(self.location)

    def copy(self, folder: Path) -> SnowflakeBackend:
        del folder
        return SnowflakeBackend(self._emulator, self._database)

    def drop(self) -> None:
        self._emulator.drop(self._database)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._emulator.connect(self._database) as connection:
            return connection.cursor().execute(sql).fetchall()

    def run(self, sql: str) -> None:
        with self._emulator.connect(self._database) as connection:
            connection.cursor().execute(sql)
