"""The demo company with whole decisions, toys that age, and customers with a promise.

Belongs here: what differs from the company as it is otherwise, and no more.
Does not belong here: what these figures mean (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sop_pipeline.demo.factory import WORK_CENTERS, WorkCenter
from sop_pipeline.demo.horizon import versioned
from sop_pipeline.demo.sites import CENTRAL_SITE_ID, WAREHOUSES, Store

Frames = dict[str, pd.DataFrame]

_FIRST, _LAST = pd.Timestamp("2026-01-01"), pd.Timestamp("2027-12-31")
"""Days between which shifts and contracts hold."""

_SHIFT_PRICE = 5.0
"""Price of a shift's month over what it makes: 320,000 for the six assembly halls together."""
_SHIFT_LEAST = 0.25
"""Share of its capacity that a shift's crew is promised work for."""

_LOTS: dict[str, dict[str, float]] = {
    "RH-10": {"SETUP_COST": 900.0, "SETUP_CAPACITY": 40.0, "MIN_LOT": 100.0, "LOT_MULTIPLE": 20.0},
    "TP-04": {"SETUP_COST": 600.0, "SETUP_CAPACITY": 25.0, "MIN_LOT": 150.0, "LOT_MULTIPLE": 25.0},
}
"""Set-ups and lots of two toys whose wood is steamed in batches, by PRODUCT_CODE."""

_AGEING = "TP-"
_MAX_AGE_DAYS = 30
_SCRAP_COST = 15.0
"""Toy pianos go out of tune: after two months in a warehouse they are thrown away at a price."""

_OVERFLOW: tuple[tuple[int, float, float], ...] = ((1, 60.0, 2.5), (2, 120.0, 6.0))
"""Rank, pallets, and penalty as a multiple of the storage rate, of each overflow tier."""

_CHAIN, _SHOPS = "CHAIN", "SHOPS"
_CHAIN_PART = 0.6
_CHAIN_DISCOUNT = 0.04
"""What a chain of shops has contracted of these toys at the central warehouse, beside the shops
that always bought there: its quantities over theirs, and its discount."""


def with_decisions(company: Mapping[str, pd.DataFrame]) -> Frames:
    """The company with third shifts, lots, ages, overflow tiers and classes of demand.

    Args:
        company: Its tables by name, before they are moved to another year.
    """
    products = company["PRODUCT"].set_index("PRODUCT_ID")["PRODUCT_CODE"]
    return {
        **company,
        "CAPACITY_TIER": _tiers(company["CAPACITY_TIER"]),
        "PRODUCT_ROUTING": _routings(company["PRODUCT_ROUTING"], products),
        "PRODUCT_STORAGE": _storage(company["PRODUCT_STORAGE"], products),
        "OVERFLOW_TIER": _overflow_tiers(),
        "DEMAND_FORECAST_VERSIONS": _forecasts(company["DEMAND_FORECAST_VERSIONS"], products),
    }


def _tiers(tiers: pd.DataFrame) -> pd.DataFrame:
    """A third shift in each assembly hall, in place of all overtime."""
    shifts = [_third_shift(center) for center in WORK_CENTERS if center.stage == "ASSEMBLY"]
    kept = tiers[tiers["TIER_CODE"] != "OVERTIME"]
    return pd.concat([kept, pd.DataFrame(shifts)], ignore_index=True)


def _third_shift(center: WorkCenter) -> dict[str, object]:
    capacity = round(center.nominal_capacity / center.shifts)
    return {
        "WORK_CENTER_ID": center.id,
        "TIER_CODE": "THIRD_SHIFT",
        "TIER_RANK": 4,
        "MAX_CAPACITY": capacity,
        "PREMIUM_PER_UNIT": 0.0,
        "FIXED_COST": round(_SHIFT_PRICE * capacity, -3),
        "MIN_USE": round(_SHIFT_LEAST * capacity),
        "EFFECTIVE_DATE": _FIRST,
        "EXPIRY_DATE": _LAST,
    }


def _routings(routings: pd.DataFrame, products: pd.Series) -> pd.DataFrame:
    code = routings["PRODUCT_ID"].map(products)
    given = {
        column: code.map({p: lots[column] for p, lots in _LOTS.items()}) for column in _COLUMNS
    }
    return routings.assign(**given)


_COLUMNS = ("SETUP_COST", "SETUP_CAPACITY", "MIN_LOT", "LOT_MULTIPLE")


def _storage(storage: pd.DataFrame, products: pd.Series) -> pd.DataFrame:
    ages = storage["PRODUCT_ID"].map(products).str.startswith(_AGEING)
    return storage.assign(
        MAX_AGE_DAYS=np.where(ages, _MAX_AGE_DAYS, np.nan),
        SCRAP_COST=np.where(ages, _SCRAP_COST, np.nan),
    )


def _overflow_tiers() -> pd.DataFrame:
    """OVERFLOW_TIER: the central warehouse's contract, two prices above its threshold."""
    central = next(house for house in WAREHOUSES if house.id == CENTRAL_SITE_ID)
    return versioned(pd.DataFrame([_overflow_tier(central, *tier) for tier in _OVERFLOW]))


def _overflow_tier(house: Store, rank: int, pallets: float, multiple: float) -> dict[str, object]:
    return {
        "SITE_ID": house.id,
        "TIER_RANK": rank,
        "MAX_PALLETS": pallets,
        "PENALTY_RATE": round(house.storage_rate * multiple, 2),
        "EFFECTIVE_DATE": _FIRST,
        "EXPIRY_DATE": _LAST,
    }


def _forecasts(forecasts: pd.DataFrame, products: pd.Series) -> pd.DataFrame:
    """Two classes of demand: a chain's, which has a promise, on top of the shops'."""
    is_shared = (
        (forecasts["SITE_ID"] == CENTRAL_SITE_ID)
        & (forecasts["FORECAST_TYPE"] == "DEMAND")
        & forecasts["PRODUCT_ID"].map(products).str.startswith(_AGEING)
    )
    shops = forecasts[is_shared].assign(DEMAND_CLASS=_SHOPS, PRIORITY=2)
    chain = shops.assign(
        DEMAND_CLASS=_CHAIN,
        PRIORITY=1,
        FORECAST_QUANTITY=np.rint(shops["FORECAST_QUANTITY"] * _CHAIN_PART),
        UNIT_REVENUE=(shops["UNIT_REVENUE"] * (1 - _CHAIN_DISCOUNT)).round(2),
    )
    table = pd.concat([forecasts[~is_shared], shops, chain], ignore_index=True)
    return table.assign(
        DEMAND_FORECAST_ID=range(1, len(table) + 1),
        TOTAL_REVENUE=(table["FORECAST_QUANTITY"] * table["UNIT_REVENUE"]).round(2),
    )
