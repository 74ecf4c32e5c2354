"""The months a scenario is planned for."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_pipeline.planning.policy import Policy


def planned_months(demand: pd.DataFrame, policy: Policy) -> pd.PeriodIndex:
    """The distinct forecast months from the horizon's start on, at most as many as asked for.

    Args:
        demand: Rows of `demand_forecasts`.
        policy: Gives the horizon.

    Returns:
        Monthly periods in order; gaps are left as they are.
    """
    months = pd.PeriodIndex(
        demand["FORECAST_DATE"].dropna().dt.to_period("M").unique()
    ).sort_values()
    if policy.horizon_start is not None:
        months = months[months >= pd.Period(policy.horizon_start, freq="M")]
    return months if policy.horizon_periods is None else months[: policy.horizon_periods]


def period_starts(demand: pd.DataFrame, policy: Policy) -> list[dt.date]:
    """The first day of each planned month."""
    return [dt.date(month.year, month.month, 1) for month in planned_months(demand, policy)]


def horizon_first_day(demand: pd.DataFrame, policy: Policy) -> pd.Timestamp | None:
    """The first day of the first planned month; None where nothing is planned."""
    months = planned_months(demand, policy)
    return None if months.empty else pd.Timestamp(months[0].year, months[0].month, 1)
