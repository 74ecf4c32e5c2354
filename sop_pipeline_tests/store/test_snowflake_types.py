"""Columns as customers of Snowflake store them: days with zones, ids as texts, flags as Y."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle, product

import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.store import MEMORY, DuckDBStore, Store, store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.queries import query_for
from sop_pipeline.store.snowflake_reader import forget_reader
from sop_pipeline_tests.emulator import Emulator, pointed_at
from sop_pipeline_tests.outcomes import Outcome, outcome
from sop_pipeline_tests.small_company import full_company, write_company
from sop_pipeline_tests.store.test_snowflake_customers import Customer

STORED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "identifier": (
        ("VARCHAR", "'{}'"),
        ("VARCHAR", "' {}.0'"),
        ("FLOAT", "{}"),
        ("NUMBER(12, 2)", "{}"),
    ),
    "number": (("VARCHAR", "'{}'"), ("NUMBER(18, 4)", "{}"), ("VARCHAR", "' {} '")),
    "text": (("VARCHAR", "'{}'"),),
    "date": (
        ("TIMESTAMP_TZ", "'{} 00:30:00'"),
        ("TIMESTAMP_LTZ", "'{} 23:30:00'"),
        ("TIMESTAMP_NTZ", "'{} 23:30:00'"),
        ("VARCHAR", "'{}'"),
        ("VARCHAR", "'{}T00:30:00+09:00'"),
    ),
    "flag": (
        ("VARCHAR", "DECODE('{}', 'TRUE', 'Y', 'N')"),
        ("NUMBER(1, 0)", "DECODE('{}', 'TRUE', 1, 0)"),
        ("VARCHAR", "DECODE('{}', 'TRUE', 't', 'f')"),
        ("VARCHAR", "LOWER('{}')"),
    ),
}
"""Types of a customer, each with how a value is written into it."""


def made_by_them(emulator: Emulator, first: int) -> str:
    """The full company's tables, each column in the next of its kind's types from a first on."""
    database = emulator.new_database()
    types = {kind: cycle(ways[first:] + ways[:first]) for kind, ways in STORED.items()}
    tables = full_company()
    with emulator.connect(database) as connection:
        made = Customer(connection)
        made.run("CREATE SCHEMA ATOMIC")
        for table in ATOMIC_TABLES:
            if table.file in tables:
                rows = tables[table.file]
                ways = {name: next(types[table.columns[name].type]) for name in rows.columns}
                columns = ", ".join(f"{name} {kind}" for name, (kind, _) in ways.items())
                made.run(f"CREATE TABLE {table.qualified_name} ({columns})")
                for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
                    values = (
                        "NULL" if value is None else ways[str(name)][1].format(value)
                        for name, value in row.items()
                    )
                    made.run(f"INSERT INTO {table.qualified_name} SELECT {', '.join(values)}")
    return database


@pytest.fixture(scope="module")
def their_database(emulator: Emulator) -> str:
    return made_by_them(emulator, 0)


@pytest.fixture
def customer(emulator: Emulator, their_database: str) -> Iterator[Customer]:
    """A database of the name in the setting, with those tables."""
    database = emulator.copy_of(their_database)
    with pointed_at(emulator.environment(database)), emulator.connect(database) as connection:
        yield Customer(connection)
        forget_reader()
    emulator.drop(database)


def created_and_planned() -> Outcome:
    """What becomes of the customer's company once the views are made."""
    store = store_at("snowflake")
    try:
        store.create()
    except InputRefused as refused:
        return Outcome(refused.exit_status, str(refused))
    return outcome(store)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same company in tables of our own."""
    store = DuckDBStore(MEMORY)
    folder = write_company(tmp_path_factory.mktemp("full"), full_company())
    store.replace_inputs(load_folder(folder).tables)
    return store


@pytest.mark.parametrize("first", range(2))
def test_every_input_reads_alike_however_its_columns_are_stored(
    first: int, emulator: Emulator, expected: Store
) -> None:
    with pointed_at(emulator.environment(made_by_them(emulator, first))):
        store = store_at("snowflake")
        store.create()
        for table, source in product(INPUT_TABLES, ("view", "base")):
            query = query_for(table.name, source).name
            one, other = (
                table.typed(
                    stored.read(
                        query, scenario_id=1, scenario_code="BASE", first_day=None, before_run=None
                    )
                )
                for stored in (store, expected)
            )
            pd.testing.assert_frame_equal(one, other)
        forget_reader()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("PRODUCT", "PRODUCT_ID", "AB-1"),
        ("DEMAND_FORECAST_VERSIONS", "FORECAST_DATE", "1 July"),
        ("LOGISTICS_COST_FACT", "EXPIRY_DATE", "soon"),
        ("WORK_CENTER", "EFFICIENCY_FACTOR", "90%"),
        ("SCENARIO_DEFINITION", "IS_OFFICIAL_BASELINE", "perhaps"),
        ("PRODUCT", "IS_CURRENT_FLAG", "2"),
    ],
)
def test_a_value_that_has_no_place_in_its_column_is_refused_by_name(
    table: str, column: str, value: str, customer: Customer
) -> None:
    customer.run(f"ALTER TABLE ATOMIC.{table} ADD COLUMN OLD VARCHAR")
    customer.run(f"UPDATE ATOMIC.{table} SET OLD = '{value}'")
    customer.run(f"ALTER TABLE ATOMIC.{table} DROP COLUMN {column}")
    customer.run(f"ALTER TABLE ATOMIC.{table} RENAME COLUMN OLD TO {column}")
    found = created_and_planned()
    assert found.status == 3, found
    assert all(word in found.refusal for word in (table, f"column {column}", f"{column}={value}"))


def test_a_column_of_a_type_without_our_values_is_refused_by_name(customer: Customer) -> None:
    customer.run("ALTER TABLE ATOMIC.PRODUCT DROP COLUMN UNIT_COST")
    customer.run("ALTER TABLE ATOMIC.PRODUCT ADD COLUMN UNIT_COST VARIANT")
    with pytest.raises(
        InputRefused, match="UNIT_COST: expected numbers; got a column of type VARI"
    ):
        store_at("snowflake").read("product_master")


@pytest.mark.usefixtures("customer")
def test_a_plan_is_the_same_however_its_inputs_are_stored(expected: Store) -> None:
    one, other = created_and_planned(), outcome(expected)
    assert (one.status, one.refusal) == (0, "")
    assert one.cost == other.cost
