"""The stored tables: names and types as other programs rely on them; views stay a customer's."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.store import DuckDBStore

BUILD_PLAN = {
    "PLAN_ID": "BIGINT",
    "PRODUCT_ID": "BIGINT",
    "WORK_CENTER_ID": "BIGINT",
    "SCENARIO_ID": "BIGINT",
    "PRODUCTION_WEEK": "DATE",
    "FISCAL_MONTH": "VARCHAR",
    "FISCAL_QUARTER": "VARCHAR",
    "RECOMMENDED_QUANTITY": "DECIMAL(18,4)",
    "CURRENT_CAPACITY_AVAILABLE": "DECIMAL(18,4)",
    "CAPACITY_UTILIZATION_PCT": "DECIMAL(5,2)",
    "PROJECTED_INVENTORY": "DECIMAL(18,4)",
    "WAREHOUSE_UTILIZATION_PCT": "DECIMAL(5,2)",
    "PROJECTED_PRODUCTION_COST": "DECIMAL(18,2)",
    "PROJECTED_STORAGE_COST": "DECIMAL(18,2)",
    "PROJECTED_TOTAL_COST": "DECIMAL(18,2)",
    "MODEL_VERSION": "VARCHAR",
    "MODEL_CONFIDENCE": "DECIMAL(5,4)",
    "COMMITTED": "BOOLEAN",
    "CREATED_TIMESTAMP": "TIMESTAMP",
}
NEVER_EMPTY = {
    "PLAN_ID",
    "PRODUCT_ID",
    "WORK_CENTER_ID",
    "SCENARIO_ID",
    "PRODUCTION_WEEK",
    "RECOMMENDED_QUANTITY",
}
HISTORY = {**BUILD_PLAN, "RUN_ID": "VARCHAR", "INPUT_HASH": "VARCHAR"} | {
    "PUBLISHED_TIMESTAMP": "TIMESTAMP",
    "POLICY": "VARCHAR",
    "POLICY_SETTINGS": "VARCHAR",
    "AS_OF_DATE": "DATE",
    "SCENARIO_CODE": "VARCHAR",
}
PLAN_TABLES = {
    "RECOMMENDED_BUILD_PLAN",
    "RECOMMENDED_BUILD_PLAN_HISTORY",
    "PLAN_INPUT_HISTORY",
    "BUILD_PLAN_INVENTORY",
    "BUILD_PLAN_CAPACITY",
    "BUILD_PLAN_SETUP",
    "BUILD_PLAN_WAREHOUSE",
    "BUILD_PLAN_SHIPMENT",
    "BUILD_PLAN_PEGGING",
    "BUILD_PLAN_SERVICE",
    "BUILD_PLAN_SHADOW_PRICE",
    "BUILD_PLAN_FUTURE",
    "BUILD_PLAN_SUMMARY",
}
VIEWS = {"SCENARIO_COMPARISON_V", "PRODUCTION_CAPACITY_SUMMARY"}
OWN_VIEW = f"""
CREATE OR REPLACE VIEW {SCENARIO_COMPARISON_V} AS
SELECT 7 AS SCENARIO_ID, 'a customer''s own' AS REMARK
"""


@pytest.fixture
def catalog(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    path = tmp_path / "warehouse.duckdb"
    DuckDBStore(path).create()
    connection = duckdb.connect(path, read_only=True)
    yield connection
    connection.close()


def described(catalog: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, bool]]:
    """Type and whether it may be empty, by column."""
    rows = catalog.execute(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = 'SOP_LOGISTICS' AND table_name = $table ORDER BY column_index",
        {"table": table},
    )
    return {name: (kind, nullable) for name, kind, nullable in rows.fetchall()}


def test_every_table_and_view_of_the_contract_is_there(
    catalog: duckdb.DuckDBPyConnection,
) -> None:
    found = catalog.execute("SELECT table_schema, table_name FROM information_schema.tables")
    assert set(found.fetchall()) == {
        *(("ATOMIC", table.name) for table in (*ATOMIC_TABLES, *BOOKKEEPING_TABLES)),
        *(("SOP_LOGISTICS", name) for name in PLAN_TABLES | VIEWS),
    }
    assert len(ATOMIC_TABLES) == 18


def test_the_build_plan_has_the_contracts_types(catalog: duckdb.DuckDBPyConnection) -> None:
    columns = described(catalog, "RECOMMENDED_BUILD_PLAN")
    assert {name: kind for name, (kind, _) in columns.items()} == BUILD_PLAN
    never_empty = {name for name, (_, nullable) in columns.items() if not nullable}
    assert never_empty == NEVER_EMPTY


def test_the_history_has_the_build_plans_columns_and_its_runs(
    catalog: duckdb.DuckDBPyConnection,
) -> None:
    columns = described(catalog, "RECOMMENDED_BUILD_PLAN_HISTORY")
    assert {name: kind for name, (kind, _) in columns.items()} == HISTORY


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("BUILD_PLAN_INVENTORY", "ENDING_INVENTORY", "DECIMAL(18,4)"),
        ("BUILD_PLAN_CAPACITY", "UTILIZATION_PCT", "DECIMAL(5,2)"),
        ("BUILD_PLAN_WAREHOUSE", "STORAGE_COST", "DECIMAL(18,2)"),
        ("BUILD_PLAN_SHIPMENT", "PERIOD_START", "DATE"),
        ("BUILD_PLAN_SUMMARY", "OBJECTIVE", "DECIMAL(18,2)"),
        ("BUILD_PLAN_SUMMARY", "RELATIVE_GAP", "DOUBLE"),
        ("BUILD_PLAN_SUMMARY", "AVOIDABLE_GAP", "DOUBLE"),
    ],
)
def test_detail_tables_store_units_money_and_percentages_alike(
    catalog: duckdb.DuckDBPyConnection, table: str, column: str, kind: str
) -> None:
    assert described(catalog, table)[column][0] == kind


def test_a_customers_own_view_survives_create_and_new_inputs(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(OWN_VIEW)
    store = DuckDBStore(path)
    store.create()
    store.replace_inputs({})
    assert store.columns(SCENARIO_COMPARISON_V) == ("SCENARIO_ID", "REMARK")
    assert "a customer''s own" in store.view_text(SCENARIO_COMPARISON_V)


def test_a_view_that_was_dropped_is_made_again(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(f"DROP VIEW {SCENARIO_COMPARISON_V}")
    store = DuckDBStore(path)
    store.create()
    assert len(store.read("demand_from_view", scenario_id=1)) == 36


def test_inputs_keep_figures_that_the_checks_must_name(path: Path) -> None:
    with duckdb.connect(path) as connection:
        figures = {
            kind
            for table in ATOMIC_TABLES
            for column, kind in _types(connection, table.name).items()
            if table.columns[column].type == "number"
        }
    assert figures == {"DOUBLE"}


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE ATOMIC.{table}").fetchall()
    return {row[0]: row[1] for row in rows}
