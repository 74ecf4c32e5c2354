"""What periods are called, the same in every report.

Belongs here: the words for a month, a week, a fiscal period, and for several of them.
Does not belong here: figures (`wording`), and which periods there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.planning.problem import PeriodKind
from sop_pipeline.report.wording import month, plain, short_month

_NOUNS = {"month": "month", "week": "week", "fiscal": "period"}
_ADJECTIVES = {"month": "Monthly", "week": "Weekly", "fiscal": "Periodic"}
_WEEK = 7
_FITS_AN_AXIS = 6
"""Signs of a fiscal month's label that have room on an axis."""


@dataclass(frozen=True)
class PeriodNames:
    """Names of the periods of one plan, or of one demand.

    Attributes:
        kind: Calendar months, weeks from Monday, or the rows of FISCAL_CALENDAR.
        fiscal_months: FISCAL_MONTH by the period's first day, where the rows are the periods.
    """

    kind: PeriodKind = "month"
    fiscal_months: Mapping[pd.Timestamp, str] = field(default_factory=dict)

    @classmethod
    def of_plan(cls, tables: Mapping[str, pd.DataFrame]) -> PeriodNames:
        """The names of a plan's periods.

        Args:
            tables: RECOMMENDED_BUILD_PLAN and BUILD_PLAN_SUMMARY among others. A plan of before
                there were other periods does not say what they are: months.
        """
        summary = tables["BUILD_PLAN_SUMMARY"]
        kinds = summary.get("PERIOD_KIND", pd.Series(dtype="string")).dropna()
        kind = next((kind for kind in _NOUNS if kind in set(kinds)), "month")
        return cls(kind, _fiscal_months(tables["RECOMMENDED_BUILD_PLAN"]))  # type: ignore[arg-type]

    @classmethod
    def of_builds(cls, builds: pd.DataFrame) -> PeriodNames:
        """The names of periods of which only the first days are known.

        Args:
            builds: Rows of RECOMMENDED_BUILD_PLAN_HISTORY of one publication, which does not say
                what its periods are: months where all begin on a first, weeks where Monday
                follows Monday, else those of a fiscal calendar.
        """
        labels = _fiscal_months(builds)
        days = sorted(labels)
        if all(day.day == 1 for day in days):
            return cls("month", labels)
        weekly = all(day.weekday() == 0 for day in days) and all(
            (later - day).days == _WEEK for day, later in pairwise(days)
        )
        return cls("week" if weekly else "fiscal", labels)

    @classmethod
    def of_calendar(cls, calendar: Calendar) -> PeriodNames:
        """The names of a calendar's periods."""
        labels = zip(calendar.starts[:-1], calendar.fiscal_months, strict=False)
        return cls(calendar.kind, {pd.Timestamp(day): plain(label) for day, label in labels})

    @property
    def noun(self) -> str:
        """What one is called: month, week, period."""
        return _NOUNS[self.kind]

    @property
    def adjective(self) -> str:
        """What something by period is called, as the first word of a title."""
        return _ADJECTIVES[self.kind]

    def name(self, day: pd.Timestamp) -> str:
        """A period by its first day: `Feb 2026`, `2026-W05`, `P4 (2026-05-03)`."""
        if self.kind == "fiscal":
            return f"{self._label(day)} ({day:%Y-%m-%d})".strip()
        if self.kind == "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        return month(day)

    def span(self, first: pd.Timestamp, last: pd.Timestamp) -> str:
        """Periods from one to another: `Jan to Jun 2026`."""
        if first == last:
            return self.name(first)
        if self.kind == "month" and first.year == last.year:
            return f"{short_month(first)} to {month(last)}"
        return f"{self.name(first)} to {self.name(last)}"

    def on_axis(self, days: Sequence[pd.Timestamp]) -> list[tuple[str, str]]:
        """A short name and the year of each period, for the axis of a picture."""
        if self.kind == "week":
            weeks = [day.isocalendar() for day in days]
            return [(f"W{week:02d}", str(year)) for year, week, _ in weeks]
        if self.kind == "month":
            return [(short_month(day), str(day.year)) for day in days]
        labels = [self._label(day) for day in days]
        short = all(0 < len(label) <= _FITS_AN_AXIS for label in labels)
        if not short or len(set(labels)) < len(labels):
            labels = [f"{day.day} {short_month(day)}" for day in days]
        return [(label, str(day.year)) for label, day in zip(labels, days, strict=True)]

    def _label(self, day: pd.Timestamp) -> str:
        return self.fiscal_months.get(day, "")


def _fiscal_months(builds: pd.DataFrame) -> dict[pd.Timestamp, str]:
    """FISCAL_MONTH of each period of a build plan, by its first day."""
    rows = builds.drop_duplicates("PRODUCTION_WEEK")
    labels = zip(rows["PRODUCTION_WEEK"], rows["FISCAL_MONTH"].fillna(""), strict=True)
    return {pd.Timestamp(day): plain(label) for day, label in labels}
