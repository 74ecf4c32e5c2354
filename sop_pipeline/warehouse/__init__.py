"""The store of inputs and plans: one interface, the embedded DuckDB file behind it."""

from __future__ import annotations

import os

from sop_pipeline.errors import UsageError
from sop_pipeline.warehouse.base import Publication, Warehouse
from sop_pipeline.warehouse.duckdb_warehouse import MEMORY, DuckDBWarehouse

__all__ = [
    "MEMORY",
    "DuckDBWarehouse",
    "Publication",
    "Warehouse",
    "location_from_environment",
    "open_warehouse",
]

DEFAULT_LOCATION = "duckdb:.sop/warehouse.duckdb"
_DUCKDB_PREFIX = "duckdb:"


def location_from_environment() -> str:
    """The location SOP_WAREHOUSE names, else the embedded file in the working folder."""
    return os.environ.get("SOP_WAREHOUSE") or DEFAULT_LOCATION


def open_warehouse(location: str) -> DuckDBWarehouse:
    """The warehouse at a location; nothing is connected yet.

    Args:
        location: `duckdb:PATH`.

    Raises:
        UsageError: The location names no known kind of warehouse.
    """
    path = location.removeprefix(_DUCKDB_PREFIX)
    if path == location or not path:
        msg = f"SOP_WAREHOUSE={location!r}: expected duckdb:PATH"
        raise UsageError(msg)
    return DuckDBWarehouse(path)
