"""What a plan's reader must know of its opening stock and storage.

Belongs here: functions that find it. Does not belong here: which rules they are (`warnings`).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.storage import threshold_percent
from sop_pipeline.validation.planner_words import (
    count,
    finding,
    product_names,
    site_names,
)
from sop_pipeline.validation.scenario_inputs import ScenarioInputs


def opening_stock_from_occupancy(inputs: ScenarioInputs) -> list[Fault]:
    """Opening stock that is made of occupied pallets, or that there is none."""
    balances = inputs.rows("opening_inventory")
    if inputs.policy.opening_inventory == "balance" and not balances.empty:
        return []
    occupied = inputs.rows("warehouse_capacity")["CURRENT_OCCUPANCY_PALLETS"].sum()
    said = f"the balances say {balances['QUANTITY_AVAILABLE'].sum():,.0f} units"
    text = (
        "There is no opening stock: no balances, and no occupied pallets"
        if balances.empty and not occupied
        else f"Opening stock is invented from {occupied:,.0f} occupied pallets, by demand; "
        f"{'there are no balances' if balances.empty else said}"
    )
    return finding(text, "opening_stock_measured", ("opening_inventory", None))


def balances_after_start(inputs: ScenarioInputs) -> list[Fault]:
    """Balances taken after the horizon's first day."""
    starts = inputs.period_starts
    rows = inputs.rows("opening_inventory")
    if inputs.policy.opening_inventory == "occupancy" or not starts:
        return []
    start = starts[0]
    late = rows[rows["BALANCE_DATE"] > pd.Timestamp(start)]
    if late.empty:
        return []
    names = product_names(inputs, late["PRODUCT_ID"].drop_duplicates())
    return finding(
        f"{count(len(late), 'balance')} dated after the horizon's start, {start}, and taken as "
        "they are, of",
        "balances_before_start",
        ("opening_inventory", "BALANCE_DATE"),
        names,
    )


def products_without_balance(inputs: ScenarioInputs) -> list[Fault]:
    """Planned products without a balance."""
    if inputs.policy.opening_inventory == "occupancy":
        return []
    balanced = inputs.rows("opening_inventory")["PRODUCT_ID"]
    if balanced.empty:
        return []
    planned = inputs.rows("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    without = planned[~planned["PRODUCT_ID"].isin(balanced)]
    if without.empty:
        return []
    return finding(
        f"{count(len(without), 'product')} without a balance, so that no stock opens the plan",
        "balance_for_every_product",
        ("opening_inventory", "PRODUCT_ID"),
        product_names(inputs, without["PRODUCT_ID"]),
    )


def starts_above_threshold(inputs: ScenarioInputs) -> list[Fault]:
    """Warehouses that start above their overflow threshold."""
    zones = inputs.rows("warehouse_capacity").dropna(subset=["SITE_ID", "WAREHOUSE_ZONE_ID"])
    starts = inputs.period_starts
    if not starts:
        return []
    sites = zones.groupby("SITE_ID", as_index=False)[
        ["MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"]
    ].sum()
    sites["THRESHOLD_PCT"] = _thresholds(inputs, sites["SITE_ID"], zones, starts)
    sites["LIMIT"] = sites["MAX_CAPACITY_PALLETS"] * sites["THRESHOLD_PCT"] / 100
    above = sites[sites["CURRENT_OCCUPANCY_PALLETS"] > sites["LIMIT"]]
    if above.empty:
        return []
    names = site_names(inputs, above["SITE_ID"])
    return finding(
        f"{count(len(above), 'site')} starting above the overflow threshold",
        "starts_below_threshold",
        ("warehouse_capacity", "CURRENT_OCCUPANCY_PALLETS"),
        [
            f"{name}, {row.CURRENT_OCCUPANCY_PALLETS:,.0f} pallets against {row.THRESHOLD_PCT:g} % "
            f"of {row.MAX_CAPACITY_PALLETS:,.0f}, {row.LIMIT:,.0f}"
            for name, row in zip(names, above.itertuples(), strict=True)
        ],
    )


def _thresholds(
    inputs: ScenarioInputs, sites: pd.Series, zones: pd.DataFrame, starts: list[dt.date]
) -> Floats:
    """The overflow threshold of each site in the first period, in %, as the planner takes it."""
    rows = inputs.rows("logistics_costs").dropna(subset=["SITE_ID"])
    contracts = Contracts.of_sites(
        sites.to_numpy(np.int64),
        zones,
        rows,
        holds_on(starts, rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"]),
    )
    contract = contracts.rates("OVERFLOW_PENALTY_THRESHOLD_PCT")[:, 0]
    return threshold_percent(inputs.policy, contract)
