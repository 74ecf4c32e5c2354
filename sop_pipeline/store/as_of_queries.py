"""What was known on a day: the named queries over the past in place of the present.

A table with validity timestamps has the rows that were valid on the day, forecasts have the
versions of then, balances those up to the day. Tables that keep no history are as they stand. A
view shows only the present, so the two views are read by their shipped definitions over the tables
as they were known.
Belongs here: which rows were known when.
Does not belong here: the queries (`sql/queries/`), whether the rows suffice (`validation/`).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import VIEW_SOURCES
from sop_pipeline.store.ddl import view_name, view_statements
from sop_pipeline.store.queries import Query

AS_OF = "as_of"
"""Name of the day's parameter."""

_ALWAYS = "TIMESTAMP '1900-01-01 00:00:00'"
_DEMAND_KEY = (
    "SCENARIO_ID, PRODUCT_ID, SITE_ID, FORECAST_DATE, COALESCE(DEMAND_CLASS, ''), "
    "COALESCE(FORECAST_TYPE, 'DEMAND')"
)


def text_of(query: Query, as_of: dt.date | None) -> tuple[str, tuple[str, ...]]:
    """A query's SQL over what is current, or was known on a day, and the tables it reads."""
    if as_of is None:
        return query.text, query.sources
    return as_of_text(query), as_of_sources(query)


@cache
def as_of_text(query: Query) -> str:
    """The query's SQL over what was known on $as_of."""
    text = _substituted(query.text, {view: _view_body(view) for view in VIEW_SOURCES})
    return _substituted(text, {t.qualified_name: _rows_as_of(t) for t in atomic.ATOMIC_TABLES})


def as_of_sources(query: Query) -> tuple[str, ...]:
    """The tables that text reads."""
    sources = (s for name in query.sources for s in VIEW_SOURCES.get(name, (name,)))
    return tuple(dict.fromkeys(sources))


def earliest_statement(table: str) -> str:
    """The query for the first day on which anything of an input table was known, as EARLIEST."""
    described = next(t for t in atomic.ATOMIC_TABLES if t.name == table)
    if described == atomic.DEMAND_FORECAST_VERSIONS:
        own = "WHERE SCENARIO_ID = $scenario_id AND COALESCE(FORECAST_TYPE, 'DEMAND') = 'DEMAND'"
        return _earliest(described, "CAST(VERSION_TIMESTAMP AS DATE)", own)
    if described == atomic.INVENTORY_BALANCE:
        return _earliest(described, "BALANCE_DATE")
    own = "WHERE SCENARIO_ID = $scenario_id" if described == atomic.SCENARIO_MEMBER else ""
    return _earliest(described, "CAST(VALID_FROM_TIMESTAMP AS DATE)", own)


def _earliest(table: Table, day: str, condition: str = "") -> str:
    return f"SELECT MIN({day}) AS EARLIEST FROM {table.qualified_name} {condition}"


def _substituted(text: str, relations: dict[str, str]) -> str:
    """The text with relations in place of names; what is put in is not looked at again."""
    names = re.compile(rf"\b({'|'.join(map(re.escape, relations))})\b")
    return names.sub(lambda found: relations[found[1]], text)


def _view_body(view: str) -> str:
    statement = next(s for s in view_statements() if view_name(s) == view)
    return f"({statement.split(' AS\n', 1)[1]})"


def _rows_as_of(table: Table) -> str:
    if table == atomic.DEMAND_FORECAST_VERSIONS:
        return _forecasts_as_of(table)
    if table == atomic.INVENTORY_BALANCE:
        return f"(SELECT * FROM {table.qualified_name} WHERE BALANCE_DATE <= CAST($as_of AS DATE))"
    if table.keeps_history:
        return _valid_rows(table)
    return table.qualified_name


def _valid_rows(table: Table) -> str:
    """The rows of a type-2 table that held on the day; where several did, the last begun.

    A missing date is always valid. A row that is no longer current, with no end and no successor,
    ended nobody knows when, and is left out.
    """
    key, begun = ", ".join(table.key), f"COALESCE(VALID_FROM_TIMESTAMP, {_ALWAYS})"
    held = (
        f"CAST({begun} AS DATE) <= CAST($as_of AS DATE) "
        "AND COALESCE(VALID_TO_TIMESTAMP > CAST($as_of AS DATE), TRUE)"
    )
    return f"""(
    SELECT {_columns(table, "IS_CURRENT_FLAG")}
    FROM {table.qualified_name}
    QUALIFY {held}
        AND RANK() OVER (
            PARTITION BY {key}, {held}
            ORDER BY {begun} DESC, CASE WHEN COALESCE(IS_CURRENT_FLAG, TRUE) THEN 0 ELSE 1 END
        ) = 1
        AND (COALESCE(IS_CURRENT_FLAG, TRUE) OR VALID_TO_TIMESTAMP IS NOT NULL
            OR COUNT(*) OVER (PARTITION BY {key}) > 1)
)"""


def _forecasts_as_of(table: Table) -> str:
    """Per scenario, product, site, date, class and type the latest version of the day.

    A forecast that is no longer current but has no later version of its own was dropped by the
    scenario's next version.
    """
    version = f"COALESCE(VERSION_TIMESTAMP, {_ALWAYS})"
    known = f"CAST({version} AS DATE) <= CAST($as_of AS DATE)"
    of_scenario = "PARTITION BY SCENARIO_ID, COALESCE(FORECAST_TYPE, 'DEMAND')"
    return f"""(
    SELECT {_columns(table, "IS_CURRENT_VERSION")}
    FROM {table.qualified_name}
    QUALIFY {known}
        AND RANK() OVER (
            PARTITION BY {_DEMAND_KEY}, {known}
            ORDER BY {version} DESC, CASE WHEN COALESCE(IS_CURRENT_VERSION, TRUE) THEN 0 ELSE 1 END
        ) = 1
        AND (COALESCE(IS_CURRENT_VERSION, TRUE)
            OR MAX({version}) OVER (PARTITION BY {_DEMAND_KEY}) > {version}
            OR MAX(CASE WHEN {known} THEN {version} END) OVER ({of_scenario}) <= {version})
)"""


def _columns(table: Table, flag: str) -> str:
    """The table's columns, every row told to be the current one."""
    return ", ".join(f"TRUE AS {name}" if name == flag else name for name in table.columns)
