"""The store's own tables and views, as external assets: where the lineage begins."""

from collections.abc import Iterator

import dagster as dg

from sop_pipeline.assets.common import DATA_OWNERS, TAGS, table_key
from sop_pipeline.checks.columns import column_schema
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import INPUT_NOTE
from sop_pipeline.schemas.inputs import CAPACITY_SUMMARY, DEMAND_FORECASTS
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.schemas.views import (
    PRODUCTION_CAPACITY_SUMMARY,
    SCENARIO_COMPARISON_V,
    VIEW_SOURCES,
)

_VIEW_DESCRIPTIONS = {
    SCENARIO_COMPARISON_V: "Current demand of every scenario with product and site names.",
    PRODUCTION_CAPACITY_SUMMARY: "Daily and monthly capacity of every current work centre.",
}
_READ_FROM_VIEWS = {
    SCENARIO_COMPARISON_V: DEMAND_FORECASTS,
    PRODUCTION_CAPACITY_SUMMARY: CAPACITY_SUMMARY,
}
"""The columns a view must have: those its input table reads. It may have more."""


def source_assets(storage_kind: str) -> list[dg.AssetSpec]:
    """One spec per input table and view.

    Args:
        storage_kind: Kind of store, as shown in the UI.
    """
    return [*_tables(storage_kind), *_views(storage_kind)]


def _tables(storage_kind: str) -> Iterator[dg.AssetSpec]:
    for table in (*ATOMIC_TABLES, INPUT_NOTE, RECOMMENDED_BUILD_PLAN):
        yield dg.AssetSpec(
            table_key(table.qualified_name),
            description=f"{table.description} {table.presence}".strip(),
            group_name="sources",
            kinds={storage_kind, "table"},
            owners=DATA_OWNERS,
            tags=TAGS,
            metadata={"dagster/column_schema": column_schema(table)},
        )


def _views(storage_kind: str) -> Iterator[dg.AssetSpec]:
    for view, sources in VIEW_SOURCES.items():
        yield dg.AssetSpec(
            table_key(view),
            deps=[table_key(source) for source in sources],
            description=_VIEW_DESCRIPTIONS[view],
            group_name="sources",
            kinds={storage_kind, "view"},
            owners=DATA_OWNERS,
            tags=TAGS,
            metadata={"dagster/column_schema": column_schema(_READ_FROM_VIEWS[view])},
        )
