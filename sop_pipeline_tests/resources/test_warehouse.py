"""A run reads each table once, and holds the warehouse only while it reads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from sop_pipeline.definitions import build_definitions
from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store.duckdb_store import DuckDBStore
from sop_pipeline_tests.assets.home import Home, open_home

READ: Counter[str] = Counter()


class CountingWarehouse(DuckDBStore):
    """Counts its queries by name."""

    def read(self, query: str, **parameters: Any) -> pd.DataFrame:
        READ[query] += 1
        return super().read(query, **parameters)


class CountingResource(StoreResource):
    """Opens a warehouse that counts."""

    def open(self) -> CountingWarehouse:
        return CountingWarehouse(self.location.removeprefix("duckdb:"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("resource")) as opened:
        yield opened


def notebook() -> Policy:
    return load_policy("notebook")


def today() -> dt.date:
    return dt.date(2025, 7, 1)


def _path(home: Home) -> Path:
    return home.folder / "warehouse.duckdb"


def test_a_run_reads_each_input_table_once_and_the_next_run_reads_it_again(home: Home) -> None:
    resource = CountingResource(location=home.location)
    definitions = build_definitions(home.location, "notebook", resource)
    counted = Home(home.folder, definitions, home.instance)
    READ.clear()
    assert counted.plan("BASE").exit_status == 0
    inputs = Counter({query: n for query, n in READ.items() if query != "scenarios"})
    assert len(inputs) >= 13
    assert set(inputs.values()) == {1}
    READ.clear()
    definitions.resolve_job_def("plan_scenario").execute_in_process(
        instance=home.instance, partition_key="BASE", asset_selection=[dg.AssetKey("site_master")]
    )
    assert READ["site_master"] == 1


def test_policy_and_day_are_asked_once_for_all_that_a_run_reads(home: Home) -> None:
    asked: Counter[str] = Counter()

    def policy() -> Policy:
        asked["policy"] += 1
        return notebook()

    def day() -> dt.date:
        asked["day"] += 1
        return today()

    with dg.build_init_resource_context() as context:
        resource = StoreResource(location=home.location)
        resource.setup_for_execution(context)
        readers = {id(resource.reader("BASE", policy, day)) for _ in range(3)}
        resource.teardown_after_execution(context)
    assert (len(readers), asked) == (1, {"policy": 1, "day": 1})


def test_others_write_once_all_is_read_and_not_before(home: Home) -> None:
    with dg.build_init_resource_context() as context:
        resource = StoreResource(location=home.location)
        resource.setup_for_execution(context)
        resource.reader("BASE", notebook, today).inputs(["product_master"])
        other = DuckDBStore(_path(home), lock_timeout_seconds=0.1)
        with pytest.raises(StoreUnavailable, match="locked"):
            other.create()
        resource.all_is_read()
        other.create()


def test_a_run_that_ends_while_it_reads_lets_go(home: Home) -> None:
    with dg.build_init_resource_context() as context:
        resource = StoreResource(location=home.location)
        resource.setup_for_execution(context)
        resource.reader("BASE", notebook, today).inputs(["product_master"])
        resource.teardown_after_execution(context)
    DuckDBStore(_path(home), lock_timeout_seconds=0.1).create()
