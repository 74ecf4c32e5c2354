"""Changes of capacity: more or less of it, and places that are closed.

Belongs here: what a planner says of work centres, plants, and warehouses that store nothing.
Does not belong here: rates and lanes (`network_changes`), products and the policy (`changes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.amounts import Amount
from sop_pipeline.insight.changes import EVERYTHING, Scope
from sop_pipeline.insight.company_frames import (
    CompanyFrames,
    Span,
    require_not_negative,
    split_by_date,
)
from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.preparation.capacity import Capacity, work_center_capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.lookup import numbers
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.preparation.tiers import REGULAR
from sop_pipeline.schemas.inputs import CAPACITY_CALENDAR
from sop_pipeline.suggestions import did_you_mean

HOURS_OF_A_DAY = 24


@dataclass(frozen=True)
class CapacityChange:
    """More or less capacity of a work centre: its regular time, or one of its other tiers."""

    work_center: str
    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        frames.require_network("--capacity")
        span = self.scope.span(frames)
        center, tier = self._named(frames)
        if tier != REGULAR:
            return self._of_tier(frames, center, tier, span)
        code = frames.code("WORK_CENTER", center)
        what = f"Capacity of {code}{frames.when(span)}"
        periods, before = frames.periods_of(span), _regular(frames, center)
        if self.amount.unit == "shifts":
            changed = _with_shifts(frames, center, periods, self.amount, what)
        else:
            wanted = self.amount.of_each(before[periods])
            require_not_negative(wanted, what)
            moved = periods[wanted != before[periods]]
            changed = _with_calendar(
                frames, center, moved, "MAX_CAPACITY", wanted[np.isin(periods, moved)]
            )
        gained = float((_regular(changed, center) - before).sum())
        if not gained and self.amount.value:
            msg = f"{what} would stay as it is: {_why_not(self.amount)}"
            raise UsageError(msg)
        long = _long_day(changed, center, periods, self.amount)
        return changed, f"{what} {self.amount}: {_units(gained)}{long}"

    def _named(self, frames: CompanyFrames) -> tuple[int, str]:
        """The work centre and the tier: a code may have a slash in it."""
        text, slash, tier = self.work_center.rpartition("/")
        rows = frames.inputs.capacity_tiers
        if slash:
            try:
                center = frames.work_center(self.work_center)
            except UsageError:
                center = frames.work_center(text)
                known = rows.loc[rows["WORK_CENTER_ID"] == center, "TIER_CODE"].astype(str)
                codes = sorted({REGULAR, *known})
                found = [code for code in codes if code.casefold() == tier.strip().casefold()]
                if not found:
                    likely = did_you_mean(tier[:60], codes) or f"There are {', '.join(codes)}."
                    msg = f"{text} has no capacity tier {tier[:60]!r}. {likely}"
                    raise UsageError(msg) from None
                return center, found[0]
            return center, REGULAR
        return frames.work_center(self.work_center), REGULAR

    def _of_tier(
        self, frames: CompanyFrames, center: int, tier: str, span: Span
    ) -> tuple[CompanyFrames, str]:
        rows = frames.inputs.capacity_tiers.reset_index(drop=True)
        what = f"Capacity of {frames.code('WORK_CENTER', center)}, {tier}{frames.when(span)}"
        if self.amount.unit == "shifts":
            msg = f"{what}: shifts are of regular time; give capacity units or per cent"
            raise UsageError(msg)
        own = (rows["WORK_CENTER_ID"] == center) & (rows["TIER_CODE"] == tier)
        chosen = (
            own.to_numpy() & rows["MAX_CAPACITY"].notna().to_numpy() & holding(frames, rows, span)
        )
        rows, hit = split_by_date(rows, chosen, *frames.days_of(span))
        if not hit.any():
            msg = f"{what} is unlimited, or has no row that holds then: nothing would change"
            raise UsageError(msg)
        after = np.where(
            hit, self.amount.of_each(numbers(rows["MAX_CAPACITY"])), numbers(rows["MAX_CAPACITY"])
        )
        require_not_negative(after[hit], what)
        return frames.having(
            capacity_tiers=rows.assign(MAX_CAPACITY=after)
        ), f"{what} {self.amount} a period"


@dataclass(frozen=True)
class Closing:
    """A work centre or plant that makes nothing, or a warehouse that stores nothing of the plan."""

    place: str
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        frames.require_network("--close")
        kind, identifier = frames.place(self.place)
        span = self.scope.span(frames)
        if kind == "warehouse":
            return self._of_warehouse(frames, identifier, span)
        centers = frames.inputs.capacity_summary
        if kind == "plant":
            chosen = centers.loc[centers["SITE_ID"] == identifier, "WORK_CENTER_ID"].tolist()
        else:
            chosen = [identifier]
        code = frames.code("SITE" if kind == "plant" else "WORK_CENTER", identifier)
        lost = 0.0
        for center in chosen:
            periods = frames.periods_of(span)
            before = _regular(frames, center, every_tier=True)[periods]
            lost += float(before[np.isfinite(before)].sum())
            open_ = periods[before > 0]
            frames = _with_calendar(frames, center, open_, "MAX_CAPACITY", np.zeros(len(open_)))
        if not lost:
            msg = f"{code} has no capacity{frames.when(span)}: closing it would change nothing"
            raise UsageError(msg)
        return frames, f"{code} closed{frames.when(span)}: {_units(-lost)}"

    def _of_warehouse(
        self, frames: CompanyFrames, site: int, span: Span
    ) -> tuple[CompanyFrames, str]:
        first, last = frames.days_of(span)
        row = pd.DataFrame(
            {"SITE_ID": [site], "EFFECTIVE_DATE": days([first]), "EXPIRY_DATE": days([last])}
        )
        known = frames.inputs.warehouse_closures
        known = row if known is None else pd.concat([known, row], ignore_index=True)
        sentence = (
            f"{frames.code('SITE', site)} closed{frames.when(span)}: nothing of the plan stands "
            "there at the end of a period; what arrives leaves or is served in its period"
        )
        return frames.having(warehouse_closures=known), sentence


def holding(frames: CompanyFrames, rows: pd.DataFrame, span: Span) -> Booleans:
    """Whether each dated row holds in a planned period of a span."""
    starts = [frames.horizon.periods.starts[t] for t in frames.periods_of(span)]
    return holds_on(starts, rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"]).any(axis=1)


def _capacity(frames: CompanyFrames) -> Capacity:
    nobody: Integers = np.zeros(0, dtype=np.int64)
    notes = Notes()
    found = work_center_capacity(
        PreparationContext(frames.inputs, frames.policy, frames.horizon, nobody, nobody, notes)
    )
    notes.raise_faults()
    return found


def _regular(frames: CompanyFrames, center: int, *, every_tier: bool = False) -> Floats:
    """Capacity of a work centre by period, of regular time or of all tiers, (T,)."""
    found = _capacity(frames)
    own = found.work_centers[found.tiers.work_center] == center
    if not every_tier:
        own &= np.array([code == REGULAR for code in found.tiers.codes], dtype=bool)
    return found.tiers.capacity[own].sum(axis=0)


def _with_calendar(
    frames: CompanyFrames, center: int, periods: Integers, column: str, values: Floats
) -> CompanyFrames:
    """The calendar with a figure of a work centre in some periods, other figures kept."""
    rows = frames.inputs.capacity_calendar.reset_index(drop=True)
    period = frames.horizon.index(rows["PERIOD_START"])
    own = (rows["WORK_CENTER_ID"] == center).to_numpy(bool)
    new: list[dict[str, object]] = []
    for t, value in zip(periods.tolist(), values.tolist(), strict=True):
        at = own & (period == t)
        if at.any():
            rows.loc[at, column] = value
        else:
            start = pd.Timestamp(frames.horizon.periods.starts[t])
            new.append({"WORK_CENTER_ID": center, "PERIOD_START": start, column: value})
    if new:
        added = CAPACITY_CALENDAR.typed(pd.DataFrame(new))
        rows = (
            added
            if rows.empty
            else pd.concat([rows, added.reindex(columns=rows.columns)], ignore_index=True)
        )
    return frames.having(capacity_calendar=CAPACITY_CALENDAR.typed(rows))


def _shifts(frames: CompanyFrames, center: int) -> Floats:
    """Shifts of a work centre by period, (T,)."""
    own = frames.inputs.capacity_summary
    shifts = float(own.loc[own["WORK_CENTER_ID"] == center, "AVAILABLE_SHIFTS"].iloc[0])
    result = np.full(len(frames.horizon), shifts)
    rows = frames.inputs.capacity_calendar
    period = frames.horizon.index(rows["PERIOD_START"])
    given = (rows["WORK_CENTER_ID"] == center) & rows["AVAILABLE_SHIFTS"].notna()
    inside = given.to_numpy(bool) & (period >= 0) & (period < len(result))
    result[period[inside]] = numbers(rows["AVAILABLE_SHIFTS"])[inside]
    return result


def _with_shifts(
    frames: CompanyFrames, center: int, periods: Integers, amount: Amount, what: str
) -> CompanyFrames:
    wanted = amount.of_each(_shifts(frames, center)[periods])
    require_not_negative(wanted, f"{what}: its shifts")
    return _with_calendar(frames, center, periods, "AVAILABLE_SHIFTS", wanted)


def _long_day(frames: CompanyFrames, center: int, periods: Integers, amount: Amount) -> str:
    """That a day would have more than 24 hours, where shifts have made it so."""
    if amount.unit != "shifts":
        return ""
    own = frames.inputs.capacity_summary
    hours = float(own.loc[own["WORK_CENTER_ID"] == center, "HOURS_PER_DAY"].iloc[0])
    longest = float(hours * _shifts(frames, center)[periods].max())
    return f", {longest:g} hours a day, which no day has" if longest > HOURS_OF_A_DAY else ""


def _why_not(amount: Amount) -> str:
    if amount.unit == "shifts":
        return (
            "its capacity is given as a figure (MAX_CAPACITY), its hours are capped by the policy, "
            "or it has none; give capacity units, as +500"
        )
    return (
        "it has none then; give capacity units, as +500"
        if amount.unit == "percent"
        else "it is that"
    )


def _units(value: float) -> str:
    number = f"{abs(value):,.2f}".removesuffix(".00")
    if number == "0":
        return "nothing changes"
    return f"{number} capacity units {'more' if value > 0 else 'less'} in all"
