"""Problems with published optima, stated as companies: one plant, one warehouse per market.

Each is written as an ordinary input folder, so that any planner that reads the tables can solve
it. Pallets never bind, lanes are free, and safety stock is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

PLANT, WORK_CENTER, FIRST_WAREHOUSE = 1, 100, 10
PLENTY = 1_000_000


@dataclass(frozen=True)
class Market:
    """Demand for one product in one place: quantity and, where it matters, revenue per period."""

    product: int
    quantity: Sequence[float]
    revenue: Sequence[float] | None = None


@dataclass(frozen=True)
class Overtime:
    """A dearer tier: its premium, and its capacity per period, or None for no limit."""

    premium: float
    capacity: Sequence[float] | None


@dataclass(frozen=True)
class Published:
    """A published problem.

    Attributes:
        source: Where statement and optimum are published.
        optimum: The published optimum, as stated there.
        markets: One warehouse each.
        unit_cost: Production cost per product, and per period where it changes.
        holding_cost: Per product and period.
        capacity: Regular capacity per period; None for no limit.
        capacity_per_unit: Capacity one unit of each product takes.
        opening: Opening stock per product, in its first market.
        overtime: A dearer tier, if any.
        policy: Policy fields besides those every problem here has.
        is_profit: Whether the optimum is revenue of all demand less the plan's cost.
    """

    source: str
    optimum: float
    markets: Sequence[Market]
    unit_cost: Sequence[float | Sequence[float]]
    holding_cost: Sequence[float]
    capacity: Sequence[float] | None
    capacity_per_unit: Sequence[float] = (1.0, 1.0)
    opening: Sequence[float] = (0.0, 0.0)
    overtime: Overtime | None = None
    policy: dict[str, Any] = field(default_factory=dict)
    is_profit: bool = False

    @property
    def periods(self) -> pd.DatetimeIndex:
        """First days of the periods."""
        return pd.date_range("2025-01-01", periods=len(self.markets[0].quantity), freq="MS")

    @property
    def cost(self) -> float:
        """Optimal cost of the plan: the optimum itself, or potential revenue less profit."""
        if not self.is_profit:
            return self.optimum
        potential = sum(
            q * r for m in self.markets for q, r in zip(m.quantity, m.revenue or (), strict=True)
        )
        return potential - self.optimum


PROFIT = {"shortage": "lost_sales", "lost_sale_revenue_factor": 1.0}

PROBLEMS: dict[str, Published] = {
    "sailco": Published(
        source="Winston, Operations Research, inventory example (Sailco)",
        optimum=78_450,
        markets=[Market(1, (40, 60, 75, 25))],
        unit_cost=[400],
        holding_cost=[20],
        capacity=(40,) * 4,
        opening=(10,),
        overtime=Overtime(premium=50, capacity=None),
    ),
    "northern_airplane": Published(
        source="Hillier and Lieberman, Introduction to Operations Research, Northern Airplane Co.",
        optimum=77.3,
        markets=[Market(1, (10, 15, 25, 20))],
        unit_cost=[(1.08, 1.11, 1.10, 1.13)],
        holding_cost=[0.015],
        capacity=(25, 35, 30, 10),
    ),
    "acme_windows": Published(
        source="Taha, Operations Research: An Introduction, example 2.4-3",
        optimum=49_980,
        markets=[Market(1, (100, 250, 190, 140, 220, 110))],
        unit_cost=[(50, 45, 55, 48, 52, 50)],
        holding_cost=[8],
        capacity=None,
    ),
    "metalco": Published(
        source="Taha, Operations Research: An Introduction, example 13.4-1",
        optimum=4_685,
        markets=[Market(1, (100, 190, 210, 160))],
        unit_cost=[6],
        holding_cost=[0.1],
        capacity=(90, 100, 120, 110),
        overtime=Overtime(premium=3, capacity=(50, 60, 80, 70)),
    ),
    "smoothing": Published(
        source="Taha, Operations Research: An Introduction, example 2.4-4, net of permanent crew",
        optimum=19_500,
        markets=[Market(1, (400, 600, 400, 500))],
        unit_cost=[0],
        holding_cost=[50],
        capacity=None,
        policy={
            "load_increase_cost_per_unit": 20.0,
            "load_decrease_cost_per_unit": 40.0,
            "initial_load_units": 0.0,
        },
    ),
    "steel": Published(
        source="Fourer, Gay, Kernighan, AMPL, 2nd ed., figures 4-4 and 4-5",
        optimum=515_033,
        markets=[
            Market(1, (6000, 6000, 4000, 6500), (25, 26, 27, 27)),
            Market(2, (4000, 2500, 3500, 4200), (30, 35, 37, 39)),
        ],
        unit_cost=[10, 11],
        holding_cost=[2.5, 3],
        capacity=(40, 40, 32, 40),
        capacity_per_unit=(1 / 200, 1 / 140),
        opening=(10, 0),
        policy=PROFIT,
        is_profit=True,
    ),
    "steel_by_market": Published(
        source="Fourer, Gay, Kernighan, AMPL, 2nd ed., section 14.2",
        optimum=514_521.7143,
        markets=[
            Market(1, (2000, 2000, 1500, 2000), (25, 26, 27, 27)),
            Market(1, (4000, 4000, 2500, 4500), (26.5, 27.5, 28, 28.5)),
            Market(2, (1000, 800, 1000, 1100), (30, 35, 37, 39)),
            Market(2, (2000, 1200, 2000, 2300), (29, 32, 33, 35)),
            Market(2, (1000, 500, 500, 800), (25, 25, 25, 28)),
        ],
        unit_cost=[10, 11],
        holding_cost=[2.5, 3],
        capacity=(40, 40, 32, 40),
        capacity_per_unit=(1 / 200, 1 / 140),
        opening=(10, 0),
        policy=PROFIT,
        is_profit=True,
    ),
}


def write_problem(problem: Published, folder: Path) -> Path:
    """Write a problem as an input folder and a policy file; return the policy file."""
    for name, rows in {**_master_data(problem), **_work_data(problem)}.items():
        if rows:
            pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    policy = folder / "policy.yaml"
    policy.write_text(
        yaml.safe_dump(
            {
                "units_per_pallet": 1.0,
                "safety_stock_ratio": 0.0,
                "terminal_safety_stock": "none",
                "overflow": "forbid",
                "shortage": "forbid",
                **problem.policy,
            }
        ),
        "utf-8",
    )
    return policy


def _products(problem: Published) -> range:
    return range(1, len(problem.unit_cost) + 1)


def _sites(problem: Published) -> list[int]:
    return [FIRST_WAREHOUSE + i for i in range(len(problem.markets))]


def _master_data(problem: Published) -> dict[str, list[dict[str, Any]]]:
    sites = _sites(problem)
    return {
        "scenario_definitions": [
            {
                "SCENARIO_ID": 1,
                "SCENARIO_CODE": "PUBLISHED",
                "SCENARIO_NAME": "Published",
                "SCENARIO_TYPE": "BASELINE",
            }
        ],
        "products": [
            {
                "PRODUCT_ID": p,
                "PRODUCT_CODE": f"P{p}",
                "PRODUCT_NAME": f"Product {p}",
                "UNIT_PRICE": 0.0,
                "UNIT_COST": 0.0,
            }
            for p in _products(problem)
        ],
        "product_categories": [{"PRODUCT_CATEGORY_ID": 1, "CATEGORY_NAME": "All"}],
        "sites": [
            {"SITE_ID": s, "SITE_CODE": f"S{s}", "SITE_NAME": f"Site {s}", "SITE_TYPE": kind}
            for s, kind in [(PLANT, "PLANT"), *((s, "WAREHOUSE") for s in sites)]
        ],
        "warehouse_zones": [
            {
                "WAREHOUSE_ZONE_ID": s,
                "ZONE_CODE": f"Z{s}",
                "ZONE_NAME": f"Zone {s}",
                "SITE_ID": s,
                "MAX_CAPACITY_PALLETS": PLENTY,
                "CURRENT_OCCUPANCY_PALLETS": 0,
            }
            for s in sites
        ],
        "logistics_costs": [
            {
                "LOGISTICS_COST_ID": s,
                "SITE_ID": s,
                "WAREHOUSE_ZONE_ID": s,
                "STORAGE_COST_PER_PALLET_PER_DAY": 0.0,
                "TRANSPORT_COST_PER_UNIT": 0.0,
                "HANDLING_COST_PER_PALLET": 0.0,
                "OVERFLOW_PENALTY_RATE": 0.0,
                "OVERFLOW_PENALTY_THRESHOLD_PCT": 100,
            }
            for s in sites
        ],
        "product_storage": [
            {"PRODUCT_ID": p, "HOLDING_COST_PER_MONTH": problem.holding_cost[p - 1]}
            for p in _products(problem)
        ],
    }


def _work_data(problem: Published) -> dict[str, list[dict[str, Any]]]:
    return {
        "demand_forecasts": _forecasts(problem),
        "inventory_balances": _balances(problem),
        "work_centers": [
            {
                "WORK_CENTER_ID": WORK_CENTER,
                "WORK_CENTER_CODE": "LINE",
                "WORK_CENTER_NAME": "Line",
                "WORK_CENTER_TYPE": "ASSEMBLY",
                "SITE_ID": PLANT,
                "CAPACITY_PER_HOUR": 1.0,
                "HOURS_PER_DAY": 8.0,
                "AVAILABLE_SHIFTS": 1.0,
            }
        ],
        "product_routings": _routings(problem),
        "capacity_tiers": _tiers(problem),
        "capacity_calendar": _calendar(problem),
    }


def _forecasts(problem: Published) -> list[dict[str, Any]]:
    rows = [
        {
            "PRODUCT_ID": market.product,
            "SITE_ID": site,
            "SCENARIO_ID": 1,
            "FORECAST_DATE": start.date(),
            "FORECAST_QUANTITY": market.quantity[t],
            "FISCAL_MONTH": f"{start:%B}",
            "FISCAL_QUARTER": f"Q{start.quarter}",
            "UNIT_REVENUE": market.revenue[t] if market.revenue else 0.0,
        }
        for site, market in zip(_sites(problem), problem.markets, strict=True)
        for t, start in enumerate(problem.periods)
    ]
    return [{"DEMAND_FORECAST_ID": i, **row} for i, row in enumerate(rows, start=1)]


def _balances(problem: Published) -> list[dict[str, Any]]:
    """Opening stock stands in the last market of each product: where it sells from the start."""
    sites = dict(zip((market.product for market in problem.markets), _sites(problem), strict=True))
    return [
        {
            "INVENTORY_BALANCE_ID": p,
            "PRODUCT_ID": p,
            "SITE_ID": sites[p],
            "BALANCE_DATE": problem.periods[0].date(),
            "QUANTITY_AVAILABLE": problem.opening[p - 1],
        }
        for p in _products(problem)
    ]


def _routings(problem: Published) -> list[dict[str, Any]]:
    """One routing per product; a cost that changes by period is a row per period."""
    rows: list[dict[str, Any]] = []
    for p, cost in zip(_products(problem), problem.unit_cost, strict=True):
        shared = {
            "PRODUCT_ID": p,
            "ROUTING_CODE": "MAKE",
            "WORK_CENTER_ID": WORK_CENTER,
            "CAPACITY_PER_UNIT": problem.capacity_per_unit[p - 1],
        }
        if not isinstance(cost, Sequence):
            rows.append({**shared, "UNIT_COST": cost, "EFFECTIVE_DATE": None, "EXPIRY_DATE": None})
            continue
        for start, dated_cost in zip(problem.periods, cost, strict=True):
            rows.append({**shared, "UNIT_COST": dated_cost, **_dates(start)})
    return rows


def _tiers(problem: Published) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    shared = {"WORK_CENTER_ID": WORK_CENTER}
    always = {"EFFECTIVE_DATE": None, "EXPIRY_DATE": None}
    if problem.capacity is None:
        rows.append(
            {
                **shared,
                "TIER_CODE": "REGULAR",
                "TIER_RANK": 1,
                "MAX_CAPACITY": PLENTY,
                "PREMIUM_PER_UNIT": 0.0,
                **always,
            }
        )
    overtime = problem.overtime
    if overtime is not None:
        dear = {
            **shared,
            "TIER_CODE": "OVERTIME",
            "TIER_RANK": 2,
            "PREMIUM_PER_UNIT": overtime.premium,
        }
        if overtime.capacity is None:
            rows.append({**dear, "MAX_CAPACITY": None, **always})
        else:
            rows += [
                {**dear, "MAX_CAPACITY": most, **_dates(start)}
                for start, most in zip(problem.periods, overtime.capacity, strict=True)
            ]
    return rows


def _calendar(problem: Published) -> list[dict[str, Any]]:
    return [
        {"WORK_CENTER_ID": WORK_CENTER, "PERIOD_START": start.date(), "MAX_CAPACITY": most}
        for start, most in zip(problem.periods, problem.capacity or (), strict=False)
    ]


def _dates(start: pd.Timestamp) -> dict[str, Any]:
    return {
        "EFFECTIVE_DATE": start.date(),
        "EXPIRY_DATE": (start + pd.offsets.MonthEnd(0)).date(),
    }
