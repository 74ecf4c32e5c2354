"""Every index set, variable family, constraint family and cost term of the model, described once.

Messages, reports, tables of the documentation and the programme itself take from here what a
family is called, indexed by and measured in, and what it means to a planner.
Does not belong here: the mathematics (`model`), figures, and how a page shows them.
"""

from __future__ import annotations

from sop_pipeline.planning.families.axes import (
    INDEX_SETS,
    PERIOD_AXES,
    IndexSet,
    axis_name,
)
from sop_pipeline.planning.families.constraints import (
    CONSTRAINTS,
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LOAD_CHANGE,
    LOST_SALES_LIMIT,
    LOT_SIZE,
    MINIMUM_LOT,
    MINIMUM_USE,
    PLAN_CHANGE,
    PLANT_BALANCE,
    SAFETY_STOCK,
    SETUP_LIMIT,
    TERMINAL_STOCK,
    TIER_ACTIVATION,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.families.costs import COST_TERMS, COSTS, Cost
from sop_pipeline.planning.families.family import ConstraintFamily, Family, VariableFamily
from sop_pipeline.planning.families.variables import (
    ACTIVATION,
    BACKORDER,
    BUILD,
    DECREASE,
    INCREASE,
    LESS,
    LOST_SALES,
    LOTS,
    MORE,
    OVERFLOW,
    SAFETY_STOCK_SHORTFALL,
    SETUP,
    SHIPMENT,
    STOCK,
    TIER_USE,
    VARIABLES,
)

__all__ = [
    "ACTIVATION",
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
    "LESS",
    "LOAD_CHANGE",
    "LOST_SALES",
    "LOST_SALES_LIMIT",
    "LOTS",
    "LOT_SIZE",
    "MINIMUM_LOT",
    "MINIMUM_USE",
    "MORE",
    "OVERFLOW",
    "PERIOD_AXES",
    "PLANT_BALANCE",
    "PLAN_CHANGE",
    "SAFETY_STOCK",
    "SAFETY_STOCK_SHORTFALL",
    "SETUP",
    "SETUP_LIMIT",
    "SHIPMENT",
    "STOCK",
    "TERMINAL_STOCK",
    "TIER_ACTIVATION",
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
