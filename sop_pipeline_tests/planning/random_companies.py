"""Small companies drawn at random, with every feature of the contract on or off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from sop_pipeline.planning.days import DAY
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline_tests.planning.companies import empty_tables
from sop_pipeline_tests.planning.drawn_tables import (
    CENTERS,
    PLANTS,
    QUARTERS,
    STARTS,
    WAREHOUSES,
    Draw,
    chance,
    costs,
    drawn_calendar,
    drawn_lanes,
    drawn_overflow_tiers,
    drawn_receipts,
    drawn_routings,
    drawn_storage,
    drawn_tiers,
    frame,
    maybe,
    quantities,
)


@st.composite
def companies(draw: Draw) -> tuple[PlanningInputs, Policy]:
    """A company of up to 3 products, 2 plants, 2 warehouses, 4 periods, and a policy."""
    products = range(1, draw(st.integers(1, 3)) + 1)
    warehouses = WAREHOUSES[: draw(st.integers(1, 2))]
    kind = draw(st.sampled_from(["month", "month", "week", "fiscal"]))
    months = STARTS[kind][: draw(st.integers(2, 4))]
    inputs = _required_tables(draw, products, warehouses, months)
    optional = {
        "product_routings": (schemas.PRODUCT_ROUTINGS, drawn_routings(draw, products, months)),
        "capacity_calendar": (schemas.CAPACITY_CALENDAR, drawn_calendar(draw, months)),
        "capacity_tiers": (schemas.CAPACITY_TIERS, drawn_tiers(draw, months)),
        "transport_lanes": (schemas.TRANSPORT_LANES, drawn_lanes(draw, warehouses)),
        "product_storage": (schemas.PRODUCT_STORAGE, drawn_storage(draw, products)),
        "scheduled_receipts": (
            schemas.SCHEDULED_RECEIPTS,
            drawn_receipts(draw, products, warehouses, months),
        ),
        "overflow_tiers": (schemas.OVERFLOW_TIERS, drawn_overflow_tiers(draw, warehouses, months)),
    }
    chosen = {name: frame(table, rows) for name, (table, rows) in optional.items() if chance(draw)}
    if kind == "fiscal":
        chosen["fiscal_calendar"] = _fiscal_calendar(months)
    policy = _policy(draw, len(months))
    weeks = {"period": "week"} if kind == "week" else {}
    return replace(inputs, **chosen), policy.model_copy(update=weeks)


@st.composite
def companies_with_a_last_plan(draw: Draw) -> tuple[PlanningInputs, Policy]:
    """A company that keeps something of a last plan, which may be of other products and places."""
    inputs, policy = draw(companies())
    calendar = "fiscal" if not inputs.fiscal_calendar.empty else policy.period
    every = [int(p) for p in inputs.product_master["PRODUCT_ID"]]
    had = [month for month in STARTS[calendar][:5] if chance(draw)]
    places = [(p, w) for p in every for w in (*CENTERS, 999) if draw(st.integers(0, 2)) == 0]
    rows = [
        {
            "PRODUCT_ID": p,
            "WORK_CENTER_ID": w,
            "PRODUCTION_WEEK": month,
            "RECOMMENDED_QUANTITY": float(draw(st.sampled_from([0, 0, 1, 4, 9]))) * (w < 999),
        }
        for p, w in places
        for month in had
    ]
    kept = {
        "frozen_periods": draw(st.integers(0, 2)),
        "change_cost_per_unit": draw(st.sampled_from([0.0, 0.25, 3.0, 40.0])),
        "change_cost_periods": maybe(draw, st.integers(0, 2)),
    }
    if chance(draw):
        first = inputs.demand_forecasts["PRODUCT_ID"] == every[0]
        inputs = replace(inputs, demand_forecasts=inputs.demand_forecasts[first])
    last_plan = pd.DataFrame(rows).astype({"PRODUCTION_WEEK": DAY}) if rows else inputs.last_plan
    return replace(inputs, last_plan=last_plan), policy.model_copy(update=kept)


def _fiscal_calendar(starts: pd.DatetimeIndex) -> pd.DataFrame:
    """The periods of a 4-4-5 year that begin on these days, and the one after them."""
    known = STARTS["fiscal"][: len(starts) + 2]
    return frame(
        schemas.FISCAL_CALENDAR,
        [
            {
                "START_DATE": begin,
                "END_DATE": after - dt.timedelta(days=1),
                "FISCAL_MONTH": f"{begin:%B}",
                "FISCAL_QUARTER": "Q1",
                "FISCAL_YEAR": "2025",
            }
            for begin, after in pairwise(known)
        ],
    )


def _required_tables(
    draw: Draw, products: range, warehouses: tuple[int, ...], months: pd.DatetimeIndex
) -> PlanningInputs:
    forecasts = [
        {
            "PRODUCT_ID": p,
            "SITE_ID": s,
            "FORECAST_DATE": month + dt.timedelta(days=day),
            "FISCAL_MONTH": f"{month:%B}",
            "FISCAL_QUARTER": QUARTERS[t],
            "FORECAST_QUANTITY": draw(quantities),
            "UNIT_REVENUE": maybe(draw, costs),
            "CONFIDENCE_LEVEL": 0.8,
        }
        for p in products
        for s in warehouses
        for t, month in enumerate(months)
        for day in ((0,) if chance(draw) else (0, 6))
    ]
    forecasts[0]["FORECAST_QUANTITY"] = 7.0
    zones = [(10 * s + n, s) for s in warehouses for n in (1, 2)]
    return PlanningInputs(
        scenario_id=1,
        scenario_code="RANDOM",
        demand_forecasts=frame(schemas.DEMAND_FORECASTS, forecasts),
        product_master=frame(
            schemas.PRODUCT_MASTER,
            [
                {
                    "PRODUCT_ID": p,
                    "PRODUCT_CODE": f"P{p}",
                    "PRODUCT_NAME": f"Product {p}",
                    "UNIT_PRICE": draw(costs) + 5,
                    "UNIT_COST": draw(costs),
                }
                for p in products
            ],
        ),
        site_master=frame(
            schemas.SITE_MASTER,
            [
                {"SITE_ID": s, "SITE_CODE": f"S{s}", "SITE_NAME": f"Site {s}", "SITE_TYPE": kind}
                for s, kind in [
                    *((f, "PLANT") for f in PLANTS),
                    *((s, "WAREHOUSE") for s in warehouses),
                ]
            ],
        ),
        capacity_summary=frame(schemas.CAPACITY_SUMMARY, [_center(draw, w) for w in CENTERS]),
        warehouse_capacity=frame(
            schemas.WAREHOUSE_CAPACITY,
            [
                {
                    "WAREHOUSE_ZONE_ID": z,
                    "ZONE_CODE": f"Z{z}",
                    "ZONE_NAME": f"Zone {z}",
                    "SITE_ID": s,
                    "MAX_CAPACITY_PALLETS": draw(st.integers(1, 30)),
                    "CURRENT_OCCUPANCY_PALLETS": draw(st.integers(0, 3)),
                }
                for z, s in zones
            ],
        ),
        logistics_costs=frame(
            schemas.LOGISTICS_COSTS,
            [
                {"LOGISTICS_COST_ID": n, **row}
                for n, row in enumerate(_contracts(draw, zones, warehouses, months))
            ],
        ),
        opening_inventory=frame(
            schemas.OPENING_INVENTORY, _balances(draw, products, zones, months)
        ),
        **empty_tables(
            "product_routings",
            "capacity_calendar",
            "capacity_tiers",
            "transport_lanes",
            "product_storage",
            "scheduled_receipts",
        ),
    )


def _contracts(
    draw: Draw, zones: list[tuple[int, int]], warehouses: tuple[int, ...], months: pd.DatetimeIndex
) -> list[dict[str, Any]]:
    """Rows of zones and for the rest of a site, undated, in succession, or with a gap between."""
    rows: list[dict[str, Any]] = []
    for s in warehouses:
        own = [z for z, site in zones if site == s and draw(st.integers(0, 3))]
        rest = [None] if not own or chance(draw) else []
        for zone in (*own, *rest):
            rows += [_contract(draw, s, zone, *dates) for dates in _terms(draw, months)]
    return rows


def _terms(draw: Draw, months: pd.DatetimeIndex) -> list[tuple[Any, Any]]:
    """First and last days of one contract or of two that follow one another."""
    if chance(draw):
        return [(maybe(draw, st.sampled_from(list(months[:2]))), None)]
    last = draw(st.integers(0, len(months) - 2))
    gap = draw(st.integers(1, len(months) - 1 - last))
    before_next = months[last + 1] - dt.timedelta(days=1)
    return [(None, before_next), (months[last + gap], None)]


def _contract(draw: Draw, s: int, zone: int | None, begin: Any, end: Any) -> dict[str, Any]:
    return {
        "SITE_ID": s,
        "WAREHOUSE_ZONE_ID": zone,
        "STORAGE_COST_PER_PALLET_PER_DAY": draw(costs) / 10,
        "TRANSPORT_COST_PER_UNIT": draw(costs) / 10,
        "HANDLING_COST_PER_PALLET": draw(costs),
        "OVERFLOW_PENALTY_RATE": draw(costs) / 10,
        "OVERFLOW_PENALTY_THRESHOLD_PCT": draw(st.integers(50, 100)),
        "EFFECTIVE_DATE": begin,
        "EXPIRY_DATE": end,
    }


def _center(draw: Draw, w: int) -> dict[str, Any]:
    plant, stage = CENTERS[w]
    per_hour = draw(st.integers(0, 20)) / 20
    return {
        "WORK_CENTER_ID": w,
        "WORK_CENTER_CODE": f"WC{w}",
        "WORK_CENTER_NAME": f"Work centre {w}",
        "WORK_CENTER_TYPE": stage,
        "SITE_ID": plant,
        "CAPACITY_PER_HOUR": per_hour,
        "HOURS_PER_DAY": 8.0,
        "AVAILABLE_SHIFTS": 1.0,
        "EFFICIENCY_FACTOR": 0.9,
        "MAX_DAILY_CAPACITY": round(per_hour * 7.2, 2),
        "MAX_MONTHLY_CAPACITY": round(per_hour * 7.2 * 22, 2),
    }


def _balances(
    draw: Draw, products: range, zones: list[tuple[int, int]], months: pd.DatetimeIndex
) -> list[dict[str, Any]]:
    return [
        {
            "PRODUCT_ID": p,
            "SITE_ID": s,
            "WAREHOUSE_ZONE_ID": z,
            "BALANCE_DATE": months[0],
            "QUANTITY_AVAILABLE": draw(quantities),
        }
        for p in products
        for z, s in zones
        if chance(draw)
    ]


def _policy(draw: Draw, months: int) -> Policy:
    initial = st.one_of(st.integers(0, 30), st.just({}))
    return Policy.parse(
        {
            "horizon_periods": maybe(draw, st.integers(2, months)),
            "units_per_pallet": draw(st.sampled_from([1.0, 4.0])),
            "production_cost_per_unit": maybe(draw, costs),
            "holding_cost_per_unit_month": maybe(draw, costs),
            "capital_rate_per_year": draw(st.sampled_from([0.0, 0.12])),
            "safety_stock_ratio": draw(st.sampled_from([0.0, 0.15, 0.5])),
            "safety_stock": draw(st.sampled_from(["soft", "soft", "hard"])),
            "safety_stock_penalty_per_unit": maybe(draw, costs),
            "max_age_days": draw(st.sampled_from([None, None, None, 0.0, 7.0, 31.0])),
            "terminal_safety_stock": draw(st.sampled_from(["repeat", "none"])),
            "shortage": draw(st.sampled_from(["lost_sales", "backorder", "forbid"])),
            "lost_sale_cost_per_unit": maybe(draw, st.integers(10, 80)),
            "backorder_cost_per_unit_month": maybe(draw, costs),
            "overflow": draw(st.sampled_from(["priced", "priced", "forbid"])),
            "overflow_threshold_pct": maybe(draw, st.integers(60, 100)),
            "overflow_limit_pct": draw(st.sampled_from([100, 150, None])),
            "load_increase_cost_per_unit": draw(st.sampled_from([0.0, 0.0, 1.5])),
            "load_decrease_cost_per_unit": draw(st.sampled_from([0.0, 0.0, 0.5])),
            "initial_load_units": maybe(draw, initial),
            "max_hours_per_day": maybe(draw, st.just(6.0)),
            "opening_inventory": draw(st.sampled_from(["balance", "balance", "occupancy"])),
        },
        source="random",
    )
