"""Warehouses: pallet positions, contract rates, and what stands in them at the start.

Does not belong here: costs per product (`stock`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.lookup import numbers, positions, scatter
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.preparation.scope import Scope
from sop_pipeline.planning.problem import Booleans, Floats, Integers, OverflowTiers

WAREHOUSE_TYPES = ("WAREHOUSE", "DISTRIBUTION_CENTER")
DEFAULT_THRESHOLD_PCT = 87.0


@dataclass(frozen=True)
class Rates:
    """Contract rates of each warehouse, nan where there is none; (S, T) but for transport.

    Attributes:
        storage: Currency per pallet and day.
        handling: Currency per pallet arriving.
        overflow: Currency per pallet and day, on top of storage.
        threshold: Per cent of the pallet positions.
        transport: Currency per unit, plain mean in the first period, (S,).
    """

    storage: Floats
    handling: Floats
    overflow: Floats
    threshold: Floats
    transport: Floats


def planned_warehouses(inputs: PlanningInputs) -> Integers:
    """Warehouses with zones, demand, stock or lanes, ascending."""
    sites = inputs.site_master
    known = sites.loc[sites["SITE_TYPE"].isin(WAREHOUSE_TYPES), "SITE_ID"].to_numpy(np.int64)
    mentions = (
        inputs.warehouse_capacity["SITE_ID"],
        inputs.demand_forecasts["SITE_ID"],
        inputs.opening_inventory["SITE_ID"],
        inputs.transport_lanes["FROM_SITE_ID"],
        inputs.transport_lanes["TO_SITE_ID"],
        inputs.scheduled_receipts["SITE_ID"],
    )
    used = np.concatenate([column.to_numpy(np.int64) for column in mentions])
    return np.unique(known[np.isin(known, used)])


def site_total(inputs: PlanningInputs, warehouses: Integers, column: str) -> Floats:
    """A column of the zones added up per warehouse, (S,)."""
    zones = inputs.warehouse_capacity
    site = positions(warehouses, zones["SITE_ID"])
    known = site >= 0
    return scatter((len(warehouses),), (site[known],), numbers(zones[column])[known])


def contract_rates(scope: Scope) -> Rates:
    """Rates of each warehouse: means over its zones' rows, weighted by pallet positions.

    A row without a zone stands for the zones that have no row of their own in the period. A
    period without any row takes the rates of the latest earlier one, else of the next one.
    """
    warehouses = scope.warehouses
    rows = scope.inputs.logistics_costs
    rows = rows[positions(warehouses, rows["SITE_ID"]) >= 0]
    site = positions(warehouses, rows["SITE_ID"])
    holds = scope.horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"])
    weight = _weights(scope, rows, site, holds)

    def mean(column: str, weights: Floats) -> Floats:
        return _carried(_mean(site, len(warehouses), numbers(rows[column]), weights, holds))

    rated = np.isin(np.arange(len(warehouses)), site[holds.any(axis=1)])
    _note_gaps(scope, rated, site, holds)
    return Rates(
        storage=mean("STORAGE_COST_PER_PALLET_PER_DAY", weight),
        handling=mean("HANDLING_COST_PER_PALLET", weight),
        overflow=mean("OVERFLOW_PENALTY_RATE", weight),
        threshold=mean("OVERFLOW_PENALTY_THRESHOLD_PCT", weight),
        transport=mean("TRANSPORT_COST_PER_UNIT", holds.astype(np.float64))[:, 0],
    )


def threshold_pallets(scope: Scope, rates: Rates, positions_: Floats) -> Floats:
    """Theta K: the policy's threshold, else the contract's, else 87 %; pallets, (S, T)."""
    if scope.policy.overflow_threshold_pct is not None:
        percent = np.full(rates.threshold.shape, scope.policy.overflow_threshold_pct)
    else:
        percent = rates.threshold
    silent = np.isnan(percent).any(axis=1)
    if silent.any():
        scope.notes.assume(
            "default_threshold",
            f"Warehouses without a contract overflow above {DEFAULT_THRESHOLD_PCT:g} % of their "
            f"pallet positions: {some(scope.warehouses[silent].tolist())}",
        )
    percent = np.where(np.isnan(percent), DEFAULT_THRESHOLD_PCT, percent)
    return positions_[:, None] * percent / 100


def overflow_rate(policy: Policy, rates: Rates) -> Floats:
    """pi[s,t]: currency per pallet and period on top of storage, (S, T)."""
    return np.nan_to_num(rates.overflow) * policy.storage_days_per_month


def overflow_tiers(
    policy: Policy, rate: Floats, positions_: Floats, threshold: Floats
) -> OverflowTiers:
    """One overflow tier per warehouse, up to the overflow limit; none where it is forbidden."""
    if policy.overflow == "forbid":
        nothing = np.zeros((0, threshold.shape[1]))
        return OverflowTiers(np.zeros(0, dtype=np.int64), nothing, nothing)
    if policy.overflow_limit_pct is None:
        capacity = np.full(threshold.shape, np.inf)
    else:
        limit = positions_[:, None] * policy.overflow_limit_pct / 100
        capacity = np.maximum(0.0, limit - threshold)
    return OverflowTiers(
        warehouse=np.arange(len(threshold), dtype=np.int64),
        capacity=capacity,
        penalty=rate,
    )


def _weights(scope: Scope, rows: pd.DataFrame, site: Integers, holds: Booleans) -> Floats:
    """Pallet positions each row stands for, per period, (rows, T)."""
    zones = scope.inputs.warehouse_capacity.set_index("WAREHOUSE_ZONE_ID")["MAX_CAPACITY_PALLETS"]
    zone = rows["WAREHOUSE_ZONE_ID"]
    unknown = zone.notna() & ~zone.isin(zones.index)
    scope.notes.refuse(
        "LOGISTICS_COST_FACT",
        "WAREHOUSE_ZONE_ID",
        sorted(zone[unknown].unique()),
        expected="known warehouse zones",
        got="unknown ones",
    )
    own = np.nan_to_num(zones.reindex(zone.fillna(-1).astype(np.int64)).to_numpy(np.float64))
    own = holds * own[:, None]
    total = site_total(scope.inputs, scope.warehouses, "MAX_CAPACITY_PALLETS")
    covered = np.zeros((len(scope.warehouses), holds.shape[1]))
    zoned = zone.notna().to_numpy()
    first_rows = ~pd.DataFrame({"zone": zone, "site": site}).duplicated().to_numpy()
    np.add.at(covered, site[zoned & first_rows], own[zoned & first_rows])
    rest = np.maximum(0.0, total[:, None] - covered)[site]
    return np.where(zoned[:, None], own, holds * rest)


def _mean(site: Integers, sites: int, values: Floats, weights: Floats, held: Booleans) -> Floats:
    """Weighted mean per site and period; plain where no row has weight, nan without rows."""
    shape = (sites, weights.shape[1])
    total, plain_total = np.zeros(shape), np.zeros(shape)
    weight, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, site, weights * values[:, None])
    np.add.at(weight, site, weights)
    np.add.at(plain_total, site, held * values[:, None])
    np.add.at(count, site, held)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, total / weight, plain_total / count)


def _carried(rates: Floats) -> Floats:
    frame = pd.DataFrame(rates.T)
    return frame.ffill().bfill().to_numpy(np.float64).T


def _note_gaps(scope: Scope, rated: Booleans, site: Integers, holds: Booleans) -> None:
    warehouses, notes = scope.warehouses, scope.notes
    if scope.policy.holding_cost_per_unit_month is None:
        notes.refuse(
            "LOGISTICS_COST_FACT",
            "SITE_ID",
            warehouses[~rated].tolist(),
            expected="a rate that holds in the horizon for every warehouse",
            got="none",
            remedy="Add one, or set holding_cost_per_unit_month in the policy",
        )
    covered = np.zeros((len(warehouses), len(scope.horizon)), dtype=bool)
    np.logical_or.at(covered, site, holds)
    gaps = rated & ~covered.all(axis=1)
    if gaps.any():
        notes.assume(
            "contract_gap",
            "Periods without a contract take the rates of the nearest earlier period, else of the "
            f"next one, in warehouses {some(warehouses[gaps].tolist())}",
        )
