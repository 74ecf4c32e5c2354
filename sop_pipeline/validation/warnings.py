"""The rules that do not stop a plan but that its reader must know of.

To add a warning: write a function that returns faults, in the module of its subject, and list it in
`WARNINGS` with the other tables it reads.
"""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.validation.capacity_warnings import (
    assumed_routings,
    capacity_below_demand,
    centers_at_no_plant,
    day_of_more_than_24_hours,
    serial_stages_summed,
)
from sop_pipeline.validation.demand_classes import view_without_classes
from sop_pipeline.validation.demand_warnings import (
    fiscal_months_differ,
    horizon_has_passed,
    no_families,
    not_active,
)
from sop_pipeline.validation.rule import Find, InputRule
from sop_pipeline.validation.scenario_inputs import CALENDAR
from sop_pipeline.validation.stock_warnings import (
    balances_after_start,
    opening_stock_from_occupancy,
    products_without_balance,
    starts_above_threshold,
)


def _warning(name: str, table: str, text: str, find: Find, *reads: str) -> InputRule:
    return InputRule(name, table, text, _expecting(text, find), "warning", reads)


def _information(name: str, table: str, text: str, find: Find, *reads: str) -> InputRule:
    """What is told and is no reason for concern: pre-building is what the plan is for."""
    finder = _expecting(text, find)
    return InputRule(
        name,
        table,
        text,
        lambda inputs: [replace(fault, informs=True) for fault in finder(inputs)],
        "information",
        reads,
    )


def _expecting(text: str, find: Find) -> Find:
    """The same findings; what is expected is what the rule says."""
    return lambda inputs: [replace(fault, expected=text) for fault in find(inputs)]


WARNINGS: tuple[InputRule, ...] = (
    _warning(
        "hours_fit_the_day",
        "capacity_summary",
        "Hours per day times shifts fit into 24 hours.",
        day_of_more_than_24_hours,
    ),
    _warning(
        "centers_at_plants",
        "capacity_summary",
        "Work centres are at plants.",
        centers_at_no_plant,
        "site_master",
    ),
    _warning(
        "stages_not_summed",
        "capacity_summary",
        "Serial stages of a plant are not added up.",
        serial_stages_summed,
        "site_master",
    ),
    _information(
        "capacity_covers_demand",
        "capacity_summary",
        "No period's demand is above the period's capacity.",
        capacity_below_demand,
        *CALENDAR,
    ),
    _warning(
        "horizon_not_passed",
        "demand_forecasts",
        "The horizon does not begin before the current period.",
        horizon_has_passed,
        "fiscal_calendar",
    ),
    _warning(
        "fiscal_months_agree",
        "demand_forecasts",
        "Forecasts carry the FISCAL_MONTH that FISCAL_CALENDAR gives their date.",
        fiscal_months_differ,
        "fiscal_calendar",
    ),
    _warning(
        "classes_in_view",
        "demand_forecasts",
        "The view of demand has the columns of the classes that the base table uses.",
        view_without_classes,
    ),
    _warning(
        "routings_given",
        "product_routings",
        "Every planned product has a routing; others are assumed.",
        assumed_routings,
        *("demand_forecasts", "product_master"),
    ),
    _warning(
        "families_named",
        "product_master",
        "Products belong to a family (PRODUCT_CATEGORY).",
        no_families,
    ),
    _warning(
        "active_products",
        "product_master",
        "Demand is for ACTIVE products.",
        not_active("product_master", "PRODUCT", "PRODUCT_STATUS", "active_products"),
        "demand_forecasts",
    ),
    _warning(
        "active_sites",
        "site_master",
        "Demand is at ACTIVE sites.",
        not_active("site_master", "SITE", "OPERATING_STATUS", "active_sites"),
        "demand_forecasts",
    ),
    _warning(
        "opening_stock_measured",
        "opening_inventory",
        "Opening stock comes from balances, not from occupied pallets.",
        opening_stock_from_occupancy,
        "warehouse_capacity",
    ),
    _warning(
        "balances_before_start",
        "opening_inventory",
        "Balances are not dated after the horizon's start.",
        balances_after_start,
        *(*CALENDAR, "product_master"),
    ),
    _warning(
        "balance_for_every_product",
        "opening_inventory",
        "Every planned product has a balance.",
        products_without_balance,
        *("demand_forecasts", "product_master"),
    ),
    _warning(
        "starts_below_threshold",
        "warehouse_capacity",
        "No site starts above its overflow threshold.",
        starts_above_threshold,
        *(*CALENDAR, "logistics_costs", "site_master"),
    ),
)
