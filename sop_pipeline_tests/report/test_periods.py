"""The figures behind tables and pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import Calendar, calendar_of
from sop_pipeline.report import periods
from sop_pipeline.report.periods import (
    DemandComparison,
    demand_by_period,
    peak_quarter,
    plan_by_period,
    work_center_loads,
)

from .conftest import Frames, MakeForecasts

BASELINE = [100, 100, 100, 100, 200, 300]
PUSH = [110, 100, 100, 150, 250, 380]


def calendar_months(*forecasts: pd.DataFrame) -> Calendar:
    return calendar_of(Policy(), pd.DataFrame(), pd.concat(forecasts)["FORECAST_DATE"])


def compare_demand(baseline: pd.DataFrame, scenario: pd.DataFrame) -> DemandComparison:
    return periods.compare_demand(baseline, scenario, calendar_months(baseline, scenario))


def months(frame: pd.DataFrame | pd.Series) -> list[str]:
    return [f"{day:%Y-%m}" for day in frame.index]


def test_forecasts_of_several_dates_and_products_add_up_by_month(forecasts: MakeForecasts) -> None:
    weekly = pd.concat([forecasts([10, 20]), forecasts([1, 2])], ignore_index=True)
    weekly.loc[2, "FORECAST_DATE"] = pd.Timestamp(2024, 7, 31)
    assert demand_by_period(weekly, calendar_months(weekly))["DEMAND"].tolist() == [11, 22]


def test_the_mean_increase_is_that_of_the_peak_quarter_alone(forecasts: MakeForecasts) -> None:
    comparison = compare_demand(forecasts(BASELINE), forecasts(PUSH))
    assert comparison.quarter is not None
    assert comparison.quarter.label == "Q4"
    assert comparison.mean_increase == pytest.approx((50 + 50 + 80) / 3)
    assert comparison.mean_increase_pct == pytest.approx(30.0)


def test_the_peak_quarter_begins_after_september_inside_the_horizon(
    forecasts: MakeForecasts,
) -> None:
    quarter = compare_demand(forecasts(BASELINE), forecasts(PUSH)).quarter
    assert quarter is not None
    assert [f"{m:%b}" for m in quarter.periods] == ["Oct", "Nov", "Dec"]
    assert quarter.starts_inside


def test_a_horizon_that_begins_with_the_peak_has_no_boundary(forecasts: MakeForecasts) -> None:
    quarter = compare_demand(*[forecasts([9, 9, 9, 1, 1], start="2024-10")] * 2).quarter
    assert quarter is not None
    assert not quarter.starts_inside


def test_the_same_quarter_of_two_years_is_two_quarters(forecasts: MakeForecasts) -> None:
    two_years = forecasts([1, 1, 1, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 6, 6, 6])
    quarter = compare_demand(two_years, two_years).quarter
    assert quarter is not None
    assert [f"{m:%Y-%m}" for m in quarter.periods] == ["2025-10", "2025-11", "2025-12"]


def test_equal_quarters_give_the_first(forecasts: MakeForecasts) -> None:
    even = forecasts([4] * 6)
    demand = demand_by_period(even, calendar_months(even))
    quarter = peak_quarter(demand["DEMAND"], demand["FISCAL_QUARTER"])
    assert quarter is not None
    assert quarter.label == "Q3"


def test_months_without_labels_have_no_peak_quarter(forecasts: MakeForecasts) -> None:
    bare = forecasts(BASELINE).assign(FISCAL_QUARTER=pd.NA)
    comparison = compare_demand(bare, bare)
    assert comparison.quarter is None
    assert np.isnan(comparison.mean_increase)


def test_a_month_only_one_scenario_has_is_a_gap_and_outside_the_mean(
    forecasts: MakeForecasts,
) -> None:
    comparison = compare_demand(forecasts(BASELINE[:5]), forecasts(PUSH))
    assert comparison.by_period["BASELINE"].isna().tolist() == [False] * 5 + [True]
    assert comparison.mean_increase == pytest.approx(50)


def test_demand_that_appears_from_nothing_has_no_percentage(forecasts: MakeForecasts) -> None:
    comparison = compare_demand(forecasts([0] * 6), forecasts(PUSH))
    assert np.isnan(comparison.mean_increase_pct)


def test_a_network_plan_adds_up_over_products_and_warehouses(network_plan: Frames) -> None:
    rows = plan_by_period(network_plan)
    september = rows.loc["2024-09-01"]
    assert months(rows)[0] == "2024-07"
    assert len(rows) == 18
    assert (
        rows["BUILD"].sum() == network_plan["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum()
    )
    assert september[["DEMAND", "STOCK", "SHORTFALL"]].tolist() == [1400, 300, 10]
    assert september["OVERFLOW"] == 12
    assert september["FULLEST_WAREHOUSE"] == 99
    assert september["WAREHOUSE_UTILIZATION"] == pytest.approx((99 + 62) / 2)


def test_the_kinds_of_cost_add_up_to_the_total_of_each_period(any_plan: Frames) -> None:
    rows = plan_by_period(any_plan)
    kinds = rows[["PRODUCTION", "LOGISTICS", "HOLDING", "OVERFLOW_COST"]].sum(axis=1)
    assert kinds.tolist() == pytest.approx(rows["TOTAL"].tolist(), abs=0.005)


def test_load_beyond_the_finite_tiers_exceeds_a_hundred_percent(network_plan: Frames) -> None:
    loads = work_center_loads(network_plan["BUILD_PLAN_CAPACITY"])
    busiest = loads.loc[loads["UTILIZATION"].idxmax()]
    assert (busiest["WORK_CENTER_ID"], f"{busiest['PERIOD_START']:%Y-%m}") == (102, "2024-10")
    assert busiest["UTILIZATION"] == 125


def test_load_without_finite_capacity_counts_as_zero(aggregate_plan: Frames) -> None:
    unlimited = aggregate_plan["BUILD_PLAN_CAPACITY"].assign(CAPACITY_AVAILABLE=np.nan)
    assert (work_center_loads(unlimited)["UTILIZATION"] == 0).all()


def test_tables_of_two_scenarios_are_refused(aggregate_plan: Frames) -> None:
    other = aggregate_plan["BUILD_PLAN_WAREHOUSE"].assign(SCENARIO_ID=2)
    with pytest.raises(ValueError, match="one scenario"):
        plan_by_period(aggregate_plan | {"BUILD_PLAN_WAREHOUSE": other})
