"""The warehouse's tables as SQL, made from the schemas.

Belongs here: how a column description becomes a stored column.
Does not belong here: what the columns are (`schemas/`), the views (`sql/views.sql`).
"""

from __future__ import annotations

import re
from importlib import resources

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.columns import COLUMNS, Column
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.table import Table

_TYPES = {
    "identifier": "BIGINT",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "flag": "BOOLEAN",
}


def duckdb_statements() -> list[str]:
    """Every statement that makes an empty DuckDB warehouse; each may be run again."""
    tables = (*ATOMIC_TABLES, *PLAN_TABLES)
    schemas = sorted({table.database_schema for table in tables})
    return [
        *(f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in schemas),
        *(_sequence(table) for table in tables if table.generated),
        *(_create_table(table) for table in tables),
        *view_statements(),
    ]


def view_statements() -> list[str]:
    """The statements of `sql/views.sql`."""
    text = (resources.files("sop_pipeline.warehouse") / "sql/views.sql").read_text("utf-8")
    return [part.strip() for part in re.split(r";$", text, flags=re.MULTILINE) if part.strip()]


def _sequence(table: Table) -> str:
    return f"CREATE SEQUENCE IF NOT EXISTS {table.qualified_name}_SEQUENCE"


def _create_table(table: Table) -> str:
    generated = [_generated_column(table, name) for name in table.generated]
    columns = [_stored_column(table, name) for name in table.columns]
    body = ",\n    ".join([*generated, *columns])
    return f"CREATE TABLE IF NOT EXISTS {table.qualified_name} (\n    {body}\n)"


def _generated_column(table: Table, name: str) -> str:
    if COLUMNS[name].type == "identifier":
        return f"{name} BIGINT DEFAULT nextval('{table.qualified_name}_SEQUENCE') PRIMARY KEY"
    return f"{name} TIMESTAMP DEFAULT (CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"


def _stored_column(table: Table, name: str) -> str:
    column = table.columns[name]
    return f"{name} {_type(table, column)}{_not_null(table, name)}"


def _type(table: Table, column: Column) -> str:
    if column.type != "number":
        return _TYPES[column.type]
    # Inputs keep whatever number the customer has, NaN and infinity included, so that the checks
    # can name the row; plans are stored as the contract types them.
    if column.storage is None or table.file:
        return "DOUBLE"
    precision, scale = column.storage
    return f"DECIMAL({precision}, {scale})"


def _not_null(table: Table, name: str) -> str:
    figures = table.file and table.columns[name].type == "number"
    return "" if figures or name in table.may_be_empty else " NOT NULL"
