"""The planning horizon: which months are planned, and which period a date falls in.

Does not belong here: anything about quantities or costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.days import DAY, FOR_EVER, SINCE_EVER, days
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.problem import Booleans, Integers, Periods

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Horizon:
    """The months planned, without a gap.

    Attributes:
        first_month: Number of the first month, counted from year 0.
        periods: The periods with their labels.
        next_month_known: Whether the scenario has forecasts for the month after the horizon.
    """

    first_month: int
    periods: Periods
    next_month_known: bool

    def __len__(self) -> int:
        """Number of periods."""
        return len(self.periods)

    def index(self, dates: pd.Series) -> Integers:
        """Period of each date; below 0 before the horizon, T or more after it."""
        return month_numbers(dates) - self.first_month

    def holds(self, effective: pd.Series, expiry: pd.Series) -> Booleans:
        """Whether each dated row holds in each period, shape (rows, T).

        A row holds when the first day of the period lies between its dates, ends included; an
        empty date is always.
        """
        return holds_on(self.periods.starts, effective, expiry)


def holds_on(when: Sequence[dt.date], effective: pd.Series, expiry: pd.Series) -> Booleans:
    """Whether each dated row holds on each day, ends included, shape (rows, days)."""
    begins = effective.fillna(pd.Timestamp(SINCE_EVER)).to_numpy(DAY)[:, None]
    ends = expiry.fillna(pd.Timestamp(FOR_EVER)).to_numpy(DAY)[:, None]
    return (begins <= days(when)) & (days(when) <= ends)


def planning_horizon(forecasts: pd.DataFrame, policy: Policy, notes: Notes) -> Horizon:
    """Find the months to plan: the distinct forecast months from the horizon's start on.

    Raises:
        InputRefused: There is no forecast in the horizon, or a month is missing inside it.
    """
    known = np.unique(month_numbers(forecasts["FORECAST_DATE"]))
    if policy.horizon_start is not None:
        known = known[known >= _month_number(policy.horizon_start)]
    months = known[: policy.horizon_periods]
    if len(months) == 0:
        notes.refuse(
            "DEMAND_FORECAST_VERSIONS",
            "FORECAST_DATE",
            ["no row"],
            expected="forecasts from the horizon's start on",
            got="none",
        )
        notes.raise_faults()
    missing = sorted(set(range(months[0], months[-1] + 1)) - set(months.tolist()))
    notes.refuse(
        "DEMAND_FORECAST_VERSIONS",
        "FORECAST_DATE",
        [_label(m) for m in missing],
        expected="a forecast in every month of the horizon",
        got=f"no forecast in {some([_label(m) for m in missing])}",
        remedy="Add the months, or shorten the horizon in the policy",
    )
    notes.raise_faults()
    return Horizon(
        first_month=int(months[0]),
        periods=_periods(forecasts, months),
        next_month_known=bool(np.isin(months[-1] + 1, known)),
    )


def month_numbers(dates: pd.Series) -> Integers:
    """Months counted from year 0."""
    return (dates.dt.year * MONTHS_PER_YEAR + dates.dt.month - 1).to_numpy(np.int64)


def _periods(forecasts: pd.DataFrame, months: Integers) -> Periods:
    by_month = forecasts.assign(MONTH=month_numbers(forecasts["FORECAST_DATE"])).sort_values(
        ["MONTH", "FORECAST_DATE"], kind="stable"
    )
    first = by_month.drop_duplicates("MONTH").set_index("MONTH").loc[months]
    return Periods(
        starts=tuple(_first_day(int(month)) for month in months),
        labels=tuple(_label(int(month)) for month in months),
        fiscal_months=tuple(first["FISCAL_MONTH"].fillna("").astype(str)),
        fiscal_quarters=tuple(first["FISCAL_QUARTER"].fillna("").astype(str)),
    )


def _month_number(date: dt.date) -> int:
    return date.year * MONTHS_PER_YEAR + date.month - 1


def _first_day(month: int) -> dt.date:
    return dt.date(month // MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1)


def _label(month: int) -> str:
    return f"{month // MONTHS_PER_YEAR:04d}-{month % MONTHS_PER_YEAR + 1:02d}"
