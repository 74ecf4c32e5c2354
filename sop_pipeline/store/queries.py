"""The named queries, and the store tables each reads: the pipeline's lineage.

Belongs here: which query fills which input table, from what.
Does not belong here: the SQL itself (`sql/queries/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.bookkeeping import CODE_IDENTIFIER, INPUT_NOTE
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    PLAN_INPUT_HISTORY,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import PRODUCTION_CAPACITY_SUMMARY, SCENARIO_COMPARISON_V


@dataclass(frozen=True)
class Query:
    """A named query and what it reads.

    Attributes:
        name: Name of the SQL file, without its ending.
        sources: Qualified names of the tables and views it reads.
    """

    name: str
    sources: tuple[str, ...]

    @property
    def text(self) -> str:
        """The SQL text; parameters are written `$name`."""
        return _text(self.name)

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters the text binds."""
        return _parameters(self.text)


@cache
def _text(name: str) -> str:
    path = resources.files("sop_pipeline.store") / "sql" / "queries" / f"{name}.sql"
    return path.read_text("utf-8")


def _query(name: str, *sources: str | atomic.Table) -> Query:
    names = (s if isinstance(s, str) else s.qualified_name for s in sources)
    return Query(name, tuple(names))


_ALL = (
    _query("scenarios", atomic.SCENARIO_DEFINITION),
    _query("demand_from_view", SCENARIO_COMPARISON_V),
    _query("demand_from_base", atomic.DEMAND_FORECAST_VERSIONS, atomic.PRODUCT),
    _query("product_master", atomic.PRODUCT, atomic.PRODUCT_CATEGORY),
    _query("site_master", atomic.SITE),
    _query("capacity_summary", PRODUCTION_CAPACITY_SUMMARY),
    _query("warehouse_capacity", atomic.WAREHOUSE_ZONE, atomic.SITE),
    _query("logistics_costs", atomic.LOGISTICS_COST_FACT),
    _query("opening_inventory", atomic.INVENTORY_BALANCE),
    _query("product_routings", atomic.PRODUCT_ROUTING),
    _query("capacity_calendar", atomic.CAPACITY_CALENDAR),
    _query("capacity_tiers", atomic.CAPACITY_TIER),
    _query("transport_lanes", atomic.TRANSPORT_LANE),
    _query("product_storage", atomic.PRODUCT_STORAGE),
    _query("scheduled_receipts", atomic.SCHEDULED_RECEIPT),
    _query("overflow_tiers", atomic.OVERFLOW_TIER),
    _query("scenario_members", atomic.SCENARIO_MEMBER),
    _query("every_member", atomic.SCENARIO_MEMBER),
    _query("fiscal_calendar", atomic.FISCAL_CALENDAR),
    _query("last_plan", RECOMMENDED_BUILD_PLAN, BUILD_PLAN_SUMMARY),
    _query("last_plan_of_then", RECOMMENDED_BUILD_PLAN_HISTORY),
    _query("forecast_versions", atomic.DEMAND_FORECAST_VERSIONS),
    _query("demand_contents", atomic.DEMAND_FORECAST_VERSIONS),
    # Plans of an earlier release tell their scenario by its id alone.
    _query("published_plans", BUILD_PLAN_SUMMARY, atomic.SCENARIO_DEFINITION),
    _query("kept_inputs", PLAN_INPUT_HISTORY),
    _query("input_notes", INPUT_NOTE),
    _query("code_identifiers", CODE_IDENTIFIER),
    _query("planned_identifiers", RECOMMENDED_BUILD_PLAN_HISTORY),
)
QUERIES: Mapping[str, Query] = {query.name: query for query in _ALL}


def used_parameters(text: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a text binds, of those there are."""
    return {name: parameters[name] for name in _parameters(text)}


def _parameters(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\$(\w+)", text))


def query_for(input_table: str, demand_source: str) -> Query:
    """The query that fills an input table.

    Args:
        input_table: Name of the input table.
        demand_source: `view` or `base`: where demand is read.
    """
    if input_table == "demand_forecasts":
        return QUERIES[f"demand_from_{demand_source}"]
    return QUERIES[input_table]


def qualified(table: str) -> str:
    """Schema and name of an input table."""
    return _input_table(table).qualified_name


def key_count_statement(table: str, columns: tuple[str, ...]) -> str:
    """The query that counts a table's rows per key.

    Args:
        table: Name of an input table of the store.
        columns: The key's columns.

    Raises:
        ValueError: The table has no such column.
    """
    known = _input_table(table)
    unknown = set(columns) - set(known.columns)
    if unknown:
        msg = f"{table} has no column {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    names = ", ".join(columns)
    return (
        f"SELECT {names}, COUNT(*) AS ROW_COUNT FROM {known.qualified_name} "
        f"GROUP BY {names} ORDER BY {names}"
    )


def _input_table(name: str) -> Table:
    return next(table for table in atomic.ATOMIC_TABLES if table.name == name)
