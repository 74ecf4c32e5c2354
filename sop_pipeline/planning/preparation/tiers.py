"""Rows of CAPACITY_TIER: what they give in each period, in which order, and what is refused.

Does not belong here: regular time and calendars (`capacity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import first_given, numbers
from sop_pipeline.planning.preparation.notes import Notes, some

REGULAR = "REGULAR"


@dataclass(frozen=True)
class TierRows:
    """What the rows of the tiers give, (K, T) each but for the rank.

    Attributes:
        capacity: Capacity units per period, nan where no row gives any.
        premium: Currency per capacity unit, nan where no row holds.
        fixed_cost: Currency per period used.
        minimum_use: Capacity units at least where used.
        rank: Rank of each tier, nan where none is given, (K,).
    """

    capacity: Floats
    premium: Floats
    fixed_cost: Floats
    minimum_use: Floats
    rank: Floats


def tier_rows(
    rows: pd.DataFrame, pair_index: dict[tuple[int, str], int], horizon: Horizon, notes: Notes
) -> TierRows:
    """Gather the tiers' rows.

    An empty MAX_CAPACITY is unlimited; of regular time it is the work centre's own capacity.
    """
    shape = (len(pair_index), len(horizon))
    capacity, premium = np.full(shape, np.nan), np.full(shape, np.nan)
    fixed_cost, minimum_use = np.zeros(shape), np.zeros(shape)
    rank = np.full(len(pair_index), np.nan)
    holds = horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"])
    empty = np.where(rows["TIER_CODE"] == REGULAR, np.nan, np.inf)
    limits = first_given(numbers(rows["MAX_CAPACITY"]), empty)
    premiums, fixed_costs, minima = (
        np.nan_to_num(numbers(rows[name])) for name in ("PREMIUM_PER_UNIT", "FIXED_COST", "MIN_USE")
    )
    ranks = numbers(rows["TIER_RANK"])
    codes = rows["TIER_CODE"].astype(str)
    notes.refuse(
        "CAPACITY_TIER",
        "TIER_CODE",
        sorted(set(codes[(codes != REGULAR) & (codes.str.strip().str.upper() == REGULAR)])),
        expected=f"{REGULAR} for regular time, which the row replaces",
        got="it in other letters",
        remedy="Write it in capitals, or give another tier a name of its own",
    )
    twice: list[str] = []
    keys = zip(rows["WORK_CENTER_ID"], rows["TIER_CODE"], strict=True)
    for row, (center, code) in enumerate(keys):
        k = pair_index.get((int(center), str(code)))
        if k is None:
            continue
        if (holds[row] & ~np.isnan(premium[k])).any():
            twice.append(_row(int(center), str(code)))
        capacity[k, holds[row]] = limits[row]
        premium[k, holds[row]] = premiums[row]
        fixed_cost[k, holds[row]] = fixed_costs[row]
        minimum_use[k, holds[row]] = minima[row]
        rank[k] = np.fmin(rank[k], ranks[row])
    notes.refuse(
        "CAPACITY_TIER",
        "EFFECTIVE_DATE",
        twice,
        expected="one row per work centre, tier and day",
        got="rows whose dates overlap",
    )
    return TierRows(capacity, premium, fixed_cost, minimum_use, rank)


def _row(center: int, code: str) -> str:
    return f"WORK_CENTER_ID={center}, TIER_CODE={code}"


def refuse_unlimited(
    pairs: Sequence[tuple[int, str]], capacity: Floats, rows: TierRows, notes: Notes
) -> None:
    """A tier that is used or not needs a capacity: without one its use has no limit."""
    is_whole = ((rows.fixed_cost > 0) | (rows.minimum_use > 0)).any(axis=1)
    unlimited = np.flatnonzero(is_whole & np.isinf(capacity).any(axis=1))
    notes.refuse(
        "CAPACITY_TIER",
        "MAX_CAPACITY",
        [_row(*pairs[k]) for k in unlimited.tolist()],
        expected="a capacity of every tier with a FIXED_COST or MIN_USE",
        got="none",
        remedy="Give the most that can be used of the tier in a period",
    )


def note_closed(
    pairs: Sequence[tuple[int, str]], closed: Booleans, context: PreparationContext
) -> None:
    """Tell of tiers that are closed where they have less capacity than their MIN_USE."""
    if closed.any():
        name, labels = context.naming.name, context.horizon.periods.labels
        tiers = [
            f"{name('work_center', pairs[k][0])} {pairs[k][1]} in {labels[t]}"
            for k, t in np.argwhere(closed).tolist()
        ]
        context.notes.assume(
            "closed_below_minimum_use",
            f"Tiers with less capacity than their MIN_USE are closed: {some(tiers, between='; ')}",
        )


def cheapest_first(
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
