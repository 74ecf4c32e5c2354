"""The demo company can be planned the reference notebook's way too: all of it pooled."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import pytest

from sop_pipeline.policies import load_policy

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Pool:
    """One product, one work centre, one warehouse (units, units per month)."""

    capacity: float
    opening: float
    limit: float


@pytest.fixture(scope="module")
def pool(current: Frames) -> Pool:
    policy = load_policy("notebook")
    center, zone = current["WORK_CENTER"], current["WAREHOUSE_ZONE"]
    monthly = (
        center["CAPACITY_PER_HOUR"]
        * center["HOURS_PER_DAY"]
        * center["AVAILABLE_SHIFTS"]
        * center["EFFICIENCY_FACTOR"]
        * policy.working_days_per_month
    ).round(2)
    share = (policy.overflow_threshold_pct or 0) / 100
    positions = policy.units_per_pallet * zone["MAX_CAPACITY_PALLETS"].sum()
    return Pool(
        capacity=math.trunc(monthly.sum()),
        opening=policy.units_per_pallet * zone["CURRENT_OCCUPANCY_PALLETS"].sum(),
        limit=math.trunc(share * positions),
    )


def first_impossible_month(pool: Pool, demand: list[int]) -> int | None:
    """Carry forward the stock levels that can be reached; None where some level always can.

    They form an interval, because what can be made is one and stock is what was there, plus what
    is made, less demand.
    """
    ratio = load_policy("notebook").safety_stock_ratio
    low = high = pool.opening
    for month, units in enumerate(demand):
        safety = math.trunc(ratio * demand[month + 1]) if month + 1 < len(demand) else 0
        low, high = max(low - units, safety, 0), min(high + pool.capacity - units, pool.limit)
        if low > high:
            return month
    return None


def monthly_demand(current: Frames, scenario_id: int) -> list[int]:
    forecasts = current["DEMAND_FORECAST_VERSIONS"]
    rows = forecasts[forecasts["SCENARIO_ID"] == scenario_id]
    return [math.trunc(q) for q in rows.groupby("FORECAST_DATE")["FORECAST_QUANTITY"].sum()]


@pytest.mark.parametrize("scenario_id", [1, 2, 3, 4])
def test_every_scenario_has_a_pooled_plan_within_hard_limits(
    current: Frames, pool: Pool, scenario_id: int
) -> None:
    demand = monthly_demand(current, scenario_id)
    assert len(demand) == 18
    assert first_impossible_month(pool, demand) is None


def test_the_feasibility_test_sees_a_month_that_cannot_be_served(
    current: Frames, pool: Pool
) -> None:
    november = 10
    demand = monthly_demand(current, 2)
    weak = Pool(capacity=30_000, opening=pool.opening, limit=pool.limit)
    small = Pool(capacity=pool.capacity, opening=pool.opening, limit=8_000)
    assert first_impossible_month(weak, demand) == november
    assert first_impossible_month(small, demand) == november - 1
