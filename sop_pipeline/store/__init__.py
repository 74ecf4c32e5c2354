"""The store of inputs and plans: one interface, a DuckDB file or Snowflake behind it."""

from __future__ import annotations

from sop_pipeline.errors import UsageError
from sop_pipeline.settings import StoreLocation
from sop_pipeline.store.base import Identifiers, Publication, Store
from sop_pipeline.store.duckdb_store import MEMORY, DuckDBStore
from sop_pipeline.store.snowflake_settings import SnowflakeSettings
from sop_pipeline.store.snowflake_store import SnowflakeStore

__all__ = [
    "MEMORY",
    "SNOWFLAKE",
    "DuckDBStore",
    "Identifiers",
    "Publication",
    "SnowflakeSettings",
    "SnowflakeStore",
    "Store",
    "location_from_environment",
    "store_at",
]

SNOWFLAKE = "snowflake"
_DUCKDB_PREFIX = "duckdb:"


def location_from_environment() -> str:
    """The location SOP_WAREHOUSE names, else the embedded file in the working folder."""
    return StoreLocation.from_environment().location


def store_at(location: str) -> Store:
    """The store at a location; nothing is connected yet.

    Args:
        location: `duckdb:PATH`, or `snowflake` with its settings in the environment.

    Raises:
        UsageError: The location names no known kind of store.
    """
    if location == SNOWFLAKE:
        return SnowflakeStore(SnowflakeSettings.from_environment())
    path = location.removeprefix(_DUCKDB_PREFIX)
    if path == location or not path:
        msg = f"SOP_WAREHOUSE={location!r}: expected duckdb:PATH or {SNOWFLAKE}"
        raise UsageError(msg)
    return DuckDBStore(path)
