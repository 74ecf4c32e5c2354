"""What a Snowflake database holds, and the queries fitted to it.

A customer's tables may lack what is optional, have more columns, or be named in lower case.
Belongs here: which relation and column of theirs stands for one of ours.
Does not belong here: the queries (`sql/queries/`), what the columns are (`schemas/`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.warehouse.ddl import SCHEMAS, SNOWFLAKE, stored_type
from sop_pipeline.warehouse.snowflake_session import Session

_TABLES: Mapping[str, Table] = {table.qualified_name: table for table in ATOMIC_TABLES}


@dataclass(frozen=True)
class Relation:
    """A table or view as it is named there.

    Attributes:
        schema: Name of its schema.
        name: Its name.
        columns: Names of its columns, in order.
    """

    schema: str
    name: str
    columns: list[str] = field(default_factory=list)

    @property
    def quoted(self) -> str:
        """Its name in SQL, whatever its case."""
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"


@dataclass(frozen=True)
class Catalog:
    """The tables and views of the two schemas, by our name for them."""

    relations: Mapping[str, Relation]

    @classmethod
    def read(cls, session: Session) -> Catalog:
        """Everything the role may see, in one query."""
        frame = session.frame(
            "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS "
            f"WHERE UPPER(TABLE_SCHEMA) IN ({', '.join(f"'{schema}'" for schema in SCHEMAS)}) "
            "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
        )
        relations: dict[str, Relation] = {}
        for schema, name, column in frame.itertuples(index=False):
            # Upper case sorts first: of two names that differ in case only, ours is the one kept.
            known = relations.setdefault(f"{schema}.{name}".upper(), Relation(schema, name))
            if (known.schema, known.name) == (schema, name):
                known.columns.append(column)
        return cls(relations)

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
            InputRefused: A table or a column that must be there is missing.
        """
        for source in sources:
            there = self._as_ours(source)
            if there is not None:
                sql = re.sub(rf"\b{re.escape(source)}\b", lambda _, t=there: t, sql)
        return sql

    def _as_ours(self, source: str) -> str | None:
        """What to read in place of a source; None where it is there just as we name it."""
        table, relation = _TABLES.get(source), self.relations.get(source)
        if table is None:
            exact = relation is None or relation.quoted == _quoted_name(source)
            return None if exact and _exact(relation) else _renamed(relation)
        if relation is None:
            return _nothing(table)
        exact = relation.quoted == _quoted_name(source)
        if exact and set(table.columns) <= set(relation.columns):
            return None
        return _completed(table, relation)


def _exact(relation: Relation | None) -> bool:
    return relation is None or all(name == name.upper() for name in relation.columns)


def _renamed(relation: Relation | None) -> str | None:
    """A customer's own view with its columns under upper-case names."""
    if relation is None:
        return None
    columns = ", ".join(f"{_quoted(name)} AS {_quoted(name.upper())}" for name in relation.columns)
    return f"(SELECT {columns} FROM {relation.quoted})"


def _completed(table: Table, relation: Relation) -> str:
    """A customer's table with our columns, the missing optional ones empty."""
    actual = {name.upper(): name for name in reversed(relation.columns)}
    missing = [name for name in table.required if name not in actual]
    if missing:
        got = f"only {', '.join(sorted(actual))}"
        expected = f"columns {', '.join(missing)}"
        raise InputRefused([Fault(table.title, "schema", expected, got, column=missing[0])])
    columns = [
        f"{_quoted(actual[name])} AS {name}" if name in actual else _empty(table, name)
        for name in table.columns
    ]
    return f"(SELECT {', '.join(columns)} FROM {relation.quoted})"


def _nothing(table: Table) -> str:
    """An optional table that is not there, as one without rows."""
    if not table.optional:
        fault = Fault(
            table.title,
            "schema",
            f"a table {table.qualified_name}",
            "none that this role may read",
            remedy="Grant the role SELECT on it, or run `sop init` to make an empty warehouse's "
            "tables",
        )
        raise InputRefused([fault])
    columns = ", ".join(_empty(table, name) for name in table.columns)
    return f"(SELECT {columns} WHERE FALSE)"


def _empty(table: Table, name: str) -> str:
    return f"CAST(NULL AS {stored_type(table, name, SNOWFLAKE)}) AS {name}"


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _quoted_name(source: str) -> str:
    return ".".join(_quoted(part) for part in source.split("."))
