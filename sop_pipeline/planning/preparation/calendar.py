"""Calendars: how time is cut into periods, what each is called, which one a day falls in.

Calendar months, unless the policy says weeks or the company has a fiscal calendar of its own.
Belongs here: the periods there are, and how long they are.
Does not belong here: which of them are planned (`horizon`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import FOR_EVER
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import PeriodKind

MONTHS_PER_YEAR = 12
MEAN_MONTH_DAYS = 30.4375
"""Days of a mean month, 365.25 / 12: what a period's days are measured against."""
LEAD_TIME_MONTH_DAYS = 30
"""Days of a calendar month to a lead time: months are all alike."""

Days = NDArray[np.datetime64]
_DAY = "datetime64[D]"
_MONTH = "datetime64[M]"
_ONE_WEEK = np.timedelta64(7, "D")
_A_MONDAY = np.datetime64("1970-01-05")


@dataclass(frozen=True)
class Calendar:
    """N periods that follow one another.

    Attributes:
        kind: Calendar months, weeks from Monday, or the rows of FISCAL_CALENDAR.
        starts: First day of each period, and the day after the last one, (N + 1,).
        fiscal_months: FISCAL_MONTH of each period where the calendar gives it, else nothing.
        fiscal_quarters: FISCAL_QUARTER likewise.
    """

    kind: PeriodKind
    starts: Days
    fiscal_months: tuple[str, ...] = ()
    fiscal_quarters: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Number of periods, N."""
        return len(self.starts) - 1

    def index(self, days: pd.Series) -> Integers:
        """Number of the period each day falls in; -1 before the first, N after the last."""
        dates: Days = days.to_numpy(_DAY)
        return np.searchsorted(self.starts, dates, side="right").astype(np.int64) - 1

    def index_of(self, day: dt.date) -> int:
        """Number of the period a day falls in, as `index`."""
        return int(self.index(pd.Series([np.datetime64(day)]))[0])

    def first_day(self, period: int) -> dt.date:
        """First day of a period."""
        return self.starts[period].item()

    def label(self, period: int) -> str:
        """Short name of a period: 2026-02, 2026-W05, or P2 (2026-02-01)."""
        start = self.first_day(period)
        if self.kind == "fiscal":
            return f"{self.fiscal_months[period]} ({start})"
        if self.kind == "week":
            year, week, _ = start.isocalendar()
            return f"{year:04d}-W{week:02d}"
        return f"{start.year:04d}-{start.month:02d}"

    def name(self, period: int) -> str:
        """Short name of a period, or where it lies that is none."""
        return self.label(period) if 0 <= period < len(self) else "outside the calendar"

    @property
    def lengths(self) -> Floats:
        """Days of each period, (N,)."""
        return (np.diff(self.starts) / np.timedelta64(1, "D")).astype(np.float64)

    @property
    def months(self) -> Floats:
        """Length of each period in months, for figures per month: calendar months are alike."""
        return np.ones(len(self)) if self.kind == "month" else self.lengths / MEAN_MONTH_DAYS


def calendar_of(policy: Policy, fiscal_calendar: pd.DataFrame, days: pd.Series) -> Calendar:
    """The calendar planned by.

    Args:
        policy: Says whether periods are months or weeks where there is no fiscal calendar.
        fiscal_calendar: Rows of that input table; none where the company has no such calendar.
        days: Days it must hold; months and weeks go on for one period more.
    """
    if not fiscal_calendar.empty:
        return _fiscal(fiscal_calendar)
    known = days.dropna().to_numpy(_DAY)
    if len(known) == 0:
        return Calendar(policy.period, np.zeros(1, _DAY))
    of = _weeks if policy.period == "week" else _months
    return Calendar(policy.period, of(known.min(), known.max()))


def dated_policy(policy: Policy, fiscal_calendar: pd.DataFrame, day: dt.date) -> Policy:
    """The policy with the first day of this or the next period where it says so in words.

    Args:
        policy: What is planned with.
        fiscal_calendar: Rows of that input table. After its end nothing is left to plan.
        day: The day of planning.
    """
    if not isinstance(policy.horizon_start, str):
        return policy
    calendar = calendar_of(policy, fiscal_calendar, pd.Series([np.datetime64(day)]))
    period = calendar.index_of(day) + (policy.horizon_start == "next_month")
    start = calendar.first_day(min(max(period, 0), len(calendar)))
    return policy.model_copy(update={"horizon_start": start})


def _months(first: np.datetime64, last: np.datetime64) -> Days:
    start, end = (int(day.astype(_MONTH).astype(np.int64)) for day in (first, last))
    return np.arange(start, end + 3).astype(_MONTH).astype(_DAY)


def _weeks(first: np.datetime64, last: np.datetime64) -> Days:
    return np.arange(_monday(first), _monday(last) + 3 * _ONE_WEEK, _ONE_WEEK)


def _monday(day: np.datetime64) -> np.datetime64:
    return day - (day - _A_MONDAY) % _ONE_WEEK


def _fiscal(rows: pd.DataFrame) -> Calendar:
    ordered = rows.sort_values("START_DATE", kind="stable")
    starts, ends = (ordered[name].to_numpy(_DAY) for name in ("START_DATE", "END_DATE"))
    return Calendar(
        "fiscal",
        np.append(starts, min(ends[-1] + np.timedelta64(1, "D"), np.datetime64(FOR_EVER))),
        tuple(ordered["FISCAL_MONTH"].astype(str)),
        tuple(ordered["FISCAL_QUARTER"].astype(str)),
    )
