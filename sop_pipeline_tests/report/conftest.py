"""Small plans made by hand, valid under the schemas: one of each grain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from sop_pipeline.report.names import Label, Names
from sop_pipeline.schemas import inputs, plan
from sop_pipeline.schemas.columns import COST_COLUMNS
from sop_pipeline.schemas.table import Table

Frames = dict[str, pd.DataFrame]
MakeForecasts = Callable[..., pd.DataFrame]
MakeSummary = Callable[..., pd.DataFrame]

PRICE = {
    "SCENARIO_ID": [1], "CONSTRAINT_NAME": ["work_center_capacity"], "WORK_CENTER_ID": [101],
    "TIER_CODE": ["REGULAR"], "SITE_ID": [None], "PERIOD_START": [pd.Timestamp("2024-10-01")],
    "UNIT": ["capacity_unit"], "LIMIT_VALUE": [100.0], "ONE_MORE_SAVES": [1.5],
    "ONE_LESS_COSTS": [2.5], "ONE_LESS_INFEASIBLE": [False],
}  # fmt: skip
HOSTILE = (
    "<img src=x onerror=alert(1)> [x](javascript:alert(1)) | `a` **b** [red]c[/red] $d$ \x1b[31m"
)


def valid(table: Table, rows: Mapping[str, Sequence[Any]] | pd.DataFrame) -> pd.DataFrame:
    """A frame of the table that its schema accepts."""
    frame = table.typed(pd.DataFrame(rows))
    return table.schema.validate(frame)


def fiscal_quarter(day: pd.Timestamp) -> str:
    return f"Q{day.quarter}"


@pytest.fixture(scope="session")
def forecasts() -> MakeForecasts:
    """Make demand: quantities of consecutive months from a start, for one product and site."""

    def make(quantities: Sequence[float], start: str = "2024-07") -> pd.DataFrame:
        days = pd.date_range(f"{start}-01", periods=len(quantities), freq="MS")
        return valid(
            inputs.DEMAND_FORECASTS,
            {
                "SCENARIO_ID": [1] * len(days),
                "PRODUCT_ID": [10] * len(days),
                "SITE_ID": [3] * len(days),
                "FORECAST_DATE": [day.replace(day=15) for day in days],
                "FISCAL_MONTH": [day.month_name() for day in days],
                "FISCAL_QUARTER": [fiscal_quarter(day) for day in days],
                "FORECAST_QUANTITY": [float(q) for q in quantities],
            },
        )

    return make


@pytest.fixture(scope="session")
def summary_of() -> MakeSummary:
    """Make BUILD_PLAN_SUMMARY from cost terms (published ones the same) and single figures."""

    def make(costs: Mapping[str, float], **figures: Any) -> pd.DataFrame:
        row: dict[str, Any] = {
            "SCENARIO_ID": 1, "STATUS": "Optimal", "ROUNDING_COST": 0.0, "FILL_RATE": 1.0,
            "PEAK_UTILIZATION_PCT": 0.0, "PREBUILT_UNITS": 0.0, "PRIMAL_VIOLATION": 0.0,
            "DUAL_VIOLATION": 0.0, "RELATIVE_GAP": 0.0, "SOLVER": "HiGHS", "SOLVE_SECONDS": 0.1,
            "HORIZON_START": pd.Timestamp(2024, 7, 1), "HORIZON_END": pd.Timestamp(2024, 12, 1),
            "HORIZON_PERIODS": 6, "GRAIN": "aggregate", "POLICY": "notebook",
            "POLICY_SETTINGS": "{}", "CURRENCY": "USD", "ASSUMPTIONS": "[]",
            "MODEL_VERSION": "0.1.0 notebook aggregate", "MODEL_CONFIDENCE": 0.8,
            "INPUT_HASH": "0" * 16,
        }  # fmt: skip
        for term in COST_COLUMNS:
            row[term] = row[f"PUBLISHED_{term}"] = costs.get(term, 0.0)
        row["OBJECTIVE"] = sum(costs.values())
        return valid(plan.BUILD_PLAN_SUMMARY, pd.DataFrame([row | figures]))

    return make


@pytest.fixture(scope="session")
def aggregate_plan(summary_of: MakeSummary) -> Frames:
    """Six months of one pooled product: nothing built at first, a peak in the fourth quarter."""
    months = pd.date_range("2024-07-01", periods=6, freq="MS")
    build = [0.0, 0, 140_929, 285_275, 293_954, 247_306]
    demand = [215_845.0, 203_623, 220_914, 283_650, 294_484, 290_948]
    stock, level = [], 576_000.0
    for made, sold in zip(build, demand, strict=True):
        level += made - sold
        stock.append(level)
    holding = [round(0.22 * units, 2) for units in stock]
    one = {"SCENARIO_ID": [1] * 6}
    product, site, center = (
        {"PRODUCT_ID": [10] * 6},
        {"SITE_ID": [3] * 6},
        {"WORK_CENTER_ID": [101] * 6},
    )
    pallets = [units / 10 for units in stock]
    capacity = 1_400_000.0
    return {
        "RECOMMENDED_BUILD_PLAN": valid(
            plan.RECOMMENDED_BUILD_PLAN,
            one | product | center | {
                "PRODUCTION_WEEK": months,
                "FISCAL_QUARTER": [fiscal_quarter(day) for day in months],
                "RECOMMENDED_QUANTITY": build,
                "CURRENT_CAPACITY_AVAILABLE": [capacity] * 6,
                "PROJECTED_INVENTORY": stock,
                "PROJECTED_PRODUCTION_COST": build,
                "PROJECTED_STORAGE_COST": holding,
                "PROJECTED_TOTAL_COST": [b + h for b, h in zip(build, holding, strict=True)],
            },
        ),
        "BUILD_PLAN_INVENTORY": valid(
            plan.BUILD_PLAN_INVENTORY,
            one | product | site | {
                "PERIOD_START": months,
                "OPENING_INVENTORY": [576_000.0, *stock[:-1]],
                "RECEIVED": build, "SHIPPED_OUT": [0.0] * 6, "DEMAND": demand, "SERVED": demand,
                "BACKORDER": [0.0] * 6, "LOST_SALES": [0.0] * 6, "ENDING_INVENTORY": stock,
                "SAFETY_STOCK_TARGET": [0.0] * 6, "SAFETY_STOCK_SHORTFALL": [0.0] * 6,
            },
        ),
        "BUILD_PLAN_CAPACITY": valid(
            plan.BUILD_PLAN_CAPACITY,
            one | center | {
                "TIER_CODE": ["REGULAR"] * 6, "PERIOD_START": months,
                "CAPACITY_AVAILABLE": [capacity] * 6, "CAPACITY_USED": build,
                "UTILIZATION_PCT": [round(100 * b / capacity, 2) for b in build],
            },
        ),
        "BUILD_PLAN_SETUP": plan.BUILD_PLAN_SETUP.empty(),
        "BUILD_PLAN_WAREHOUSE": valid(
            plan.BUILD_PLAN_WAREHOUSE,
            one | site | {
                "PERIOD_START": months, "PALLETS": pallets, "CAPACITY_PALLETS": [96_000.0] * 6,
                "THRESHOLD_PALLETS": [83_520.0] * 6, "OVERFLOW_PALLETS": [0.0] * 6,
                "UTILIZATION_PCT": [round(p / 960, 2) for p in pallets],
                "STORAGE_COST": holding, "OVERFLOW_COST": [0.0] * 6,
            },
        ),
        "BUILD_PLAN_SERVICE": plan.BUILD_PLAN_SERVICE.empty(),
        "BUILD_PLAN_SHADOW_PRICE": valid(plan.BUILD_PLAN_SHADOW_PRICE, PRICE),
        "BUILD_PLAN_SUMMARY": summary_of(
            {"PRODUCTION_COST": sum(build), "HOLDING_COST": round(sum(holding), 2)},
            PEAK_UTILIZATION_PCT=21.0, PREBUILT_UNITS=34_000.0,
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def network_plan(summary_of: MakeSummary) -> Frames:
    """Eighteen months, two products, two work centres with overtime, two warehouses.

    Product 20 loses 40 units in December 2024; warehouse 4 overflows by 12 pallets in September
    2024; work centre 102 runs at 125 % of 100 capacity units in October 2024 and has an unlimited
    overtime tier.
    """
    months = pd.date_range("2024-07-01", periods=18, freq="MS")
    builds, stocks, loads, stores = [], [], [], []
    for i, day in enumerate(months):
        peak = 1.4 if day.quarter == 4 else 1.0
        for product, center, site, size in ((10, 101, 3, 1000.0), (20, 102, 4, 400.0)):
            lost = 40.0 if product == 20 and i == 5 else 0.0
            demand = size * peak
            builds.append({
                "SCENARIO_ID": 1, "PRODUCT_ID": product, "WORK_CENTER_ID": center,
                "PRODUCTION_WEEK": day, "FISCAL_QUARTER": fiscal_quarter(day),
                "RECOMMENDED_QUANTITY": demand - lost, "PROJECTED_PRODUCTION_COST": 9 * demand,
                "PROJECTED_STORAGE_COST": 220.5 if (i, site) == (2, 4) else 100.5,
                "PROJECTED_TOTAL_COST": 9 * demand + (520.5 if (i, site) == (2, 4) else 400.5),
            })  # fmt: skip
            stocks.append({
                "SCENARIO_ID": 1, "PRODUCT_ID": product, "SITE_ID": site, "PERIOD_START": day,
                "OPENING_INVENTORY": 150.0, "RECEIVED": demand - lost, "SHIPPED_OUT": 0.0,
                "DEMAND": demand, "SERVED": demand - lost, "BACKORDER": 0.0, "LOST_SALES": lost,
                "ENDING_INVENTORY": 150.0, "SAFETY_STOCK_TARGET": 160.0,
                "SAFETY_STOCK_SHORTFALL": 10.0 if product == 20 else 0.0,
            })  # fmt: skip
            overflow = 12.0 if (i, site) == (2, 4) else 0.0
            pallets = 87.0 + overflow if overflow else 60.0 + (i % 7)
            stores.append({
                "SCENARIO_ID": 1, "SITE_ID": site, "PERIOD_START": day, "PALLETS": pallets,
                "CAPACITY_PALLETS": 100.0, "THRESHOLD_PALLETS": 87.0, "OVERFLOW_PALLETS": overflow,
                "UTILIZATION_PCT": pallets, "STORAGE_COST": 100.5, "OVERFLOW_COST": 10 * overflow,
            })  # fmt: skip
        tiers: list[tuple[int, str, float | None, float]] = [
            (101, "REGULAR", 2000.0, 1000 * peak),
            (102, "REGULAR", 100.0, 100.0 if i == 3 else 60.0),
            (102, "OVERTIME", None, 25.0 if i == 3 else 0.0),
        ]
        loads += [
            {"SCENARIO_ID": 1, "WORK_CENTER_ID": center, "TIER_CODE": tier, "PERIOD_START": day,
             "CAPACITY_AVAILABLE": available, "CAPACITY_USED": used,
             "UTILIZATION_PCT": 100 * used / available if available else 0.0}
            for center, tier, available, used in tiers
        ]  # fmt: skip
    return {
        "RECOMMENDED_BUILD_PLAN": valid(plan.RECOMMENDED_BUILD_PLAN, pd.DataFrame(builds)),
        "BUILD_PLAN_INVENTORY": valid(plan.BUILD_PLAN_INVENTORY, pd.DataFrame(stocks)),
        "BUILD_PLAN_CAPACITY": valid(plan.BUILD_PLAN_CAPACITY, pd.DataFrame(loads)),
        "BUILD_PLAN_SETUP": plan.BUILD_PLAN_SETUP.empty(),
        "BUILD_PLAN_WAREHOUSE": valid(plan.BUILD_PLAN_WAREHOUSE, pd.DataFrame(stores)),
        "BUILD_PLAN_SERVICE": plan.BUILD_PLAN_SERVICE.empty(),
        "BUILD_PLAN_SHADOW_PRICE": valid(plan.BUILD_PLAN_SHADOW_PRICE, PRICE),
        "BUILD_PLAN_SUMMARY": summary_of(
            {
                "PRODUCTION_COST": 9.0 * sum(row["DEMAND"] for row in stocks),
                "TRANSPORT_COST": 300.0 * 36, "HOLDING_COST": 100.5 * 36, "OVERFLOW_COST": 120.0,
                "LOST_SALES_COST": 36_000.0, "SAFETY_STOCK_COST": 78.9,
            },
            GRAIN="network", POLICY="standard", FILL_RATE=0.9986, PEAK_UTILIZATION_PCT=125.0,
            PREBUILT_UNITS=0.0, HORIZON_PERIODS=18, HORIZON_END=months[-1],
            ASSUMPTIONS='["Product 10 has no routing: every work centre of ASSEMBLY makes it"]',
            MODEL_VERSION="0.1.0 standard network",
        ),
    }  # fmt: skip


@pytest.fixture(scope="session", params=["aggregate", "network"])
def any_plan(request: pytest.FixtureRequest) -> Frames:
    """A plan of either grain."""
    return request.getfixturevalue(f"{request.param}_plan")


@pytest.fixture(scope="session")
def names() -> Names:
    """Names of everything in the network plan."""
    return Names(
        products={
            10: Label("TV-10", "Television", "Screens"),
            20: Label("WM-20", "Washing machine, front loader, 8 kg", "White goods"),
        },
        sites={3: Label("WH-WEST", "West"), 4: Label("WH-EAST", "East")},
        work_centers={
            101: Label("WC-WEST-01", "Line 1", "PL-WEST"),
            102: Label("WC-EAST-01", "Line 1", "PL-EAST"),
        },
    )


@pytest.fixture(scope="session")
def hostile_names() -> Names:
    """Names that try to break out of whatever they are put into."""
    names = dict.fromkeys((3, 4, 10, 20, 101, 102), Label(HOSTILE, HOSTILE, HOSTILE))
    return Names(products=names, sites=names, work_centers=names)


def with_scrap(tables: Mapping[str, pd.DataFrame]) -> Frames:
    """A plan that throws away seven units in its first period."""
    stock = tables["BUILD_PLAN_INVENTORY"].reset_index(drop=True)
    thrown = pd.Series(0.0, stock.index)
    thrown[stock["PERIOD_START"].idxmin()] = 7.0
    return {**tables, "BUILD_PLAN_INVENTORY": stock.assign(SCRAPPED=thrown)}
