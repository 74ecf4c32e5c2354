"""What every asset of the chain has in common: owners, tags, pool, key of a table, planning day."""

import datetime as dt

import dagster as dg

from sop_pipeline.planning.days import today
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION

DATA_OWNERS = ["team:data-engineering"]
PLAN_OWNERS = ["team:planning"]
TAGS = {"domain": "sop"}


SCENARIO_TABLE = dg.AssetKey(SCENARIO_DEFINITION.qualified_name.split("."))
"""What every asset reads to learn which scenario its partition is."""


def table_key(qualified_name: str) -> dg.AssetKey:
    """The asset key of a store table or view: schema and name."""
    return dg.AssetKey(qualified_name.split("."))


def store_pool(storage_kind: str) -> str | None:
    """The concurrency pool of what reads or writes a store; none where many may at once.

    Args:
        storage_kind: Kind of store.
    """
    return "embedded_store" if storage_kind == "duckdb" else None


def planning_day(context: dg.AssetExecutionContext) -> dt.date:
    """The day of planning, in UTC: that of the run's creation, however long it waits and lasts.

    A re-execution from failure goes on with the inputs of the run it repeats, and so with its day.
    """
    run = context.run
    asked = run.root_run_id if run.is_resume_retry else run.run_id
    record = context.instance.get_run_record_by_id(asked or run.run_id)
    return record.create_timestamp.astimezone(dt.UTC).date() if record else today()
