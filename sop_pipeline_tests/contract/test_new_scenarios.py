"""A new scenario is added as a whole or not at all, and leaves every other row as it was."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import sop_pipeline as sop
from sop_pipeline.errors import StoreUnavailable, UsageError
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.services.company import Source
from sop_pipeline.store.base import NewScenario
from sop_pipeline_tests.contract.backends import Backend

CHANGES = ["demand +10% product P-10 from 2025-10", "price +5 family Large"]
Rows = dict[str, Counter[tuple[Any, ...]]]


@pytest.fixture
def small(loaded: Backend) -> sop.Company:
    return sop.Company(Source(loaded.open()))


def stored(backend: Backend) -> Rows:
    names = [table.qualified_name for table in ATOMIC_TABLES]
    return {name: Counter(backend.rows(f"SELECT * FROM {name}")) for name in names}


def added(before: Rows, after: Rows) -> dict[str, int]:
    """How many rows each table has more; none may be gone or other."""
    assert not any(before[name] - after[name] for name in before)
    return {name: n for name in before if (n := (after[name] - before[name]).total())}


def test_a_kept_what_if_plans_as_the_what_if(small: sop.Company, loaded: Backend) -> None:
    before = stored(loaded)
    found = sop.whatif(small, "PUSH", CHANGES, save_as="PUSH_10")
    assert found.saved_as == "PUSH_10"
    kept = sop.plan(sop.Company(Source(loaded.open())), "PUSH_10")
    for name in ("RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_INVENTORY", "BUILD_PLAN_SHIPMENT"):
        one, other = (plan.tables[name].drop(columns="SCENARIO_ID") for plan in (found.plan, kept))
        pd.testing.assert_frame_equal(one, other)
    assert kept.summary["revenue"] == found.plan.summary["revenue"]
    new = added(before, stored(loaded))
    assert new == {"ATOMIC.SCENARIO_DEFINITION": 1, "ATOMIC.DEMAND_FORECAST_VERSIONS": 36}


def test_a_kept_scenario_says_where_it_comes_from(small: sop.Company, loaded: Backend) -> None:
    sop.whatif(small, "PUSH", CHANGES, save_as="PUSH_10")
    (row,) = loaded.rows(
        "SELECT SCENARIO_ID, SCENARIO_NAME, SCENARIO_TYPE, PARENT_SCENARIO_ID, "
        "IS_OFFICIAL_BASELINE, CREATED_BY_USER, SCENARIO_DESCRIPTION "
        "FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH_10'"
    )
    assert tuple(row[:6]) == (3, "Push, what if", "WHAT_IF", 2, False, "sop whatif")
    assert "Demand of P-10 from 2025-10 up by 10 %" in row[6]
    empty = loaded.rows(
        "SELECT COUNT(*) FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH_10' "
        "AND (CREATED_TIMESTAMP IS NULL OR UPDATED_BY_USER IS NULL OR UPDATED_TIMESTAMP IS NULL "
        "OR CREATED_DATE IS NULL OR VERSION_NUMBER IS NULL)"
    )
    assert empty[0][0] == 0
    ids = loaded.rows("SELECT DEMAND_FORECAST_ID FROM ATOMIC.DEMAND_FORECAST_VERSIONS")
    assert len({int(number) for (number,) in ids}) == 3 * 36


def test_what_cannot_be_kept_is_refused_before_anything_is_written(
    small: sop.Company, loaded: Backend
) -> None:
    before = stored(loaded)
    refused = {
        "BASE": (CHANGES, "there is such a scenario"),
        "a b": (CHANGES, "a scenario's code matches"),
        "x" * 51: (CHANGES, "a scenario's code matches"),
        "NEW": ([*CHANGES, "capacity WC-A:+50", "set shortage=backorder"], "capacity, the policy"),
    }
    for code, (changes, why) in refused.items():
        with pytest.raises(UsageError, match=why):
            sop.whatif(small, "PUSH", changes, save_as=code)
    assert stored(loaded) == before


def new_scenario(key: int, code: str, first_forecast: int) -> NewScenario:
    forecasts = {
        "DEMAND_FORECAST_ID": [first_forecast],
        "PRODUCT_ID": [10],
        "SITE_ID": [3],
        "SCENARIO_ID": [key],
        "FORECAST_QUANTITY": [1.0],
        "FISCAL_MONTH": ["July"],
        "FISCAL_QUARTER": ["Q3"],
    }
    day = pa.array([pd.Timestamp("2025-07-01").to_pydatetime()], pa.timestamp("us"))
    definition = {
        "SCENARIO_ID": [key],
        "SCENARIO_CODE": [code],
        "SCENARIO_NAME": [code],
        "SCENARIO_TYPE": ["WHAT_IF"],
    }
    rows = pa.table(forecasts).append_column("FORECAST_DATE", day)
    return NewScenario(key, code, pa.table(definition), rows)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        (new_scenario(9, "BASE", 5_000), UsageError),
        (new_scenario(2, "NEW", 5_000), StoreUnavailable),
        (new_scenario(9, "NEW", 5), StoreUnavailable),
    ],
    ids=["code taken", "id taken", "forecast number taken"],
)
def test_numbers_or_a_code_taken_meanwhile_change_nothing(
    small: sop.Company, loaded: Backend, scenario: NewScenario, error: type[Exception]
) -> None:
    before = stored(loaded)
    with pytest.raises(error):
        small.store.add_scenario(scenario)
    assert stored(loaded) == before


def test_rows_the_store_refuses_leave_no_definition_behind(
    small: sop.Company, loaded: Backend
) -> None:
    before = stored(loaded)
    whole = new_scenario(9, "NEW", 5_000)
    empty = pa.array([None], pa.string())
    at = whole.forecasts.schema.get_field_index("FISCAL_MONTH")
    broken = whole.forecasts.set_column(at, "FISCAL_MONTH", empty)
    with pytest.raises(StoreUnavailable):
        small.store.add_scenario(NewScenario(9, "NEW", whole.definition, broken))
    assert stored(loaded) == before
    small.store.add_scenario(whole)
    assert added(before, stored(loaded)) == {
        "ATOMIC.SCENARIO_DEFINITION": 1,
        "ATOMIC.DEMAND_FORECAST_VERSIONS": 1,
    }
