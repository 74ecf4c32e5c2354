"""When the sources were loaded, told where a person looks at them: on their own pages in the UI."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from sop_pipeline.assets.common import table_key

LOADED, ROWS, FROM = "loaded", "dagster/row_count", "from"


def tell_loaded(
    instance: dg.DagsterInstance, rows: Mapping[str, int], origin: str, at: dt.datetime
) -> None:
    """Observe every source table that was loaded.

    Args:
        instance: Where it is recorded.
        rows: Rows by qualified name of the table.
        origin: Where they came from.
        at: When, with a time zone.
    """
    for table, count in rows.items():
        instance.report_runless_asset_event(
            dg.AssetObservation(
                asset_key=table_key(table),
                description=f"Loaded from {origin}.",
                metadata={
                    LOADED: dg.MetadataValue.timestamp(at),
                    ROWS: dg.MetadataValue.int(count),
                    FROM: dg.MetadataValue.text(origin),
                },
            )
        )
