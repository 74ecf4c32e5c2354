"""The input frames that changes are made to, and what a planner's words mean in them.

Belongs here: which product, family, site, work centre and period a text names, and which rows are
theirs.
Does not belong here: what is changed in them (`changes`, `network_changes`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.days import DAY, FOR_EVER, SINCE_EVER, days
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.horizon import Horizon, planning_horizon
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.suggestions import did_you_mean

_SHOWN = 60
_LISTED = 5
_ONE_DAY = np.timedelta64(1, "D")
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Periods from one to another.

    Attributes:
        first: Number of the first one in the horizon; None where all before count as well.
        last: Number of the last one; None where all after count as well.
    """

    first: int | None = None
    last: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is all the time there is."""
        return self.first is None and self.last is None


@dataclass(frozen=True)
class CompanyFrames:
    """One scenario's input frames.

    Attributes:
        inputs: The frames.
        policy: What they are planned with.
    """

    inputs: PlanningInputs
    policy: Policy

    def having(self, **tables: pd.DataFrame) -> CompanyFrames:
        """The same with other frames in place of some."""
        return replace(self, inputs=replace(self.inputs, **tables))

    @cached_property
    def horizon(self) -> Horizon:
        """The planned periods.

        Raises:
            InputRefused: There are none to plan.
        """
        return planning_horizon(self.inputs, self.policy, Notes())

    def require_network(self, change: str) -> None:
        """Refuse a change that a pooled plan does not look at.

        Raises:
            UsageError: The policy's grain is aggregate.
        """
        if self.policy.grain == "aggregate":
            msg = (
                f"{change}: a plan of grain aggregate does not look at that. Give --policy with "
                "one of grain network, such as standard"
            )
            raise UsageError(msg)

    # What texts name

    def product(self, text: str) -> int:
        """PRODUCT_ID of a code or name."""
        return _one_of(self.inputs.product_master, "PRODUCT", "product", text)

    def site(self, text: str) -> int:
        """SITE_ID of a code or name."""
        return _one_of(self.inputs.site_master, "SITE", "site", text)

    def work_center(self, text: str) -> int:
        """WORK_CENTER_ID of a code or name."""
        return _one_of(self.inputs.capacity_summary, "WORK_CENTER", "work centre", text)

    def place(self, text: str) -> tuple[str, int]:
        """Kind and id of a work centre or site: `work_center`, `plant` or `warehouse`."""
        sites, centers = self.inputs.site_master, self.inputs.capacity_summary
        here = _matches(sites, "SITE", text), _matches(centers, "WORK_CENTER", text)
        if sum(map(len, here)) != 1:
            names = [*_known(sites, "SITE"), *_known(centers, "WORK_CENTER")]
            codes = [*here[0].values(), *here[1].values()]
            noun = "site or work centre"
            raise _not_one(noun, text, codes, names)
        if here[1]:
            return "work_center", next(iter(here[1]))
        site = next(iter(here[0]))
        kind = sites.loc[sites["SITE_ID"] == site, "SITE_TYPE"].iloc[0]
        return ("plant" if kind == "PLANT" else "warehouse"), site

    def family(self, text: str) -> str:
        """CATEGORY_NAME of a family's name."""
        names = self.inputs.product_master["CATEGORY_NAME"].dropna().astype(str).unique().tolist()
        if text in names:
            return text
        found = [name for name in names if name.casefold() == text.strip().casefold()]
        if len(found) != 1:
            noun = "family"
            raise _not_one(noun, text, found, names)
        return found[0]

    def span(self, first: str | None, last: str | None) -> Span:
        """The periods between two texts, ends included.

        Raises:
            UsageError: A text names no planned period, or the first comes after the last.
        """
        span = Span(
            None if first is None else self._period(first)[0],
            None if last is None else self._period(last)[1],
        )
        if span.first is not None and span.last is not None and span.first > span.last:
            msg = f"--from {first} comes after --to {last}"
            raise UsageError(msg)
        return span

    def _period(self, text: str) -> tuple[int, int]:
        """Numbers of the first and the last planned period of a text: a month may hold weeks."""
        periods, given = self.horizon.periods, text.strip()
        for names in (periods.labels, periods.fiscal_months):
            at = [t for t, name in enumerate(names) if name.casefold() == given.casefold()]
            if len(at) == 1:
                return at[0], at[0]
        ends = _days_of(given)
        found = [] if ends is None else self.horizon.index(pd.Series(days(ends))).tolist()
        if not len(found) or min(found) < 0 or max(found) >= len(periods):
            known = f"Planned are {periods.labels[0]} to {periods.labels[-1]}."
            likely = did_you_mean(given[:_SHOWN], [*periods.labels, *periods.fiscal_months])
            msg = " ".join(
                part
                for part in (f"There is no planned period {_told(text)}.", likely, known)
                if part
            )
            raise UsageError(msg)
        return int(found[0]), int(found[1])

    # Which rows are theirs

    def inside(self, dates: pd.Series) -> Booleans:
        """Whether each date falls in the planned periods."""
        period = self.horizon.index(dates)
        return (period >= 0) & (period < len(self.horizon))

    def within(self, dates: pd.Series, span: Span) -> Booleans:
        """Whether each date falls in the periods of a span, which may go on after the last."""
        period = self.horizon.index(dates)
        after = True if span.first is None else period >= span.first
        before = True if span.last is None else period <= span.last
        return np.broadcast_to(np.asarray(after & before, dtype=bool), period.shape).copy()

    def periods_of(self, span: Span) -> Integers:
        """Numbers of the planned periods of a span."""
        first = 0 if span.first is None else span.first
        last = len(self.horizon) - 1 if span.last is None else span.last
        return np.arange(first, last + 1)

    def days_of(self, span: Span) -> tuple[dt.date, dt.date]:
        """First and last day of a span; the ends of the calendar where it is open."""
        calendar, start = self.horizon.calendar, self.horizon.first
        first = SINCE_EVER if span.first is None else calendar.first_day(start + span.first)
        if span.last is None:
            return first, FOR_EVER
        return first, calendar.first_day(start + span.last + 1) - dt.timedelta(days=1)

    def of_products(
        self, ids: pd.Series, products: Iterable[int], families: Iterable[str]
    ) -> Booleans:
        """Whether each id is one of the products, where there are any, and of the families."""
        products, families = list(products), list(families)
        mask = np.ones(len(ids), dtype=bool)
        if products:
            mask &= ids.isin(products).to_numpy()
        if families:
            master = self.inputs.product_master
            members = master.loc[master["CATEGORY_NAME"].isin(families), "PRODUCT_ID"]
            mask &= ids.isin(members).to_numpy()
        return mask

    def when(self, span: Span) -> str:
        """The periods in words, with a blank before; nothing where it is all the time."""
        labels = self.horizon.periods.labels
        if span.is_open:
            return ""
        if span.first == span.last and span.first is not None:
            return f" in {labels[span.first]}"
        first = "" if span.first is None else f" from {labels[span.first]}"
        return first if span.last is None else f"{first} to {labels[span.last]}"

    def code(self, kind: str, identifier: int) -> str:
        """Code of a product, site or work centre."""
        master = {
            "PRODUCT": self.inputs.product_master,
            "SITE": self.inputs.site_master,
            "WORK_CENTER": self.inputs.capacity_summary,
        }[kind]
        return str(master.loc[master[f"{kind}_ID"] == identifier, f"{kind}_CODE"].iloc[0])


def split_by_date(
    rows: pd.DataFrame, chosen: Booleans, first: dt.date, last: dt.date
) -> tuple[pd.DataFrame, Booleans]:
    """Dated rows, the chosen ones cut so that each lies wholly in some days or outside them.

    Args:
        rows: With EFFECTIVE_DATE and EXPIRY_DATE, numbered from 0.
        chosen: Rows to cut.
        first: First day.
        last: Last day.

    Returns:
        The rows, and which of them are chosen and lie in these days.
    """
    begins = rows["EFFECTIVE_DATE"].fillna(pd.Timestamp(SINCE_EVER)).to_numpy(DAY)
    ends = rows["EXPIRY_DATE"].fillna(pd.Timestamp(FOR_EVER)).to_numpy(DAY)
    low, high = days([first, last])
    hit = chosen & (begins <= high) & (ends >= low)
    early, late = hit & (begins < low), hit & (ends > high)
    if not (early | late).any():
        return rows, hit
    there, before, after = len(rows), np.flatnonzero(early), np.flatnonzero(late)
    again = np.concatenate([np.arange(there), before, after])
    begins, ends = (rows[name].to_numpy(DAY)[again] for name in ("EFFECTIVE_DATE", "EXPIRY_DATE"))
    begins[before], ends[after] = low, high
    ends[there : there + len(before)] = low - _ONE_DAY
    begins[there + len(before) :] = high + _ONE_DAY
    cut = rows.iloc[again].reset_index(drop=True).assign(EFFECTIVE_DATE=begins, EXPIRY_DATE=ends)
    return cut, np.concatenate([hit, np.zeros(len(again) - there, dtype=bool)])


def require_not_negative(figures: Floats, what: str) -> None:
    """Refuse what a change would bring below 0.

    Raises:
        UsageError: A figure is below 0.
    """
    below = int((figures < 0).sum())
    if below:
        rows = f"{below:,} row{'' if below == 1 else 's'}"
        msg = f"{what} would fall below 0 in {rows}, to {figures.min():,.10g}"
        raise UsageError(msg)


def _one_of(master: pd.DataFrame, kind: str, noun: str, text: str) -> int:
    found = _matches(master, kind, text)
    if len(found) != 1:
        raise _not_one(noun, text, found.values(), _known(master, kind))
    return next(iter(found))


def _matches(master: pd.DataFrame, kind: str, text: str) -> dict[int, str]:
    """Code by id of what a text names: by its code, else by code or name whatever their case."""
    codes, names = master[f"{kind}_CODE"].astype(str), master[f"{kind}_NAME"].astype(str)
    hit = codes == text
    if not hit.any():
        plain = text.strip().casefold()
        hit = (codes.str.casefold() == plain) | (names.str.strip().str.casefold() == plain)
    rows = master[hit.fillna(value=False).astype(bool)]
    return dict(zip(rows[f"{kind}_ID"].astype(int), rows[f"{kind}_CODE"].astype(str), strict=True))


def _known(master: pd.DataFrame, kind: str) -> list[str]:
    return [*master[f"{kind}_CODE"].astype(str), *master[f"{kind}_NAME"].astype(str)]


def _not_one(noun: str, text: str, found: Iterable[str], known: Iterable[str]) -> UsageError:
    several = list(found)
    if several:
        codes = ", ".join(several[:_LISTED])
        msg = f"Several are called {_told(text)}: name one by its code, of {codes}."
        return UsageError(msg)
    known = list(known)
    likely = did_you_mean(text[:_SHOWN], known)
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    there = likely or f"There are {', '.join(known[:_LISTED]) or 'none'}{more}."
    msg = f"There is no {noun} {_told(text)}. {there}"
    return UsageError(msg)


def _told(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def _days_of(text: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a month or a day."""
    try:
        if _DAY.fullmatch(text):
            day = dt.date.fromisoformat(text)
            return day, day
        if month := _MONTH.fullmatch(text):
            first = dt.date(int(month[1]), int(month[2]), 1)
            return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return None
