"""A store of the first release: read, completed, and published into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    PLAN_TABLES,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.store import Store
from sop_pipeline.store.ddl import (
    SNOWFLAKE,
    TABLES,
    create_table,
)
from sop_pipeline_tests.contract.backends import Backend, DuckDBBackend
from sop_pipeline_tests.contract.conftest import NewBackend, OwnCopy
from sop_pipeline_tests.contract.plans import CODES, invented_plan, publication
from sop_pipeline_tests.contract.test_identity import SWAPPED, loaded, renumbered
from sop_pipeline_tests.contract.test_shape import refusal, same, statements
from sop_pipeline_tests.emulator import pointed_at

BASE, PUSH = 1, 2
BUILD_PLAN = RECOMMENDED_BUILD_PLAN.qualified_name


def of_first_release(backend: Backend) -> dict[str, list[str]]:
    """Make the store anew as the first release made it; the columns of its tables."""
    backend.run("DROP SCHEMA SOP_LOGISTICS CASCADE")
    backend.run("DROP SCHEMA ATOMIC CASCADE")
    made = backend.first_release.read_text("utf-8")
    for statement in made.partition("\n")[2].split(";\n"):
        if statement.strip():
            backend.run(statement)
    return columns(backend)


def columns(backend: Backend) -> dict[str, list[str]]:
    return {name: list(kinds) for name, kinds in typed_columns(backend).items()}


def typed_columns(backend: Backend) -> dict[str, dict[str, tuple[object, ...]]]:
    rows = backend.rows(
        "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION, NUMERIC_SCALE "
        "FROM INFORMATION_SCHEMA.COLUMNS WHERE UPPER(TABLE_SCHEMA) IN ('ATOMIC', 'SOP_LOGISTICS') "
        "ORDER BY ORDINAL_POSITION"
    )
    found: dict[str, dict[str, tuple[object, ...]]] = {}
    for schema, table, column, *kind in rows:
        found.setdefault(f"{schema}.{table}".upper(), {})[str(column).upper()] = tuple(kind)
    return found


def insert(backend: Backend, table: Table, frame: pd.DataFrame, present: list[str]) -> None:
    names = [name for name in frame.columns if name in present]
    values = ", ".join(
        f"({', '.join(literal(value) for value in row)})"
        for row in frame[names].itertuples(index=False)
    )
    backend.run(f"INSERT INTO {table.qualified_name} ({', '.join(names)}) VALUES {values}")


def literal(value: object) -> str:
    return str(value) if isinstance(value, int | float) else f"'{value}'"


def plans_of_first_release(backend: Backend, present: Mapping[str, list[str]]) -> None:
    """Publish a plan of each scenario as the first release did."""
    for key, code in CODES.items():
        backend.run(
            "INSERT INTO ATOMIC.SCENARIO_DEFINITION (SCENARIO_ID, SCENARIO_CODE, SCENARIO_NAME, "
            f"SCENARIO_TYPE) VALUES ({key}, '{code}', '{code}', 'BASELINE')"
        )
        plan = invented_plan(key, key / 4)
        for table in (t for t in RESULT_TABLES if t.release == 1):
            insert(backend, table, plan[table.name], present[table.qualified_name])
        copied = [
            name
            for name in present[RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name]
            if name not in ("RUN_ID", "INPUT_HASH", "PUBLISHED_TIMESTAMP")
        ]
        backend.run(
            f"INSERT INTO {RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name} "
            f"({', '.join(copied)}, RUN_ID, INPUT_HASH, PUBLISHED_TIMESTAMP) "
            f"SELECT {', '.join(copied)}, 'run of {code}', 'text', CREATED_TIMESTAMP "
            f"FROM {BUILD_PLAN} WHERE SCENARIO_ID = {key}"
        )


@pytest.fixture(scope="module")
def left(new_backend: NewBackend, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """A store as the first release left it, a plan of each scenario in it, to be copied."""
    made = new_backend(tmp_path_factory.mktemp("first_release"))
    with pointed_at(made.environment):
        plans_of_first_release(made, of_first_release(made))
    return made


@pytest.fixture
def backend(left: Backend, own_copy: OwnCopy) -> Backend:
    """Such a store of one test's own."""
    return own_copy(left)


@pytest.fixture
def first_release(backend: Backend) -> Store:
    """A handle on it."""
    return backend.open()


def quantities(store: Store, code: str) -> set[float]:
    return set(store.read_plan(code)[RECOMMENDED_BUILD_PLAN.name]["RECOMMENDED_QUANTITY"])


def test_a_store_of_the_first_release_is_read_before_it_is_completed(
    first_release: Store,
) -> None:
    assert [quantities(first_release, code) for code in CODES.values()] == [{0.25}, {0.5}]
    listed = first_release.publications("PUSH")
    assert list(listed["RUN_ID"]) == ["run of PUSH"]
    assert list(listed["STANDS"].astype(bool)) == [True]
    kept = first_release.read_publication("PUSH", "run of PUSH")
    assert set(kept["RECOMMENDED_QUANTITY"]) == {0.5}
    assert kept["POLICY"].isna().all()


def test_a_load_completes_the_first_release_and_its_plans_follow_their_scenarios(
    first_release: Store, backend: Backend, tmp_path: Path
) -> None:
    first_release.replace_inputs(loaded(tmp_path, renumbered(SWAPPED)))
    opened = backend.open()
    opened.require_plan_tables()
    assert [quantities(opened, code) for code in CODES.values()] == [{0.25}, {0.5}]
    summary = opened.read_plan("BASE")[BUILD_PLAN_SUMMARY.name]
    assert list(summary["SCENARIO_ID"]) == [PUSH]
    assert list(summary["SCENARIO_CODE"]) == ["BASE"]
    for code in CODES.values():
        listed = opened.publications(code)
        assert list(listed["RUN_ID"]) == [f"run of {code}"]
        assert list(listed["STANDS"].astype(bool)) == [True]


def test_the_first_release_completed_has_the_columns_of_today(
    first_release: Store, backend: Backend
) -> None:
    first_release.create()
    completed = typed_columns(backend)
    for table in TABLES:
        present, asked = set(completed[table.qualified_name]), {*table.generated, *table.columns}
        # A table of the input is a customer's, which Snowflake leaves as it is.
        assert asked - (set(table.added) if table.file else set()) <= present <= asked
    backend.run("DROP SCHEMA SOP_LOGISTICS CASCADE")
    first_release.create()
    made = typed_columns(backend)
    assert {name: kinds for name, kinds in completed.items() if name in made} == made


def test_what_came_since_the_first_release_is_marked_with_its_release(backend: Backend) -> None:
    present = columns(backend)
    for table in PLAN_TABLES:
        assert (table.qualified_name in present) == (table.release == 1), f"{table.name}: release"
        if table.release > 1:
            continue
        since = set(table.columns) - set(present[table.qualified_name])
        assert since == set(table.added), f"mark it in {table.name}: NAME?@RELEASE"
        assert since <= table.may_be_empty


def test_the_first_release_takes_a_publication_once_its_columns_are_added(
    first_release: Store, backend: Backend
) -> None:
    plan = invented_plan(BASE, 0.75)
    if not isinstance(backend, DuckDBBackend):
        told = refusal(first_release)
        assert "SCENARIO_CODE" in told
        later = [table for table in PLAN_TABLES if table.release > 1]
        assert all(f"{table.qualified_name}: expected a table; got none" in told for table in later)
        for statement in (*statements(told), *(create_table(t, SNOWFLAKE) for t in later)):
            backend.run(statement)
    first_release.require_plan_tables()
    first_release.publish(publication(plan, "new"))
    assert same(first_release.read_plan("BASE"), plan)
    assert quantities(first_release, "PUSH") == {0.5}
    assert list(first_release.publications("BASE")["RUN_ID"]) == ["new", "run of BASE"]
