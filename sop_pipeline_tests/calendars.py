"""The small company on other calendars: weeks, and fiscal years of 52 or 53 weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sop_pipeline_tests.small_company import Tables, altered

WEEK = dt.timedelta(weeks=1)
PEAK = (1.0, 1.0, 1.1, 1.6, 1.8, 1.2, 1.0, 0.9)
"""What each period's demand is of the first one's."""


@dataclass(frozen=True)
class Period:
    """A period of a calendar: its days, and what its owner calls it."""

    first: dt.date
    last: dt.date
    month: str
    quarter: str


def weeks(first_monday: dt.date, count: int) -> list[Period]:
    """Weeks from Monday, under their ISO names."""
    mondays = [first_monday + n * WEEK for n in range(count)]
    return [
        Period(day, day + WEEK - dt.timedelta(days=1), f"{day:%G-W%V}", f"Q{(day.month + 2) // 3}")
        for day in mondays
    ]


def fiscal_year(first_day: dt.date, pattern: Sequence[int]) -> list[Period]:
    """The months P1, P2, ... of a fiscal year, of so many weeks each, three to a quarter."""
    periods: list[Period] = []
    for n, length in enumerate(pattern):
        after = first_day + length * WEEK
        periods.append(
            Period(first_day, after - dt.timedelta(days=1), f"P{n + 1}", f"FQ{n // 3 + 1}")
        )
        first_day = after
    return periods


def company_of(periods: Sequence[Period], *, fiscal: bool) -> Tables:
    """The small company, its forecasts dated in these periods instead of months.

    Args:
        periods: At most as many as `PEAK` has factors are forecast.
        fiscal: Whether the periods are given as FISCAL_CALENDAR.
    """
    tables = altered("demand_forecasts", lambda forecasts: _redated(forecasts, periods))
    if fiscal:
        tables["fiscal_calendar"] = pd.DataFrame(
            {
                "START_DATE": [str(period.first) for period in periods],
                "END_DATE": [str(period.last) for period in periods],
                "FISCAL_MONTH": [period.month for period in periods],
                "FISCAL_QUARTER": [period.quarter for period in periods],
                "FISCAL_YEAR": "FY26",
            }
        )
    return tables


def _redated(forecasts: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    first = forecasts.drop_duplicates(["SCENARIO_ID", "PRODUCT_ID", "SITE_ID"])
    rows = [
        first.assign(
            FORECAST_DATE=str(period.first),
            FORECAST_QUANTITY=(first["FORECAST_QUANTITY"].astype(float) * factor / 4).round(),
            FISCAL_MONTH=period.month,
            FISCAL_QUARTER=period.quarter,
        )
        for period, factor in zip(periods, PEAK, strict=False)
    ]
    table = pd.concat(rows, ignore_index=True)
    return table.assign(DEMAND_FORECAST_ID=range(1, len(table) + 1))
