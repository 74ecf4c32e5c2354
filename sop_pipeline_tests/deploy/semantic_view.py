"""The semantic view of the plan tables, written from the schemas.

Syntax as Snowflake documents it for CREATE SEMANTIC VIEW: clauses in this order, a comment and
synonyms behind each expression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sop_pipeline.schemas import plan as schemas
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA
from sop_pipeline.schemas.table import Table

NAME = f"{PLAN_SCHEMA}.BUILD_PLANS"

TABLES: Mapping[str, Table] = {
    "plan": schemas.BUILD_PLAN_SUMMARY,
    "build": schemas.RECOMMENDED_BUILD_PLAN,
    "stock": schemas.BUILD_PLAN_INVENTORY,
    "capacity": schemas.BUILD_PLAN_CAPACITY,
    "setup": schemas.BUILD_PLAN_SETUP,
    "warehouse": schemas.BUILD_PLAN_WAREHOUSE,
    "shipment": schemas.BUILD_PLAN_SHIPMENT,
    "peg": schemas.BUILD_PLAN_PEGGING,
    "price": schemas.BUILD_PLAN_SHADOW_PRICE,
}
"""Each table of a plan by the name it has in the view; `plan` has one row per scenario."""

TABLE_SYNONYMS: Mapping[str, Sequence[str]] = {
    "plan": ("plan", "scenario", "plan summary"),
    "build": ("build plan", "production plan", "production schedule"),
    "stock": ("inventory", "stock", "service"),
    "capacity": ("work centre load", "utilisation"),
    "setup": ("set-ups", "lots"),
    "warehouse": ("storage", "pallets", "overflow"),
    "shipment": ("shipments", "transport"),
    "peg": ("pegging", "which build serves which demand"),
    "price": ("shadow prices", "what is scarce"),
}
SYNONYMS: Mapping[str, Sequence[str]] = {
    "SCENARIO_CODE": ("scenario",),
    "PRODUCTION_WEEK": ("period", "month", "build month"),
    "PERIOD_START": ("period", "month"),
    "PRODUCT_ID": ("product",),
    "WORK_CENTER_ID": ("work centre", "line"),
    "SITE_ID": ("warehouse", "site"),
    "TIER_CODE": ("tier", "overtime", "extra shift"),
    "RECOMMENDED_QUANTITY": ("units to build", "build quantity"),
    "LOST_SALES": ("lost units",),
    "BACKORDER": ("late units",),
    "BUILT_AHEAD": ("pre-built", "pre-build", "anticipation stock"),
    "ONE_MORE_SAVES": ("shadow price", "value of one more unit"),
}
METRICS: Mapping[str, tuple[str, str]] = {
    "plan.total_revenue": ("SUM(plan.revenue)", "Revenue of the units served."),
    "plan.total_margin": ("SUM(plan.margin)", "Revenue less the money the plan spends."),
    "plan.total_revenue_at_risk": ("SUM(plan.revenue_at_risk)", "Revenue of the units lost."),
    "build.built_units": ("SUM(build.recommended_quantity)", "Units built."),
    "build.total_cost": (
        "SUM(build.projected_total_cost)",
        "Money spent: production, storage, transport and handling; no penalties.",
    ),
    "stock.demanded_units": ("SUM(stock.demand)", "Units demanded."),
    "stock.served_units": ("SUM(stock.served)", "Units served, late ones included."),
    "stock.lost_units": ("SUM(stock.lost_sales)", "Units lost."),
    "capacity.used_capacity": ("SUM(capacity.capacity_used)", "Capacity units used."),
    "warehouse.most_overflow": (
        "MAX(warehouse.overflow_pallets)",
        "Most pallets above the threshold of one warehouse in one period.",
    ),
    "warehouse.overflow_penalty": ("SUM(warehouse.overflow_cost)", "Overflow penalty paid."),
    "shipment.shipped_units": ("SUM(shipment.units_shipped)", "Units leaving on lanes."),
    "peg.pegged_units": (
        "SUM(peg.units)",
        "Units pegged to a source; filter by BUILT_AHEAD for what is built ahead.",
    ),
    "price.most_saved": (
        "MAX(price.one_more_saves)",
        "Most that one more unit of a scarce resource saves; prices do not add up.",
    ),
}
"""Expression and description of each metric; what does not add up is no sum."""

_KEY = "SCENARIO_ID"


def semantic_view() -> str:
    """The statement that makes it."""
    facts: list[str] = []
    dimensions: list[str] = []
    for alias, table in TABLES.items():
        for name, column in table.columns.items():
            is_figure = column.type == "number"
            line = (
                f"{alias}.{name.lower()} AS {name}{_told(SYNONYMS.get(name), column.description)}"
            )
            (facts if is_figure else dimensions).append(line)
    clauses = {
        "TABLES": [
            f"{alias} AS {table.qualified_name}"
            + (f" PRIMARY KEY ({_KEY})" if alias == "plan" else "")
            + _told(TABLE_SYNONYMS[alias], table.description)
            for alias, table in TABLES.items()
        ],
        "RELATIONSHIPS": [
            f"{alias}_of_plan AS {alias} ({_KEY}) REFERENCES plan ({_KEY})"
            for alias in TABLES
            if alias != "plan"
        ],
        "FACTS": facts,
        "DIMENSIONS": dimensions,
        "METRICS": [
            f"{name} AS {expression}{_told(None, told)}"
            for name, (expression, told) in METRICS.items()
        ],
    }
    body = "\n".join(
        f"{name} (\n    " + ",\n    ".join(lines) + "\n)" for name, lines in clauses.items()
    )
    about = _text("Published build plans: one plan per scenario, certified optimal.")
    return f"CREATE SEMANTIC VIEW IF NOT EXISTS {NAME}\n{body}\nCOMMENT = {about}"


def _told(synonyms: Sequence[str] | None, description: str) -> str:
    also = f" WITH SYNONYMS = ({', '.join(map(_text, synonyms))})" if synonyms else ""
    return f"{also} COMMENT = {_text(description)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
