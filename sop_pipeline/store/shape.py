"""The stored plan tables held to what the schemas say, before anything is planned or published.

A column too narrow for a plan would round it; one that is missing would end a publication in the
database's own words. What is wider than ours, by a column or a digit, does.
Belongs here: what differs, told with the statement that mends it; what a table lacks.
Does not belong here: the schemas (`schemas/plan.py`), how a type is spelled (`ddl`, `conforming`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sop_pipeline.errors import Fault, StoreUnavailable
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.catalog import Catalog, Relation
from sop_pipeline.store.conforming import Spelling, cast_of
from sop_pipeline.store.ddl import Dialect, add_column, decimal_of, stored_type

_DECIMAL = re.compile(r"(?:DECIMAL|NUMBER)\((\d+), ?(\d+)\)")


def additions(catalog: Catalog, tables: Iterable[Table]) -> list[str]:
    """The statements that add every column that tables lack and can be given afterwards."""
    return [
        add_column(table, name, catalog.spelling.dialect)
        for table in tables
        if table.qualified_name in catalog.relations
        for name in _missing(catalog, table)
        if _can_be_added(table, name, catalog.spelling.dialect)
    ]


def require_plan_tables(catalog: Catalog, store: str, *, completed: bool) -> None:
    """Refuse plan tables that cannot hold a plan.

    Args:
        catalog: What is there.
        store: Its name, for the message.
        completed: Whether a publication makes by itself what came with a later release.

    Raises:
        StoreUnavailable: A table or column is missing or of another type; all are told.
    """
    faults = [fault for table in PLAN_TABLES for fault in _differences(catalog, table, completed)]
    if faults:
        lines = [f"{store} cannot hold a plan; nothing is planned or published."]
        raise StoreUnavailable("\n".join([*lines, *(f"- {fault}" for fault in faults)]))


def readable_columns(catalog: Catalog, table: Table) -> list[str]:
    """The columns that can be read of a plan table; what came with a later release may be missing.

    Raises:
        StoreUnavailable: Another column is missing.
    """
    missing = set(_missing(catalog, table)) if table.qualified_name in catalog.relations else set()
    lost = [name for name in table.required if name in missing]
    if lost:
        lines = "\n".join(str(_absent(table, name, catalog.spelling.dialect)) for name in lost)
        raise StoreUnavailable(lines)
    return [name for name in table.columns if name not in missing]


def _differences(catalog: Catalog, table: Table, completed: bool) -> Iterator[Fault]:
    relation = catalog.relations.get(table.qualified_name)
    if relation is None and completed and table.release > 1:
        return
    if relation is None:
        remedy = "Run `sop init`, or the set-up script, to make it"
        yield Fault(table.qualified_name, "shape", "a table", "none", remedy=remedy)
        return
    for name in _missing(catalog, table):
        if not (completed and name in table.added):
            yield _absent(table, name, catalog.spelling.dialect)
    for name in table.columns:
        stored = _stored(relation, name)
        if stored is not None and not _holds(table, name, stored, catalog.spelling):
            yield _other_type(table, name, stored, catalog.spelling.dialect)
    ours = {*table.generated, *table.columns}
    for name in sorted(n for n in relation.demanding if n.upper() not in ours):
        yield _demanding(table, name)


def _missing(catalog: Catalog, table: Table) -> list[str]:
    relation = catalog.relations[table.qualified_name]
    return [n for n in (*table.generated, *table.columns) if _stored(relation, n) is None]


def _stored(relation: Relation, name: str) -> str | None:
    actual = relation.actual(name)
    return None if actual is None else relation.columns[actual]


def _can_be_added(table: Table, name: str, dialect: Dialect) -> bool:
    """Whether rows that are there may lack it: not a key, nor what they were to be given."""
    return name not in table.key and (dialect.alters or name not in table.generated)


def _holds(table: Table, name: str, stored: str, spelling: Spelling) -> bool:
    column, decimal = table.columns[name], _DECIMAL.fullmatch(stored)
    if column.type == "number":
        if stored == spelling.dialect.types["number"]:
            return True
        ours = decimal_of(table, column)
        return decimal is not None and ours is not None and _is_as_wide(decimal, ours)
    if column.type == "identifier" and (stored == "HUGEINT" or (decimal and decimal[2] == "0")):
        return True
    cast = cast_of(name, column.type, stored, name, spelling)
    return cast is None or (column.type == "date" and not cast.may_lose)


def _is_as_wide(decimal: re.Match[str], ours: tuple[int, int]) -> bool:
    """Whether a decimal has our digits before and after the point."""
    (precision, scale), (our_precision, our_scale) = map(int, decimal.groups()), ours
    return scale >= our_scale and precision - scale >= our_precision - our_scale


def _absent(table: Table, name: str, dialect: Dialect) -> Fault:
    kind = _kind(table, name, dialect)
    if _can_be_added(table, name, dialect):
        remedy = f"`sop init` adds it, or {add_column(table, name, dialect)}"
    else:
        remedy = (
            f"Move the table away, with ALTER TABLE {table.qualified_name} RENAME TO "
            f"{_old_name(table, dialect)}; `sop init`, or the set-up script, makes it anew"
        )
    return Fault(table.qualified_name, "shape", kind, "no such column", name, remedy=remedy)


def _other_type(table: Table, name: str, stored: str, dialect: Dialect) -> Fault:
    kind = _kind(table, name, dialect)
    got = f"{stored}, which cannot hold every value"
    remedy = "; ".join(_retyping(table, name, kind, dialect))
    return Fault(table.qualified_name, "shape", kind, got, name, remedy=remedy)


def _demanding(table: Table, name: str) -> Fault:
    return Fault(
        table.qualified_name,
        "shape",
        "a column of your own that may be empty or has a default",
        "NOT NULL without one",
        name,
        remedy=f"ALTER TABLE {table.qualified_name} ALTER COLUMN {name} DROP NOT NULL",
    )


def _retyping(table: Table, name: str, kind: str, dialect: Dialect) -> list[str]:
    """The statements that give a column our type and keep its values."""
    alter = f"ALTER TABLE {table.qualified_name}"
    if dialect.alters:
        return [f"{alter} ALTER COLUMN {name} SET DATA TYPE {kind}"]
    return [
        f"{alter} ADD COLUMN {name}_NEW {kind}",
        f"UPDATE {table.qualified_name} SET {name}_NEW = CAST({name} AS {kind})",
        f"{alter} DROP COLUMN {name}",
        f"{alter} RENAME COLUMN {name}_NEW TO {name}",
    ]


def _kind(table: Table, name: str, dialect: Dialect) -> str:
    if name in table.generated:
        return dialect.types[COLUMNS[name].type]
    return stored_type(table, name, dialect)


def _old_name(table: Table, dialect: Dialect) -> str:
    return f"{table.name}_OLD" if dialect.alters else f"{table.qualified_name}_OLD"
