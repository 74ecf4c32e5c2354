"""A company small enough to read: 2 scenarios, 3 products, 2 plants, 2 warehouses, 6 months."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

MONTHS = pd.date_range("2025-07-01", periods=6, freq="MS")
GROWTH = {1: (1.0, 1.0, 1.1, 1.6, 1.8, 1.5), 2: (1.0, 1.0, 1.2, 2.1, 2.3, 1.9)}
PRODUCTS = (10, 20, 30)
WAREHOUSES = (3, 4)

Tables = dict[str, pd.DataFrame]


def small_company() -> Tables:
    """Every required input table, by file name."""
    return {
        "scenario_definitions": pd.DataFrame(
            {
                "SCENARIO_ID": [1, 2],
                "SCENARIO_CODE": ["BASE", "PUSH"],
                "SCENARIO_NAME": ["Base", "Push"],
                "SCENARIO_TYPE": ["BASELINE", "MARKETING_PUSH"],
                "IS_OFFICIAL_BASELINE": ["TRUE", "FALSE"],
            }
        ),
        "demand_forecasts": _demand(),
        "products": pd.DataFrame(
            {
                "PRODUCT_ID": PRODUCTS,
                "PRODUCT_CODE": ["P-10", "P-20", "P-30"],
                "PRODUCT_NAME": ["Lamp", "Stool", "Shelf"],
                "PRODUCT_STATUS": ["ACTIVE"] * 3,
                "PRODUCT_CATEGORY_ID": [1, 1, 2],
                "UNIT_PRICE": [40.0, 60.0, 90.0],
                "UNIT_COST": [20.0, 30.0, 45.0],
                "IS_CURRENT_FLAG": ["TRUE"] * 3,
            }
        ),
        "product_categories": pd.DataFrame(
            {"PRODUCT_CATEGORY_ID": [1, 2], "CATEGORY_NAME": ["Small", "Large"]}
        ),
        "sites": pd.DataFrame(
            {
                "SITE_ID": [1, 2, 3, 4],
                "SITE_CODE": ["PL-A", "PL-B", "WH-A", "WH-B"],
                "SITE_NAME": ["Plant A", "Plant B", "Warehouse A", "Warehouse B"],
                "SITE_TYPE": ["PLANT", "PLANT", "WAREHOUSE", "DISTRIBUTION_CENTER"],
                "OPERATING_STATUS": ["ACTIVE"] * 4,
            }
        ),
        "work_centers": pd.DataFrame(
            {
                "WORK_CENTER_ID": [101, 201],
                "WORK_CENTER_CODE": ["WC-A", "WC-B"],
                "WORK_CENTER_NAME": ["Line A", "Line B"],
                "WORK_CENTER_TYPE": ["ASSEMBLY", "ASSEMBLY"],
                "SITE_ID": [1, 2],
                "CAPACITY_PER_HOUR": [4.0, 2.0],
                "HOURS_PER_DAY": [8.0, 8.0],
                "AVAILABLE_SHIFTS": [1.0, 1.0],
                "EFFICIENCY_FACTOR": [0.9, 0.95],
            }
        ),
        "warehouse_zones": pd.DataFrame(
            {
                "WAREHOUSE_ZONE_ID": [301, 302, 401],
                "ZONE_CODE": ["A-1", "A-2", "B-1"],
                "ZONE_NAME": ["Zone 1", "Zone 2", "Zone 1"],
                "SITE_ID": [3, 3, 4],
                "MAX_CAPACITY_PALLETS": [100.0, 60.0, 120.0],
                "CURRENT_OCCUPANCY_PALLETS": [20.0, 10.0, 20.0],
            }
        ),
        "logistics_costs": pd.DataFrame(
            {
                "LOGISTICS_COST_ID": [1, 2, 3],
                "SITE_ID": [3, 3, 4],
                "WAREHOUSE_ZONE_ID": [301, 302, 401],
                "STORAGE_COST_PER_PALLET_PER_DAY": [0.5, 0.6, 0.4],
                "TRANSPORT_COST_PER_UNIT": [0.3, 0.3, 0.4],
                "HANDLING_COST_PER_PALLET": [2.0, 2.0, 2.5],
                "OVERFLOW_PENALTY_RATE": [3.0, 3.0, 2.0],
                "OVERFLOW_PENALTY_THRESHOLD_PCT": [85.0, 85.0, 90.0],
                "EFFECTIVE_DATE": ["2025-01-01"] * 3,
                "EXPIRY_DATE": ["2026-12-31"] * 3,
            }
        ),
        "inventory_balances": _balances(),
    }


def full_company() -> Tables:
    """The company with rows in every optional table too; a plan uses all of them."""
    return {
        **small_company(),
        "product_routings": pd.DataFrame(
            {
                "PRODUCT_ID": [10, 20, 30, 30],
                "ROUTING_CODE": ["A", "B", "A", "B"],
                "WORK_CENTER_ID": [101, 201, 101, 201],
                "CAPACITY_PER_UNIT": [0.5, 1.0, 1.0, 1.5],
                "UNIT_COST": [19.0, 31.0, 44.0, 46.0],
                "EFFECTIVE_DATE": ["2025-01-01"] * 4,
                "EXPIRY_DATE": ["9999-12-31"] * 4,
                "IS_CURRENT_FLAG": ["TRUE"] * 4,
            }
        ),
        "capacity_calendar": pd.DataFrame(
            {
                "WORK_CENTER_ID": [101, 201],
                "PERIOD_START": ["2025-08-01", "2025-12-01"],
                "WORKING_DAYS": [15.0, 18.0],
                "AVAILABLE_SHIFTS": [1.0, 2.0],
                "EFFICIENCY_FACTOR": [0.8, 0.9],
                "MAX_CAPACITY": [None, 350.0],
            }
        ),
        "capacity_tiers": pd.DataFrame(
            {
                "WORK_CENTER_ID": [101, 201],
                "TIER_CODE": ["OVERTIME", "OVERTIME"],
                "TIER_RANK": [2.0, 2.0],
                "MAX_CAPACITY": [120.0, 60.0],
                "PREMIUM_PER_UNIT": [6.0, 8.0],
                "EFFECTIVE_DATE": ["2025-01-01"] * 2,
                "EXPIRY_DATE": ["2026-12-31"] * 2,
            }
        ),
        "transport_lanes": pd.DataFrame(
            {
                "FROM_SITE_ID": [1, 2, 1, 2],
                "TO_SITE_ID": [3, 3, 4, 4],
                "TRANSPORT_COST_PER_UNIT": [0.4, 0.6, 0.7, 0.3],
                "LEAD_TIME_DAYS": [3.0, 5.0, 10.0, 2.0],
            }
        ),
        "product_storage": pd.DataFrame(
            {
                "PRODUCT_ID": PRODUCTS,
                "UNITS_PER_PALLET": [20.0, 12.0, 8.0],
                "HOLDING_COST_PER_MONTH": [0.4, 0.6, 0.9],
                "SAFETY_STOCK_RATIO": [0.1, 0.15, 0.2],
                "TERMINAL_INVENTORY": [10.0, 5.0, 0.0],
                "LOST_SALE_COST": [80.0, 120.0, 180.0],
                "BACKORDER_COST_PER_PERIOD": [4.0, 6.0, 9.0],
            }
        ),
        "scheduled_receipts": pd.DataFrame(
            {
                "PRODUCT_ID": [10],
                "SITE_ID": [3],
                "RECEIPT_DATE": ["2025-07-15"],
                "QUANTITY": [25.0],
                "REFERENCE": ["PO-1"],
            }
        ),
    }


def _demand() -> pd.DataFrame:
    rows = [
        {
            "PRODUCT_ID": product,
            "SITE_ID": site,
            "SCENARIO_ID": scenario,
            "FORECAST_DATE": f"{month.date()}",
            "FORECAST_QUANTITY": round((40 + product + 10 * site) * growth[i]),
            "CONFIDENCE_LEVEL": 0.8,
            "FISCAL_MONTH": f"{month:%B}",
            "FISCAL_QUARTER": f"Q{month.quarter}",
        }
        for scenario, growth in GROWTH.items()
        for product in PRODUCTS
        for site in WAREHOUSES
        for i, month in enumerate(MONTHS)
    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "DEMAND_FORECAST_ID", range(1, len(frame) + 1))
    return frame


def _balances() -> pd.DataFrame:
    rows = [(p, s, z) for p in PRODUCTS for s, z in ((3, 301), (4, 401))]
    frame = pd.DataFrame(rows, columns=["PRODUCT_ID", "SITE_ID", "WAREHOUSE_ZONE_ID"])
    frame.insert(0, "INVENTORY_BALANCE_ID", range(1, len(frame) + 1))
    return frame.assign(BALANCE_DATE="2025-06-30", QUANTITY_ON_HAND=70.0, QUANTITY_AVAILABLE=60.0)


def write_company(folder: Path, tables: Tables | None = None) -> Path:
    """Write the tables as CSV files and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in (tables or small_company()).items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def altered(table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    """The company with one table changed."""
    tables = small_company()
    return {**tables, table: change(tables[table].astype(object))}
