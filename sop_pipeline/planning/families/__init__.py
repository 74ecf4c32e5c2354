"""Every index set, variable family, constraint family and cost term of the model, described once.

Messages, reports, tables of the documentation and the programme itself take from here what a
family is called, indexed by and measured in, and what it means to a planner.
Does not belong here: the mathematics (`model`), figures, and how a page shows them.
"""

from __future__ import annotations

from sop_pipeline.planning.families.axes import INDEX_SETS, IndexSet, axis_name
from sop_pipeline.planning.families.constraints import (
    CONSTRAINTS,
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LOAD_CHANGE,
    LOST_SALES_LIMIT,
    PLANT_BALANCE,
    SAFETY_STOCK,
    TERMINAL_STOCK,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.families.costs import COST_TERMS, COSTS, Cost
from sop_pipeline.planning.families.family import ConstraintFamily, Family, VariableFamily
from sop_pipeline.planning.families.variables import (
    BACKORDER,
    BUILD,
    DECREASE,
    INCREASE,
    LOST_SALES,
    OVERFLOW,
    SAFETY_STOCK_SHORTFALL,
    SHIPMENT,
    STOCK,
    TIER_USE,
    VARIABLES,
)

__all__ = [
    "BACKORDER",
    "BUILD",
    "CONSTRAINTS",
    "COSTS",
    "COST_TERMS",
    "DECREASE",
    "FROZEN_BUILD",
    "INCREASE",
    "INDEX_SETS",
    "INVENTORY_BALANCE",
    "LOAD_CHANGE",
    "LOST_SALES",
    "LOST_SALES_LIMIT",
    "OVERFLOW",
    "PLANT_BALANCE",
    "SAFETY_STOCK",
    "SAFETY_STOCK_SHORTFALL",
    "SHIPMENT",
    "STOCK",
    "TERMINAL_STOCK",
    "TIER_USE",
    "VARIABLES",
    "WAREHOUSE_STORAGE",
    "WORK_CENTER_CAPACITY",
    "ConstraintFamily",
    "Cost",
    "Family",
    "IndexSet",
    "VariableFamily",
    "axis_name",
]
