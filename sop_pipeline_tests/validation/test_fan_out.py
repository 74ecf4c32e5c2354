"""A view that counts demand several times is found out, and explained from the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop_pipeline.errors import Fault
from sop_pipeline.policies import load_policy
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.ddl import view_statements
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.demand_view import reconciles_with_base
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline_tests.small_company import write_company
from sop_pipeline_tests.validation.reads import require_reads_declared

_SITE_JOIN = "ON site.SITE_ID = forecast.SITE_ID AND COALESCE(site.IS_CURRENT_FLAG, TRUE)"


@pytest.fixture
def store(tmp_path: Path) -> DuckDBStore:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path / "company")).tables)
    return store


def _found(store: DuckDBStore, demand_source: str = "view") -> list[Fault]:
    policy = load_policy("notebook", {"demand_source": demand_source})
    reader = InputReader(store, Scenario(2, "PUSH", "Push"), policy)
    inputs = reader.inputs()
    require_reads_declared(inputs)
    return reconciles_with_base(inputs)


def _join(store: DuckDBStore, join: str) -> None:
    view = view_statements()[0].replace(_SITE_JOIN, f"{_SITE_JOIN}\n{join}")
    with store._writing() as session:
        session.execute(view)


def test_the_shipped_view_reconciles(store: DuckDBStore) -> None:
    assert _found(store) == []


@pytest.mark.parametrize(
    ("join", "times", "explanation"),
    [
        (
            "JOIN ATOMIC.LOGISTICS_COST_FACT AS cost ON cost.SITE_ID = forecast.SITE_ID",
            "1.47 times",
            "LOGISTICS_COST_FACT's repeated SITE_ID explains it",
        ),
        (
            "LEFT JOIN ATOMIC.WAREHOUSE_ZONE AS zone ON zone.SITE_ID = forecast.SITE_ID",
            "1.47 times",
            "WAREHOUSE_ZONE's repeated SITE_ID explains it",
        ),
        (
            "JOIN ATOMIC.INVENTORY_BALANCE AS b ON b.PRODUCT_ID = forecast.PRODUCT_ID",
            "2.00 times",
            "INVENTORY_BALANCE's repeated PRODUCT_ID explains it",
        ),
        (
            (
                "JOIN ATOMIC.LOGISTICS_COST_FACT AS cost ON cost.SITE_ID = forecast.SITE_ID "
                "JOIN ATOMIC.INVENTORY_BALANCE AS b ON b.PRODUCT_ID = forecast.PRODUCT_ID"
            ),
            "2.95 times",
            (
                "LOGISTICS_COST_FACT's repeated SITE_ID together with INVENTORY_BALANCE's repeated "
                "PRODUCT_ID explains it"
            ),
        ),
        (
            (
                "JOIN ATOMIC.DEMAND_FORECAST_VERSIONS AS t ON t.PRODUCT_ID = forecast.PRODUCT_ID "
                "AND t.SITE_ID = forecast.SITE_ID AND t.FORECAST_DATE = forecast.FORECAST_DATE"
            ),
            "2.00 times",
            "DEMAND_FORECAST_VERSIONS's repeated PRODUCT_ID, SITE_ID, FORECAST_DATE",
        ),
        (
            "JOIN (SELECT * FROM range(3)) ON TRUE",
            "3.00 times",
            "no repeated key of a single table or of two together explains it",
        ),
    ],
    ids=["cost_rows", "zones", "balances", "two_tables", "itself", "nothing_in_the_data"],
)
def test_a_fan_out_is_told_with_its_factor_and_the_join_that_explains_it(
    store: DuckDBStore, join: str, times: str, explanation: str
) -> None:
    _join(store, join)

    (fault,) = _found(store)

    assert times in fault.got
    assert explanation in fault.got
    assert fault.total == 6, "every month is at fault"


def test_a_view_that_drops_rows_is_told_too(store: DuckDBStore) -> None:
    _join(
        store,
        "JOIN ATOMIC.WAREHOUSE_ZONE AS zone ON zone.SITE_ID = forecast.SITE_ID "
        "AND zone.WAREHOUSE_ZONE_ID = 401",
    )

    (fault,) = _found(store)

    assert "0.53 times" in fault.got


def test_the_base_table_is_not_measured_against_the_view(store: DuckDBStore) -> None:
    _join(store, "JOIN (SELECT * FROM range(3)) ON TRUE")
    assert _found(store, demand_source="base") == []
