"""Priorities held to 1e-7 beside whole decisions: companies drawn at random once, and then kept.

A search that holds its rows to about as much finds no plan of them, where the plan that serves the
priorities before is one.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline_tests.planning.companies import empty_tables
from sop_pipeline_tests.planning.drawn_tables import STARTS, frame
from sop_pipeline_tests.planning.test_random_decisions import EXACT, require_as_cheap

OTHERS = ("opening_inventory", "capacity_calendar", "capacity_tiers", "product_storage",
          "scheduled_receipts")  # fmt: skip
POLICY = Policy.parse({"allocation": "priority", **EXACT}, source="kept")


def rows_of(columns: str, *rows: tuple[Any, ...], **common: Any) -> list[dict[str, Any]]:
    """Rows from their values and the names of their columns."""
    return [dict(zip(columns.split(), row, strict=True)) | common for row in rows]


def company(**tables: list[dict[str, Any]]) -> PlanningInputs:
    """A company of one plant and one line, without what is left out."""
    sites = [(row["SITE_ID"], "WAREHOUSE") for row in tables["warehouse_capacity"]]
    line = {"WORK_CENTER_CODE": "LINE", "WORK_CENTER_NAME": "Line", "WORK_CENTER_TYPE": "ASSEMBLY"}
    rows = tables | {
        "site_master": [
            {"SITE_ID": site, "SITE_CODE": f"S{site}", "SITE_NAME": "Site", "SITE_TYPE": kind}
            for site, kind in ((2, "PLANT"), *sites)
        ],
        "capacity_summary": [row | line for row in tables["capacity_summary"]],
        "product_master": [
            row | {"PRODUCT_CODE": f"P{row['PRODUCT_ID']}", "PRODUCT_NAME": "Toy"}
            for row in tables["product_master"]
        ],
    }
    frames: dict[str, Any] = empty_tables(*OTHERS) | {
        name: frame(schemas.INPUTS[name], given) for name, given in rows.items()
    }
    return PlanningInputs(scenario_id=1, scenario_code="KEPT", **frames)


FORECAST = "PRODUCT_ID SITE_ID FORECAST_DATE FORECAST_QUANTITY UNIT_REVENUE DEMAND_CLASS PRIORITY"
MONTH = {"FISCAL_MONTH": "January", "FISCAL_QUARTER": "Q1"}
LINE = "WORK_CENTER_ID SITE_ID CAPACITY_PER_HOUR HOURS_PER_DAY AVAILABLE_SHIFTS EFFICIENCY_FACTOR"
ZONE = "WAREHOUSE_ZONE_ID SITE_ID MAX_CAPACITY_PALLETS CURRENT_OCCUPANCY_PALLETS"
RATE = (
    "LOGISTICS_COST_ID SITE_ID STORAGE_COST_PER_PALLET_PER_DAY TRANSPORT_COST_PER_UNIT "
    "HANDLING_COST_PER_PALLET OVERFLOW_PENALTY_RATE OVERFLOW_PENALTY_THRESHOLD_PCT"
)
LANE = "FROM_SITE_ID TO_SITE_ID TRANSPORT_COST_PER_UNIT LEAD_TIME_DAYS"


def test_lots_beside_priorities_have_the_plan_of_an_independent_programme() -> None:
    """SciPy's search, which keeps rows to 1e-6, finds none of this independent programme."""
    inputs = company(
        demand_forecasts=rows_of(
            FORECAST,
            (1, 11, "2025-01-07", 20.0, None, "KEY", 1),
            (1, 12, "2025-03-07", 8.0, 7.0, None, None),
            (2, 11, "2025-01-07", 12.5, 5.5, "KEY", 2),
            (2, 11, "2025-02-01", 12.5, 9.25, "KEY", 2),
            (3, 11, "2025-01-01", 7.0, 4.5, "SPOT", 2),
            (3, 11, "2025-01-07", 27.5, 3.75, "KEY", 1),
            **MONTH,
        ),
        product_master=rows_of(
            "PRODUCT_ID UNIT_PRICE UNIT_COST", (1, 8.5, 9.25), (2, 8.25, 7.0), (3, 14.75, 1.0)
        ),
        capacity_summary=rows_of(LINE, (201, 2, 0.45, 8.0, 1.0, 0.9)),
        warehouse_capacity=rows_of(ZONE, (112, 11, 13.0, 2.0), (121, 12, 28.0, 3.0)),
        logistics_costs=rows_of(
            RATE,
            (0, 11, 0.425, 0.225, 6.75, 0.725, 67.0),
            (1, 12, 0.325, 0.425, 2.5, 0.925, 91.0),
        ),
        product_routings=rows_of(
            "PRODUCT_ID ROUTING_CODE WORK_CENTER_ID CAPACITY_PER_UNIT LOT_MULTIPLE",
            (1, "B", 201, 0.75, 4.0),
            (2, "B", 201, 1.0, 4.0),
        ),
        transport_lanes=rows_of(LANE, (11, 12, 0.125, 15.0), (12, 11, 2.375, 15.0)),
    )
    own = {"units_per_pallet": 1.0, "max_hours_per_day": 6.0}
    require_as_cheap(inputs, POLICY.model_copy(update=own))


def test_a_set_up_beside_priorities_is_no_reason_to_refuse_a_plan() -> None:
    """The search of the second priority denied the plan of the first, held to 1e-7 and not 1e-9."""
    starts = STARTS["fiscal"][:5]
    periods = [(begin, after - dt.timedelta(days=1)) for begin, after in pairwise(starts)]
    inputs = company(
        demand_forecasts=rows_of(
            FORECAST,
            (2, 11, "2025-01-26", 10.5, None, "KEY", 1),
            (2, 11, "2025-03-01", 13.0, None, "KEY", 1),
            (2, 11, "2025-03-23", 5.5, None, "KEY", 2),
            **MONTH,
        ),
        product_master=rows_of("PRODUCT_ID UNIT_PRICE UNIT_COST", (2, 12.75, 8.25)),
        capacity_summary=rows_of(LINE, (201, 2, 0.05, 8.0, 1.0, 0.9)),
        warehouse_capacity=rows_of(ZONE, (112, 11, 5.0, 2.0)),
        logistics_costs=rows_of(RATE, (3, 11, 0.5, None, 7.25, 0.325, 90.0)),
        product_routings=rows_of(
            "PRODUCT_ID ROUTING_CODE WORK_CENTER_ID CAPACITY_PER_UNIT SETUP_COST EFFECTIVE_DATE",
            (2, "B", 201, 1.75, 45.0, "2025-02-23"),
        ),
        transport_lanes=rows_of(LANE, (2, 11, 1.0, 30.0)),
        fiscal_calendar=rows_of("START_DATE END_DATE", *periods, FISCAL_YEAR="2025", **MONTH),
    )
    require_as_cheap(inputs, POLICY)
