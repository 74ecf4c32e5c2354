"""Tables whose columns a customer stores in types of their own, in DuckDB."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.store import MEMORY, DuckDBStore, Store
from sop_pipeline.store.ddl import view_statements
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.queries import QUERIES, query_for
from sop_pipeline_tests.outcomes import Outcome, outcome
from sop_pipeline_tests.small_company import full_company, write_company

READ_ALIKE: Mapping[str, tuple[str, ...]] = {
    "identifier": (
        "CAST({0} AS VARCHAR)",
        "' ' || CAST({0} AS VARCHAR) || '.0'",
        "CAST({0} AS DOUBLE)",
        "CAST({0} AS HUGEINT)",
        "CAST({0} AS UINTEGER)",
        "CAST({0} AS DECIMAL(38, 0))",
        "CAST({0} AS DECIMAL(12, 2))",
    ),
    "number": (
        "CAST({0} AS VARCHAR)",
        "CAST({0} AS DECIMAL(24, 6))",
        "' ' || CAST({0} AS VARCHAR) || ' '",
    ),
    "text": ("{0} || ''",),
    "date": (
        "CAST({0} AS VARCHAR)",
        "CAST({0} AS VARCHAR) || 'T23:30:00'",
        "CAST({0} AS VARCHAR) || ' 00:30:00+09:00'",
        "CAST({0} AS VARCHAR) || 'T22:00:00Z'",
        "CAST({0} AS TIMESTAMP) + INTERVAL '23 hours'",
        "CAST({0} AS TIMESTAMP_S)",
        "CAST({0} AS TIMESTAMPTZ) + INTERVAL '23 hours'",
    ),
    "timestamp": ("CAST({0} AS VARCHAR)", "CAST({0} AS TIMESTAMPTZ)", "CAST({0} AS DATE)"),
    "flag": (
        "CAST({0} AS VARCHAR)",
        "CASE WHEN {0} THEN 'Y' ELSE 'N' END",
        "CASE WHEN {0} THEN ' t' ELSE 'f' END",
        "CASE WHEN {0} THEN 'Yes' ELSE 'No' END",
        "CAST({0} AS INTEGER)",
        "CAST({0} AS DOUBLE)",
        "CAST(CAST({0} AS INTEGER) AS DECIMAL(3, 1))",
    ),
}
"""How else a column may be stored, its values kept."""
OTHERS: Mapping[str, tuple[str, ...]] = {
    "identifier": ("DATE '2026-01-01'", "TRUE", "[1]", "'AB-1'", "10.5", "1e30", "'1e3'"),
    "number": ("DATE '2026-01-01'", "TRUE", "[1]", "'many'", "'1_000'", "'1,5'", "'0x10'"),
    "date": ("20260101", "TRUE", "[1]", "TIME '10:00'", "'01.02.2026'", "'2026-13-01'", "'soon'"),
    "flag": ("DATE '2026-01-01'", "[1]", "'perhaps'", "2", "0.5"),
}
"""Values that have no place in a column."""


class Company(dict[str, pa.Table]):
    """Input tables that do not fill the report of a failure."""

    def __repr__(self) -> str:
        return "the full company"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = write_company(tmp_path_factory.mktemp("full"), full_company())
    return Company(load_folder(folder).tables)


@pytest.fixture(scope="module")
def expected(company: Company) -> Store:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(company)
    return store


@pytest.fixture(scope="module")
def expected_rows(expected: Store) -> dict[str, dict[str, pd.DataFrame]]:
    """What is read of the company, by where its demand is read from."""
    return {source: read(expected, source) for source in ("view", "base")}


def stored(company: Company, changed: Mapping[tuple[str, str], str]) -> Store:
    """A warehouse over tables made by someone else, some columns by an expression of theirs."""
    store = DuckDBStore(MEMORY)
    with store._open(read_only=False) as session:
        session.execute("CREATE SCHEMA ATOMIC")
        for table in ATOMIC_TABLES:
            if table.name in company:
                rows = company[table.name]
                session.register("given", rows)
                columns = ", ".join(
                    f"{changed.get((table.name, name), '{0}').format(name)} AS {name}"
                    for name in rows.column_names
                )
                session.execute(
                    f"CREATE TABLE {table.qualified_name} AS SELECT {columns} FROM given"
                )
    store.create()
    return store


def read(store: Store, source: str) -> dict[str, pd.DataFrame]:
    with store.reading():
        return {
            table.name: table.typed(
                store.read(
                    query_for(table.name, source).name,
                    scenario_id=1,
                    scenario_code="BASE",
                    first_day=None,
                )
            )
            for table in INPUT_TABLES
        }


def columns_of(company: Company) -> list[tuple[str, str, str]]:
    """Table, column and type of every column with values."""
    return [
        (table.name, name, table.columns[name].type)
        for table in ATOMIC_TABLES
        if table.name in company
        for name in company[table.name].column_names
    ]


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_input_reads_alike_however_its_columns_are_stored(
    data: st.DataObject,
    company: Company,
    expected_rows: dict[str, dict[str, pd.DataFrame]],
) -> None:
    changed = {
        (table, name): data.draw(st.sampled_from(("{0}", *READ_ALIKE[kind])), f"{table}.{name}")
        for table, name, kind in columns_of(company)
    }
    store = stored(company, changed)
    for source, by_name in expected_rows.items():
        found = read(store, source)
        for name, rows in by_name.items():
            pd.testing.assert_frame_equal(found[name], rows)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_value_that_has_no_place_in_its_column_is_refused_by_name(
    data: st.DataObject, company: Company
) -> None:
    table, name, kind = data.draw(
        st.sampled_from([column for column in columns_of(company) if column[2] in OTHERS])
    )
    value = data.draw(st.sampled_from(OTHERS[kind]))
    try:
        found = outcome(stored(company, {(table, name): value}))
    except InputRefused as refused:  # no view can be made over such a table
        found = Outcome(refused.exit_status, str(refused))
    assert found.status == (3 if is_read(table, name) else 0), found
    assert found.status == 0 or (table in found.refusal and f"column {name}" in found.refusal)


KEEPS_A_WHAT_IF = "forecast_versions"
"""The query that only keeping a what-if as a scenario takes."""


def is_read(table: str, name: str) -> bool:
    """Whether a query or a view that plans are made of reads the column."""
    queries = [query for one, query in QUERIES.items() if one != KEEPS_A_WHAT_IF]
    texts = [query.text for query in queries if f"ATOMIC.{table}" in query.sources]
    texts += [text for text in view_statements() if re.search(rf"ATOMIC\.{table}\b", text)]
    return any(re.search(rf"\b{name}\b", text) for text in texts)


def test_a_plan_is_the_same_however_its_inputs_are_stored(
    company: Company, expected: Store
) -> None:
    changed = {(t, name): READ_ALIKE[kind][0] for t, name, kind in columns_of(company)}
    one, other = outcome(stored(company, changed)), outcome(expected)
    assert (one.status, one.refusal) == (0, "")
    assert one.cost == other.cost
