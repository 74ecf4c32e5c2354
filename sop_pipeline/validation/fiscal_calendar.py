"""FISCAL_CALENDAR: that its rows follow one another, and that forecasts lie inside it.

Does not belong here: what a period is (`planning/preparation/calendar`).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS, FISCAL_CALENDAR

LONGEST_FISCAL_MONTH_DAYS = 45
"""Days that the rows of one fiscal month may last together, where they are its weeks."""

_ONE_DAY = np.timedelta64(1, "D")


def fiscal_calendar_faults(rows: pd.DataFrame) -> list[Fault]:
    """Where the rows of FISCAL_CALENDAR do not follow one another, day by day."""
    ordered = rows.dropna(subset=["START_DATE", "END_DATE"]).sort_values("START_DATE")
    backward = ordered["END_DATE"] < ordered["START_DATE"]
    faults = _faults(
        [_named(row) for row in ordered[backward].itertuples()],
        "END_DATE",
        "END_DATE on or after START_DATE",
        "an earlier one",
    )
    if faults:
        return faults
    starts, ends = (ordered[name].to_numpy("datetime64[D]") for name in ("START_DATE", "END_DATE"))
    expected = ends[:-1] + _ONE_DAY
    for wrong, got in (
        (starts[1:] > expected, "days in none"),
        (starts[1:] < expected, "days in two"),
    ):
        faults += _faults(
            [
                " and ".join(_named(row) for row in ordered.iloc[at : at + 2].itertuples())
                for at in np.flatnonzero(wrong)
            ],
            "START_DATE",
            "each row to begin on the day after the one before ends",
            got,
        )
    return faults + _repeated_months(ordered)


def forecasts_outside(calendar: Calendar, demand: pd.DataFrame) -> list[Fault]:
    """Forecasts dated before the first or after the last row of FISCAL_CALENDAR."""
    if calendar.kind != "fiscal":
        return []
    at = calendar.index(demand["FORECAST_DATE"])
    outside = demand[((at < 0) | (at >= len(calendar))) & demand["FORECAST_DATE"].notna()]
    days = sorted({str(day.date()) for day in outside["FORECAST_DATE"]})
    if not days:
        return []
    first, last = calendar.first_day(0), calendar.first_day(len(calendar)) - dt.timedelta(days=1)
    return [
        Fault(
            DEMAND_FORECASTS.title,
            "inside_fiscal_calendar",
            f"forecasts from {first} to {last}, the days of FISCAL_CALENDAR",
            f"{len(outside):,} on other days",
            "FORECAST_DATE",
            tuple(days[:OFFENDERS_SHOWN]),
            len(days),
            "Add the periods to FISCAL_CALENDAR (fiscal_calendar), or mend the dates",
        )
    ]


def _repeated_months(ordered: pd.DataFrame) -> list[Fault]:
    """Fiscal months that stand in rows apart, or in more than their weeks."""
    month = (
        ordered["FISCAL_YEAR"].astype("string") + "\n" + ordered["FISCAL_MONTH"].astype("string")
    )
    repeated = month.duplicated(keep=False)
    if not repeated.any():
        return []
    runs = (month != month.shift()).cumsum()
    apart = runs.groupby(month).transform("nunique") > 1
    days = (ordered["END_DATE"] - ordered["START_DATE"]).dt.days + 1
    long = days.groupby(month).transform("sum") > LONGEST_FISCAL_MONTH_DAYS
    return _faults(
        [
            _named(row)
            for row in ordered[(repeated & (apart | long)).fillna(value=False)].itertuples()
        ],
        "FISCAL_MONTH",
        "each FISCAL_MONTH of a FISCAL_YEAR once, or once for each of its weeks",
        "repeated ones",
    )


def _named(row: object) -> str:
    start, end = row.START_DATE.date(), row.END_DATE.date()  # type: ignore[attr-defined]
    return f"{row.FISCAL_MONTH} ({start} to {end})"  # type: ignore[attr-defined]


def _faults(rows: list[str], column: str, expected: str, got: str) -> list[Fault]:
    if not rows:
        return []
    shown = tuple(rows[:OFFENDERS_SHOWN])
    return [Fault(FISCAL_CALENDAR.title, "periods_follow", expected, got, column, shown, len(rows))]
