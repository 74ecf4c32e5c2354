"""Units: every figure has one that a program understands, and formulas come out in theirs."""

from __future__ import annotations

import re
from importlib.resources import files

import pint
import pytest

from sop_pipeline.schemas.columns import COLUMNS

IN_ANOTHER_COLUMN = {"CAPACITY_METRIC", "LIMIT_VALUE"}
"""Figures whose unit stands beside them in the data."""

FORMULAS = (
    (
        "MAX_DAILY_CAPACITY",
        "CAPACITY_PER_HOUR * HOURS_PER_DAY * AVAILABLE_SHIFTS * EFFICIENCY_FACTOR",
    ),
    ("MAX_CAPACITY", "MAX_DAILY_CAPACITY * WORKING_DAYS / HORIZON_PERIODS"),
    ("CAPACITY_USED", "RECOMMENDED_QUANTITY * CAPACITY_PER_UNIT"),
    ("CAPACITY_USED", "MAX_CAPACITY * HORIZON_PERIODS"),
    ("PROJECTED_PRODUCTION_COST", "RECOMMENDED_QUANTITY * UNIT_COST"),
    ("TIER_PREMIUM_COST", "CAPACITY_USED * PREMIUM_PER_UNIT"),
    ("SHIPMENT_COST", "UNITS_SHIPPED * TRANSPORT_COST_PER_UNIT"),
    ("HANDLING_COST", "UNITS_SHIPPED / UNITS_PER_PALLET * HANDLING_COST_PER_PALLET"),
    (
        "HOLDING_COST",
        "ENDING_INVENTORY / UNITS_PER_PALLET * STORAGE_COST_PER_PALLET_PER_DAY * WORKING_DAYS",
    ),
    ("OVERFLOW_COST", "OVERFLOW_PALLETS * OVERFLOW_PENALTY_RATE * WORKING_DAYS"),
    ("THRESHOLD_PALLETS", "MAX_CAPACITY_PALLETS * OVERFLOW_PENALTY_THRESHOLD_PCT"),
    ("LOST_SALES_COST", "LOST_SALES * LOST_SALE_COST"),
    ("BACKORDER_COST", "BACKORDER * BACKORDER_COST_PER_PERIOD * HORIZON_PERIODS"),
    ("TOTAL_REVENUE", "FORECAST_QUANTITY * UNIT_REVENUE"),
    ("SAFETY_STOCK_TARGET", "DEMAND * SAFETY_STOCK_RATIO"),
    ("REVENUE", "SERVED * UNIT_REVENUE"),
    ("REVENUE_AT_RISK", "LOST_SALES * UNIT_REVENUE"),
)


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    """The units of the columns on top of pint's own."""
    registry = pint.UnitRegistry()
    registry.load_definitions(str(files("sop_pipeline.schemas") / "units.txt"))
    return registry


@pytest.mark.parametrize("name", COLUMNS)
def test_a_figure_has_a_unit_that_can_be_parsed_and_nothing_else_has_one(
    name: str, registry: pint.UnitRegistry
) -> None:
    column = COLUMNS[name]
    is_measured = column.type == "number" and name not in IN_ANOTHER_COLUMN
    assert bool(column.unit) == is_measured
    registry.parse_units(column.unit)


@pytest.mark.parametrize(("result", "formula"), FORMULAS)
def test_a_formula_comes_out_in_the_unit_of_its_column(
    result: str, formula: str, registry: pint.UnitRegistry
) -> None:
    in_units = re.sub(r"\w+", lambda name: f"({COLUMNS[name[0]].unit})", formula)
    assert registry.parse_expression(in_units).check(registry.parse_units(COLUMNS[result].unit))
