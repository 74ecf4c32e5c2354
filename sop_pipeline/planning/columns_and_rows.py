"""Where the families of a planning model stand in its programme: columns and rows.

Does not belong here: what the rows say (`model`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sop_pipeline.planning.arrays import Integers
from sop_pipeline.planning.families import ConstraintFamily

Rows = Mapping[ConstraintFamily, Integers]


@dataclass(frozen=True)
class Variables:
    """Columns of every variable family; `families` describes them."""

    build: Integers
    tier_use: Integers
    shipment: Integers
    stock: Integers
    backorder: Integers
    lost_sales: Integers
    safety_stock_shortfall: Integers
    scrap: Integers
    overflow: Integers
    increase: Integers
    decrease: Integers
    activation: Integers
    setup: Integers
    lots: Integers
    more: Integers
    less: Integers
    lost_by_class: Integers
    late_by_class: Integers
    priority_excess: Integers
