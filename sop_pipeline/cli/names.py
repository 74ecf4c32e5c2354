"""Names of products, sites and work centres, for printed plans."""

from __future__ import annotations

from sop_pipeline.report.names import Names
from sop_pipeline.schemas import inputs
from sop_pipeline.warehouse import Warehouse


def warehouse_names(warehouse: Warehouse) -> Names:
    """The current masters' names."""
    masters = (inputs.PRODUCT_MASTER, inputs.SITE_MASTER, inputs.CAPACITY_SUMMARY)
    frames = (table.loosely_typed(warehouse.read(table.name)) for table in masters)
    return Names.from_masters(*frames)
