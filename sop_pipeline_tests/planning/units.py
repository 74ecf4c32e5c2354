"""The same company in another unit of money, or of goods."""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.planning import PlanningInputs, Policy

_PER_PALLET = ("logistics_costs", "overflow_tiers")
MONEY = {
    "demand_forecasts": ("UNIT_REVENUE",),
    "product_master": ("UNIT_PRICE", "UNIT_COST"),
    "product_routings": ("UNIT_COST",),
    "capacity_tiers": ("PREMIUM_PER_UNIT",),
    "transport_lanes": ("TRANSPORT_COST_PER_UNIT",),
    "product_storage": (
        "HOLDING_COST_PER_MONTH",
        "LOST_SALE_COST",
        "BACKORDER_COST_PER_PERIOD",
        "SCRAP_COST",
    ),
    "overflow_tiers": ("PENALTY_RATE",),
    "logistics_costs": (
        "STORAGE_COST_PER_PALLET_PER_DAY",
        "TRANSPORT_COST_PER_UNIT",
        "HANDLING_COST_PER_PALLET",
        "OVERFLOW_PENALTY_RATE",
    ),
}
"""Every figure of an input table that counts money."""

PER_UNIT = {
    **{name: columns for name, columns in MONEY.items() if name not in _PER_PALLET},
    "logistics_costs": ("TRANSPORT_COST_PER_UNIT",),
}
"""Those of them that count it per unit of goods, or of capacity."""

GOODS = {
    "demand_forecasts": ("FORECAST_QUANTITY",),
    "opening_inventory": ("QUANTITY_AVAILABLE",),
    "scheduled_receipts": ("QUANTITY",),
    "last_plan": ("RECOMMENDED_QUANTITY",),
    "product_storage": ("UNITS_PER_PALLET", "TERMINAL_INVENTORY"),
    "capacity_calendar": ("MAX_CAPACITY",),
    "capacity_tiers": ("MAX_CAPACITY",),
    "capacity_summary": ("CAPACITY_PER_HOUR", "MAX_DAILY_CAPACITY", "MAX_MONTHLY_CAPACITY"),
}
"""Every figure that counts goods, or the capacity they take."""

POLICY_MONEY = (
    "production_cost_per_unit",
    "holding_cost_per_unit_month",
    "safety_stock_penalty_per_unit",
    "lost_sale_cost_per_unit",
    "backorder_cost_per_unit_month",
    "load_increase_cost_per_unit",
    "load_decrease_cost_per_unit",
    "change_cost_per_unit",
)
POLICY_GOODS = ("units_per_pallet", "initial_load_units")


def in_units(
    inputs: PlanningInputs, policy: Policy, *, money: float = 1.0, goods: float = 1.0
) -> tuple[PlanningInputs, Policy]:
    """A company whose every figure of money and of goods is so many times as large."""
    factors: dict[str, dict[str, float]] = {}
    for columns_of, factor in ((MONEY, money), (PER_UNIT, 1.0 / goods), (GOODS, goods)):
        for table, columns in columns_of.items():
            of_table = factors.setdefault(table, {})
            of_table.update({name: of_table.get(name, 1.0) * factor for name in columns})
    tables = {
        table: getattr(inputs, table).assign(
            **{name: getattr(inputs, table)[name] * factor for name, factor in columns.items()}
        )
        for table, columns in factors.items()
    }
    settings = policy.model_dump()
    for name in POLICY_MONEY:
        settings[name] = _times(settings[name], money / goods)
    for name in POLICY_GOODS:
        settings[name] = _times(settings[name], goods)
    return replace(inputs, **tables), Policy.parse(settings, source="units")


def _times(value: object, factor: float) -> object:
    if isinstance(value, dict):
        return {key: _times(figure, factor) for key, figure in value.items()}
    return value * factor if isinstance(value, int | float) else value
