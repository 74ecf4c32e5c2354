"""The figures behind tables and pictures: demand and a plan by period, loads, quarters.

Belongs here: adding up the input and result tables to what a person looks at.
Does not belong here: how it is drawn or worded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.days import DAY
from sop_pipeline.planning.preparation.calendar import Calendar

UTILIZATION_CEILING = 999.99
HALF_A_STORED_DIGIT = 5e-5
"""Quantities are stored to four decimals: what is below half of the last one is nothing."""

Tables = Mapping[str, pd.DataFrame]
"""The result tables of one scenario by name, as `schemas/plan.py` describes them."""


@dataclass(frozen=True)
class Quarter:
    """A fiscal quarter of the horizon: consecutive periods that share its label.

    Attributes:
        label: FISCAL_QUARTER as the data has it.
        periods: First days of its periods inside the horizon.
        starts_inside: Whether the horizon has periods before it, so that a boundary exists.
    """

    label: str
    periods: tuple[pd.Timestamp, ...]
    starts_inside: bool


@dataclass(frozen=True)
class DemandComparison:
    """Demand of two scenarios by period.

    Attributes:
        by_period: Columns BASELINE and SCENARIO (units), indexed by the first day of the period;
            NaN where a scenario has no forecast.
        quarter: The fiscal quarter in which the scenario's demand is largest; None without labels.
        mean_increase: Mean increase in that quarter (units a period), over periods both have.
        mean_increase_pct: The same in percent of the baseline's mean; NaN where that is zero.
    """

    by_period: pd.DataFrame
    quarter: Quarter | None
    mean_increase: float
    mean_increase_pct: float


def demand_by_period(forecasts: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Add up forecasts by period.

    Args:
        forecasts: Rows of the input table `demand_forecasts`.
        calendar: The periods; forecasts outside of it are left out.

    Returns:
        DEMAND (units) and FISCAL_QUARTER (the calendar's, else that of the period's earliest
        forecast), indexed by the first day of the period.
    """
    at = calendar.index(forecasts["FORECAST_DATE"])
    rows = forecasts.assign(AT=at)[(at >= 0) & (at < len(calendar))]
    by_period = rows.sort_values("FORECAST_DATE", kind="stable").groupby("AT", sort=True)
    demand = by_period.agg(
        DEMAND=("FORECAST_QUANTITY", "sum"), FISCAL_QUARTER=("FISCAL_QUARTER", "first")
    )
    periods = demand.index.to_numpy()
    if calendar.fiscal_quarters:
        labels = [calendar.fiscal_quarters[period] for period in periods]
        demand["FISCAL_QUARTER"] = pd.array(labels, "string")
    return demand.set_index(pd.DatetimeIndex(calendar.starts[periods].astype(DAY)))


def peak_quarter(demand: pd.Series, labels: pd.Series) -> Quarter | None:
    """Find the fiscal quarter with the largest demand, the first of equals.

    Args:
        demand: Units by period, in order.
        labels: FISCAL_QUARTER by period, same index; the same label a year later is another
            quarter.

    Returns:
        The quarter; None where no period has a label.
    """
    if labels.isna().all():
        return None
    texts = labels.astype("string").fillna("")
    runs = (texts != texts.shift(fill_value="")).astype("int64").cumsum()
    totals = demand.fillna(0).groupby(runs).sum()[texts.groupby(runs).first() != ""]
    inside = (runs == totals.idxmax()).to_numpy()
    periods = tuple(demand.index[inside])
    return Quarter(str(texts[periods[0]]), periods, periods[0] != demand.index[0])


def compare_demand(
    baseline: pd.DataFrame, scenario: pd.DataFrame, calendar: Calendar
) -> DemandComparison:
    """Compare the demand of two scenarios period by period.

    Args:
        baseline: The baseline's rows of `demand_forecasts`.
        scenario: The other scenario's rows; the baseline's again compares it with itself.
        calendar: The periods of both.
    """
    left, right = (demand_by_period(rows, calendar) for rows in (baseline, scenario))
    by_period = pd.concat({"BASELINE": left["DEMAND"], "SCENARIO": right["DEMAND"]}, axis=1)
    by_period = by_period.sort_index()
    labels = right["FISCAL_QUARTER"].combine_first(left["FISCAL_QUARTER"])
    quarter = peak_quarter(by_period["SCENARIO"], labels.reindex(by_period.index))
    if quarter is None:
        return DemandComparison(by_period, None, np.nan, np.nan)
    common = by_period.loc[list(quarter.periods)].dropna()
    base = float(common["BASELINE"].mean())
    increase = float(common["SCENARIO"].mean()) - base
    share = 100 * increase / base if base > 0 else np.nan
    return DemandComparison(by_period, quarter, increase, share)


def work_center_loads(capacity: pd.DataFrame) -> pd.DataFrame:
    """Add up the tiers of each work centre.

    Args:
        capacity: Rows of BUILD_PLAN_CAPACITY.

    Returns:
        WORK_CENTER_ID, PERIOD_START, USED (every tier), AVAILABLE (finite tiers; capacity units)
        and UTILIZATION (%, 0 where nothing finite is available, at most 999.99).
    """
    keys = ["WORK_CENTER_ID", "PERIOD_START"]
    used = {"USED": "CAPACITY_USED", "AVAILABLE": "CAPACITY_AVAILABLE"}
    loads = _sums(capacity, keys, **used).reset_index()
    return loads.assign(UTILIZATION=percentage(loads["USED"], loads["AVAILABLE"]))


def worst_warehouses(rows: pd.DataFrame) -> list[int]:
    """Sites of BUILD_PLAN_WAREHOUSE, the one fullest against its threshold first."""
    pressed = rows["PALLETS"] / rows["THRESHOLD_PALLETS"].where(rows["THRESHOLD_PALLETS"] > 0)
    pressed = pressed.fillna((rows["PALLETS"] > 0) * np.inf)
    peaks = pressed.groupby(rows["SITE_ID"]).max()
    return [int(str(site)) for site in peaks.sort_values(ascending=False, kind="stable").index]


def plan_by_period(tables: Tables) -> pd.DataFrame:
    """Add up a plan to one row per period.

    Args:
        tables: RECOMMENDED_BUILD_PLAN, BUILD_PLAN_INVENTORY, BUILD_PLAN_CAPACITY and
            BUILD_PLAN_WAREHOUSE of one scenario, either grain.

    Returns:
        Indexed by the first day of the period. Units: BUILD, DEMAND, STOCK, BACKORDER,
        LOST_SALES, SHORTFALL, SCRAPPED. Pallets: PALLETS, THRESHOLD, POSITIONS, OVERFLOW. Percent:
        MEAN_UTILIZATION and PEAK_UTILIZATION (over work centres), WAREHOUSE_UTILIZATION (all
        together) and FULLEST_WAREHOUSE. Money:
        PRODUCTION, HOLDING, OVERFLOW_COST, LOGISTICS (transport and handling), TOTAL. And
        FISCAL_QUARTER.

    Raises:
        ValueError: The tables hold rows of more than one scenario.
    """
    _one_scenario(tables.values())
    builds = _builds(tables["RECOMMENDED_BUILD_PLAN"])
    stores = _stores(tables["BUILD_PLAN_WAREHOUSE"])
    stock = _sums(
        tables["BUILD_PLAN_INVENTORY"],
        "PERIOD_START",
        DEMAND="DEMAND",
        STOCK="ENDING_INVENTORY",
        BACKORDER="BACKORDER",
        LOST_SALES="LOST_SALES",
        SHORTFALL="SAFETY_STOCK_SHORTFALL",
        SCRAPPED="SCRAPPED",
    )
    loads = work_center_loads(tables["BUILD_PLAN_CAPACITY"]).groupby("PERIOD_START")["UTILIZATION"]
    use = loads.agg(MEAN_UTILIZATION="mean", PEAK_UTILIZATION="max")
    rows = pd.concat([builds, stock, stores, use], axis=1).sort_index()
    figures = rows.columns.drop("FISCAL_QUARTER")
    rows[figures] = rows[figures].fillna(0.0)
    rows["HOLDING"] = (rows["STORAGE"] - rows["OVERFLOW_COST"]).round(2)
    rows["LOGISTICS"] = (rows["TOTAL"] - rows["PRODUCTION"] - rows["STORAGE"]).round(2)
    return rows.drop(columns="STORAGE")


def percentage(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Part of whole in percent; 0 where the whole is 0, at most 999.99."""
    return (100 * part / whole.where(whole > 0)).fillna(0.0).clip(upper=UTILIZATION_CEILING)


def _builds(plan: pd.DataFrame) -> pd.DataFrame:
    rows = _sums(
        plan,
        "PRODUCTION_WEEK",
        BUILD="RECOMMENDED_QUANTITY",
        PRODUCTION="PROJECTED_PRODUCTION_COST",
        STORAGE="PROJECTED_STORAGE_COST",
        TOTAL="PROJECTED_TOTAL_COST",
    )
    quarters = plan.groupby("PRODUCTION_WEEK")["FISCAL_QUARTER"].first()
    return rows.round({"PRODUCTION": 2, "STORAGE": 2, "TOTAL": 2}).assign(FISCAL_QUARTER=quarters)


def _stores(warehouse: pd.DataFrame) -> pd.DataFrame:
    rows = _sums(
        warehouse,
        "PERIOD_START",
        PALLETS="PALLETS",
        THRESHOLD="THRESHOLD_PALLETS",
        POSITIONS="CAPACITY_PALLETS",
        OVERFLOW="OVERFLOW_PALLETS",
        OVERFLOW_COST="OVERFLOW_COST",
    )
    full = percentage(warehouse["PALLETS"], warehouse["CAPACITY_PALLETS"])
    return rows.assign(
        FULLEST_WAREHOUSE=full.groupby(warehouse["PERIOD_START"]).max(),
        WAREHOUSE_UTILIZATION=percentage(rows["PALLETS"], rows["POSITIONS"]),
    )


def _sums(rows: pd.DataFrame, by: str | list[str], **columns: str) -> pd.DataFrame:
    """Sums of columns, each under its new name; one call for all of them takes a third."""
    sums = rows.groupby(by)[list(columns.values())].sum()
    return sums.set_axis(list(columns), axis=1)


def _one_scenario(tables: Iterable[pd.DataFrame]) -> None:
    found = {int(i) for table in tables for i in table["SCENARIO_ID"].unique()}
    if len(found) > 1:
        msg = f"Expected the tables of one scenario; got rows of SCENARIO_ID {sorted(found)}"
        raise ValueError(msg)
