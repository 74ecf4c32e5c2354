"""Capacity of the work centres: regular time, calendars, overtime and other tiers.

Does not belong here: which products take it (`routings`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import first_given, index_of, numbers
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.preparation.tiers import (
    REGULAR,
    cheapest_first,
    note_closed,
    refuse_unlimited,
    tier_rows,
)
from sop_pipeline.planning.problem import CapacityTiers

LONGEST_MONTH_DAYS = 31


@dataclass(frozen=True)
class Capacity:
    """Capacity of every work centre, planned or not.

    Attributes:
        work_centers: WORK_CENTER_ID, ascending, (W,).
        tiers: Its tiers, regular time among them.
        fixed_cost: F[w,k,t], currency for a period in which a tier is used, (K, T).
        minimum_use: umin[w,k,t], capacity units at least where it is used, (K, T).
    """

    work_centers: Integers
    tiers: CapacityTiers
    fixed_cost: Floats
    minimum_use: Floats

    @property
    def regular_total(self) -> Floats:
        """Regular capacity of each work centre over the horizon, (W,)."""
        regular = np.array([code == REGULAR for code in self.tiers.codes], dtype=bool)
        return self._total(regular)

    @property
    def total(self) -> Floats:
        """Capacity of each work centre over the horizon, all tiers, (W,)."""
        return self._total(np.ones(len(self.tiers.codes), dtype=bool))

    def of(self, chosen: Integers) -> Capacity:
        """Some work centres with their tiers, numbered anew."""
        renumbered = np.full(len(self.work_centers), -1, dtype=np.int64)
        renumbered[chosen] = np.arange(len(chosen))
        kept = np.flatnonzero(renumbered[self.tiers.work_center] >= 0)
        tiers = CapacityTiers(
            codes=tuple(self.tiers.codes[k] for k in kept),
            work_center=renumbered[self.tiers.work_center[kept]],
            capacity=self.tiers.capacity[kept],
            premium=self.tiers.premium[kept],
        )
        return Capacity(
            self.work_centers[chosen], tiers, self.fixed_cost[kept], self.minimum_use[kept]
        )

    def _total(self, counted: Booleans) -> Floats:
        total = np.zeros(len(self.work_centers))
        np.add.at(total, self.tiers.work_center[counted], self.tiers.capacity[counted].sum(axis=1))
        return total


@dataclass(frozen=True)
class _Calendar:
    """The calendar's figures per work centre and period; nan where it is silent, (W, T)."""

    working_days: Floats
    shifts: Floats
    efficiency: Floats
    capacity: Floats


def work_center_capacity(context: PreparationContext) -> Capacity:
    """Capacity of every work centre and tier.

    Regular time is CAPACITY_PER_HOUR x hours x shifts x EFFICIENCY_FACTOR x working days. A
    REGULAR tier row that gives a capacity replaces it; the calendar's MAX_CAPACITY overrides both,
    and 0 closes every tier. A period with less capacity than MIN_USE closes the tier.
    """
    inputs, horizon, notes = context.inputs, context.horizon, context.notes
    centers = inputs.capacity_summary.sort_values("WORK_CENTER_ID")
    ids = centers["WORK_CENTER_ID"].to_numpy(np.int64)
    calendar = _calendar(inputs.capacity_calendar, ids, horizon, notes)
    computed = _regular_time(context, centers, calendar)
    rows = inputs.capacity_tiers
    known = set(ids.tolist())
    given = zip(rows["WORK_CENTER_ID"].tolist(), rows["TIER_CODE"].astype(str), strict=True)
    pairs = sorted({(w, REGULAR) for w in known} | {pair for pair in given if pair[0] in known})
    unknown = rows.loc[index_of(ids, rows["WORK_CENTER_ID"]) < 0, "WORK_CENTER_ID"]
    notes.refuse(
        "CAPACITY_TIER",
        "WORK_CENTER_ID",
        sorted(unknown.unique()),
        expected="known work centres",
        got="unknown ones",
    )
    pair_index = {pair: k for k, pair in enumerate(pairs)}
    given_rows = tier_rows(rows, pair_index, horizon, notes)
    premium = np.nan_to_num(given_rows.premium)
    work_center = np.searchsorted(ids, [w for w, _ in pairs]).astype(np.int64)
    regular = np.array([code == REGULAR for _, code in pairs], dtype=bool)
    own = np.where(regular[:, None], computed[work_center], 0.0)
    capacity = first_given(given_rows.capacity, own)
    fixed = calendar.capacity[work_center]
    capacity = np.where(regular[:, None], first_given(fixed, capacity), capacity)
    capacity = np.where(fixed == 0, 0.0, capacity)
    refuse_unlimited(pairs, capacity, given_rows, notes)
    too_small = capacity < given_rows.minimum_use
    note_closed(pairs, too_small & (capacity > 0), context)
    capacity = np.where(too_small, 0.0, capacity)
    order = cheapest_first(pairs, given_rows.rank, premium, work_center)
    return Capacity(
        work_centers=ids,
        tiers=CapacityTiers(
            codes=tuple(pairs[int(k)][1] for k in order),
            work_center=work_center[order],
            capacity=capacity[order],
            premium=premium[order],
        ),
        fixed_cost=given_rows.fixed_cost[order],
        minimum_use=given_rows.minimum_use[order],
    )


def _regular_time(
    context: PreparationContext, centers: pd.DataFrame, calendar: _Calendar
) -> Floats:
    """Capacity of regular time, capacity units per period, (W, T)."""
    rate, hours, shifts, efficiency = (
        numbers(centers[name])[:, None]
        for name in ("CAPACITY_PER_HOUR", "HOURS_PER_DAY", "AVAILABLE_SHIFTS", "EFFICIENCY_FACTOR")
    )
    day = hours * first_given(calendar.shifts, shifts)
    if context.policy.max_hours_per_day is not None:
        day = np.minimum(day, context.policy.max_hours_per_day)
    days = context.own_or_policy(
        calendar.working_days,
        "working_days_per_month",
        counts=bool(np.isnan(first_given(calendar.capacity, calendar.working_days)).any()),
        per_month=True,
    )
    return rate * day * first_given(calendar.efficiency, efficiency, 1.0) * days


def _calendar(rows: pd.DataFrame, ids: Integers, horizon: Horizon, notes: Notes) -> _Calendar:
    period = horizon.index(rows["PERIOD_START"])
    rows = rows[(period >= 0) & (period < len(horizon))]
    period = horizon.index(rows["PERIOD_START"])
    center = index_of(ids, rows["WORK_CENTER_ID"])
    notes.refuse(
        "CAPACITY_CALENDAR",
        "WORK_CENTER_ID",
        sorted(rows.loc[center < 0, "WORK_CENTER_ID"].unique()),
        expected="known work centres",
        got="unknown ones",
    )
    keys = np.column_stack([rows["WORK_CENTER_ID"].to_numpy(np.int64), period])
    pairs, counts = np.unique(keys, axis=0, return_counts=True)
    notes.refuse(
        "CAPACITY_CALENDAR",
        "PERIOD_START",
        [
            f"WORK_CENTER_ID={center_id}, {horizon.periods.labels[t]}"
            for center_id, t in pairs[counts > 1].tolist()
        ],
        expected="one row per work centre and period",
        got="several rows in one period",
    )
    _refuse_impossible_days(rows, period, horizon, notes)

    def filled(column: str) -> Floats:
        values = np.full((len(ids), len(horizon)), np.nan)
        known = center >= 0
        values[center[known], period[known]] = numbers(rows[column])[known]
        return values

    return _Calendar(
        working_days=filled("WORKING_DAYS"),
        shifts=filled("AVAILABLE_SHIFTS"),
        efficiency=filled("EFFICIENCY_FACTOR"),
        capacity=filled("MAX_CAPACITY"),
    )


def _refuse_impossible_days(
    rows: pd.DataFrame, period: Integers, horizon: Horizon, notes: Notes
) -> None:
    """A fiscal period or week has no more working days than days; months are up to 31 alike."""
    most = horizon.lengths[period] if horizon.calendar.kind != "month" else LONGEST_MONTH_DAYS
    days = numbers(rows["WORKING_DAYS"])
    over = np.flatnonzero(days > most).tolist()
    centers = rows["WORK_CENTER_ID"].tolist()
    notes.refuse(
        "CAPACITY_CALENDAR",
        "WORKING_DAYS",
        [
            f"WORK_CENTER_ID={centers[i]}, {horizon.periods.labels[period[i]]}: {days[i]:g}"
            for i in over
        ],
        expected="no more working days than the period has days",
        got="more",
    )
