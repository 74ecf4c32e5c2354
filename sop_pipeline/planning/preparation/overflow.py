"""Overflow tiers of the warehouses: price and number of pallets above the threshold.

Does not belong here: the threshold and the contracts' single rate (`storage`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import index_of, numbers
from sop_pipeline.planning.problem import OverflowTiers

TABLE = "OVERFLOW_TIER"


def overflow_tiers(context: PreparationContext, rate: Floats) -> OverflowTiers:
    """The contracts' tiers above the threshold, as they are agreed, cheapest first.

    A warehouse without rows has one tier, unlimited, at the contract's single rate; one with rows
    has that in the periods in which none of them holds.

    Args:
        context: Its notes take the faults.
        rate: The contracts' single rate, currency per pallet and period, (S, T).
    """
    order = ["SITE_ID", "TIER_RANK"]
    rows: pd.DataFrame = context.inputs.overflow_tiers.sort_values(order, kind="stable")
    holds = context.horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"])
    site = index_of(context.warehouses, rows["SITE_ID"])
    _refuse_elsewhere(context, rows)
    days = context.policy.storage_days_per_month * context.horizon.months
    capacity, penalty = numbers(rows["MAX_PALLETS"]), numbers(rows["PENALTY_RATE"])
    owner: list[int] = []
    tiers: list[tuple[Floats, Floats]] = []
    for s in range(len(context.warehouses)):
        own = site == s
        mine = rows.take(np.flatnonzero(own))
        _refuse_disorder(context, mine, holds[own])
        # The n-th tier of a period is the n-th row that holds in it.
        place = np.where(holds[own], np.cumsum(holds[own], axis=0) - 1, -1)
        for number in range(max(1, int(place.max(initial=0)) + 1)):
            is_here = place == number
            most = np.where(np.isnan(capacity[own]), np.inf, capacity[own])[:, None]
            given = np.where(is_here, most, 0.0).max(axis=0, initial=0.0)
            price: Floats = (is_here * penalty[own][:, None]).sum(axis=0) * days
            none = ~holds[own].any(axis=0) & (number == 0)
            owner.append(s)
            tiers.append((np.where(none, np.inf, given), np.where(none, rate[s], price)))
    return OverflowTiers(
        warehouse=np.array(owner, dtype=np.int64),
        capacity=np.array([most for most, _ in tiers]),
        penalty=np.array([price for _, price in tiers]),
    )


def dearest_rate(tiers: OverflowTiers, warehouses: int) -> Floats:
    """The dearest penalty of each warehouse and period, currency per pallet and period, (S, T)."""
    rate = np.zeros((warehouses, tiers.penalty.shape[1]))
    np.maximum.at(rate, tiers.warehouse, np.where(tiers.capacity > 0, tiers.penalty, 0.0))
    return rate


def within_policy(
    policy: Policy, tiers: OverflowTiers, positions: Floats, threshold: Floats
) -> OverflowTiers:
    """The tiers that the policy allows: together up to its overflow limit; none where it forbids.

    Args:
        policy: The policy.
        tiers: The tiers as agreed, cheapest first.
        positions: K[s], pallet positions, (S,).
        threshold: theta K, pallets, (S, T).
    """
    if policy.overflow == "forbid":
        nothing = np.zeros((0, threshold.shape[1]))
        return OverflowTiers(np.zeros(0, dtype=np.int64), nothing, nothing)
    left = np.full(threshold.shape, np.inf)
    if policy.overflow_limit_pct is not None:
        limit = positions[:, None] * policy.overflow_limit_pct / 100
        left = np.maximum(0.0, limit - threshold)
    capacity = np.zeros_like(tiers.capacity)
    for tier, s in enumerate(tiers.warehouse.tolist()):
        capacity[tier] = np.minimum(tiers.capacity[tier], left[s])
        left[s] -= np.where(np.isfinite(left[s]), capacity[tier], 0.0)
    return OverflowTiers(tiers.warehouse, capacity, tiers.penalty)


def _refuse_elsewhere(context: PreparationContext, rows: pd.DataFrame) -> None:
    sites = context.inputs.site_master
    plants = sites.loc[sites["SITE_TYPE"] == "PLANT", "SITE_ID"]
    context.notes.refuse(
        TABLE,
        "SITE_ID",
        sorted(rows.loc[rows["SITE_ID"].isin(plants), "SITE_ID"].unique()),
        expected="tiers of warehouses",
        got="plants",
    )


def _refuse_disorder(context: PreparationContext, rows: pd.DataFrame, holds: Booleans) -> None:
    """Refuse tiers of one warehouse that repeat a rank in a period, or get cheaper with it."""
    ranks, rates = numbers(rows["TIER_RANK"]), numbers(rows["PENALTY_RATE"])
    repeated, falling = dict[str, None](), dict[str, None]()
    for t in range(holds.shape[1]):
        at = np.flatnonzero(holds[:, t])
        for one, next_one in zip(at[:-1].tolist(), at[1:].tolist(), strict=True):
            where = f"SITE_ID={rows['SITE_ID'].iloc[0]}, TIER_RANK={ranks[next_one]:g}"
            period = f"{where}, {context.horizon.periods.labels[t]}"
            if ranks[one] == ranks[next_one]:
                repeated[period] = None
            elif rates[next_one] < rates[one]:
                falling[f"{period}: {rates[one]:g}, then {rates[next_one]:g}"] = None
    notes = context.notes
    notes.refuse(
        TABLE,
        "TIER_RANK",
        list(repeated),
        expected="each rank once in every period",
        got="repeated ones",
        remedy="Give each row another rank, or dates that do not overlap",
    )
    notes.refuse(
        TABLE,
        "PENALTY_RATE",
        list(falling),
        expected="rates that do not fall with the rank",
        got="tiers that get cheaper",
        remedy="A cheaper tier that opens only behind a dearer one would need whole decisions, "
        "which overflow does not have; order the tiers by rate",
    )
