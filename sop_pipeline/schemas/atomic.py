"""The input tables, schema ATOMIC, as the reference schema names them.

Validity columns are added to a table that keeps history, audit columns to every table.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sop_pipeline.schemas.column import identifier, money
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.table import Table, optional, required

ATOMIC_SCHEMA = "ATOMIC"

_table = partial(Table, database_schema=ATOMIC_SCHEMA)

SCENARIO_DEFINITION = _table(
    "SCENARIO_DEFINITION",
    "The scenarios to plan.",
    ("SCENARIO_ID",),
    (
        *required("SCENARIO_ID", "SCENARIO_CODE", "SCENARIO_NAME"),
        *optional("SCENARIO_DESCRIPTION"),
        *required("SCENARIO_TYPE"),
        *optional("IS_OFFICIAL_BASELINE", "VERSION_NUMBER", "PARENT_SCENARIO_ID", "CREATED_DATE"),
    ),
    file="scenario_definitions",
)
DEMAND_FORECAST_VERSIONS = _table(
    "DEMAND_FORECAST_VERSIONS",
    "Demand forecasts per product, site, date and scenario, every version.",
    ("DEMAND_FORECAST_ID",),
    (
        *required("DEMAND_FORECAST_ID", "PRODUCT_ID", "SITE_ID", "SCENARIO_ID", "FORECAST_DATE"),
        *optional("FORECAST_CREATION_DATE"),
        *required("FORECAST_QUANTITY"),
        *optional(
            "FORECAST_TYPE",
            "FORECAST_METHOD",
            "FORECAST_HORIZON",
            "CONFIDENCE_LEVEL",
            "FISCAL_PERIOD",
        ),
        *required("FISCAL_MONTH", "FISCAL_QUARTER"),
        *optional(
            "FISCAL_YEAR",
            "UNIT_REVENUE",
            "TOTAL_REVENUE",
            "VERSION_TIMESTAMP",
            "IS_CURRENT_VERSION",
        ),
        *optional("DEMAND_CLASS", "PRIORITY", "LOST_SALE_COST", release=6),
    ),
    file="demand_forecasts",
)
PRODUCT = _table(
    "PRODUCT",
    "Products made and sold.",
    ("PRODUCT_ID",),
    (
        *required("PRODUCT_ID", "PRODUCT_CODE", "PRODUCT_NAME"),
        *optional(
            "PRODUCT_DESCRIPTION_SHORT", "PRODUCT_TYPE", "PRODUCT_STATUS", "PRODUCT_CATEGORY_ID"
        ),
        *required("UNIT_PRICE", "UNIT_COST"),
    ),
    file="products",
    keeps_history=True,
)
PRODUCT_CATEGORY = _table(
    "PRODUCT_CATEGORY",
    "Product families.",
    ("PRODUCT_CATEGORY_ID",),
    (
        *required("PRODUCT_CATEGORY_ID"),
        *optional("PRODUCT_CATEGORY_CODE"),
        *required("CATEGORY_NAME"),
        *optional("CATEGORY_DESCRIPTION", "PARENT_CATEGORY_ID", "CATEGORY_LEVEL"),
    ),
    file="product_categories",
    keeps_history=True,
    without_rows="products have no family",
    file_optional=True,
)
SITE = _table(
    "SITE",
    "Plants and warehouses.",
    ("SITE_ID",),
    (
        *required("SITE_ID", "SITE_CODE", "SITE_NAME", "SITE_TYPE"),
        *optional(
            "REGION",
            "ADDRESS_LINE_1",
            "ADDRESS_LINE_2",
            "CITY",
            "STATE_PROVINCE",
            "POSTAL_CODE",
            "COUNTRY",
            "OPERATING_STATUS",
            "CAPACITY_METRIC",
            "CAPACITY_UNIT_OF_MEASURE",
        ),
    ),
    file="sites",
    keeps_history=True,
)
WORK_CENTER = _table(
    "WORK_CENTER",
    "Work centres of the plants.",
    ("WORK_CENTER_ID",),
    (
        *required("WORK_CENTER_ID", "WORK_CENTER_CODE", "WORK_CENTER_NAME"),
        *optional("WORK_CENTER_DESCRIPTION"),
        *required(
            "WORK_CENTER_TYPE", "SITE_ID", "CAPACITY_PER_HOUR", "HOURS_PER_DAY", "AVAILABLE_SHIFTS"
        ),
        *optional("EFFICIENCY_FACTOR"),
    ),
    file="work_centers",
    keeps_history=True,
)
WAREHOUSE_ZONE = _table(
    "WAREHOUSE_ZONE",
    "Zones of the warehouses with their pallet positions.",
    ("WAREHOUSE_ZONE_ID",),
    (
        *required("WAREHOUSE_ZONE_ID", "ZONE_CODE", "ZONE_NAME", "SITE_ID"),
        *optional("ZONE_TYPE", "ZONE_TEMPERATURE_CONTROL"),
        *required("MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"),
    ),
    file="warehouse_zones",
    keeps_history=True,
)
LOGISTICS_COST_FACT = _table(
    "LOGISTICS_COST_FACT",
    "Storage, handling, transport and overflow rates per zone and contract period.",
    ("LOGISTICS_COST_ID",),
    (
        *required("LOGISTICS_COST_ID", "SITE_ID"),
        *optional("WAREHOUSE_ZONE_ID"),
        *required(
            "STORAGE_COST_PER_PALLET_PER_DAY",
            "TRANSPORT_COST_PER_UNIT",
            "HANDLING_COST_PER_PALLET",
            "OVERFLOW_PENALTY_RATE",
            "OVERFLOW_PENALTY_THRESHOLD_PCT",
        ),
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE", "VENDOR_NAME", "CONTRACT_REFERENCE"),
    ),
    file="logistics_costs",
    keeps_history=True,
    without_rows="the policy must give a holding cost",
)
INVENTORY_BALANCE = _table(
    "INVENTORY_BALANCE",
    "Stock per product, site, zone and day.",
    ("INVENTORY_BALANCE_ID",),
    (
        *required("INVENTORY_BALANCE_ID", "PRODUCT_ID", "SITE_ID"),
        *optional("WAREHOUSE_ZONE_ID"),
        *required("BALANCE_DATE"),
        *optional("QUANTITY_ON_HAND", "QUANTITY_RESERVED"),
        *required("QUANTITY_AVAILABLE"),
        *optional("UNIT_OF_MEASURE"),
    ),
    file="inventory_balances",
    without_rows="the opening stock is what occupies the warehouses",
    file_optional=True,
)
PRODUCT_ROUTING = _table(
    "PRODUCT_ROUTING",
    "Ways to make a product: the work centres each takes, and how much of them.",
    (
        "PRODUCT_ID",
        "ROUTING_CODE",
        "WORK_CENTER_ID",
        "EFFECTIVE_DATE",
    ),
    (
        *required("PRODUCT_ID", "ROUTING_CODE", "WORK_CENTER_ID"),
        *optional("CAPACITY_PER_UNIT", "UNIT_COST"),
        *optional("SETUP_COST", "SETUP_CAPACITY", "MIN_LOT", "LOT_MULTIPLE", release=6),
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
    file="product_routings",
    keeps_history=True,
    optional=True,
    overrides={
        "UNIT_COST": replace(
            COLUMNS["UNIT_COST"],
            description="Production cost of a finished unit made by this routing.",
        ),
        "SETUP_COST": money(
            "currency/period", "Cost of a period in which the routing makes the product."
        ),
    },
)
CAPACITY_CALENDAR = _table(
    "CAPACITY_CALENDAR",
    "Capacity that varies by period: shutdowns, holidays, extra shifts.",
    (
        "WORK_CENTER_ID",
        "PERIOD_START",
    ),
    (
        *required("WORK_CENTER_ID", "PERIOD_START"),
        *optional("WORKING_DAYS", "AVAILABLE_SHIFTS", "EFFICIENCY_FACTOR", "MAX_CAPACITY"),
    ),
    file="capacity_calendar",
    optional=True,
    overrides={
        "PERIOD_START": replace(
            COLUMNS["PERIOD_START"],
            description="Day of the period the row is about, such as its first.",
        )
    },
)
CAPACITY_TIER = _table(
    "CAPACITY_TIER",
    "Overtime, extra shifts and subcontracting on top of regular time.",
    (
        "WORK_CENTER_ID",
        "TIER_CODE",
        "EFFECTIVE_DATE",
    ),
    (
        *required("WORK_CENTER_ID", "TIER_CODE"),
        *optional("TIER_RANK", "MAX_CAPACITY", "PREMIUM_PER_UNIT"),
        *optional("FIXED_COST", "MIN_USE", release=6),
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
    file="capacity_tiers",
    optional=True,
    overrides={
        "FIXED_COST": money(
            "currency/period", "Cost of a period in which the tier is used at all."
        ),
    },
)
TRANSPORT_LANE = _table(
    "TRANSPORT_LANE",
    "Lanes from plants to warehouses and between warehouses.",
    (
        "FROM_SITE_ID",
        "TO_SITE_ID",
    ),
    (
        *required("FROM_SITE_ID", "TO_SITE_ID", "TRANSPORT_COST_PER_UNIT"),
        *optional("LEAD_TIME_DAYS"),
    ),
    file="transport_lanes",
    keeps_history=True,
    optional=True,
)
PRODUCT_STORAGE = _table(
    "PRODUCT_STORAGE",
    "Storage, safety stock and shortage figures of single products.",
    ("PRODUCT_ID",),
    (
        *required("PRODUCT_ID"),
        *optional(
            "UNITS_PER_PALLET",
            "HOLDING_COST_PER_MONTH",
            "SAFETY_STOCK_RATIO",
            "TERMINAL_INVENTORY",
            "LOST_SALE_COST",
            "BACKORDER_COST_PER_PERIOD",
        ),
        *optional("MAX_AGE_DAYS", "SCRAP_COST", release=6),
    ),
    file="product_storage",
    keeps_history=True,
    optional=True,
    overrides={
        "SCRAP_COST": money("currency/unit", "Cost of throwing one unit away; empty is 0."),
    },
)
SCHEDULED_RECEIPT = _table(
    "SCHEDULED_RECEIPT",
    "Goods already on their way or in work.",
    (),
    (
        *required("PRODUCT_ID", "SITE_ID", "RECEIPT_DATE", "QUANTITY"),
        *optional("REFERENCE"),
    ),
    file="scheduled_receipts",
    optional=True,
)
OVERFLOW_TIER = _table(
    "OVERFLOW_TIER",
    "Contracts with several prices for pallets above the threshold: a site with rows has these "
    "tiers, cheapest first, in place of its OVERFLOW_PENALTY_RATE.",
    ("SITE_ID", "TIER_RANK", "EFFECTIVE_DATE"),
    (
        *required("SITE_ID", "TIER_RANK"),
        *optional("MAX_PALLETS"),
        *required("PENALTY_RATE"),
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
    file="overflow_tiers",
    keeps_history=True,
    optional=True,
    overrides={
        "TIER_RANK": replace(
            COLUMNS["TIER_RANK"], description="Order of the tier: none is cheaper than one before."
        )
    },
)
SCENARIO_MEMBER = _table(
    "SCENARIO_MEMBER",
    "The futures of a hedge: the scenarios that it plans one build for, and how likely each is.",
    ("SCENARIO_ID", "MEMBER_SCENARIO_ID"),
    required("SCENARIO_ID", "MEMBER_SCENARIO_ID", "PROBABILITY"),
    file="scenario_members",
    keeps_history=True,
    optional=True,
    overrides={
        "SCENARIO_ID": identifier("The hedge: a scenario of SCENARIO_TYPE HEDGE."),
    },
)
FISCAL_CALENDAR = _table(
    "FISCAL_CALENDAR",
    "The periods planned, where they are not calendar months: 4-4-5, 4-5-4, weeks. No gap, no "
    "overlap, every forecast date inside one.",
    ("START_DATE",),
    required("START_DATE", "END_DATE", "FISCAL_MONTH", "FISCAL_QUARTER", "FISCAL_YEAR"),
    file="fiscal_calendar",
    optional=True,
)

ATOMIC_TABLES: tuple[Table, ...] = (
    SCENARIO_DEFINITION,
    DEMAND_FORECAST_VERSIONS,
    PRODUCT,
    PRODUCT_CATEGORY,
    SITE,
    WORK_CENTER,
    WAREHOUSE_ZONE,
    LOGISTICS_COST_FACT,
    INVENTORY_BALANCE,
    PRODUCT_ROUTING,
    CAPACITY_CALENDAR,
    CAPACITY_TIER,
    TRANSPORT_LANE,
    PRODUCT_STORAGE,
    SCHEDULED_RECEIPT,
    OVERFLOW_TIER,
    SCENARIO_MEMBER,
    FISCAL_CALENDAR,
)
