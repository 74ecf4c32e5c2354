"""The plan tables, schema SOP_LOGISTICS: what a publication replaces, and its history."""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.schemas.column import amount, identifier, planned
from sop_pipeline.schemas.columns import COLUMNS, COST_COLUMNS, OPTIONAL_COST_COLUMNS
from sop_pipeline.schemas.table import Table, TableColumn, optional, required

PLAN_SCHEMA = "SOP_LOGISTICS"


def _table(
    name: str,
    description: str,
    key: tuple[str, ...],
    members: tuple[TableColumn, ...],
    **options: object,
) -> Table:
    return Table(
        name=name,
        description=description,
        members=members,
        key=key,
        database_schema=PLAN_SCHEMA,
        **options,  # type: ignore[arg-type]
    )


def _cost_terms(prefix: str) -> tuple[TableColumn, ...]:
    """Cost terms of the summary; one that only some plans have is empty in the others."""
    always = [name for name in COST_COLUMNS if name not in OPTIONAL_COST_COLUMNS]
    return (
        *required(*(f"{prefix}{name}" for name in always)),
        *optional(*(f"{prefix}{name}" for name in OPTIONAL_COST_COLUMNS), release=6),
    )


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

RECOMMENDED_BUILD_PLAN = _table(
    "RECOMMENDED_BUILD_PLAN",
    "What to build, where and when, with its projected stock and cost.",
    _BUILD_PLAN_KEY,
    _BUILD_PLAN_COLUMNS,
    generated=("PLAN_ID", "CREATED_TIMESTAMP"),
)
RECOMMENDED_BUILD_PLAN_HISTORY = _table(
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
PLAN_INPUT_HISTORY = _table(
    "PLAN_INPUT_HISTORY",
    "The inputs of every plan ever published, once for each fingerprint; append only.",
    ("INPUT_HASH", "PART_NUMBER"),
    required("INPUT_HASH", "PART_NUMBER", "CONTENT"),
    release=6,
    generated=("CREATED_TIMESTAMP",),
)
BUILD_PLAN_INVENTORY = _table(
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
BUILD_PLAN_CAPACITY = _table(
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
BUILD_PLAN_SETUP = _table(
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
BUILD_PLAN_WAREHOUSE = _table(
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
BUILD_PLAN_SHIPMENT = _table(
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
BUILD_PLAN_PEGGING = _table(
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
BUILD_PLAN_SERVICE = _table(
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
BUILD_PLAN_SHADOW_PRICE = _table(
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
BUILD_PLAN_FUTURE = _table(
    "BUILD_PLAN_FUTURE",
    "What the one build of a hedge comes to in each of its futures, before whole units; without "
    "rows where the scenario is no hedge.",
    ("SCENARIO_ID", "MEMBER_SCENARIO_ID"),
    (
        *required("SCENARIO_ID", "MEMBER_SCENARIO_ID", "MEMBER_SCENARIO_CODE", "PROBABILITY"),
        *(term for term in _cost_terms("") if term.name != "RISK_COST"),
        *required("COST", "OWN_BEST_COST", "REGRET"),
        *optional("MEAN_PLAN_COST"),
        *required("MARGIN"),
        *optional("FILL_RATE"),
        *required("LOST_UNITS", "OVERFLOW_PALLETS", "PEAK_UTILIZATION_PCT"),
    ),
    release=6,
    overrides={
        "SCENARIO_ID": identifier("The hedge: a scenario of SCENARIO_TYPE HEDGE."),
        "MEMBER_SCENARIO_CODE": replace(
            COLUMNS["MEMBER_SCENARIO_CODE"],
            description="Code of the member when the plan was made.",
        ),
        "SETUP_COST": amount("Set-ups."),
        "SCRAP_COST": amount("Units thrown away."),
        "MEAN_PLAN_COST": amount(
            "Cost of the future with the build that is cheapest for mean demand; empty where no "
            "member's hard limits allow that build."
        ),
        "MARGIN": amount(
            "Revenue less the money spent in the future; it stands beside the regret, which has "
            "penalties in it that nobody pays."
        ),
        "OVERFLOW_PALLETS": planned(
            "pallet", "Largest overflow of one warehouse in one period of the future."
        ),
    },
)
BUILD_PLAN_SUMMARY = _table(
    "BUILD_PLAN_SUMMARY",
    "One row per scenario: status, costs, service, certificate and provenance of its plan.",
    ("SCENARIO_ID",),
    (
        *required("SCENARIO_ID"),
        *optional("SCENARIO_CODE", release=4),
        *required("STATUS", "OBJECTIVE"),
        *_cost_terms(""),
        *required("ROUNDING_COST"),
        *_cost_terms("PUBLISHED_"),
        *optional("REVENUE", "MARGIN", "REVENUE_AT_RISK", release=5),
        *optional("RULE_COST", release=6),
        *optional("PROVEN_BOUND", "CLAIMED_BOUND", "PROVEN_GAP", "CLAIMED_GAP", release=6),
        *optional(
            "NERVOUSNESS",
            "NERVOUSNESS_FROZEN",
            "NERVOUSNESS_BY_PERIOD",
            "FREEZE_COST",
            release=6,
        ),
        *optional(
            "EXPECTED_COST",
            "WAIT_AND_SEE_COST",
            "EVPI",
            "MEAN_PLAN_COST",
            "VSS",
            "CVAR",
            "PRICE_OF_CAUTION",
            "COMMIT_UNTIL",
            "COMMIT_PERIODS",
            "REFERENCE_MEMBER",
            release=6,
        ),
        *optional("FILL_RATE"),
        *required(
            "PEAK_UTILIZATION_PCT",
            "PREBUILT_UNITS",
            "PRIMAL_VIOLATION",
            "DUAL_VIOLATION",
            "RELATIVE_GAP",
        ),
        *optional("AVOIDABLE_GAP", release=4),
        *required("SOLVER", "SOLVE_SECONDS", "HORIZON_START", "HORIZON_END", "HORIZON_PERIODS"),
        *optional("PERIOD_KIND", release=3),
        *required("GRAIN", "POLICY", "POLICY_SETTINGS", "CURRENCY", "ASSUMPTIONS", "MODEL_VERSION"),
        *optional("MODEL_CONFIDENCE"),
        *optional(
            "CONFIDENCE_DRAWS",
            "CONFIDENCE_SURVIVED",
            "CONFIDENCE_LOW",
            "CONFIDENCE_HIGH",
            "CONFIDENCE_FIRST_FAILURE",
            release=6,
        ),
        *required("INPUT_HASH"),
    ),
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
