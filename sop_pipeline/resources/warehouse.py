"""The warehouse as a Dagster resource."""

import dagster as dg
from pydantic import Field

from sop_pipeline.warehouse import Warehouse, open_warehouse


class WarehouseResource(dg.ConfigurableResource):
    """Opens the warehouse that SOP_WAREHOUSE names."""

    location: str = Field(
        description="Where inputs are read and plans published: `duckdb:PATH`, or `snowflake` "
        "with its settings in the environment of the run."
    )

    def open(self) -> Warehouse:
        """The warehouse; it connects when it is read or written, not before."""
        return open_warehouse(self.location)
