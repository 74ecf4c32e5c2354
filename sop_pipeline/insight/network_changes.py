"""Changes of rates and lead times.

Belongs here: what a planner says of contracts and lanes.
Does not belong here: capacity and closed places (`capacity_changes`), products and the policy
(`changes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.amounts import Amount
from sop_pipeline.insight.capacity_changes import holding
from sop_pipeline.insight.changes import EVERYTHING, Scope
from sop_pipeline.insight.company_frames import (
    CompanyFrames,
    require_not_negative,
    split_by_date,
)
from sop_pipeline.planning.arrays import Booleans
from sop_pipeline.planning.preparation.lanes import lead_time_periods
from sop_pipeline.planning.preparation.lookup import first_given, numbers
from sop_pipeline.suggestions import did_you_mean

RATES = {
    "storage": "STORAGE_COST_PER_PALLET_PER_DAY",
    "handling": "HANDLING_COST_PER_PALLET",
    "transport": "TRANSPORT_COST_PER_UNIT",
    "overflow": "OVERFLOW_PENALTY_RATE",
}
"""Column of LOGISTICS_COST_FACT by what planners call the rate.

Transport is priced by TRANSPORT_LANE too, overflow by OVERFLOW_TIER."""


@dataclass(frozen=True)
class RateChange:
    """Another storage, handling, transport or overflow rate, of one warehouse or of all."""

    kind: str
    amount: Amount
    site: str | None = None
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse a rate that there is not."""
        if self.kind not in RATES:
            likely = did_you_mean(self.kind[:60], RATES) or f"There are {', '.join(RATES)}."
            msg = f"--rate: there is no rate {self.kind[:60]!r}. {likely}"
            raise UsageError(msg)

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        frames.require_network("--rate")
        span = self.scope.span(frames)
        site = None if self.site is None else frames.site(self.site)
        where = "" if site is None else f" of {frames.code('SITE', site)}"
        what = f"{self.kind.capitalize()} rate{where}{frames.when(span)}"
        if self.kind == "transport" and not span.is_open:
            msg = f"{what}: lanes have no dates; leave out --from and --to"
            raise UsageError(msg)
        column = RATES[self.kind]
        rows = frames.inputs.logistics_costs.reset_index(drop=True)
        chosen = _at(rows["SITE_ID"], site) & holding(frames, rows, span)
        rows, hit = split_by_date(rows, chosen, *frames.days_of(span))
        highest = int(rows["LOGISTICS_COST_ID"].max()) if len(rows) else 0
        again = rows["LOGISTICS_COST_ID"].duplicated().to_numpy()
        rows.loc[again, "LOGISTICS_COST_ID"] = np.arange(highest + 1, highest + 1 + again.sum())
        changed = frames.having(logistics_costs=_changed(rows, hit, column, self.amount, what))
        touched = int(hit.sum())
        if self.kind == "transport":
            lanes = frames.inputs.transport_lanes
            to = _at(lanes["TO_SITE_ID"], site)
            changed = changed.having(transport_lanes=_changed(lanes, to, column, self.amount, what))
            touched += int(to.sum())
        if self.kind == "overflow":
            tiers = frames.inputs.overflow_tiers.reset_index(drop=True)
            there = _at(tiers["SITE_ID"], site) & holding(frames, tiers, span)
            tiers, of_span = split_by_date(tiers, there, *frames.days_of(span))
            tiers = _changed(tiers, of_span, "PENALTY_RATE", self.amount, what)
            changed = changed.having(overflow_tiers=tiers)
            touched += int(of_span.sum())
        if not touched:
            msg = f"{what}: no row gives one then, so nothing would change"
            raise UsageError(msg)
        return changed, f"{what} {self.amount}, {touched:,} row{'' if touched == 1 else 's'}"


@dataclass(frozen=True)
class LeadTimeChange:
    """Another lead time of the lanes that reach a warehouse, of all or from one site."""

    lane: str
    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        frames.require_network("--lead-time")
        lanes = frames.inputs.transport_lanes
        origin, destination = self._ends(frames)
        name = frames.code("SITE", destination)
        what = f"Lead time to {name}"
        if origin is not None:
            what = f"Lead time from {frames.code('SITE', origin)} to {name}"
        chosen = _at(lanes["TO_SITE_ID"], destination) & _at(lanes["FROM_SITE_ID"], origin)
        if not chosen.any():
            msg = (
                f"{what}: TRANSPORT_LANE has no such lane. Lanes that are assumed have lead time "
                "0; give the table to change them"
            )
            raise UsageError(msg)
        before = first_given(numbers(lanes["LEAD_TIME_DAYS"]), 0.0)
        after = np.where(chosen, self.amount.of_each(before), before)
        require_not_negative(after, what)
        periods = [
            [lead_time_periods(frames.horizon, float(d)) for d in days[chosen]]
            for days in (before, after)
        ]
        moved = sum(one != other for one, other in zip(*periods, strict=True))
        lanes_moved = f"{moved:,} of {len(periods[0]):,} lanes take another number of periods"
        return (
            frames.having(transport_lanes=lanes.assign(LEAD_TIME_DAYS=after)),
            f"{what} {self.amount} days: {lanes_moved}",
        )

    def _ends(self, frames: CompanyFrames) -> tuple[int | None, int]:
        """Where the lanes begin, if that is said, and end: a code may have a slash in it."""
        origin, slash, destination = self.lane.partition("/")
        if not slash:
            return None, frames.site(self.lane)
        try:
            return None, frames.site(self.lane)
        except UsageError:
            return frames.site(origin), frames.site(destination)


def _changed(
    rows: pd.DataFrame, chosen: Booleans, column: str, amount: Amount, what: str
) -> pd.DataFrame:
    before = numbers(rows[column])
    after = np.where(chosen, amount.of_each(before), before)
    require_not_negative(after[chosen], what)
    return rows.assign(**{column: after})


def _at(ids: pd.Series, site: int | None) -> Booleans:
    return np.ones(len(ids), dtype=bool) if site is None else (ids == site).to_numpy(bool)
