"""Reading a customer's tables: the query fitted to them, and no value lost on the way.

Belongs here: values that are there and have no place in our type, found and told; a plan's tables.
Does not belong here: what is there (`catalog`), how a type is read (`conforming`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.column import IN_WORDS
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import VIEW_SOURCES
from sop_pipeline.store.as_of_queries import AS_OF
from sop_pipeline.store.catalog import Catalog, Connection, title_of
from sop_pipeline.store.conforming import Cast
from sop_pipeline.store.queries import QUERIES, used_parameters
from sop_pipeline.store.shape import readable_columns


def read_frame(
    connection: Connection,
    catalog: Catalog,
    sql: str,
    sources: Iterable[str],
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    """Run a query over our names on what is there.

    Args:
        connection: Where to run it.
        catalog: What is there.
        sql: The query.
        sources: Qualified names of the tables and views it reads.
        parameters: What it binds.

    Raises:
        InputRefused: A table or column that must be there is missing, or a column or a value of
            it cannot be read in our type.
    """
    sources = tuple(sources)
    fitted = catalog.fitted(sql, sources)
    # A view hides what its tables lose: an efficiency that is no number would count as none given.
    behind = (table for source in sources for table in VIEW_SOURCES.get(source, ()))
    read = (_Source(connection, catalog, name, parameters) for name in (*sources, *behind))
    faults = [fault for source in read for fault in source.lost(sql)]
    if faults:
        raise InputRefused(faults)
    return connection.frame(fitted, parameters)


def read_plan(
    connection: Connection, catalog: Catalog, scenario_code: str
) -> dict[str, pd.DataFrame]:
    """The published plan of a scenario: one frame per result table, empty where none is.

    Raises:
        StoreUnavailable: A plan table lacks a column that every release has.
    """
    query = QUERIES["published_plans"]
    published = read_frame(connection, catalog, query.text, query.sources, {})
    keys = published.loc[published["SCENARIO_CODE"] == scenario_code, "SCENARIO_ID"]
    if keys.empty:
        return {table.name: table.empty() for table in RESULT_TABLES}
    key = {"scenario_id": int(keys.iloc[0])}
    return {
        table.name: table.empty()
        if _came_later(catalog, table)
        else table.typed(connection.frame(_plan_query(catalog, table), key))
        for table in RESULT_TABLES
    }


def _came_later(catalog: Catalog, table: Table) -> bool:
    """Whether the tables are of an earlier release, which had none of this name."""
    return table.release > 1 and table.qualified_name not in catalog.relations


def _plan_query(catalog: Catalog, table: Table) -> str:
    return (
        f"SELECT {', '.join(readable_columns(catalog, table))} FROM {table.qualified_name} "
        f"WHERE SCENARIO_ID = $scenario_id ORDER BY {', '.join(table.key)}"
    )


def day_of(frame: pd.DataFrame) -> dt.date | None:
    """The only value of a query for a day; None where it is empty."""
    given = frame.iloc[:, 0].dropna()
    return None if given.empty else given.dt.date.iloc[0]


@dataclass(frozen=True)
class _Source:
    """A table or view that a query reads, and what the query binds."""

    connection: Connection
    catalog: Catalog
    name: str
    parameters: Mapping[str, Any]

    def lost(self, sql: str) -> list[Fault]:
        """One fault per column with values that have no place in our type."""
        casts = [cast for cast in self.catalog.casts(self.name, sql) if cast.may_lose]
        if not casts:
            return []
        counted = (f"COUNT(CASE WHEN {cast.is_lost} THEN 1 END) AS {cast.column}" for cast in casts)
        counts = self._frame(", ".join(counted), self._rows_read()).iloc[0]
        return [
            self._fault(cast, int(counts[cast.column])) for cast in casts if counts[cast.column]
        ]

    def _fault(self, cast: Cast, count: int) -> Fault:
        key = {
            name: raw for name, raw in self.catalog.key(self.name).items() if name != cast.column
        }
        named = {**key, cast.column: cast.raw}
        columns = ", ".join(f"CAST({raw} AS VARCHAR) AS {name}" for name, raw in named.items())
        rows = self._frame(
            columns,
            f"{self._rows_read()} AND {cast.is_lost} "
            f"ORDER BY {', '.join(map(str, range(1, len(named) + 1)))} LIMIT {OFFENDERS_SHOWN}",
        )
        shown = tuple(
            ", ".join(f"{name}={value}" for name, value in zip(named, values, strict=True))
            for values in rows.itertuples(index=False)
        )
        got = f"others in a column of type {cast.stored}"
        return Fault(
            title_of(self.name), "types", IN_WORDS[cast.kind], got, cast.column, shown, count
        )

    def _rows_read(self) -> str:
        """The condition of the rows that a query reads: the scenario's, and those that count now.

        A row whose scenario or flag cannot be read itself is one of them.
        """
        conditions = ["1 = 1"]
        scenario = self.catalog.value(self.name, "SCENARIO_ID")
        if scenario and "scenario_id" in self.parameters:
            conditions.append(f"COALESCE({scenario} = $scenario_id, TRUE)")
        for flag in ("IS_CURRENT_FLAG", "IS_CURRENT_VERSION"):
            value = self.catalog.value(self.name, flag)
            if value and AS_OF not in self.parameters:
                conditions.append(f"COALESCE({value}, TRUE)")
        return " AND ".join(conditions)

    def _frame(self, columns: str, condition: str) -> pd.DataFrame:
        sql = f"SELECT {columns} FROM {self.catalog.relations[self.name].quoted} WHERE {condition}"
        return self.connection.frame(sql, used_parameters(sql, self.parameters))
