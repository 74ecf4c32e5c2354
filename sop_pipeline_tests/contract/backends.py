"""What the suite needs of a backend beside the interface: plain SQL, and a handle per worker.

A further warehouse joins with one more class here and one more parameter of `backend`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import duckdb

from sop_pipeline.warehouse import Warehouse, open_warehouse


class Backend(Protocol):
    """One store under test; SQL given to it is what every backend understands."""

    location: str
    """Where it is, as SOP_WAREHOUSE gives it: any process can open it."""

    def open(self) -> Warehouse:
        """A handle of its own on the store, as another thread or process would have."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query that the interface has no method for."""
        ...

    def run(self, sql: str) -> None:
        """Run a statement behind the interface's back, as a customer would."""
        ...


class DuckDBBackend:
    """A DuckDB file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "warehouse.duckdb"
        self.location = f"duckdb:{self.path}"

    def open(self) -> Warehouse:
        return open_warehouse(self.location)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def run(self, sql: str) -> None:
        with duckdb.connect(self.path) as connection:
            connection.execute(sql)
