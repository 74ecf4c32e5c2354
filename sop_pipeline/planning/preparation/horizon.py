"""The planning horizon: which periods are planned, and what its forecasts must satisfy.

Does not belong here: how time is cut into periods (`calendar`), quantities, costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.days import DAY, FOR_EVER, SINCE_EVER, days
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import (
    LEAD_TIME_MONTH_DAYS,
    Calendar,
    calendar_of,
)
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.problem import Periods

NAMES_SHOWN = 12
"""Periods named in a message."""

NOUNS = {"month": "month", "week": "week", "fiscal": "period of FISCAL_CALENDAR"}
"""What a person calls a period."""

_TABLE = "DEMAND_FORECAST_VERSIONS (demand_forecasts)"


@dataclass(frozen=True)
class Horizon:
    """The periods planned, without a gap.

    Attributes:
        calendar: The calendar they belong to.
        first: Number of the first one in the calendar.
        periods: The periods with their labels.
        next_known: Whether the scenario has forecasts for the period after the horizon.
    """

    calendar: Calendar
    first: int
    periods: Periods
    next_known: bool

    def __len__(self) -> int:
        """Number of periods, T."""
        return len(self.periods)

    def index(self, dates: pd.Series) -> Integers:
        """Period of each date; below 0 before the horizon, T or more after it."""
        return self.calendar.index(dates) - self.first

    @property
    def lengths(self) -> Floats:
        """Days of each period, (T,)."""
        return self.calendar.lengths[self.first : self.first + len(self)]

    @property
    def months(self) -> Floats:
        """Length of each period in months, by which figures per month are multiplied, (T,)."""
        return self.calendar.months[self.first : self.first + len(self)]

    def periods_of(self, days: float) -> float:
        """A time in periods, not rounded: days over the mean period's days, 30 for months."""
        if self.calendar.kind == "month":
            return days / LEAD_TIME_MONTH_DAYS
        return days * len(self) / float(self.lengths.sum())

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


def planning_horizon(inputs: PlanningInputs, policy: Policy, notes: Notes) -> Horizon:
    """Find the periods to plan: those with forecasts from the horizon's start on.

    Raises:
        InputRefused: There is no forecast in the horizon, a period is missing inside it, or one
            holds two fiscal months.
    """
    forecasts = inputs.demand_forecasts
    calendar = calendar_of(policy, inputs.fiscal_calendar, forecasts["FORECAST_DATE"])
    notes.faults += missing_periods(calendar, forecasts, policy)
    notes.faults += merged_fiscal_months(calendar, forecasts, policy)
    notes.raise_faults()
    known = known_periods(calendar, forecasts, policy)
    planned = known[: policy.horizon_periods]
    return Horizon(
        calendar=calendar,
        first=int(planned[0]),
        periods=_periods(calendar, forecasts, planned),
        next_known=len(planned) < len(known) and bool(known[len(planned)] == planned[-1] + 1),
    )


def known_periods(calendar: Calendar, forecasts: pd.DataFrame, policy: Policy) -> Integers:
    """Numbers of the distinct periods with forecasts, from the horizon's start on, ascending."""
    known = np.unique(calendar.index(forecasts["FORECAST_DATE"]))
    known = known[(known >= 0) & (known < len(calendar))]
    start = policy.first_day
    return known if start is None else known[known >= calendar.index_of(start)]


def missing_periods(calendar: Calendar, forecasts: pd.DataFrame, policy: Policy) -> list[Fault]:
    """What is wrong with the horizon: nothing to plan, a gap, or fewer periods than asked for."""
    known = known_periods(calendar, forecasts, policy)
    planned = known[: policy.horizon_periods]
    noun = NOUNS[calendar.kind]
    if len(planned) == 0:
        start = policy.first_day
        expected = f"forecasts from {start} on" if start else "forecasts with a date"
        return [_fault("no_missing_month", expected, "no forecast in the horizon")]
    first, last = calendar.label(int(planned[0])), calendar.label(int(planned[-1]))
    lacking = sorted({*range(planned[0], planned[-1] + 1)} - {*planned.tolist()})
    if lacking or _stand_alone(calendar, known):
        labels = some([calendar.label(period) for period in lacking], NAMES_SHOWN)
        got = f"{len(lacking)} missing: {labels}" if lacking else "some, with gaps between all"
        shorter = "" if calendar.kind == "month" else ". Forecasts of longer periods are not spread"
        remedy = f"Give a forecast for each, or shorten the horizon in the policy{shorter}"
        return [_fault("no_missing_month", f"every {noun} from {first} to {last}", got, remedy)]
    wanted = policy.horizon_periods
    if wanted is not None and len(planned) < wanted:
        expected = f"{wanted} periods from {first} on"
        return [_fault("no_missing_month", expected, f"{len(planned)}, up to {last}")]
    return []


def merged_fiscal_months(
    calendar: Calendar, forecasts: pd.DataFrame, policy: Policy
) -> list[Fault]:
    """Periods whose forecasts carry several FISCAL_MONTHs, and would be added up unmeant.

    The period after the horizon counts too: its demand is what the last safety stock is for.
    """
    known = known_periods(calendar, forecasts, policy)
    if policy.horizon_periods is not None:
        known = known[: policy.horizon_periods + 1]
    rows = forecasts[["FORECAST_DATE", "FISCAL_MONTH"]].drop_duplicates()
    rows = rows.assign(PERIOD=calendar.index(rows["FORECAST_DATE"])).sort_values("FORECAST_DATE")
    rows = rows[rows["PERIOD"].isin(known)].drop_duplicates(["PERIOD", "FISCAL_MONTH"])
    if rows["PERIOD"].is_unique:
        return []
    by_period = rows.groupby("PERIOD")["FISCAL_MONTH"].agg(list)
    merged = by_period[by_period.str.len() > 1]
    noun = "calendar month" if calendar.kind == "month" else NOUNS[calendar.kind]
    periods = [
        f"{' and '.join(str(label) for label in labels)} in {calendar.label(int(str(period)))}"
        for period, labels in merged.items()
    ]
    remedy = (
        "Give the fiscal months' first and last days in FISCAL_CALENDAR (fiscal_calendar), or one "
        "FISCAL_MONTH to the forecasts of each period"
        if calendar.kind != "fiscal"
        else "Give each row of FISCAL_CALENDAR forecasts of its own, under one FISCAL_MONTH"
    )
    return [
        _fault(
            "one_fiscal_month",
            f"one FISCAL_MONTH in each {noun}",
            some(periods),
            remedy,
            column="FISCAL_MONTH",
        )
    ]


def _stand_alone(calendar: Calendar, known: Integers) -> bool:
    """Whether no two forecasts are of neighbouring weeks or fiscal periods: they are of months.

    A horizon of one period has no gap that would tell.
    """
    steps = [later - earlier for earlier, later in pairwise(known.tolist())]
    return calendar.kind != "month" and len(steps) > 0 and min(steps) > 1


def _periods(calendar: Calendar, forecasts: pd.DataFrame, planned: Integers) -> Periods:
    months, quarters = _fiscal_labels(calendar, forecasts, planned)
    return Periods(
        starts=tuple(calendar.first_day(int(period)) for period in planned),
        labels=tuple(calendar.label(int(period)) for period in planned),
        fiscal_months=months,
        fiscal_quarters=quarters,
        kind=calendar.kind,
    )


def _fiscal_labels(
    calendar: Calendar, forecasts: pd.DataFrame, planned: Integers
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """FISCAL_MONTH and FISCAL_QUARTER: the calendar's, else those of the earliest forecast."""
    if calendar.kind == "fiscal":
        labels = (calendar.fiscal_months, calendar.fiscal_quarters)
        months, quarters = (tuple(each[int(period)] for period in planned) for each in labels)
        return months, quarters
    rows = forecasts[["FORECAST_DATE", "FISCAL_MONTH", "FISCAL_QUARTER"]].drop_duplicates()
    rows = rows.assign(PERIOD=calendar.index(rows["FORECAST_DATE"])).sort_values(
        ["PERIOD", "FORECAST_DATE"], kind="stable"
    )
    first = rows.drop_duplicates("PERIOD").set_index("PERIOD").loc[planned]
    months, quarters = (
        tuple(first[name].fillna("").astype(str)) for name in ("FISCAL_MONTH", "FISCAL_QUARTER")
    )
    return months, quarters


def _fault(
    rule: str, expected: str, got: str, remedy: str = "", *, column: str = "FORECAST_DATE"
) -> Fault:
    return Fault(_TABLE, rule, expected, got, column, remedy=remedy)
