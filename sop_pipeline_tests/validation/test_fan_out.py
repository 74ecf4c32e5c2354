"""A view that counts demand several times is found out, and explained from the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop_pipeline.errors import Fault
from sop_pipeline.policies import load_policy
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.validation.demand_view import reconciles_with_base
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.warehouse import MEMORY, DuckDBWarehouse
from sop_pipeline.warehouse.ddl import view_statements
from sop_pipeline.warehouse.folder import load_folder
from sop_pipeline_tests.small_company import write_company
from sop_pipeline_tests.validation.reads import require_reads_declared

_SITE_JOIN = "ON site.SITE_ID = forecast.SITE_ID AND COALESCE(site.IS_CURRENT_FLAG, TRUE)"


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    store = DuckDBWarehouse(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path / "company")).tables)
    return store


def _found(warehouse: DuckDBWarehouse, demand_source: str = "view") -> list[Fault]:
    policy = load_policy("notebook", {"demand_source": demand_source})
    reader = InputReader(warehouse, Scenario(2, "PUSH", "Push"), policy)
    inputs = reader.inputs()
    require_reads_declared(inputs)
    return reconciles_with_base(inputs)


def _join(warehouse: DuckDBWarehouse, join: str) -> None:
    view = view_statements()[0].replace(_SITE_JOIN, f"{_SITE_JOIN}\n{join}")
    with warehouse._writing() as session:
        session.execute(view)


def test_the_shipped_view_reconciles(warehouse: DuckDBWarehouse) -> None:
    assert _found(warehouse) == []


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
    warehouse: DuckDBWarehouse, join: str, times: str, explanation: str
) -> None:
    _join(warehouse, join)

    (fault,) = _found(warehouse)

    assert times in fault.got
    assert explanation in fault.got
    assert fault.total == 6, "every month is at fault"


def test_a_view_that_drops_rows_is_told_too(warehouse: DuckDBWarehouse) -> None:
    _join(
        warehouse,
        "JOIN ATOMIC.WAREHOUSE_ZONE AS zone ON zone.SITE_ID = forecast.SITE_ID "
        "AND zone.WAREHOUSE_ZONE_ID = 401",
    )

    (fault,) = _found(warehouse)

    assert "0.53 times" in fault.got


def test_the_base_table_is_not_measured_against_the_view(warehouse: DuckDBWarehouse) -> None:
    _join(warehouse, "JOIN (SELECT * FROM range(3)) ON TRUE")
    assert _found(warehouse, demand_source="base") == []
