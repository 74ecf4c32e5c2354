"""The plan tables, schema SOP_LOGISTICS: what a publication replaces, and its history."""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.schemas.column import amount, planned
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan_summary import BUILD_PLAN_FUTURE, BUILD_PLAN_SUMMARY
from sop_pipeline.schemas.plan_table import plan_table
from sop_pipeline.schemas.table import Table, optional, required

_BUILD_PLAN_COLUMNS = (
    *required("PRODUCT_ID", "WORK_CENTER_ID", "SCENARIO_ID", "PRODUCTION_WEEK"),
    *optional("FISCAL_MONTH", "FISCAL_QUARTER"),
    *required("RECOMMENDED_QUANTITY"),
    *optional(
        "CURRENT_CAPACITY_AVAILABLE",
        "CAPACITY_UTILIZATION_PCT",
        "PROJECTED_INVENTORY",
        "WAREHOUSE_UTILIZATION_PCT",
        "PROJECTED_PRODUCTION_COST",
        "PROJECTED_STORAGE_COST",
        "PROJECTED_TOTAL_COST",
        "MODEL_VERSION",
        "MODEL_CONFIDENCE",
    ),
    *optional("COMMITTED", release=6),
)
_BUILD_PLAN_KEY = ("SCENARIO_ID", "PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK")

RECOMMENDED_BUILD_PLAN = plan_table(
    "RECOMMENDED_BUILD_PLAN",
    "What to build, where and when, with its projected stock and cost.",
    _BUILD_PLAN_KEY,
    _BUILD_PLAN_COLUMNS,
    generated=("PLAN_ID", "CREATED_TIMESTAMP"),
)
RECOMMENDED_BUILD_PLAN_HISTORY = plan_table(
    "RECOMMENDED_BUILD_PLAN_HISTORY",
    "Every build-plan row ever published; append only.",
    (),
    (
        *required("PLAN_ID"),
        *_BUILD_PLAN_COLUMNS,
        *required("CREATED_TIMESTAMP", "RUN_ID", "INPUT_HASH", "PUBLISHED_TIMESTAMP"),
        *optional("POLICY", "POLICY_SETTINGS", "AS_OF_DATE", release=2),
        *optional("SCENARIO_CODE", release=4),
    ),
)
PLAN_INPUT_HISTORY = plan_table(
    "PLAN_INPUT_HISTORY",
    "The inputs of every plan ever published, once for each fingerprint; append only.",
    ("INPUT_HASH", "PART_NUMBER"),
    required("INPUT_HASH", "PART_NUMBER", "CONTENT"),
    release=6,
    generated=("CREATED_TIMESTAMP",),
)
BUILD_PLAN_INVENTORY = plan_table(
    "BUILD_PLAN_INVENTORY",
    "Stock of each product in each warehouse, period by period.",
    (
        "SCENARIO_ID",
        "PRODUCT_ID",
        "SITE_ID",
        "PERIOD_START",
    ),
    (
        *required(
            "SCENARIO_ID",
            "PRODUCT_ID",
            "SITE_ID",
            "PERIOD_START",
            "OPENING_INVENTORY",
            "RECEIVED",
            "SHIPPED_OUT",
            "DEMAND",
            "SERVED",
            "BACKORDER",
            "LOST_SALES",
        ),
        *optional("SCRAPPED", release=6),
        *required("ENDING_INVENTORY", "SAFETY_STOCK_TARGET", "SAFETY_STOCK_SHORTFALL"),
    ),
)
BUILD_PLAN_CAPACITY = plan_table(
    "BUILD_PLAN_CAPACITY",
    "Capacity available and used of each work centre and tier, period by period.",
    (
        "SCENARIO_ID",
        "WORK_CENTER_ID",
        "TIER_CODE",
        "PERIOD_START",
    ),
    (
        *required("SCENARIO_ID", "WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"),
        *optional("CAPACITY_AVAILABLE"),
        *required("CAPACITY_USED", "UTILIZATION_PCT"),
        *optional("ACTIVATED", "FIXED_COST", "MIN_USE", release=6),
    ),
    overrides={
        "MIN_USE": planned(
            "capacity_unit",
            "Least capacity used where the tier is activated; empty of a tier that is always open.",
        ),
    },
)
BUILD_PLAN_SETUP = plan_table(
    "BUILD_PLAN_SETUP",
    "Which routings are set up, in what lots, period by period; without rows where no routing has "
    "a set-up, a minimum lot or a lot multiple.",
    ("SCENARIO_ID", "PRODUCT_ID", "ROUTING_CODE", "PERIOD_START"),
    required(
        "SCENARIO_ID",
        "PRODUCT_ID",
        "ROUTING_CODE",
        "WORK_CENTER_ID",
        "PERIOD_START",
        "SET_UP",
        "LOTS",
        "UNITS",
        "MIN_LOT",
        "LOT_MULTIPLE",
        "SETUP_COST",
        "SETUP_CAPACITY",
    ),
    release=6,
    overrides={
        "WORK_CENTER_ID": replace(
            COLUMNS["WORK_CENTER_ID"], description="Work centre the routing stands at."
        ),
        "UNITS": planned("unit", "Units that the routing makes in the period."),
        "SETUP_COST": amount("Cost of the set-up, 0 where the routing is not set up."),
        "SETUP_CAPACITY": planned(
            "capacity_unit", "Capacity that the set-up takes of all work centres of the routing."
        ),
    },
)
BUILD_PLAN_WAREHOUSE = plan_table(
    "BUILD_PLAN_WAREHOUSE",
    "Pallets, overflow and storage cost of each warehouse, period by period.",
    (
        "SCENARIO_ID",
        "SITE_ID",
        "PERIOD_START",
    ),
    required(
        "SCENARIO_ID",
        "SITE_ID",
        "PERIOD_START",
        "PALLETS",
        "CAPACITY_PALLETS",
        "THRESHOLD_PALLETS",
        "OVERFLOW_PALLETS",
        "UTILIZATION_PCT",
        "STORAGE_COST",
        "OVERFLOW_COST",
    ),
)
BUILD_PLAN_SHIPMENT = plan_table(
    "BUILD_PLAN_SHIPMENT",
    "Units of each product sent along each lane, period by period.",
    (
        "SCENARIO_ID",
        "PRODUCT_ID",
        "FROM_SITE_ID",
        "TO_SITE_ID",
        "PERIOD_START",
    ),
    required(
        "SCENARIO_ID",
        "PRODUCT_ID",
        "FROM_SITE_ID",
        "TO_SITE_ID",
        "PERIOD_START",
        "LEAD_TIME_PERIODS",
        "UNITS_SHIPPED",
        "SHIPMENT_COST",
    ),
)
BUILD_PLAN_PEGGING = plan_table(
    "BUILD_PLAN_PEGGING",
    "Which build serves which demand, first in first out, and what is left at the end.",
    (
        "SCENARIO_ID",
        "PRODUCT_ID",
        "SITE_ID",
        "PERIOD_START",
        "DUE_PERIOD",
        "SOURCE",
        "WORK_CENTER_ID",
        "ROUTING_CODE",
        "SOURCE_PERIOD",
        "MONTHS_HELD",
    ),
    (
        *required("SCENARIO_ID", "PRODUCT_ID", "SITE_ID"),
        *optional("PERIOD_START", "DUE_PERIOD"),
        *required("SOURCE"),
        *optional("WORK_CENTER_ID", "ROUTING_CODE", "SOURCE_PERIOD"),
        *optional("SCRAPPED_PERIOD", release=6),
        *required("UNITS", "MONTHS_HELD", "HOLDING_COST", "BUILT_AHEAD"),
    ),
    release=5,
    overrides={
        name: replace(COLUMNS[name], description=description)
        for name, description in {
            "SITE_ID": "Warehouse served from; of what is left, where it stands or is bound.",
            "PERIOD_START": "First day of the period served; empty for what is left at the end or "
            "thrown away.",
            "WORK_CENTER_ID": "Work centre the build stands at; empty for other sources.",
            "ROUTING_CODE": "Routing of the build; empty for other sources.",
            "HOLDING_COST": "Share of the published holding cost, to the cent.",
        }.items()
    },
)
BUILD_PLAN_SERVICE = plan_table(
    "BUILD_PLAN_SERVICE",
    "Who is served and who goes short: each class of demand, period by period; without rows where "
    "forecasts name no class and no rule says who goes short.",
    (
        "SCENARIO_ID",
        "DEMAND_CLASS",
        "PRODUCT_ID",
        "SITE_ID",
        "PERIOD_START",
    ),
    (
        *required("SCENARIO_ID"),
        *optional("DEMAND_CLASS", "PRIORITY"),
        *required(
            "PRODUCT_ID",
            "SITE_ID",
            "PERIOD_START",
            "DEMAND",
            "SERVED",
            "BACKORDER",
            "LOST_SALES",
            "REVENUE",
            "REVENUE_AT_RISK",
        ),
    ),
    release=6,
)
BUILD_PLAN_SHADOW_PRICE = plan_table(
    "BUILD_PLAN_SHADOW_PRICE",
    "What one unit more or less of each scarce capacity and storage is worth, period by period.",
    (
        "SCENARIO_ID",
        "CONSTRAINT_NAME",
        "WORK_CENTER_ID",
        "TIER_CODE",
        "SITE_ID",
        "PERIOD_START",
    ),
    (
        *required("SCENARIO_ID", "CONSTRAINT_NAME"),
        *optional("WORK_CENTER_ID", "TIER_CODE", "SITE_ID"),
        *required("PERIOD_START", "UNIT", "LIMIT_VALUE", "ONE_MORE_SAVES"),
        *optional("ONE_LESS_COSTS"),
        *required("ONE_LESS_INFEASIBLE"),
    ),
    release=5,
)
RESULT_TABLES: tuple[Table, ...] = (
    RECOMMENDED_BUILD_PLAN,
    BUILD_PLAN_INVENTORY,
    BUILD_PLAN_CAPACITY,
    BUILD_PLAN_SETUP,
    BUILD_PLAN_WAREHOUSE,
    BUILD_PLAN_SHIPMENT,
    BUILD_PLAN_PEGGING,
    BUILD_PLAN_SERVICE,
    BUILD_PLAN_SHADOW_PRICE,
    BUILD_PLAN_FUTURE,
    BUILD_PLAN_SUMMARY,
)
"""Every table of one solved plan; a publication replaces a scenario's rows in all of them."""

PLAN_TABLES: tuple[Table, ...] = (
    *RESULT_TABLES,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    PLAN_INPUT_HISTORY,
)
