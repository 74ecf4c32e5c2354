"""What a database holds, and the queries fitted to it.

A customer's tables may lack what is optional, have more columns, be named in lower case, or store
a column in another type.
Belongs here: which relation and column of theirs stands for one of ours.
Does not belong here: how a type is read (`conforming`), running queries (`reading`), the queries
(`sql/queries/`), what the columns are (`schemas/`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.column import IN_WORDS, Column
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.inputs import CAPACITY_SUMMARY, DEMAND_FORECASTS
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import (
    PRODUCTION_CAPACITY_SUMMARY,
    SCENARIO_COMPARISON_V,
    VIEW_SOURCES,
)
from sop_pipeline.store.conforming import Cast, Spelling, cast_of
from sop_pipeline.store.ddl import SCHEMAS

TABLES: Mapping[str, Table] = {
    table.qualified_name: table
    for table in (
        *ATOMIC_TABLES,
        BUILD_PLAN_SUMMARY,
        RECOMMENDED_BUILD_PLAN,
        RECOMMENDED_BUILD_PLAN_HISTORY,
    )
}
_COLUMNS: Mapping[str, Mapping[str, Column]] = {
    **{name: table.columns for name, table in TABLES.items()},
    SCENARIO_COMPARISON_V: DEMAND_FORECASTS.columns,
    PRODUCTION_CAPACITY_SUMMARY: CAPACITY_SUMMARY.columns,
}
"""The columns that are read of each table and view."""


class Connection(Protocol):
    """An open connection, as far as reading needs one."""

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Run a query and return its rows."""
        ...


@dataclass(frozen=True)
class Relation:
    """A table or view as it is named there.

    Attributes:
        schema: Name of its schema.
        name: Its name.
        columns: Stored type by name of its columns, in order.
        demanding: Columns that take no row without a value for them.
    """

    schema: str
    name: str
    columns: dict[str, str] = field(default_factory=dict)
    demanding: set[str] = field(default_factory=set)

    @property
    def quoted(self) -> str:
        """Its name in SQL, whatever its case."""
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"

    def actual(self, name: str) -> str | None:
        """What our column is called there; of two that differ in case only, the first."""
        return next((column for column in self.columns if column.upper() == name), None)


@dataclass(frozen=True)
class Catalog:
    """The tables and views of the two schemas, by our name for them.

    Attributes:
        spelling: What the database calls things.
        relations: The tables and views.
    """

    spelling: Spelling
    relations: Mapping[str, Relation]

    @classmethod
    def read(cls, connection: Connection, spelling: Spelling) -> Catalog:
        """Everything the role may see, in one query."""
        frame = connection.frame(
            "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION, "
            "NUMERIC_SCALE, CASE WHEN IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL "
            "AND COALESCE(IS_IDENTITY, 'NO') = 'NO' THEN 1 ELSE 0 END AS IS_DEMANDING "
            "FROM INFORMATION_SCHEMA.COLUMNS "
            f"WHERE UPPER(TABLE_SCHEMA) IN ({', '.join(f"'{schema}'" for schema in SCHEMAS)}) "
            "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
        )
        relations: dict[str, Relation] = {}
        for schema, name, column, stored, *size, demanding in frame.itertuples(index=False):
            # Upper case sorts first: of two names that differ in case only, ours is the one kept.
            known = relations.setdefault(f"{schema}.{name}".upper(), Relation(schema, name))
            if (known.schema, known.name) == (schema, name):
                known.columns[column] = _sized(stored, *size)
                if demanding:
                    known.demanding.add(column)
        return cls(spelling, relations)

    def columns(self, relation: str) -> tuple[str, ...]:
        """Column names of a relation, upper case; empty where there is none."""
        found = self.relations.get(relation)
        return tuple(name.upper() for name in found.columns) if found else ()

    def fitted(self, sql: str, sources: Iterable[str]) -> str:
        """A query that reads its sources as they are there.

        Args:
            sql: A query over our names.
            sources: Qualified names of the tables and views it reads.

        Raises:
            InputRefused: A table or column that must be there is missing, or a column cannot be
                read in our type.
        """
        sources = tuple(sources)
        faults = [fault for source in sources for fault in self._unreadable(source, sql)]
        if faults:
            raise InputRefused(faults)
        for source in sources:
            there = self._as_ours(source)
            if there is not None:
                sql = re.sub(rf"\b{re.escape(source)}\b", lambda _, t=there: t, sql)
        return sql

    def casts(self, source: str, sql: str) -> list[Cast]:
        """The columns of a source that a query reads and that are not stored in our type."""
        return [cast for cast in self._casts(source) if re.search(rf"\b{cast.column}\b", sql)]

    def key(self, source: str) -> dict[str, str]:
        """The key columns of a source, as SQL names them there, by our name."""
        table = TABLES.get(source)
        named = {name: self._raw(source, name) for name in (table.key if table else ())}
        return {name: raw for name, raw in named.items() if raw}

    def value(self, source: str, name: str) -> str | None:
        """The SQL of a source's column in our type; None where it has none."""
        cast = next((cast for cast in self._casts(source) if cast.column == name), None)
        return self._raw(source, name) if cast is None else cast.value

    def _raw(self, source: str, name: str) -> str | None:
        there = self.relations[source].actual(name)
        return None if there is None else _quoted(there)

    def _casts(self, source: str) -> list[Cast]:
        relation = self.relations.get(source)
        if relation is None:
            return []
        there = {name: relation.actual(name) for name in _COLUMNS.get(source, ())}
        casts = (
            cast_of(name, column.type, relation.columns[actual], _quoted(actual), self.spelling)
            for name, column in _COLUMNS.get(source, {}).items()
            if (actual := there[name])
        )
        return [cast for cast in casts if cast is not None]

    def _as_ours(self, source: str) -> str | None:
        """What to read in place of a source; None where it is there just as we name it."""
        table, relation = TABLES.get(source), self.relations.get(source)
        if relation is None:
            if table is None or not table.file:
                return None
            return f"({self._selected(table.columns, {})} WHERE FALSE)"
        casts = {cast.column: cast.value for cast in self._casts(source) if cast.value}
        actual = {name.upper(): _quoted(name) for name in reversed(relation.columns)}
        wanted = list(table.columns) if table else _of_view(source, list(reversed(actual)))
        as_named = relation.quoted == _quoted_name(source) and set(wanted) <= set(relation.columns)
        if as_named and not casts:
            return None
        return f"({self._selected(wanted, {**actual, **casts})} FROM {relation.quoted})"

    def _selected(self, names: Iterable[str], values: Mapping[str, str]) -> str:
        """Columns under our names; one that has no value is empty."""
        kinds = self.spelling.dialect.types
        columns = (
            f"{values.get(name) or f'CAST(NULL AS {kinds[COLUMNS[name].type]})'} AS {_quoted(name)}"
            for name in names
        )
        return f"SELECT {', '.join(columns)}"

    def _unreadable(self, source: str, sql: str) -> Iterator[Fault]:
        """What a query needs and cannot read: tables, columns, columns of a strange type."""
        table, relation = TABLES.get(source), self.relations.get(source)
        if relation is None:
            if source in VIEW_SOURCES or (table and table.file and not table.optional):
                yield _absent(source)
            return
        needed = table.required if table and table.file else ()
        missing = [name for name in needed if not relation.actual(name)]
        if missing:
            got = f"only {', '.join(sorted(map(str.upper, relation.columns)))}"
            expected = f"columns {', '.join(missing)}"
            yield Fault(title_of(source), "schema", expected, got, column=missing[0])
        for cast in self.casts(source, sql):
            if not cast.value:
                yield Fault(
                    title_of(source),
                    "types",
                    IN_WORDS[cast.kind],
                    f"a column of type {cast.stored}",
                    cast.column,
                    remedy="Store it in another type, or put a view that does in its place",
                )


def _of_view(source: str, there: list[str]) -> list[str]:
    """Columns to read of a view: its own, and what later releases added, which it may lack."""
    added = DEMAND_FORECASTS.added if source == SCENARIO_COMPARISON_V else {}
    return [*there, *(name for name in added if name not in there)]


def _sized(stored: str, precision: Any, scale: Any) -> str:
    """A stored type with the digits that Snowflake tells apart from it."""
    if stored != "NUMBER" or pd.isna(precision):
        return stored
    return f"NUMBER({precision}, {scale})"


def title_of(source: str) -> str:
    """Name of a source for messages."""
    return TABLES[source].title if source in TABLES else source


def _absent(source: str) -> Fault:
    return Fault(
        title_of(source),
        "schema",
        f"a {'view' if source in VIEW_SOURCES else 'table'} {source}",
        "none that this role may read",
        remedy="Grant the role SELECT on it, or run `sop init` to make an empty warehouse's tables",
    )


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _quoted_name(source: str) -> str:
    return ".".join(_quoted(part) for part in source.split("."))
