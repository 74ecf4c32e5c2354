"""Plan tables of another shape: completed, kept where they are wider, refused where they round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    BUILD_PLAN_WAREHOUSE,
    PLAN_TABLES,
    RECOMMENDED_BUILD_PLAN,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.store import Store
from sop_pipeline.store.ddl import (
    DUCKDB,
    SNOWFLAKE,
    Dialect,
    create_table,
    stored_type,
)
from sop_pipeline.validation.plan_rules import published_faults
from sop_pipeline_tests.contract.backends import Backend, DuckDBBackend
from sop_pipeline_tests.contract.plans import Plan, invented_plan, publication

BASE, PUSH = 1, 2
SUMMARY = BUILD_PLAN_SUMMARY.qualified_name
BUILD_PLAN = RECOMMENDED_BUILD_PLAN.qualified_name
INTEGER = {"BUILD_PLAN_SUMMARY": "OBJECTIVE", "RECOMMENDED_BUILD_PLAN": "PROJECTED_TOTAL_COST"}


def same(published: Plan, plan: Plan) -> bool:
    return not published_faults(published, plan)


def stored(backend: Backend) -> dict[str, Counter[tuple[object, ...]]]:
    return {
        table.name: Counter(backend.rows(f"SELECT * FROM {table.qualified_name}"))
        for table in PLAN_TABLES
    }


def refusal(store: Store) -> str:
    with pytest.raises(StoreUnavailable) as told:
        store.require_plan_tables()
    return str(told.value)


def statements(told: str) -> Iterator[str]:
    """The statements that a refusal names."""
    for line in told.splitlines()[1:]:
        yield from re.findall(r"(?:ALTER TABLE|UPDATE) .*?(?=;|$)", line)


def dialect_of(backend: Backend) -> Dialect:
    return DUCKDB if isinstance(backend, DuckDBBackend) else SNOWFLAKE


def replace_column(backend: Backend, table: Table, column: str, kind: str) -> None:
    """Store a column in another type, whatever it holds."""
    backend.run(f"ALTER TABLE {table.qualified_name} DROP COLUMN {column}")
    backend.run(f"ALTER TABLE {table.qualified_name} ADD COLUMN {column} {kind}")


def last_column(table: Table) -> str:
    """One that is no key and that every release has."""
    others = (n for n in table.columns if n not in table.key and n not in table.added)
    return list(others)[-1]


# --- what is missing ----------------------------------------------------------------------------


def test_a_missing_column_is_told_with_the_statement_that_adds_it(
    store: Store, backend: Backend
) -> None:
    missing = [(table, last_column(table)) for table in PLAN_TABLES]
    for table, column in missing:
        backend.run(f"ALTER TABLE {table.qualified_name} DROP COLUMN {column}")
    before = stored(backend)
    told = refusal(store)
    assert "nothing is planned or published" in told
    dialect = dialect_of(backend)
    for table, column in missing:
        kind = stored_type(table, column, dialect)
        place = f"{table.qualified_name}, column {column}"
        assert f"{place}: expected {kind}; got no such column" in told
    with pytest.raises(StoreUnavailable, match="nothing is planned or published"):
        store.publish(publication(invented_plan(BASE)))
    assert stored(backend) == before
    for statement in statements(told):
        backend.run(statement)
    store.require_plan_tables()
    store.publish(publication(invented_plan(BASE)))
    assert same(store.read_plan("BASE"), invented_plan(BASE))


def test_creating_adds_every_column_that_is_missing_and_keeps_the_rows(
    store: Store, backend: Backend
) -> None:
    store.publish(publication(invented_plan(PUSH), "first"))
    for table in PLAN_TABLES:
        backend.run(f"ALTER TABLE {table.qualified_name} DROP COLUMN {last_column(table)}")
    store.create()
    store.require_plan_tables()
    store.publish(publication(invented_plan(BASE), "second"))
    assert same(store.read_plan("BASE"), invented_plan(BASE))
    kept = store.read_plan("PUSH")[RECOMMENDED_BUILD_PLAN.name]
    assert list(kept["RECOMMENDED_QUANTITY"]) == [0.5] * 4
    assert kept[last_column(RECOMMENDED_BUILD_PLAN)].isna().all()


def test_reading_names_the_column_a_plan_table_lacks(published: Backend) -> None:
    published.run(f"ALTER TABLE {SUMMARY} DROP COLUMN SOLVER")
    with pytest.raises(StoreUnavailable, match=f"{SUMMARY}, column SOLVER: .*ADD COLUMN"):
        published.open().read_plan("BASE")


def test_a_missing_table_is_told(store: Store, backend: Backend) -> None:
    backend.run("DROP TABLE SOP_LOGISTICS.BUILD_PLAN_SHIPMENT")
    told = refusal(store)
    assert "SOP_LOGISTICS.BUILD_PLAN_SHIPMENT: expected a table; got none" in told
    assert "`sop init`" in told


def test_a_missing_key_cannot_be_added_and_is_not(store: Store, backend: Backend) -> None:
    backend.run("ALTER TABLE SOP_LOGISTICS.BUILD_PLAN_WAREHOUSE DROP COLUMN SITE_ID")
    store.create()
    told = refusal(store)
    assert "column SITE_ID" in told
    assert "RENAME TO" in told
    (rename,) = statements(told)
    backend.run(rename)
    store.create()
    store.publish(publication(invented_plan(BASE)))


# --- what is of another type --------------------------------------------------------------------


def test_an_integer_column_of_money_is_refused_before_it_rounds_a_plan(published: Backend) -> None:
    store = published.open()
    tables = {table.name: table for table in PLAN_TABLES}
    for name, column in INTEGER.items():
        replace_column(published, tables[name], column, "INTEGER")
        published.run(f"UPDATE {tables[name].qualified_name} SET {column} = 7")
    before = stored(published)
    told = refusal(store)
    for name, column in INTEGER.items():
        place = f"{tables[name].qualified_name}, column {column}"
        assert re.search(rf"{place}: expected (DECIMAL|NUMBER)\(18, 2\); got ", told)
    with pytest.raises(StoreUnavailable, match="which cannot hold every value"):
        store.publish(publication(invented_plan(BASE, 0.75), "second"))
    assert stored(published) == before
    for statement in statements(told):
        published.run(statement)
    store.require_plan_tables()
    kept = published.rows(f"SELECT OBJECTIVE FROM {SUMMARY}")
    assert [float(value) for (value,) in kept] == [7.0], "mending keeps what is there"
    store.publish(publication(invented_plan(BASE, 0.75), "second"))
    assert same(store.read_plan("BASE"), invented_plan(BASE, 0.75))


NARROW = (
    ("BUILD_PLAN_INVENTORY", "DEMAND", "DECIMAL(18, 3)"),
    ("BUILD_PLAN_INVENTORY", "DEMAND", "DECIMAL(10, 4)"),
    ("BUILD_PLAN_INVENTORY", "DEMAND", "VARCHAR"),
    ("BUILD_PLAN_SUMMARY", "RELATIVE_GAP", "DECIMAL(18, 6)"),
    ("BUILD_PLAN_SUMMARY", "STATUS", "INTEGER"),
    ("BUILD_PLAN_SUMMARY", "HORIZON_START", "VARCHAR"),
    ("RECOMMENDED_BUILD_PLAN_HISTORY", "PROJECTED_TOTAL_COST", "INTEGER"),
)
WIDE = (
    ("BUILD_PLAN_INVENTORY", "DEMAND", "DECIMAL(24, 6)"),
    ("BUILD_PLAN_INVENTORY", "SERVED", "DOUBLE"),
    ("BUILD_PLAN_CAPACITY", "UTILIZATION_PCT", "DECIMAL(18, 2)"),
    ("BUILD_PLAN_SUMMARY", "HORIZON_START", "TIMESTAMP"),
    ("RECOMMENDED_BUILD_PLAN_HISTORY", "PROJECTED_TOTAL_COST", "DOUBLE"),
)


@pytest.mark.parametrize(("name", "column", "kind"), NARROW)
def test_a_column_that_cannot_hold_every_value_is_refused(
    name: str, column: str, kind: str, store: Store, backend: Backend
) -> None:
    table = next(table for table in PLAN_TABLES if table.name == name)
    replace_column(backend, table, column, kind)
    told = refusal(store)
    assert f"{table.qualified_name}, column {column}: expected" in told
    assert len(told.splitlines()) == 2


def test_wider_columns_and_columns_of_ones_own_take_every_plan(
    store: Store, backend: Backend
) -> None:
    tables = {table.name: table for table in PLAN_TABLES}
    for name, column, kind in WIDE:
        replace_column(backend, tables[name], column, kind)
    for table in PLAN_TABLES:
        backend.run(f"ALTER TABLE {table.qualified_name} ADD COLUMN OUR_REMARK VARCHAR")
    store.require_plan_tables()
    plan = invented_plan(BASE)
    plan["BUILD_PLAN_INVENTORY"]["DEMAND"] = [0.00004, 1.23456, 9_999_999_999.0001, 0.1]
    store.publish(publication(plan, "first"))
    assert same(store.read_plan("BASE"), plan)
    store.create()
    store.publish(publication(plan, "second"))
    assert same(store.read_plan("BASE"), plan)


def test_a_column_of_ones_own_that_no_plan_fills_is_refused(store: Store, backend: Backend) -> None:
    table = BUILD_PLAN_WAREHOUSE
    made = create_table(table, dialect_of(backend)).removesuffix("\n)")
    backend.run(f"DROP TABLE {table.qualified_name}")
    backend.run(f"{made}, OWNER VARCHAR NOT NULL, KIND VARCHAR DEFAULT 'plan' NOT NULL)")
    told = refusal(store)
    place = f"{table.qualified_name}, column OWNER"
    assert f"{place}: expected a column of your own that may be empty or has a default" in told
    (statement,) = statements(told)
    backend.run(statement)
    store.require_plan_tables()
    store.publish(publication(invented_plan(BASE)))
    kept = backend.rows(f"SELECT DISTINCT OWNER, KIND FROM {table.qualified_name}")
    assert kept == [(None, "plan")]


def test_what_is_written_is_compared_with_the_plan_not_with_what_the_table_can_hold(
    published: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if a shape that rounds were let through."""
    store = published.open()
    replace_column(published, BUILD_PLAN_SUMMARY, "OBJECTIVE", "INTEGER")
    before = stored(published)
    for module in ("duckdb_store", "snowflake_publication"):
        monkeypatch.setattr(
            f"sop_pipeline.store.{module}.require_plan_tables", lambda *_, **__: None
        )
    with pytest.raises(StoreUnavailable, match="BUILD_PLAN_SUMMARY reads back otherwise"):
        store.publish(publication(invented_plan(BASE, 0.75), "second"))
    assert stored(published) == before
