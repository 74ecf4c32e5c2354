"""No asset reads a table that the graph does not show, even where nothing was read before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from sop_pipeline.definitions import build_definitions
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store.ddl import view_statements
from sop_pipeline.store.duckdb_store import DuckDBStore
from sop_pipeline.store.queries import QUERIES, qualified
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline_tests.assets.home import Home, open_home

READ: defaultdict[str, set[str]] = defaultdict(set)
"""The tables and views that each asset has read."""


def _record(*sources: str) -> None:
    asset = dg.AssetExecutionContext.get().asset_key.to_user_string()
    READ[asset].update(source.replace(".", "/") for source in sources)


class RecordingWarehouse(DuckDBStore):
    """Remembers the tables and views that were read."""

    def read(self, query: str, **parameters: Any) -> pd.DataFrame:
        _record(*QUERIES[query].sources)
        return super().read(query, **parameters)

    def columns(self, relation: str) -> tuple[str, ...]:
        _record(relation)
        return super().columns(relation)

    def key_counts(self, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
        _record(qualified(table))
        return super().key_counts(table, columns)

    def view_text(self, view: str) -> str:
        _record(view)
        return super().view_text(view)


class RecordingResource(StoreResource):
    """Opens such a warehouse, and lets each asset read for itself, as in a process of its own."""

    def open(self) -> RecordingWarehouse:
        return RecordingWarehouse(self.location.removeprefix("duckdb:"))

    def reader(self, *arguments: Any) -> InputReader:
        self._forget()
        return super().reader(*arguments)

    def scenario(self, code: str) -> Scenario:
        self._forget()
        return super().scenario(code)

    def _forget(self) -> None:
        self.all_is_read()
        self._readers.clear()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("reads")) as opened:
        resource = RecordingResource(location=opened.location)
        definitions = build_definitions(opened.location, "notebook", resource)
        yield Home(opened.folder, definitions, opened.instance)


def _shown(home: Home) -> dict[str, set[str]]:
    return {
        spec.key.to_user_string(): {dep.asset_key.to_user_string() for dep in spec.deps}
        for spec in home.definitions.resolve_all_asset_specs()
    }


def _require_shown(home: Home) -> None:
    shown = _shown(home)
    more = {asset: read - shown[asset] for asset, read in READ.items() if read - shown[asset]}
    assert not more, f"read and not shown: {more}"


def test_the_graph_shows_every_table_that_an_asset_reads(home: Home) -> None:
    READ.clear()
    assert home.launch("BASE", {"name": "notebook"}, page=True).success
    assert set(READ) == {*INPUTS, "solved_plan", "recommended_build_plan", "plan_report"}
    _require_shown(home)


def test_the_graph_shows_what_a_wrong_view_is_explained_by(home: Home) -> None:
    READ.clear()
    join = "JOIN ATOMIC.INVENTORY_BALANCE AS b ON b.PRODUCT_ID = forecast.PRODUCT_ID\n"
    site_join = "JOIN ATOMIC.SITE AS site"
    view = view_statements()[0]
    assert site_join in view
    store = DuckDBStore(home.folder / "warehouse.duckdb")
    with store._writing() as session:
        session.execute(view.replace(site_join, f"{join}{site_join}"))
    assert home.plan("BASE").exit_status == 3
    assert "ATOMIC/INVENTORY_BALANCE" in READ["demand_forecasts"]
    _require_shown(home)
