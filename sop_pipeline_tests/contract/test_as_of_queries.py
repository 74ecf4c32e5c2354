"""What was known on a day: forecast versions, validity, balances; read by the same queries."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sop_pipeline.store import Store
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.queries import QUERIES
from sop_pipeline_tests.contract.conftest import NewBackend
from sop_pipeline_tests.emulator import pointed_at
from sop_pipeline_tests.small_company import Tables, small_company, write_company

BASE = 1
ASKED = {
    "scenario_id": BASE,
    "scenario_code": "BASE",
    "first_day": None,
    "before_run": None,
    "input_hash": "",
}
FIRST, SECOND, THIRD = "2025-02-01", "2025-04-10 09:30:00", "2025-06-01"
FIRST_KEY = (10, 3, "2025-07-01")


def company_with_a_past() -> Tables:
    """Three forecast versions, two of every master row, balances of two days."""
    tables = small_company()
    return {
        **tables,
        "demand_forecasts": _versions(tables["demand_forecasts"]),
        "products": _two_prices(tables["products"]),
        "work_centers": _two_speeds(tables["work_centers"]),
        "inventory_balances": _two_days(tables["inventory_balances"]),
        "transport_lanes": pd.DataFrame(
            {
                "FROM_SITE_ID": [1, 2, 1],
                "TO_SITE_ID": [3, 4, 4],
                "TRANSPORT_COST_PER_UNIT": [1.0, 2.0, 3.0],
                "VALID_FROM_TIMESTAMP": ["2025-03-01", None, None],
                "VALID_TO_TIMESTAMP": [None, None, None],
                "IS_CURRENT_FLAG": ["TRUE", "TRUE", "FALSE"],
            }
        ),
    }


def _versions(demand: pd.DataFrame) -> pd.DataFrame:
    """All forecasts, then all but one product, then one key alone; the first of BASE's dates."""
    first = demand.assign(
        VERSION_TIMESTAMP=FIRST, IS_CURRENT_VERSION="FALSE", FORECAST_QUANTITY=1.0
    )
    kept = demand[demand["PRODUCT_ID"] != 30]
    key = (kept["PRODUCT_ID"] == 10) & (kept["SITE_ID"] == 3) & (kept["SCENARIO_ID"] == BASE)
    key &= kept["FORECAST_DATE"] == FIRST_KEY[2]
    second = kept.assign(
        DEMAND_FORECAST_ID=kept["DEMAND_FORECAST_ID"] + 1000,
        VERSION_TIMESTAMP=SECOND,
        FORECAST_QUANTITY=2.0,
        IS_CURRENT_VERSION=(~key).map({True: "TRUE", False: "FALSE"}),
    )
    third = kept[key].assign(
        DEMAND_FORECAST_ID=5000,
        VERSION_TIMESTAMP=THIRD,
        FORECAST_QUANTITY=3.0,
        IS_CURRENT_VERSION="TRUE",
    )
    other = third.assign(DEMAND_FORECAST_ID=6000, FORECAST_TYPE="STATISTICAL")
    return pd.concat([first, second, third, other])


def _two_prices(products: pd.DataFrame) -> pd.DataFrame:
    old = products.assign(
        UNIT_COST=1.0,
        IS_CURRENT_FLAG="FALSE",
        VALID_FROM_TIMESTAMP="2025-01-01",
        VALID_TO_TIMESTAMP="2025-04-01 00:00:00",
    )
    now = products.assign(
        VALID_FROM_TIMESTAMP="2025-04-01 00:00:00", VALID_TO_TIMESTAMP="9999-12-31"
    )
    return pd.concat([old, now])


def _two_speeds(centers: pd.DataFrame) -> pd.DataFrame:
    """The old rows tell no dates at all; their successors tell when they began."""
    old = centers.assign(CAPACITY_PER_HOUR=1.0, IS_CURRENT_FLAG="FALSE")
    return pd.concat(
        [old, centers.assign(IS_CURRENT_FLAG="TRUE", VALID_FROM_TIMESTAMP="2025-05-01")]
    )


def _two_days(balances: pd.DataFrame) -> pd.DataFrame:
    early = balances.assign(
        INVENTORY_BALANCE_ID=balances["INVENTORY_BALANCE_ID"] + 100,
        BALANCE_DATE="2025-03-31",
        QUANTITY_AVAILABLE=5.0,
    )
    return pd.concat([balances, early])


@pytest.fixture(scope="module")
def past(new_backend: NewBackend, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("past")
    made = new_backend(folder)
    with pointed_at(made.environment):
        opened = made.open()
    opened.replace_inputs(load_folder(write_company(folder / "in", company_with_a_past())).tables)
    return opened


def known(past: Store, query: str, day: str) -> pd.DataFrame:
    return past.read(query, as_of=dt.date.fromisoformat(day), **ASKED)


@pytest.mark.parametrize("query", ["demand_from_view", "demand_from_base"])
@pytest.mark.parametrize(
    ("day", "quantities", "first_key"),
    [
        ("2025-01-31", {}, None),
        ("2025-02-01", {1.0: 36}, 1.0),
        ("2025-04-09", {1.0: 36}, 1.0),
        ("2025-04-10", {2.0: 24}, 2.0),  # its hour counts for the day; product 30 was dropped
        ("2025-06-01", {2.0: 23, 3.0: 1}, 3.0),
        ("2030-01-01", {2.0: 23, 3.0: 1}, 3.0),
    ],
)
def test_forecasts_are_the_versions_of_the_day(
    past: Store, query: str, day: str, quantities: dict[float, int], first_key: float | None
) -> None:
    frame = known(past, query, day)
    assert frame["FORECAST_QUANTITY"].value_counts().to_dict() == quantities
    product, site, date = FIRST_KEY
    rows = frame[(frame["PRODUCT_ID"] == product) & (frame["SITE_ID"] == site)]
    rows = rows[pd.to_datetime(rows["FORECAST_DATE"]) == pd.Timestamp(date)]
    assert list(rows["FORECAST_QUANTITY"]) == ([] if first_key is None else [first_key])


@pytest.mark.parametrize(
    ("day", "cost"),
    [("2024-12-31", None), ("2025-01-01", 1.0), ("2025-03-31", 1.0), ("2025-04-01", 20.0)],
)
def test_masters_are_those_valid_on_the_day(past: Store, day: str, cost: float | None) -> None:
    frame = known(past, "product_master", day)
    assert len(frame) == (0 if cost is None else 3)
    assert list(frame[frame["PRODUCT_ID"] == 10]["UNIT_COST"]) == ([] if cost is None else [cost])


def test_a_row_without_dates_held_until_its_successor_began(past: Store) -> None:
    for day, speeds in (("2025-04-30", [1.0, 1.0]), ("2025-05-01", [4.0, 2.0])):
        assert list(known(past, "capacity_summary", day)["CAPACITY_PER_HOUR"]) == speeds


def test_a_row_that_ended_nobody_knows_when_is_left_out(past: Store) -> None:
    def lanes(day: str) -> list[float]:
        return list(known(past, "transport_lanes", day)["TRANSPORT_COST_PER_UNIT"])

    assert lanes("2025-02-28") == [2.0]
    assert lanes("2025-03-01") == [1.0, 2.0]


@pytest.mark.parametrize(
    ("day", "available"), [("2025-03-30", set()), ("2025-03-31", {5.0}), ("2025-06-30", {60.0})]
)
def test_balances_are_those_up_to_the_day(past: Store, day: str, available: set[float]) -> None:
    assert set(known(past, "opening_inventory", day)["QUANTITY_AVAILABLE"]) == available


def test_today_is_what_is_current(past: Store) -> None:
    for query in set(QUERIES) - {"demand_contents", "published_plans", "last_plan", "kept_inputs"}:
        now = past.read(query, **ASKED)
        then = known(past, query, "2030-01-01")
        pd.testing.assert_frame_equal(now.reset_index(drop=True), then)


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("DEMAND_FORECAST_VERSIONS", dt.date(2025, 2, 1)),
        ("PRODUCT", dt.date(2025, 1, 1)),
        ("INVENTORY_BALANCE", dt.date(2025, 3, 31)),
        ("SITE", None),
    ],
)
def test_the_first_day_a_table_knows_of(past: Store, table: str, day: dt.date | None) -> None:
    assert past.earliest(table, BASE) == day
