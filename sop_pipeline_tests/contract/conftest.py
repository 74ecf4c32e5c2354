"""The warehouses under test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest

from sop_pipeline.store import Store, store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.contract.backends import Backend, DuckDBBackend, SnowflakeBackend, in_use
from sop_pipeline_tests.contract.plans import invented_plan, publication
from sop_pipeline_tests.emulator import Emulator, pointed_at
from sop_pipeline_tests.small_company import write_company

NewBackend = Callable[[Path], Backend]
OwnCopy = Callable[[Backend], Backend]


SLOW_ON_SNOWFLAKE = (
    re.compile(r"contract/test_bookkeeping\.py"),
    re.compile(r"contract/test_days\.py"),
    re.compile(r"test_two_hundred_thousand_rows_are_published"),
    re.compile(r"test_two_threads_publish_two_scenarios"),
    re.compile(r"test_two_processes_publish_one_scenario_while_a_reader_sees_whole_plans"),
    re.compile(r"test_figures_that_fit_are_planned_and_others_are_refused_by_name.*(?<!-None\])$"),
)
"""What the emulator takes minutes for, and holds of every warehouse alike.

Two threads have connections of their own there, as two processes have. Of the figures that fit or
do not, Snowflake stores and reads those that fit: what is refused is refused after it is read.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is slow on Snowflake's emulator to the long tests."""
    for item in items:
        slow = any(names.search(item.nodeid) for names in SLOW_ON_SNOWFLAKE)
        if slow and "[snowflake" in item.nodeid:
            item.add_marker(pytest.mark.long)


@pytest.fixture(
    scope="session", params=["duckdb", pytest.param("snowflake", marks=pytest.mark.system)]
)
def new_backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewBackend:
    """Makes a store of the backend under test, with every table and no row."""
    if request.param == "duckdb":
        template = tmp_path_factory.mktemp("created") / "warehouse.duckdb"
        store_at(f"duckdb:{template}").create()
        return lambda folder: DuckDBBackend(folder, template)
    emulator: Emulator = request.getfixturevalue("emulator")
    created: str = request.getfixturevalue("created")
    return lambda _: SnowflakeBackend(emulator, created)


@pytest.fixture
def backend(new_backend: NewBackend, tmp_path: Path) -> Iterator[Backend]:
    """A store of one test's own."""
    with in_use(new_backend(tmp_path)) as made:
        yield made


@pytest.fixture
def store(backend: Backend) -> Store:
    """A handle on the test's own store."""
    return backend.open()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, pa.Table]:
    """The small company's input tables."""
    return load_folder(write_company(tmp_path_factory.mktemp("company"))).tables


@pytest.fixture(scope="session")
def with_company(
    new_backend: NewBackend,
    company: Mapping[str, pa.Table],
    tmp_path_factory: pytest.TempPathFactory,
) -> Backend:
    """A store that holds the small company, to be read or copied."""
    made = new_backend(tmp_path_factory.mktemp("with_company"))
    with pointed_at(made.environment):
        made.open().replace_inputs(company)
    return made


@pytest.fixture(scope="session")
def with_plan(new_backend: NewBackend, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """A store in which the run `first` has published an invented plan of BASE, to be copied."""
    made = new_backend(tmp_path_factory.mktemp("with_plan"))
    with pointed_at(made.environment):
        made.open().publish(publication(invented_plan(1), "first"))
    return made


@pytest.fixture
def own_copy(tmp_path: Path) -> Iterator[OwnCopy]:
    """Copies a store for one test, whose process then points at it."""
    with ExitStack() as stack:
        yield lambda template: stack.enter_context(in_use(template.copy(tmp_path)))


@pytest.fixture
def loaded(with_company: Backend, own_copy: OwnCopy) -> Backend:
    """A store of one test's own that holds the small company."""
    return own_copy(with_company)


@pytest.fixture
def published(with_plan: Backend, own_copy: OwnCopy) -> Backend:
    """A store of one test's own in which the run `first` has published a plan of BASE."""
    return own_copy(with_plan)


@pytest.fixture(scope="module")
def company_warehouse(with_company: Backend) -> Store:
    """A store that holds the small company, shared by the tests that only read."""
    with pointed_at(with_company.environment):
        return with_company.open()
