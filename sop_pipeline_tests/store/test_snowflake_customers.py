"""Tables as customers have them: other case, more columns, fewer tables, decimals, history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS, INPUT_TABLES, LAST_PLAN
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore, Store, store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.queries import query_for
from sop_pipeline.store.snowflake_reader import forget_reader
from sop_pipeline.validation.input_checks import check_inputs
from sop_pipeline_tests.emulator import Emulator, pointed_at
from sop_pipeline_tests.small_company import small_company, write_company

NOT_THEIRS = ("UNIT_REVENUE", "DEMAND_CLASS", "PRIORITY", "LOST_SALE_COST")
"""What a customer's own view does not take from the forecasts."""
LOWER_CASE = {"SITE", "WORK_CENTER", "DEMAND_FORECAST_VERSIONS"}
TYPES = {
    "identifier": "NUMBER(12, 0)",
    "number": "NUMBER(18, 4)",
    "text": "VARCHAR(200)",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
    "flag": "BOOLEAN",
}


@dataclass
class Customer:
    """A database whose tables were made by someone else."""

    connection: Any

    def run(self, sql: str) -> None:
        """Run a statement as the customer."""
        self.connection.cursor().execute(sql)

    def has(self, table: Table, rows: pd.DataFrame) -> None:
        """Make a table with these columns and some of their own, and a superseded row of each."""
        columns = {name: TYPES[table.columns[name].type] for name in rows.columns}
        columns["LOADED_BY"] = "VARCHAR(20)"
        values = [[*map(_literal, row), "'etl'"] for row in rows.itertuples(index=False)]
        if table.keeps_history:
            columns.setdefault("IS_CURRENT_FLAG", "BOOLEAN")
            given = "IS_CURRENT_FLAG" in rows.columns
            place = list(columns).index("IS_CURRENT_FLAG")
            old = [[*row[:place], "FALSE", *row[place + given :]] for row in values]
            new = [[*row[:place], "TRUE", *row[place + given :]] for row in values]
            values = [*old, *new]
        lower = table.name in LOWER_CASE
        name = f'ATOMIC."{table.name.lower()}"' if lower else table.qualified_name
        made = ", ".join(
            f'"{column.lower()}" {kind}' if lower else f"{column} {kind}"
            for column, kind in columns.items()
        )
        self.run(f"CREATE TABLE {name} ({made})")
        self.run(f"INSERT INTO {name} VALUES {', '.join(f'({", ".join(v)})' for v in values)}")


@pytest.fixture(scope="module")
def their_database(emulator: Emulator) -> str:
    """The small company's nine tables, to be copied."""
    database = emulator.new_database()
    with emulator.connect(database) as connection:
        made = Customer(connection)
        made.run("CREATE SCHEMA ATOMIC")
        tables = small_company()
        for table in ATOMIC_TABLES:
            if table.file in tables:
                made.has(table, tables[table.file])
    return database


@pytest.fixture
def customer(emulator: Emulator, their_database: str) -> Iterator[Customer]:
    """A database of the name in the setting, with those tables."""
    database = emulator.copy_of(their_database)
    with pointed_at(emulator.environment(database)), emulator.connect(database) as connection:
        yield Customer(connection)
        forget_reader()
    emulator.drop(database)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same company in DuckDB."""
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path_factory.mktemp("company"))).tables)
    return store


def read(store: Store, table: Table, source: str = "base") -> pd.DataFrame:
    query = query_for(table.name, source).name
    rows = store.read(query, scenario_id=1, scenario_code="BASE", first_day=None, before_run=None)
    return table.typed(rows)


def assert_reads_alike(store: Store, expected: Store, source: str) -> None:
    # The last plan is ours: a customer has none before the first publication.
    for table in (one for one in INPUT_TABLES if one is not LAST_PLAN):
        if source == "view" or table.name != "capacity_summary":
            pd.testing.assert_frame_equal(read(store, table, source), read(expected, table, source))


@pytest.mark.usefixtures("customer")
def test_every_input_reads_as_from_tables_of_our_own(expected: Store) -> None:
    assert_reads_alike(store_at("snowflake"), expected, "base")


@pytest.mark.usefixtures("customer")
def test_the_views_are_made_over_the_customers_tables(expected: Store) -> None:
    store = store_at("snowflake")
    store.create()
    assert_reads_alike(store, expected, "view")


def test_a_view_that_fans_out_stays_theirs_and_is_told(customer: Customer) -> None:
    demand = ", ".join(
        f'demand."{name.lower()}" AS {name}'
        for name in ("SCENARIO_ID", *(c for c in DEMAND_FORECASTS.columns if c not in NOT_THEIRS))
    )
    customer.run("CREATE SCHEMA IF NOT EXISTS SOP_LOGISTICS")
    customer.run(
        f"CREATE VIEW {SCENARIO_COMPARISON_V} AS "
        f"SELECT {demand}, product.UNIT_PRICE AS UNIT_REVENUE "
        'FROM ATOMIC."demand_forecast_versions" AS demand '
        "JOIN ATOMIC.PRODUCT AS product "
        'ON product.PRODUCT_ID = demand."product_id" AND product.IS_CURRENT_FLAG '
        'JOIN ATOMIC.LOGISTICS_COST_FACT AS cost ON cost.SITE_ID = demand."site_id"'
    )
    store = store_at("snowflake")
    store.create()
    reader = InputReader(store, scenario_of(store, "BASE"), load_policy("notebook"))
    told = "\n".join(str(fault) for fault in check_inputs(reader.inputs()).faults)
    assert "LOGISTICS_COST_FACT" in told


def test_a_required_column_that_is_missing_is_named(customer: Customer) -> None:
    customer.run("ALTER TABLE ATOMIC.PRODUCT DROP COLUMN UNIT_COST")
    with pytest.raises(InputRefused, match="UNIT_COST"):
        store_at("snowflake").read("product_master")


def test_a_required_table_that_is_missing_is_named(customer: Customer) -> None:
    customer.run("DROP TABLE ATOMIC.WAREHOUSE_ZONE")
    with pytest.raises(InputRefused, match=r"ATOMIC\.WAREHOUSE_ZONE"):
        store_at("snowflake").read("warehouse_capacity")


@pytest.mark.usefixtures("customer")
def test_creating_changes_no_table_of_the_customers() -> None:
    store = store_at("snowflake")
    before = {t.qualified_name: store.columns(t.qualified_name) for t in ATOMIC_TABLES}
    store.create()
    for name, columns in before.items():
        assert store.columns(name) == columns or not columns
    assert "LOADED_BY" in store.columns("ATOMIC.SITE")


def _literal(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        return f"'{escaped}'"
    return str(value)
