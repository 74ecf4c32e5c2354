"""The demo company as arrays, for the simulations: what it can make and store, what it may sell.

Belongs here: reading the current rows of the tables into months, products, sites, work centres.
Does not belong here: deciding what to make (`strategies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.demo.factory import NOMINAL_DAYS
from sop_pipeline.demo.horizon import MONTHS


@dataclass(frozen=True)
class Works:
    """Capacity, routings and storage, the same in every scenario.

    Axes: t months, p products, s warehouses, w work centres, r routings, each in order of id.

    Attributes:
        products: PRODUCT_ID of each p.
        sites: SITE_ID of each s.
        centers: WORK_CENTER_ID of each w.
        stages: WORK_CENTER_TYPE of each w.
        regular: Capacity in regular time, (t, w), capacity units.
        extra: Overtime and subcontracting, (t, w), capacity units.
        usage: Capacity one unit takes on each routing, (w, r), capacity units/unit.
        makes: 1 where the routing makes the product, (p, r).
        open_routings: Whether the routing holds in the month, (t, r).
        opening: Stock at the start, (p, s), units.
        receipts: Units arriving anyhow, (t, p, s).
        safety_ratio: Safety stock as a share of next month's demand, (p,).
        pallets_per_unit: Pallets one unit takes, (p,).
        base_load: Pallets of other goods, (s,).
        positions: Pallet positions, (s,).
        threshold: Pallets above which the contract's penalty is due, (s,).
    """

    products: pd.Index
    sites: pd.Index
    centers: pd.Index
    stages: np.ndarray
    regular: np.ndarray
    extra: np.ndarray
    usage: np.ndarray
    makes: np.ndarray
    open_routings: np.ndarray
    opening: np.ndarray
    receipts: np.ndarray
    safety_ratio: np.ndarray
    pallets_per_unit: np.ndarray
    base_load: np.ndarray
    positions: np.ndarray
    threshold: np.ndarray


@dataclass(frozen=True)
class Market:
    """What one scenario may sell: demand in units and revenue per unit, both (t, p, s)."""

    demand: np.ndarray
    revenue: np.ndarray


def read_works(frames: Mapping[str, pd.DataFrame]) -> Works:
    """Read the current rows of the company's tables.

    Args:
        frames: The tables by name, as `demo_company` makes them.
    """
    product = _current(frames["PRODUCT"]).set_index("PRODUCT_ID").sort_index().index
    center = _current(frames["WORK_CENTER"]).set_index("WORK_CENTER_ID").sort_index()
    zone = _current(frames["WAREHOUSE_ZONE"])
    site = zone.groupby("SITE_ID")[["MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"]].sum()
    storage = _current(frames["PRODUCT_STORAGE"]).set_index("PRODUCT_ID").loc[product]
    pallets_per_unit = 1 / storage["UNITS_PER_PALLET"].to_numpy()
    opening = _opening(frames["INVENTORY_BALANCE"], product, site.index)
    routing = _current(frames["PRODUCT_ROUTING"])
    usage = routing.pivot_table(
        index="WORK_CENTER_ID", columns=["PRODUCT_ID", "ROUTING_CODE"], values="CAPACITY_PER_UNIT"
    ).reindex(center.index)
    starts = routing.groupby(["PRODUCT_ID", "ROUTING_CODE"])["EFFECTIVE_DATE"].max()
    made = usage.columns.get_level_values("PRODUCT_ID").to_numpy()
    return Works(
        products=product,
        sites=site.index,
        centers=center.index,
        stages=center["WORK_CENTER_TYPE"].to_numpy(dtype=object),
        regular=_regular(center, frames["CAPACITY_CALENDAR"]),
        extra=_extra(center.index, frames["CAPACITY_TIER"]),
        usage=usage.fillna(0).to_numpy(),
        makes=(product.to_numpy()[:, None] == made).astype(float),
        open_routings=MONTHS.to_numpy()[:, None] >= starts.to_numpy(),
        opening=opening,
        receipts=_receipts(frames["SCHEDULED_RECEIPT"], product, site.index),
        safety_ratio=storage["SAFETY_STOCK_RATIO"].to_numpy(),
        pallets_per_unit=pallets_per_unit,
        base_load=np.maximum(
            site["CURRENT_OCCUPANCY_PALLETS"].to_numpy() - pallets_per_unit @ opening, 0
        ),
        positions=site["MAX_CAPACITY_PALLETS"].to_numpy(),
        threshold=_thresholds(frames["LOGISTICS_COST_FACT"], zone),
    )


def read_market(frames: Mapping[str, pd.DataFrame], works: Works, scenario_id: int) -> Market:
    """Read the current demand forecasts of one scenario."""
    forecasts = frames["DEMAND_FORECAST_VERSIONS"]
    rows = forecasts[
        (forecasts["SCENARIO_ID"] == scenario_id)
        & forecasts["IS_CURRENT_VERSION"]
        & (forecasts["FORECAST_TYPE"] == "DEMAND")
    ].assign(MONTH=lambda rows: MONTHS.get_indexer(pd.DatetimeIndex(rows["FORECAST_DATE"])))
    return Market(
        demand=_cube(rows, "FORECAST_QUANTITY", works.products, works.sites),
        revenue=_cube(rows, "UNIT_REVENUE", works.products, works.sites),
    )


def _current(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["IS_CURRENT_FLAG"]]


def _regular(center: pd.DataFrame, calendar: pd.DataFrame) -> np.ndarray:
    """Capacity per hour x hours x shifts x efficiency x working days, as the calendar says."""

    def given(column: str) -> pd.DataFrame:
        table = calendar.pivot_table(column, index="PERIOD_START", columns="WORK_CENTER_ID")
        return table.reindex(index=MONTHS, columns=center.index)

    hourly = center["CAPACITY_PER_HOUR"] * center["HOURS_PER_DAY"]
    capacity = (
        given("AVAILABLE_SHIFTS").fillna(center["AVAILABLE_SHIFTS"])
        * given("EFFICIENCY_FACTOR").fillna(center["EFFICIENCY_FACTOR"])
        * given("WORKING_DAYS").fillna(NOMINAL_DAYS)
        * hourly
    )
    return given("MAX_CAPACITY").fillna(capacity).to_numpy()


def _extra(centers: pd.Index, tiers: pd.DataFrame) -> np.ndarray:
    """Every tier on top of regular time, in the months in which it holds."""
    extra = np.zeros((len(MONTHS), len(centers)))
    for t, month in enumerate(MONTHS):
        held = tiers[(tiers["EFFECTIVE_DATE"] <= month) & (month <= tiers["EXPIRY_DATE"])]
        total = held.groupby("WORK_CENTER_ID")["MAX_CAPACITY"].sum()
        extra[t] = total.reindex(centers, fill_value=0)
    return extra


def _opening(balances: pd.DataFrame, products: pd.Index, sites: pd.Index) -> np.ndarray:
    dated = balances[balances["BALANCE_DATE"] <= MONTHS[0]].sort_values("BALANCE_DATE")
    latest = dated.groupby(["PRODUCT_ID", "SITE_ID", "WAREHOUSE_ZONE_ID"]).tail(1)
    return _cube(latest.assign(MONTH=0), "QUANTITY_AVAILABLE", products, sites)[0]


def _receipts(receipts: pd.DataFrame, products: pd.Index, sites: pd.Index) -> np.ndarray:
    month = receipts["RECEIPT_DATE"].dt.to_period("M").dt.to_timestamp()
    dated = receipts.assign(MONTH=MONTHS.get_indexer(pd.DatetimeIndex(month)))
    return _cube(dated, "QUANTITY", products, sites)


def _cube(rows: pd.DataFrame, column: str, products: pd.Index, sites: pd.Index) -> np.ndarray:
    cube = np.zeros((len(MONTHS), len(products), len(sites)))
    place = (
        rows["MONTH"].to_numpy(),
        products.get_indexer(pd.Index(rows["PRODUCT_ID"])),
        sites.get_indexer(pd.Index(rows["SITE_ID"])),
    )
    np.add.at(cube, place, rows[column].to_numpy(dtype=float))
    return cube


def _thresholds(costs: pd.DataFrame, zones: pd.DataFrame) -> np.ndarray:
    """Pallets at which the penalty starts: the zones' thresholds, weighted by their positions."""
    first = _current(costs)
    first = first[(first["EFFECTIVE_DATE"] <= MONTHS[0]) & (MONTHS[0] <= first["EXPIRY_DATE"])]
    rated = first.merge(zones[["WAREHOUSE_ZONE_ID", "MAX_CAPACITY_PALLETS"]], validate="1:1")
    pallets = rated["OVERFLOW_PENALTY_THRESHOLD_PCT"] / 100 * rated["MAX_CAPACITY_PALLETS"]
    return pallets.groupby(rated["SITE_ID"]).sum().sort_index().to_numpy()
