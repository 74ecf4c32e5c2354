"""What lies in the warehouses as the horizon starts, and what is already on its way.

Belongs here: balances, scheduled receipts, and the pallets they occupy.
Does not belong here: pallet positions and rates (`sites`).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sop_pipeline.demo.horizon import MONTHS, stream
from sop_pipeline.demo.sites import CENTRAL_SITE_ID, zone_list

_YEAR_END = pd.Timestamp("2025-12-31")
_STOCKTAKE = pd.Timestamp("2025-09-30")
_OTHER_GOODS = {"STANDARD": 0.06, "HIGH_BAY": 0.05, "HIGH_VALUE": 0.08, "STAGING": 0.25}
"""Share of a zone's positions that spare parts, displays and returns take, by kind of zone."""


def balance_table(seed: int, baseline: pd.DataFrame) -> pd.DataFrame:
    """INVENTORY_BALANCE: every toy in every warehouse that sells it, at two stocktakes.

    Args:
        seed: Seed of the company.
        baseline: As `demand.baseline_demand` makes it.
    """
    rng = stream(seed, "stock")
    january = baseline[baseline["FORECAST_DATE"] == MONTHS[0]].reset_index(drop=True)
    table = january.assign(WAREHOUSE_ZONE_ID=_zones_of(january))
    year_end = _counted(table, rng.uniform(0.45, 0.75, len(table)), rng, _YEAR_END)
    stocktake = _counted(table, rng.uniform(1.0, 1.6, len(table)), rng, _STOCKTAKE)
    balances = pd.concat([year_end, stocktake], ignore_index=True)
    return balances.assign(INVENTORY_BALANCE_ID=range(1, len(balances) + 1), UNIT_OF_MEASURE="EACH")


def _zones_of(stock: pd.DataFrame) -> list[int]:
    """Each family keeps to one storage zone of a warehouse; staging zones store nothing."""
    zones = zone_list()
    storage = zones[zones["ZONE_TYPE"] != "STAGING"].groupby("SITE_ID")["WAREHOUSE_ZONE_ID"]
    of_site = {site: list(ids) for site, ids in storage}
    family = pd.factorize(stock["FAMILY"])[0]
    return [
        of_site[site][number % len(of_site[site])]
        for site, number in zip(stock["SITE_ID"], family, strict=True)
    ]


def _counted(
    stock: pd.DataFrame, cover: np.ndarray, rng: np.random.Generator, day: pd.Timestamp
) -> pd.DataFrame:
    available = np.rint(stock["QUANTITY"] * cover)
    reserved = np.rint(available * rng.uniform(0.02, 0.08, len(stock)))
    return stock.assign(
        BALANCE_DATE=day,
        QUANTITY_AVAILABLE=available,
        QUANTITY_RESERVED=reserved,
        QUANTITY_ON_HAND=available + reserved,
    )


def occupied_pallets(balances: pd.DataFrame, storage: pd.DataFrame) -> pd.Series:
    """Pallets in each zone at the year's end: the toys on hand, and other goods.

    Args:
        balances: As `balance_table` makes it.
        storage: As `products.storage_table` makes it.

    Returns:
        Whole pallets by WAREHOUSE_ZONE_ID.
    """
    toys = balances[balances["BALANCE_DATE"] == _YEAR_END].merge(storage, on="PRODUCT_ID")
    pallets = toys["QUANTITY_ON_HAND"] / toys["UNITS_PER_PALLET"]
    zones = zone_list().set_index("WAREHOUSE_ZONE_ID")
    other = zones["MAX_CAPACITY_PALLETS"] * zones["ZONE_TYPE"].map(_OTHER_GOODS)
    occupied = other.add(pallets.groupby(toys["WAREHOUSE_ZONE_ID"]).sum(), fill_value=0)
    return occupied.apply(math.ceil)


def receipt_table(baseline: pd.DataFrame) -> pd.DataFrame:
    """SCHEDULED_RECEIPT: six lots finished in December that the trucks bring in January.

    Args:
        baseline: As `demand.baseline_demand` makes it.
    """
    january = baseline[
        (baseline["FORECAST_DATE"] == MONTHS[0]) & (baseline["SITE_ID"] == CENTRAL_SITE_ID)
    ]
    lots = january.groupby("FAMILY", sort=False).head(1).reset_index(drop=True)
    return lots.assign(
        RECEIPT_DATE=pd.date_range("2026-01-08", periods=len(lots), freq="3D"),
        QUANTITY=np.rint(lots["QUANTITY"] * 0.25),
        REFERENCE=[f"WO-2025-{1201 + lot}" for lot in lots.index],
    )
