"""Tables drawn at random that a company may have or not, and what they are drawn from."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from sop_pipeline_tests.planning.companies import frame as frame_of

PLANTS = (1, 2)
WAREHOUSES = (11, 12)
CENTERS = {101: (1, "FABRICATION"), 102: (1, "ASSEMBLY"), 201: (2, "ASSEMBLY")}
QUARTERS = ("Q1", "Q1", "Q1", "Q2", "Q2")

STARTS = {
    "month": pd.date_range("2025-01-01", periods=6, freq="MS"),
    "week": pd.date_range("2024-12-30", periods=6, freq="W-MON"),
    "fiscal": pd.DatetimeIndex(
        ["2025-01-26", "2025-02-23", "2025-03-23", "2025-04-27", "2025-05-25", "2025-06-22"]
    ),
}
"""First days of periods: calendar months, weeks, the 4-4-5 pattern."""

quantities = st.integers(0, 60).map(lambda halves: halves / 2)
costs = st.integers(0, 40).map(lambda quarters: quarters / 4)
Draw = st.DrawFn

frame = partial(frame_of, check=False)
"""Rows as a frame: that the schemas accept what is drawn is a test of its own, as it takes long."""


def chance(draw: Draw) -> bool:
    return draw(st.booleans())


def maybe(draw: Draw, strategy: st.SearchStrategy[Any]) -> Any:
    return draw(strategy) if chance(draw) else None


def drawn_routings(draw: Draw, products: range, months: pd.DatetimeIndex) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for p in products:
        for code, centers in (("A", (101, 102)), ("B", (201,)), ("C", (102,))):
            if not chance(draw):
                continue
            cost = maybe(draw, costs)
            start = maybe(draw, st.sampled_from(list(months)))
            rows += [
                {
                    "PRODUCT_ID": p,
                    "ROUTING_CODE": code,
                    "WORK_CENTER_ID": w,
                    "CAPACITY_PER_UNIT": draw(st.integers(1, 8)) / 4,
                    "UNIT_COST": cost,
                    "EFFECTIVE_DATE": start,
                    "EXPIRY_DATE": None,
                }
                for w in centers
            ]
    return rows


def drawn_calendar(draw: Draw, months: pd.DatetimeIndex) -> list[dict[str, Any]]:
    return [
        {
            "WORK_CENTER_ID": w,
            "PERIOD_START": month,
            "WORKING_DAYS": maybe(draw, st.integers(0, min(25, (months[1] - months[0]).days))),
            "AVAILABLE_SHIFTS": maybe(draw, st.integers(0, 2)),
            "EFFICIENCY_FACTOR": maybe(draw, st.just(0.5)),
            "MAX_CAPACITY": maybe(draw, quantities),
        }
        for w in CENTERS
        for month in months
        if chance(draw)
    ]


def drawn_tiers(draw: Draw, months: pd.DatetimeIndex) -> list[dict[str, Any]]:
    return [
        {
            "WORK_CENTER_ID": w,
            "TIER_CODE": code,
            "TIER_RANK": rank,
            "MAX_CAPACITY": maybe(draw, quantities),
            "PREMIUM_PER_UNIT": draw(costs),
            "EFFECTIVE_DATE": maybe(draw, st.just(months[1])),
            "EXPIRY_DATE": None,
        }
        for w in CENTERS
        for rank, code in enumerate(("REGULAR", "OVERTIME", "SUBCONTRACT"))
        if draw(st.integers(0, 3)) == 0
    ]


def drawn_lanes(draw: Draw, warehouses: tuple[int, ...]) -> list[dict[str, Any]]:
    ends = [
        *((f, s) for f in PLANTS for s in warehouses),
        *((s, z) for s in warehouses for z in warehouses if s != z),
    ]
    return [
        {
            "FROM_SITE_ID": a,
            "TO_SITE_ID": b,
            "TRANSPORT_COST_PER_UNIT": draw(costs) / 4,
            "LEAD_TIME_DAYS": draw(st.sampled_from([0, 10, 15, 30, 45])),
        }
        for a, b in ends
        if chance(draw)
    ]


def drawn_storage(draw: Draw, products: range) -> list[dict[str, Any]]:
    return [
        {
            "PRODUCT_ID": p,
            "UNITS_PER_PALLET": maybe(draw, st.sampled_from([1.0, 2.0, 8.0])),
            "HOLDING_COST_PER_MONTH": maybe(draw, costs),
            "SAFETY_STOCK_RATIO": maybe(draw, st.sampled_from([0.0, 0.25, 1.0])),
            "TERMINAL_INVENTORY": maybe(draw, st.integers(0, 12)),
            "LOST_SALE_COST": maybe(draw, st.integers(20, 90)),
            "BACKORDER_COST_PER_PERIOD": maybe(draw, costs),
            "MAX_AGE_DAYS": maybe(draw, st.sampled_from([0.0, 15.0, 30.0, 60.0, 75.0])),
            "SCRAP_COST": maybe(draw, costs),
        }
        for p in products
        if chance(draw)
    ]


def drawn_receipts(
    draw: Draw, products: range, warehouses: tuple[int, ...], months: pd.DatetimeIndex
) -> list[dict[str, Any]]:
    return [
        {
            "PRODUCT_ID": draw(st.sampled_from(list(products))),
            "SITE_ID": draw(st.sampled_from(list(warehouses))),
            "RECEIPT_DATE": draw(st.sampled_from(list(months))) + dt.timedelta(days=9),
            "QUANTITY": draw(quantities),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]


def drawn_overflow_tiers(
    draw: Draw, warehouses: tuple[int, ...], months: pd.DatetimeIndex
) -> list[dict[str, Any]]:
    """Up to three tiers of some warehouses, ranks with gaps, some dated, rates that do not fall."""
    rows: list[dict[str, Any]] = []
    for s in warehouses:
        rate = 0.0
        for rank in sorted(draw(st.sets(st.integers(1, 9), max_size=3))):
            rate += draw(st.sampled_from([0.0, 0.25, 1.0, 3.0]))
            rows.append(
                {
                    "SITE_ID": s,
                    "TIER_RANK": rank,
                    "MAX_PALLETS": maybe(draw, st.integers(0, 8)),
                    "PENALTY_RATE": rate,
                    "EFFECTIVE_DATE": maybe(draw, st.just(months[1])),
                    "EXPIRY_DATE": None,
                }
            )
    return rows
