"""Input tables for the planner's tests: from CSV files, or stated in a few words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline.schemas.table import Table

SHARED_COMPANY = Path(__file__).parents[3] / "shared" / "data" / "sop_company"


def frame(table: Table, rows: list[dict[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Rows as a checked frame of an input table."""
    given = pd.DataFrame(rows)
    if given.empty:
        return table.empty()
    for name, column in table.columns.items():
        if column.type == "date" and name in given:
            given[name] = pd.to_datetime(given[name])
    return table.schema.validate(table.typed(given))


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


def fan_out(inputs: PlanningInputs) -> PlanningInputs:
    """The company with each forecast counted once per logistics-cost row of its site."""
    times = inputs.logistics_costs.groupby("SITE_ID").size()
    forecasts = inputs.demand_forecasts
    quantity = forecasts["FORECAST_QUANTITY"] * forecasts["SITE_ID"].map(times)
    return replace(inputs, demand_forecasts=forecasts.assign(FORECAST_QUANTITY=quantity))
