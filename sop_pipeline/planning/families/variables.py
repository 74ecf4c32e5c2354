"""The variable families."""

from __future__ import annotations

from sop_pipeline.planning.families.family import (
    ACTIVATED,
    AGES,
    APART,
    IN_LOTS,
    PER_AGED_STOCK,
    PER_CLASS,
    PER_LOAD,
    PER_STOCK,
    SET_UP,
    SMOOTHED,
    STABLE,
    VariableFamily,
)

BUILD = VariableFamily(
    "build",
    ("routing", "period"),
    "units",
    "units built in t",
    letter="x",
    cost_terms=("production",),
    limit="dates of the routing",
    is_whole=True,
)
TIER_USE = VariableFamily(
    "tier_use",
    ("tier", "period"),
    "capacity units",
    "capacity used in a tier",
    letter="u",
    cost_terms=("tier_premium",),
    limit="capacity limit",
)
SHIPMENT = VariableFamily(
    "shipment",
    ("flow", "period"),
    "units",
    "units leaving in t",
    letter="y",
    cost_terms=("transport", "handling"),
    limit="arrival within the horizon",
    is_whole=True,
)
STOCK = VariableFamily(
    "stock",
    PER_STOCK,
    "units",
    "units in stock at the end of t",
    letter="I",
    cost_terms=("holding",),
)
BACKORDER = VariableFamily(
    "backorder",
    PER_STOCK,
    "units",
    "units owed at the end of t",
    letter="b",
    cost_terms=("backorder",),
    limit="nothing stays late",
    used="`shortage: backorder`",
)
LOST_SALES = VariableFamily(
    "lost_sales",
    PER_STOCK,
    "units",
    "units of demand lost in t",
    letter="l",
    cost_terms=("lost_sales",),
    limit="only demand can be lost",
    used="not `shortage: forbid`",
)
SAFETY_STOCK_SHORTFALL = VariableFamily(
    "safety_stock_shortfall",
    PER_STOCK,
    "units",
    "units of safety stock missing at the end of t",
    letter="v",
    cost_terms=("safety_stock",),
    used="not `safety_stock: hard`",
)
SCRAP = VariableFamily(
    "scrap",
    PER_AGED_STOCK,
    "units",
    "units thrown away in t",
    letter="scrap",
    cost_terms=("scrap",),
    used=AGES,
)
OVERFLOW = VariableFamily(
    "overflow",
    ("overflow_tier", "period"),
    "pallets",
    "pallets above the threshold",
    letter="o",
    cost_terms=("overflow",),
    limit="overflow limit",
    used="not `overflow: forbid`",
)
INCREASE = VariableFamily(
    "increase",
    PER_LOAD,
    "capacity units",
    "by how much a work centre's load rises",
    letter="up",
    cost_terms=("load_change",),
    used=SMOOTHED,
)
DECREASE = VariableFamily(
    "decrease",
    PER_LOAD,
    "capacity units",
    "by how much a work centre's load falls",
    letter="down",
    cost_terms=("load_change",),
    limit="a load that starts free does not fall",
    used=SMOOTHED,
)
ACTIVATION = VariableFamily(
    "activation",
    ("activated_tier", "period"),
    "yes or no",
    "whether a tier is used at all",
    letter="z",
    cost_terms=("activation",),
    limit="a tier without capacity stays closed",
    used=ACTIVATED,
    is_decided=True,
)
SETUP = VariableFamily(
    "setup",
    ("set_up_routing", "period"),
    "yes or no",
    "whether a routing makes anything",
    letter="s",
    cost_terms=("setup",),
    limit="dates and capacity of the routing",
    used=SET_UP,
    is_decided=True,
)
LOTS = VariableFamily(
    "lots",
    ("lot_routing", "period"),
    "lots",
    "lots made in t",
    letter="n",
    limit="as many lots as can be made",
    used=IN_LOTS,
    is_decided=True,
)
PER_CHANGE = ("changed_at", "changed_period")
MORE = VariableFamily(
    "more",
    PER_CHANGE,
    "units",
    "units built beyond the last plan",
    letter="more",
    cost_terms=("plan_change",),
    used=STABLE,
)
LESS = VariableFamily(
    "less",
    PER_CHANGE,
    "units",
    "units of the last plan not built",
    letter="less",
    cost_terms=("plan_change",),
    used=STABLE,
)
LOST_BY_CLASS = VariableFamily(
    "lost_by_class",
    ("class_place", "slice", "period"),
    "units",
    "units of a class's demand lost in t, cut into ten slices by `allocation: fair`, else one",
    letter="lost",
    cost_terms=("lost_sales", "fair_share"),
    limit="a tenth of the class's demand; without backorders no more than all of it",
    used=APART,
)
LATE_BY_CLASS = VariableFamily(
    "late_by_class",
    PER_CLASS,
    "units",
    "units owed to a class at the end of t",
    letter="late",
    cost_terms=("backorder",),
    limit="nothing stays late",
    used=f"`shortage: backorder`, and {APART}",
)
PRIORITY_EXCESS = VariableFamily(
    "priority_excess",
    ("priority",),
    "currency",
    "what whole units cost a priority beyond its least shortage",
    letter="over",
    cost_terms=("lost_sales",),
    used="whole units are sought under `allocation: priority`",
)
VARIABLES = {
    family.name: family
    for family in (
        BUILD,
        TIER_USE,
        SHIPMENT,
        STOCK,
        BACKORDER,
        LOST_SALES,
        SAFETY_STOCK_SHORTFALL,
        SCRAP,
        OVERFLOW,
        INCREASE,
        DECREASE,
        ACTIVATION,
        SETUP,
        LOTS,
        MORE,
        LESS,
        LOST_BY_CLASS,
        LATE_BY_CLASS,
        PRIORITY_EXCESS,
    )
}
