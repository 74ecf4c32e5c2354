"""Warehouses: pallet positions, contract rates, and what stands in them at the start.

Does not belong here: costs per product (`stock`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.lookup import first_given, index_of, numbers, scatter

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
    site = index_of(warehouses, zones["SITE_ID"])
    known = site >= 0
    return scatter((len(warehouses),), (site[known],), numbers(zones[column])[known])


def contract_rates(context: PreparationContext) -> Rates:
    """Rates of each warehouse by contract; nan where it has none."""
    rows = context.inputs.logistics_costs
    contracts = Contracts.of_sites(
        context.warehouses,
        context.inputs.warehouse_capacity,
        rows,
        context.horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"]),
    )
    _refuse_misplaced(context, contracts)
    _note_gaps(context, contracts.covered)
    return Rates(
        storage=contracts.rates("STORAGE_COST_PER_PALLET_PER_DAY"),
        handling=contracts.rates("HANDLING_COST_PER_PALLET"),
        overflow=contracts.rates("OVERFLOW_PENALTY_RATE"),
        threshold=contracts.rates("OVERFLOW_PENALTY_THRESHOLD_PCT"),
        transport=contracts.plain_means("TRANSPORT_COST_PER_UNIT")[:, 0],
    )


def threshold_percent(policy: Policy, contract: Floats) -> Floats:
    """Overflow threshold in per cent: the policy's, else the contract's, else 87."""
    return first_given(policy.overflow_threshold_pct, contract, DEFAULT_THRESHOLD_PCT)


def threshold_pallets(context: PreparationContext, rates: Rates, positions_: Floats) -> Floats:
    """Theta K: the policy's threshold, else the contract's, else 87 %; pallets, (S, T)."""
    silent = np.isnan(rates.threshold).any(axis=1)
    if context.policy.overflow_threshold_pct is None and silent.any():
        context.notes.assume(
            "default_threshold",
            f"Warehouses without a contract overflow above {DEFAULT_THRESHOLD_PCT:g} % of their "
            f"pallet positions: {context.naming.some('site', context.warehouses[silent].tolist())}",
        )
    return positions_[:, None] * threshold_percent(context.policy, rates.threshold) / 100


def overflow_rate(context: PreparationContext, rates: Rates) -> Floats:
    """pi[s,t]: currency per pallet and period on top of storage, (S, T)."""
    days = context.policy.storage_days_per_month * context.horizon.months
    return np.nan_to_num(rates.overflow) * days


def closed(context: PreparationContext) -> Booleans:
    """Whether each warehouse is closed in each period, (S, T)."""
    rows = context.inputs.warehouse_closures
    if rows is None:
        return np.zeros((len(context.warehouses), len(context.horizon)), dtype=bool)
    holds = context.horizon.holds(rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"])
    at = rows["SITE_ID"].to_numpy(np.int64)[:, None] == context.warehouses
    return np.any(at[:, :, None] & holds[:, None, :], axis=0)


def _refuse_misplaced(context: PreparationContext, contracts: Contracts) -> None:
    misplaced = contracts.misplaced
    places = zip(misplaced["SITE_ID"], misplaced["WAREHOUSE_ZONE_ID"], strict=True)
    context.notes.refuse(
        "LOGISTICS_COST_FACT",
        "WAREHOUSE_ZONE_ID",
        sorted({f"SITE_ID={site}, WAREHOUSE_ZONE_ID={zone}" for site, zone in places}),
        expected="zones of the row's own site",
        got="others",
        remedy="Name a zone of the site, or none to speak for the rest of it",
    )


def _note_gaps(context: PreparationContext, covered: Booleans) -> None:
    warehouses, notes = context.warehouses, context.notes
    rated = covered.any(axis=1)
    if context.policy.holding_cost_per_unit_month is None:
        notes.refuse(
            "LOGISTICS_COST_FACT",
            "SITE_ID",
            warehouses[~rated].tolist(),
            expected="a rate that holds in the horizon for every warehouse",
            got="none",
            remedy="Add one, or set holding_cost_per_unit_month in the policy",
        )
    gaps = rated & ~covered.all(axis=1)
    if gaps.any():
        notes.assume(
            "contract_gap",
            "Periods without a contract take the rates of the nearest earlier period, else of the "
            f"next one, in warehouses {context.naming.some('site', warehouses[gaps].tolist())}",
        )
