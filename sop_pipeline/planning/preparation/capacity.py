"""Capacity of the work centres: regular time, calendars, overtime and other tiers.

Does not belong here: which products take it (`routings`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import first_given, index_of, numbers
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.problem import Booleans, CapacityTiers, Floats, Integers

REGULAR = "REGULAR"
LONGEST_MONTH_DAYS = 31


@dataclass(frozen=True)
class Capacity:
    """Capacity of every work centre, planned or not.

    Attributes:
        work_centers: WORK_CENTER_ID, ascending, (W,).
        tiers: Its tiers, regular time among them.
    """

    work_centers: Integers
    tiers: CapacityTiers

    @property
    def regular_total(self) -> Floats:
        """Regular capacity of each work centre over the horizon, (W,)."""
        regular = np.array([code == REGULAR for code in self.tiers.codes], dtype=bool)
        return self._total(regular)

    @property
    def total(self) -> Floats:
        """Capacity of each work centre over the horizon, all tiers, (W,)."""
        return self._total(np.ones(len(self.tiers.codes), dtype=bool))

    def of(self, chosen: Integers) -> CapacityTiers:
        """The tiers of some work centres, which are numbered anew."""
        renumbered = np.full(len(self.work_centers), -1, dtype=np.int64)
        renumbered[chosen] = np.arange(len(chosen))
        kept = np.flatnonzero(renumbered[self.tiers.work_center] >= 0)
        return CapacityTiers(
            codes=tuple(self.tiers.codes[k] for k in kept),
            work_center=renumbered[self.tiers.work_center[kept]],
            capacity=self.tiers.capacity[kept],
            premium=self.tiers.premium[kept],
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
    and 0 closes every tier.
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
    capacity, premium, rank = _tier_rows(rows, pair_index, horizon, notes)
    work_center = np.searchsorted(ids, [w for w, _ in pairs]).astype(np.int64)
    regular = np.array([code == REGULAR for _, code in pairs], dtype=bool)
    capacity = np.where(
        np.isnan(capacity), np.where(regular[:, None], computed[work_center], 0.0), capacity
    )
    fixed = calendar.capacity[work_center]
    capacity = np.where(regular[:, None], first_given(fixed, capacity), capacity)
    capacity = np.where(fixed == 0, 0.0, capacity)
    order = _cheapest_first(pairs, rank, np.nan_to_num(premium), work_center)
    return Capacity(
        work_centers=ids,
        tiers=CapacityTiers(
            codes=tuple(pairs[int(k)][1] for k in order),
            work_center=work_center[order],
            capacity=capacity[order],
            premium=np.nan_to_num(premium)[order],
        ),
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
        [f"{center_id} {horizon.periods.labels[t]}" for center_id, t in pairs[counts > 1].tolist()],
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
        [f"{centers[i]} {horizon.periods.labels[period[i]]}: {days[i]:g}" for i in over],
        expected="no more working days than the period has days",
        got="more",
    )


def _tier_rows(
    rows: pd.DataFrame, pair_index: dict[tuple[int, str], int], horizon: Horizon, notes: Notes
) -> tuple[Floats, Floats, Floats]:
    """Capacity (nan where no row gives one), premium and rank of each tier and period.

    An empty MAX_CAPACITY is unlimited; of regular time it is the work centre's own capacity.
    """
    shape = (len(pair_index), len(horizon))
    capacity, premium = np.full(shape, np.nan), np.full(shape, np.nan)
    rank = np.full(len(pair_index), np.nan)
    holds = horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"])
    empty = np.where(rows["TIER_CODE"] == REGULAR, np.nan, np.inf)
    limits = first_given(numbers(rows["MAX_CAPACITY"]), empty)
    premiums = np.nan_to_num(numbers(rows["PREMIUM_PER_UNIT"]))
    ranks = numbers(rows["TIER_RANK"])
    twice: list[str] = []
    keys = zip(rows["WORK_CENTER_ID"], rows["TIER_CODE"], strict=True)
    for row, (center, code) in enumerate(keys):
        k = pair_index.get((int(center), str(code)))
        if k is None:
            continue
        if (holds[row] & ~np.isnan(premium[k])).any():
            twice.append(f"{center} {code}")
        capacity[k, holds[row]] = limits[row]
        premium[k, holds[row]] = premiums[row]
        rank[k] = np.fmin(rank[k], ranks[row])
    notes.refuse(
        "CAPACITY_TIER",
        "EFFECTIVE_DATE",
        twice,
        expected="one row per work centre, tier and day",
        got="rows whose dates overlap",
    )
    return capacity, premium, rank


def _cheapest_first(
    pairs: list[tuple[int, str]], rank: Floats, premium: Floats, work_center: Integers
) -> Integers:
    """Order of the tiers within their work centre: rank, regular time first, premium, code."""

    def key(k: int) -> tuple[int, bool, float, bool, float, str]:
        code = pairs[k][1]
        unranked = bool(np.isnan(rank[k])) and code != REGULAR
        place = 0.0 if np.isnan(rank[k]) else float(rank[k])
        return (
            int(work_center[k]),
            unranked,
            place,
            code != REGULAR,
            float(premium[k].mean()),
            code,
        )

    return np.array(sorted(range(len(pairs)), key=key), dtype=np.int64)
