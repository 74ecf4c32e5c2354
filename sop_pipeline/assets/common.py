"""What every asset of the chain has in common: owners, tags, pool, key of a warehouse table."""

import dagster as dg

DATA_OWNERS = ["team:data-engineering"]
PLAN_OWNERS = ["team:planning"]
TAGS = {"domain": "sop"}


def table_key(qualified_name: str) -> dg.AssetKey:
    """The asset key of a warehouse table or view: schema and name."""
    return dg.AssetKey(qualified_name.split("."))


def warehouse_pool(storage_kind: str) -> str | None:
    """The concurrency pool of what reads or writes a warehouse; none where many may at once.

    Args:
        storage_kind: Kind of warehouse.
    """
    return "embedded_warehouse" if storage_kind == "duckdb" else None
