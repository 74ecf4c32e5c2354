"""A past day is planned again with the plan that stood on that day as the one that is kept to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.contract.test_as_of_queries import company_with_a_past
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import Tables

PUBLISHED, DAY, DAY_BEFORE = "2025-04-12", "2025-04-15", "2025-04-11"
Builds = Mapping[tuple[int, int], float]


def busy_company() -> Tables:
    """The company with a past, without stock and with twenty times its demand."""
    tables = company_with_a_past()
    demand, balances = tables["demand_forecasts"], tables["inventory_balances"]
    more = demand["FORECAST_QUANTITY"] * 20.0
    return {
        **tables,
        "demand_forecasts": demand.assign(FORECAST_QUANTITY=more),
        "inventory_balances": balances.assign(QUANTITY_ON_HAND=0.0, QUANTITY_AVAILABLE=0.0),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """BASE published once on a past day and, with another policy, once today."""
    folder = tmp_path_factory.mktemp("as_of_frozen")
    with open_home(folder, busy_company()) as opened:
        _policy(folder, "ample", "safety_stock_ratio: 0.5")
        _policy(folder, "scarce", "safety_stock_ratio: 0.0")
        _policy(folder, "frozen", "frozen_periods: 1")
        publish("BASE", policy="ample.yaml")
        with duckdb.connect(folder / "warehouse.duckdb") as connection:
            connection.execute(
                "UPDATE SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN_HISTORY SET PUBLISHED_TIMESTAMP = ?",
                [PUBLISHED],
            )
        publish("BASE", policy="scarce.yaml")
        yield opened


def _policy(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _first_builds(rows: pd.DataFrame) -> Builds:
    first = rows[rows["PRODUCTION_WEEK"] == rows["PRODUCTION_WEEK"].min()]
    made = first[first["RECOMMENDED_QUANTITY"] > 0]
    keys = zip(made["PRODUCT_ID"], made["WORK_CENTER_ID"], strict=True)
    return dict(zip(keys, made["RECOMMENDED_QUANTITY"], strict=True))


def _kept(home: Home, place: int) -> pd.DataFrame:
    """The rows of a publication, counted from the latest."""
    store = store_at(home.location)
    run_id = store.publications("BASE").iloc[place]["RUN_ID"]
    return store.read_publication("BASE", run_id)


def _planned_as_of(home: Home, day: str) -> Builds:
    result = home.sop("plan", "BASE", "--policy", "frozen.yaml", "--as-of", day)
    assert result.exit_code == 0, result.output
    return _first_builds(_kept(home, 0))


def test_the_frozen_builds_are_those_that_stood_on_the_day(home: Home) -> None:
    stands = home.published("BASE")
    then, now = _first_builds(_kept(home, 1)), _first_builds(_kept(home, 0))
    assert then != now
    assert _planned_as_of(home, DAY) == then
    assert _planned_as_of(home, DAY_BEFORE) not in (then, now)
    for name, frame in home.published("BASE").items():
        pd.testing.assert_frame_equal(stands[name], frame)
