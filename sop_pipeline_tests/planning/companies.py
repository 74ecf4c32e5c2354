"""Input tables for the planner's tests: from CSV files, or stated in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline.schemas.table import Table

SHARED_COMPANY = Path(__file__).parents[3] / "shared" / "data" / "sop_company"


def frame(
    table: Table, rows: list[dict[str, object]] | pd.DataFrame, *, check: bool = True
) -> pd.DataFrame:
    """Rows as a frame of an input table, checked by its schema."""
    given = pd.DataFrame(rows)
    if given.empty:
        return table.empty()
    for name, column in table.columns.items():
        if column.type == "date" and name in given:
            given[name] = pd.to_datetime(given[name])
    typed = table.typed(given)
    return table.schema.validate(typed) if check else typed


def company_from_csv(folder: Path, scenario: str) -> PlanningInputs:
    """Read the nine tables of the reference schema, as the queries would."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / f"{name}.csv")

    scenarios = read("scenario_definitions").set_index("SCENARIO_CODE")["SCENARIO_ID"]
    forecasts = read("demand_forecasts")
    centers = read("work_centers")
    daily = (
        centers["CAPACITY_PER_HOUR"]
        * centers["HOURS_PER_DAY"]
        * centers["AVAILABLE_SHIFTS"]
        * centers["EFFICIENCY_FACTOR"]
    )
    return PlanningInputs(
        scenario_id=int(scenarios[scenario]),
        scenario_code=scenario,
        demand_forecasts=frame(
            schemas.DEMAND_FORECASTS, forecasts[forecasts["SCENARIO_ID"] == scenarios[scenario]]
        ),
        product_master=frame(schemas.PRODUCT_MASTER, read("products")),
        site_master=frame(schemas.SITE_MASTER, read("sites")),
        capacity_summary=frame(
            schemas.CAPACITY_SUMMARY,
            centers.assign(
                MAX_DAILY_CAPACITY=daily.round(2), MAX_MONTHLY_CAPACITY=(daily * 22).round(2)
            ),
        ),
        warehouse_capacity=frame(schemas.WAREHOUSE_CAPACITY, read("warehouse_zones")),
        logistics_costs=frame(schemas.LOGISTICS_COSTS, read("logistics_costs")),
        opening_inventory=frame(schemas.OPENING_INVENTORY, read("inventory_balances")),
        **empty_tables(
            "product_routings",
            "capacity_calendar",
            "capacity_tiers",
            "transport_lanes",
            "product_storage",
            "scheduled_receipts",
        ),
    )


def empty_tables(*names: str) -> dict[str, pd.DataFrame]:
    """Optional tables without rows, by name."""
    return {table.name: table.empty() for table in schemas.INPUT_TABLES if table.name in names}


def one_line(
    demand: Sequence[float],
    *,
    capacity: float | Sequence[float] = 1000.0,
    places: float = 1000.0,
    opening: float = 0.0,
    products: int = 1,
    **tables: list[dict[str, object]],
) -> PlanningInputs:
    """Products with equal demand, made on one line, stored in one warehouse, one unit a pallet.

    Args:
        demand: Demand of each product per month, from January 2025.
        capacity: Capacity of the line per month.
        places: Pallet positions of the warehouse.
        opening: Opening stock of each product.
        products: Number of products, with unit cost 10, 11, ... and price 50.
        tables: Rows of optional tables, by name.
    """
    months = pd.date_range("2025-01-01", periods=len(demand), freq="MS")
    limits = [capacity] * len(demand) if isinstance(capacity, int | float) else capacity
    rows: dict[str, list[dict[str, object]]] = {
        "demand_forecasts": [
            {
                "PRODUCT_ID": p,
                "SITE_ID": 11,
                "FORECAST_DATE": month,
                "FISCAL_MONTH": f"{month:%B}",
                "FISCAL_QUARTER": f"Q{month.quarter}",
                "FORECAST_QUANTITY": float(quantity),
                "UNIT_REVENUE": 50.0,
                "CONFIDENCE_LEVEL": 0.9,
            }
            for p in range(1, products + 1)
            for month, quantity in zip(months, demand, strict=True)
        ],
        "product_master": [
            {
                "PRODUCT_ID": p,
                "PRODUCT_CODE": f"P{p}",
                "PRODUCT_NAME": f"Product {p}",
                "UNIT_PRICE": 50.0,
                "UNIT_COST": 9.0 + p,
            }
            for p in range(1, products + 1)
        ],
        "site_master": [
            {"SITE_ID": 1, "SITE_CODE": "PLANT", "SITE_NAME": "Plant", "SITE_TYPE": "PLANT"},
            {"SITE_ID": 11, "SITE_CODE": "STORE", "SITE_NAME": "Store", "SITE_TYPE": "WAREHOUSE"},
        ],
        "capacity_summary": [
            {
                "WORK_CENTER_ID": 101,
                "WORK_CENTER_CODE": "LINE",
                "WORK_CENTER_NAME": "Line",
                "WORK_CENTER_TYPE": "ASSEMBLY",
                "SITE_ID": 1,
                "CAPACITY_PER_HOUR": 1.0,
                "HOURS_PER_DAY": 8.0,
                "AVAILABLE_SHIFTS": 1.0,
                "EFFICIENCY_FACTOR": 1.0,
                "MAX_DAILY_CAPACITY": 8.0,
                "MAX_MONTHLY_CAPACITY": 176.0,
            }
        ],
        "warehouse_capacity": [
            {
                "WAREHOUSE_ZONE_ID": 111,
                "ZONE_CODE": "Z",
                "ZONE_NAME": "Zone",
                "SITE_ID": 11,
                "MAX_CAPACITY_PALLETS": float(places),
                "CURRENT_OCCUPANCY_PALLETS": 0.0,
            }
        ],
        "logistics_costs": [
            {
                "LOGISTICS_COST_ID": 1,
                "SITE_ID": 11,
                "WAREHOUSE_ZONE_ID": 111,
                "STORAGE_COST_PER_PALLET_PER_DAY": 0.01,
                "TRANSPORT_COST_PER_UNIT": 0.0,
                "HANDLING_COST_PER_PALLET": 0.0,
                "OVERFLOW_PENALTY_RATE": 0.1,
                "OVERFLOW_PENALTY_THRESHOLD_PCT": 100.0,
            }
        ],
        "opening_inventory": [
            {
                "PRODUCT_ID": p,
                "SITE_ID": 11,
                "WAREHOUSE_ZONE_ID": 111,
                "BALANCE_DATE": months[0],
                "QUANTITY_AVAILABLE": opening,
            }
            for p in range(1, products + 1)
        ],
        "capacity_calendar": [
            {"WORK_CENTER_ID": 101, "PERIOD_START": month, "MAX_CAPACITY": float(limit)}
            for month, limit in zip(months, limits, strict=True)
        ],
    }
    rows.update(tables)
    frames = {
        table.name: frame(table, rows.get(table.name, []), check=False)
        for table in schemas.INPUT_TABLES
        if table.name in PlanningInputs.table_names()
    }
    return PlanningInputs(scenario_id=1, scenario_code="LINE", **frames)


PLAIN: dict[str, object] = {
    "units_per_pallet": 1.0,
    "safety_stock_ratio": 0.0,
    "terminal_safety_stock": "none",
    "shortage": "forbid",
    "overflow": "forbid",
}
"""Policy fields of a company without safety stock, shortages or overflow."""


def policy_of(**fields: object) -> Policy:
    """The plain policy with some fields replaced."""
    return Policy.parse({**PLAIN, **fields}, source="test")


def planned(inputs: PlanningInputs, policy: Policy | None = None, **options: Any) -> SolvedPlan:
    """Plan a company under the plain policy unless another is given."""
    chosen = policy if policy is not None else policy_of()
    return plan(inputs, chosen, policy_name="test", input_hash="test", **options)


def records(frame: Any) -> list[dict[str, Any]]:
    """Rows as dictionaries, empty cells as None."""
    return [
        {k: None if v is None or v != v else v for k, v in row.items()}  # noqa: PLR0124
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]


def fan_out(inputs: PlanningInputs) -> PlanningInputs:
    """The company with each forecast counted once per logistics-cost row of its site."""
    times = inputs.logistics_costs.groupby("SITE_ID").size()
    forecasts = inputs.demand_forecasts
    quantity = forecasts["FORECAST_QUANTITY"] * forecasts["SITE_ID"].map(times)
    return replace(inputs, demand_forecasts=forecasts.assign(FORECAST_QUANTITY=quantity))
