"""A check that fails: it is told and recorded, and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pytest

from sop_pipeline.automation.run import PlannedScenario
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.assets.test_graph import INPUTS
from sop_pipeline_tests.small_company import altered

# Row 40 of the demand is PUSH, product 10, site 3, November.
BAD_ROW = 40


def _negative_push_demand(frame: pd.DataFrame) -> pd.DataFrame:
    frame.loc[BAD_ROW, "FORECAST_QUANTITY"] = -5
    return frame


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One of PUSH's forecasts is negative."""
    tables = altered("demand_forecasts", _negative_push_demand)
    with open_home(tmp_path_factory.mktemp("blocking"), tables) as opened:
        yield opened


@pytest.fixture(scope="module")
def refused(home: Home) -> PlannedScenario:
    return home.plan("PUSH")


def test_the_run_fails_with_the_exit_status_of_refused_input(refused: PlannedScenario) -> None:
    assert refused.exit_status == 3
    [message] = refused.failures
    for word in ("DEMAND_FORECAST_VERSIONS", "FORECAST_QUANTITY", "PRODUCT_ID=10", "2025-11-01"):
        assert word in message


def test_the_failure_is_recorded_for_the_scenario_with_the_failing_rows(
    home: Home, refused: PlannedScenario
) -> None:
    blocking = [
        e
        for e in home.evaluations(refused.run_id)
        if not e.passed and e.severity == dg.AssetCheckSeverity.ERROR
    ]
    assert {e.asset_key.to_user_string() for e in blocking} == {"demand_forecasts"}
    schema = next(e for e in blocking if e.check_name == "schema")
    assert schema.partition == "PUSH"
    assert schema.blocking
    [record] = schema.metadata["faults"].value.records
    assert record.data["table"] == "DEMAND_FORECAST_VERSIONS (demand_forecasts)"
    assert record.data["column"] == "FORECAST_QUANTITY"
    assert record.data["total"] == 1
    assert "PRODUCT_ID=10" in record.data["rows"]
    assert "-5" in record.data["rows"] + record.data["got"]


def test_nothing_is_materialised_downstream_of_the_failure(
    home: Home, refused: PlannedScenario
) -> None:
    entries = home.instance.all_logs(
        refused.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    )
    stored = {e.dagster_event.asset_key.to_user_string() for e in entries if e.dagster_event}
    assert stored == set(INPUTS) - {"demand_forecasts"}
    assert home.published("PUSH")["RECOMMENDED_BUILD_PLAN"].empty
