"""The store of inputs and plans: one interface, a DuckDB file or Snowflake behind it."""

from __future__ import annotations

from sop_pipeline.errors import UsageError
from sop_pipeline.settings import Store
from sop_pipeline.warehouse.base import Identifiers, Publication, Warehouse
from sop_pipeline.warehouse.duckdb_warehouse import MEMORY, DuckDBWarehouse
from sop_pipeline.warehouse.snowflake_settings import SnowflakeSettings
from sop_pipeline.warehouse.snowflake_warehouse import SnowflakeWarehouse

__all__ = [
    "MEMORY",
    "SNOWFLAKE",
    "DuckDBWarehouse",
    "Identifiers",
    "Publication",
    "SnowflakeSettings",
    "SnowflakeWarehouse",
    "Warehouse",
    "location_from_environment",
    "open_warehouse",
]

SNOWFLAKE = "snowflake"
_DUCKDB_PREFIX = "duckdb:"


def location_from_environment() -> str:
    """The location SOP_WAREHOUSE names, else the embedded file in the working folder."""
    return Store.from_environment().location


def open_warehouse(location: str) -> Warehouse:
    """The warehouse at a location; nothing is connected yet.

    Args:
        location: `duckdb:PATH`, or `snowflake` with its settings in the environment.

    Raises:
        UsageError: The location names no known kind of warehouse.
    """
    if location == SNOWFLAKE:
        return SnowflakeWarehouse(SnowflakeSettings.from_environment())
    path = location.removeprefix(_DUCKDB_PREFIX)
    if path == location or not path:
        msg = f"SOP_WAREHOUSE={location!r}: expected duckdb:PATH or {SNOWFLAKE}"
        raise UsageError(msg)
    return DuckDBWarehouse(path)
