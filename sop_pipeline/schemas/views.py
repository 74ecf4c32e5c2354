"""The two views that are read in place of their tables; a customer's own may stand there.

Belongs here: their names, and what they read as shipped.
Does not belong here: their definitions (`store/sql/views.sql`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA

SCENARIO_COMPARISON_V = f"{PLAN_SCHEMA}.SCENARIO_COMPARISON_V"
PRODUCTION_CAPACITY_SUMMARY = f"{PLAN_SCHEMA}.PRODUCTION_CAPACITY_SUMMARY"

VIEW_SOURCES: Mapping[str, tuple[str, ...]] = {
    SCENARIO_COMPARISON_V: (
        atomic.DEMAND_FORECAST_VERSIONS.qualified_name,
        atomic.SCENARIO_DEFINITION.qualified_name,
        atomic.PRODUCT.qualified_name,
        atomic.SITE.qualified_name,
    ),
    PRODUCTION_CAPACITY_SUMMARY: (
        atomic.WORK_CENTER.qualified_name,
        atomic.SITE.qualified_name,
    ),
}
"""What the two views read as shipped; a customer's own may read more."""
