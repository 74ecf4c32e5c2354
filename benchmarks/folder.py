"""Size S as an input folder, to measure the way from files to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

MONTHS = pd.date_range("2025-07-01", periods=6, freq="MS")
PLANTS, WAREHOUSES, PRODUCTS = (1, 2), (11, 12, 13), range(1, 40)


def write_folder(folder: Path, seed: int = 0) -> None:
    """Write 39 products, 3 warehouses, 10 work centres and 6 months as CSV files."""
    rng = np.random.default_rng(seed)
    tables = {
        "scenario_definitions": [
            {"SCENARIO_ID": 1, "SCENARIO_CODE": "BASE", "SCENARIO_NAME": "Base",
             "SCENARIO_TYPE": "BASELINE"}
        ],
        "products": [
            {"PRODUCT_ID": p, "PRODUCT_CODE": f"P{p}", "PRODUCT_NAME": f"Product {p}",
             "PRODUCT_CATEGORY_ID": 1, "UNIT_PRICE": 50 + 7 * p, "UNIT_COST": 20 + 4 * p}
            for p in PRODUCTS
        ],
        "product_categories": [{"PRODUCT_CATEGORY_ID": 1, "CATEGORY_NAME": "All"}],
        "sites": [
            {"SITE_ID": s, "SITE_CODE": f"S{s}", "SITE_NAME": f"Site {s}", "SITE_TYPE": kind}
            for kind, members in (("PLANT", PLANTS), ("WAREHOUSE", WAREHOUSES)) for s in members
        ],
        "work_centers": [
            {"WORK_CENTER_ID": 100 * f + n, "WORK_CENTER_CODE": f"WC-{f}-{n}",
             "WORK_CENTER_NAME": f"Work centre {n} of plant {f}",
             "WORK_CENTER_TYPE": "ASSEMBLY" if n < 4 else "FABRICATION", "SITE_ID": f,
             "CAPACITY_PER_HOUR": 150, "HOURS_PER_DAY": 8, "AVAILABLE_SHIFTS": 2,
             "EFFICIENCY_FACTOR": 0.9}
            for f in PLANTS for n in range(1, 6)
        ],
        "warehouse_zones": [
            {"WAREHOUSE_ZONE_ID": 10 * s + n, "ZONE_CODE": f"Z{s}-{n}", "ZONE_NAME": f"Zone {n}",
             "SITE_ID": s, "MAX_CAPACITY_PALLETS": 9000, "CURRENT_OCCUPANCY_PALLETS": 500}
            for s in WAREHOUSES for n in (1, 2)
        ],
        "logistics_costs": [
            {"LOGISTICS_COST_ID": 10 * s + n, "SITE_ID": s, "WAREHOUSE_ZONE_ID": 10 * s + n,
             "STORAGE_COST_PER_PALLET_PER_DAY": 1 + n, "TRANSPORT_COST_PER_UNIT": s / 40,
             "HANDLING_COST_PER_PALLET": 4 + n, "OVERFLOW_PENALTY_RATE": 4,
             "OVERFLOW_PENALTY_THRESHOLD_PCT": 87}
            for s in WAREHOUSES for n in (1, 2)
        ],
        "inventory_balances": [
            {"INVENTORY_BALANCE_ID": 100 * p + s, "PRODUCT_ID": p, "SITE_ID": s,
             "WAREHOUSE_ZONE_ID": 10 * s + 1, "BALANCE_DATE": "2025-06-30",
             "QUANTITY_AVAILABLE": int(rng.integers(0, 400))}
            for p in PRODUCTS for s in WAREHOUSES
        ],
        "demand_forecasts": [
            {"DEMAND_FORECAST_ID": 1000 * p + 10 * s + t, "PRODUCT_ID": p, "SITE_ID": s,
             "SCENARIO_ID": 1, "FORECAST_DATE": month.date(),
             "FORECAST_QUANTITY": int(rng.integers(600, 1200) * (1 + 0.25 * t)),
             "FISCAL_MONTH": f"{month:%B}", "FISCAL_QUARTER": f"Q{month.quarter}"}
            for p in PRODUCTS for s in WAREHOUSES for t, month in enumerate(MONTHS)
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
