"""The store's tables as SQL, made from the schemas.

Belongs here: how a column description becomes a stored column, in each dialect.
Does not belong here: what the columns are (`schemas/`), the views (`sql/views.sql`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA
from sop_pipeline.schemas.table import Table

TABLES = (*ATOMIC_TABLES, *BOOKKEEPING_TABLES, *PLAN_TABLES)
SCHEMAS = tuple(sorted({table.database_schema for table in TABLES}))


@dataclass(frozen=True)
class Dialect:
    """How one kind of store spells its columns.

    Attributes:
        types: Stored type by kind of column; `number` is one without a fixed scale.
        decimal: Name of the type with a fixed precision and scale.
        generated_identifier: Type and default of a generated identifier, by table.
        generated_timestamp: Type and default of a generated timestamp: the time in UTC.
        alters: Whether a column that is there may get another type, and a new one any default.
    """

    types: Mapping[str, str]
    decimal: str
    generated_identifier: Callable[[Table], str]
    generated_timestamp: str
    alters: bool


DUCKDB = Dialect(
    types={
        "identifier": "BIGINT",
        "text": "VARCHAR",
        "number": "DOUBLE",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "flag": "BOOLEAN",
    },
    decimal="DECIMAL",
    generated_identifier=lambda t: f"BIGINT DEFAULT nextval('{_sequence_name(t)}') PRIMARY KEY",
    generated_timestamp="TIMESTAMP DEFAULT (CURRENT_TIMESTAMP AT TIME ZONE 'UTC')",
    alters=True,
)
SNOWFLAKE = Dialect(
    types={
        "identifier": "NUMBER(38, 0)",
        "text": "VARCHAR",
        "number": "FLOAT",
        "date": "DATE",
        "timestamp": "TIMESTAMP_NTZ",
        "flag": "BOOLEAN",
    },
    decimal="NUMBER",
    generated_identifier=lambda _: "NUMBER(38, 0) AUTOINCREMENT",
    generated_timestamp="TIMESTAMP_NTZ DEFAULT SYSDATE()",
    alters=False,
)

PUBLICATION_TURN = f"{PLAN_SCHEMA}.PUBLICATION_TURN"
"""Snowflake only: one row that each publication changes first. An insert locks nothing there, so
without it two first publications of a scenario could both go through."""
TURN_COLUMN = "TURN"


def duckdb_statements() -> list[str]:
    """Every statement that makes an empty DuckDB store's tables; each may be run again."""
    return [
        *schema_statements(),
        *(_sequence(table) for table in TABLES if table.generated),
        *(create_table(table, DUCKDB) for table in TABLES),
    ]


def schema_statements() -> list[str]:
    """The statements that make the schemas."""
    return [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]


def completion_statements(dialect: Dialect) -> list[str]:
    """The statements that make what an earlier release lacks; each may be run again."""
    later = (table for table in TABLES if table.release > 1)
    return [*(create_table(table, dialect) for table in later), *addition_statements(dialect)]


def addition_statements(dialect: Dialect) -> list[str]:
    """The statements that add what our tables of an earlier release lack; each may be run again.

    Tables of the input are a customer's: what they lack is read as empty.
    """
    ours = (table for table in TABLES if not table.file)
    return [add_column(table, name, dialect) for table in ours for name in table.added]


def add_column(table: Table, name: str, dialect: Dialect) -> str:
    """The statement that adds a column where it is missing; rows that are there have no value."""
    generated = name in table.generated
    column = (
        _generated_column(table, name, dialect).removesuffix(" PRIMARY KEY")
        if generated
        else f"{name} {stored_type(table, name, dialect)}"
    )
    return f"ALTER TABLE {table.qualified_name} ADD COLUMN IF NOT EXISTS {column}"


def turn_statements() -> list[str]:
    """The statements that make the row each publication to Snowflake changes first."""
    table = f"CREATE TABLE IF NOT EXISTS {PUBLICATION_TURN} ({TURN_COLUMN} NUMBER(38, 0) NOT NULL)"
    row = (
        f"INSERT INTO {PUBLICATION_TURN} ({TURN_COLUMN}) "
        f"SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM {PUBLICATION_TURN})"
    )
    return [table, row]


def view_statements() -> list[str]:
    """The statements of `sql/views.sql`."""
    text = (resources.files("sop_pipeline.store") / "sql/views.sql").read_text("utf-8")
    return [part.strip() for part in re.split(r";$", text, flags=re.MULTILINE) if part.strip()]


def view_name(statement: str) -> str:
    """Qualified name of the view a statement makes; empty where it makes none."""
    found = re.search(r"^CREATE OR REPLACE VIEW ([\w.]+)", statement, flags=re.MULTILINE)
    return found.group(1) if found else ""


def create_table(table: Table, dialect: Dialect) -> str:
    """The statement that makes a table where it is missing."""
    generated = [_generated_column(table, name, dialect) for name in table.generated]
    columns = [
        f"{name} {stored_type(table, name, dialect)}"
        + (" NOT NULL" if is_not_null(table, name) else "")
        for name in table.columns
    ]
    body = ",\n    ".join([*generated, *columns])
    return f"CREATE TABLE IF NOT EXISTS {table.qualified_name} (\n    {body}\n)"


def stored_type(table: Table, name: str, dialect: Dialect) -> str:
    """The type a column is stored in."""
    column = table.columns[name]
    scale = decimal_of(table, column)
    return dialect.types[column.type] if scale is None else f"{dialect.decimal}{scale}"


def decimal_of(table: Table, column: Column) -> tuple[int, int] | None:
    """Precision and scale of a column that is stored as a decimal.

    Inputs keep whatever number the customer has, NaN and infinity included, so that the checks
    can name the row; plans are stored as the contract types them.
    """
    return None if table.file else column.storage


def is_not_null(table: Table, name: str) -> bool:
    """Whether a stored column must have a value; a figure of an input may lack one."""
    figure = bool(table.file) and table.columns[name].type == "number"
    return not figure and name not in table.may_be_empty


def _sequence_name(table: Table) -> str:
    return f"{table.qualified_name}_SEQUENCE"


def _sequence(table: Table) -> str:
    return f"CREATE SEQUENCE IF NOT EXISTS {_sequence_name(table)}"


def _generated_column(table: Table, name: str, dialect: Dialect) -> str:
    if COLUMNS[name].type == "identifier":
        return f"{name} {dialect.generated_identifier(table)}"
    return f"{name} {dialect.generated_timestamp}"
