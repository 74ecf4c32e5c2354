"""What flows from the warehouse to the planner: one table per input asset.

Only current rows, only the scenario at hand, defaults of missing columns filled in by the query.
A table without a database schema is not stored: it is read, checked and handed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.schemas.table import Table, TableColumn, optional, required

DEMAND_FORECASTS = Table(
    "demand_forecasts",
    "Demand of the scenario by product, site, date and class, current versions only; of a hedge "
    "that of each of its members.",
    (
        "SCENARIO_ID",
        "PRODUCT_ID",
        "SITE_ID",
        "FORECAST_DATE",
        "DEMAND_CLASS",
    ),
    (
        *required(
            "SCENARIO_ID",
            "PRODUCT_ID",
            "SITE_ID",
            "FORECAST_DATE",
            "FISCAL_MONTH",
            "FISCAL_QUARTER",
            "FORECAST_QUANTITY",
        ),
        *optional("UNIT_REVENUE", "CONFIDENCE_LEVEL"),
        *optional("DEMAND_CLASS", "PRIORITY", "LOST_SALE_COST", release=6),
    ),
    source=atomic.DEMAND_FORECAST_VERSIONS,
)
PRODUCT_MASTER = Table(
    "product_master",
    "Current products with their family, price and cost.",
    ("PRODUCT_ID",),
    (
        *required("PRODUCT_ID", "PRODUCT_CODE", "PRODUCT_NAME"),
        *optional("PRODUCT_CATEGORY_ID", "CATEGORY_NAME", "PRODUCT_STATUS"),
        *required("UNIT_PRICE", "UNIT_COST"),
    ),
    source=atomic.PRODUCT,
)
SITE_MASTER = Table(
    "site_master",
    "Current plants and warehouses.",
    ("SITE_ID",),
    (
        *required("SITE_ID", "SITE_CODE", "SITE_NAME", "SITE_TYPE"),
        *optional("REGION", "OPERATING_STATUS"),
    ),
    source=atomic.SITE,
)
CAPACITY_SUMMARY = Table(
    "capacity_summary",
    "Current work centres with their daily and monthly capacity.",
    ("WORK_CENTER_ID",),
    (
        *required(
            "WORK_CENTER_ID", "WORK_CENTER_CODE", "WORK_CENTER_NAME", "WORK_CENTER_TYPE", "SITE_ID"
        ),
        *optional("SITE_CODE"),
        *required(
            "CAPACITY_PER_HOUR",
            "HOURS_PER_DAY",
            "AVAILABLE_SHIFTS",
            "EFFICIENCY_FACTOR",
            "MAX_DAILY_CAPACITY",
            "MAX_MONTHLY_CAPACITY",
        ),
    ),
    source=atomic.WORK_CENTER,
)
WAREHOUSE_CAPACITY = Table(
    "warehouse_capacity",
    "Current warehouse zones with their pallet positions and what occupies them.",
    ("WAREHOUSE_ZONE_ID",),
    (
        *required("WAREHOUSE_ZONE_ID", "ZONE_CODE", "ZONE_NAME", "SITE_ID"),
        *optional("SITE_CODE", "ZONE_TYPE"),
        *required("MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"),
    ),
    source=atomic.WAREHOUSE_ZONE,
)
LOGISTICS_COSTS = Table(
    "logistics_costs",
    "Current storage, handling, transport and overflow rates with their validity.",
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
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
    source=atomic.LOGISTICS_COST_FACT,
    optional=True,
)
OPENING_INVENTORY = Table(
    "opening_inventory",
    "Per product, site and zone the latest balance on or before the first period's first day, else "
    "the earliest after it.",
    (
        "PRODUCT_ID",
        "SITE_ID",
        "WAREHOUSE_ZONE_ID",
    ),
    (
        *required("PRODUCT_ID", "SITE_ID"),
        *optional("WAREHOUSE_ZONE_ID"),
        *required("BALANCE_DATE", "QUANTITY_AVAILABLE"),
        *optional("UNIT_OF_MEASURE"),
    ),
    source=atomic.INVENTORY_BALANCE,
    optional=True,
)


def _current(name: str, source: Table, columns: tuple[TableColumn, ...] | None = None) -> Table:
    """An optional source table as it flows: its current rows, without audit columns.

    Args:
        name: The input table.
        source: Where its rows come from.
        columns: Its columns, where they are not those of the source.
    """
    return Table(
        name,
        f"{source.description} Current rows; empty where the customer has none.",
        source.key,
        columns or source.members,
        source=source,
        overrides=source.overrides,
        optional=True,
    )


PRODUCT_ROUTINGS = _current(
    "product_routings",
    atomic.PRODUCT_ROUTING,
    (
        *required("PRODUCT_ID", "ROUTING_CODE", "WORK_CENTER_ID", "CAPACITY_PER_UNIT"),
        *optional("UNIT_COST", "SETUP_COST", "SETUP_CAPACITY", "MIN_LOT", "LOT_MULTIPLE"),
        *optional("EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
)
CAPACITY_CALENDAR = _current("capacity_calendar", atomic.CAPACITY_CALENDAR)
CAPACITY_TIERS = _current(
    "capacity_tiers",
    atomic.CAPACITY_TIER,
    (
        *required("WORK_CENTER_ID", "TIER_CODE"),
        *optional("TIER_RANK", "MAX_CAPACITY"),
        *required("PREMIUM_PER_UNIT"),
        *optional("FIXED_COST", "MIN_USE", "EFFECTIVE_DATE", "EXPIRY_DATE"),
    ),
)
TRANSPORT_LANES = _current(
    "transport_lanes",
    atomic.TRANSPORT_LANE,
    required("FROM_SITE_ID", "TO_SITE_ID", "TRANSPORT_COST_PER_UNIT", "LEAD_TIME_DAYS"),
)
PRODUCT_STORAGE = _current("product_storage", atomic.PRODUCT_STORAGE)
SCHEDULED_RECEIPTS = _current("scheduled_receipts", atomic.SCHEDULED_RECEIPT)
OVERFLOW_TIERS = _current("overflow_tiers", atomic.OVERFLOW_TIER)
SCENARIO_MEMBERS = Table(
    "scenario_members",
    "The futures of a hedge with how likely each is; empty for every other scenario.",
    ("SCENARIO_ID", "MEMBER_SCENARIO_ID", "MEMBER_SCENARIO_CODE"),
    (
        *required("SCENARIO_ID", "MEMBER_SCENARIO_ID"),
        *optional("MEMBER_SCENARIO_CODE", "MEMBER_SCENARIO_NAME", "MEMBER_SCENARIO_TYPE"),
        *optional("MEMBER_IS_BASELINE"),
        *required("PROBABILITY"),
    ),
    source=atomic.SCENARIO_MEMBER,
    overrides=atomic.SCENARIO_MEMBER.overrides,
    optional=True,
)
FISCAL_CALENDAR = _current("fiscal_calendar", atomic.FISCAL_CALENDAR)
LAST_PLAN = Table(
    "last_plan",
    "The scenario's published build plan as it stands when planning starts, where the policy "
    "freezes builds or prices changes; not read, and empty, where it does neither.",
    ("PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"),
    (
        *required("PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"),
        *optional("MODEL_VERSION"),
    ),
    source=RECOMMENDED_BUILD_PLAN,
    overrides={"PRODUCTION_WEEK": replace(COLUMNS["PRODUCTION_WEEK"], bounded=True)},
    optional=True,
)

LAST_PLAN_FILE = Table(
    name=RECOMMENDED_BUILD_PLAN.name,
    description="The last published plan of each scenario, of which a policy may freeze periods or "
    "price changes. In a folder only: a warehouse has the plan it published.",
    members=(
        *required(
            "PRODUCT_ID", "WORK_CENTER_ID", "SCENARIO_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"
        ),
        *optional("MODEL_VERSION"),
    ),
    key=("SCENARIO_ID", *LAST_PLAN.key),
    file=RECOMMENDED_BUILD_PLAN.name.lower(),
    optional=True,
)

INPUT_TABLES: tuple[Table, ...] = (
    DEMAND_FORECASTS,
    PRODUCT_MASTER,
    SITE_MASTER,
    CAPACITY_SUMMARY,
    WAREHOUSE_CAPACITY,
    LOGISTICS_COSTS,
    OPENING_INVENTORY,
    PRODUCT_ROUTINGS,
    CAPACITY_CALENDAR,
    CAPACITY_TIERS,
    TRANSPORT_LANES,
    PRODUCT_STORAGE,
    SCHEDULED_RECEIPTS,
    OVERFLOW_TIERS,
    SCENARIO_MEMBERS,
    FISCAL_CALENDAR,
    LAST_PLAN,
)
INPUTS: Mapping[str, Table] = {table.name: table for table in INPUT_TABLES}
"""The input tables by name."""
