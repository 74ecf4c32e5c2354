"""How large the totals of a plan may be: what its columns hold.

A row of the input is bounded by its schema, but rows add up. Totals that no plan could avoid are
refused before one is sought, any other one when a plan has it; both as faults of the input.
Does not belong here: the bounds of single figures (`schemas/`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.costs import rates
from sop_pipeline.planning.families import VARIABLES, axis_name
from sop_pipeline.planning.index_sets import axes
from sop_pipeline.planning.linear_program import named_member
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities

UNITS_BELOW = 1e14
"""What a quantity with four decimals in 18 digits stays below."""
MONEY_BELOW = 1e16
"""What an amount to the cent in 18 digits stays below, in currency."""

SOURCES: Mapping[str, tuple[str, str]] = {
    "production": ("PRODUCT", "UNIT_COST"),
    "tier_premium": ("CAPACITY_TIER", "PREMIUM_PER_UNIT"),
    "transport": ("TRANSPORT_LANE", "TRANSPORT_COST_PER_UNIT"),
    "handling": ("LOGISTICS_COST_FACT", "HANDLING_COST_PER_PALLET"),
    "holding": ("LOGISTICS_COST_FACT", "STORAGE_COST_PER_PALLET_PER_DAY"),
    "overflow": ("LOGISTICS_COST_FACT", "OVERFLOW_PENALTY_RATE"),
    "lost_sales": ("DEMAND_FORECAST_VERSIONS", "UNIT_REVENUE"),
    "backorder": ("DEMAND_FORECAST_VERSIONS", "UNIT_REVENUE"),
    "safety_stock": ("LOGISTICS_COST_FACT", "STORAGE_COST_PER_PALLET_PER_DAY"),
    "scrap": ("PRODUCT_STORAGE", "SCRAP_COST"),
    "activation": ("CAPACITY_TIER", "FIXED_COST"),
    "setup": ("PRODUCT_ROUTING", "SETUP_COST"),
    "load_change": ("policy", "load_increase_cost_per_unit"),
}
"""Where each cost comes from, unless the data or the policy says it elsewhere."""

_REMEDY = "Count money or quantities in thousands or millions, or mend the figures"


def refuse_unavoidable_totals(problem: Problem, notes: Notes) -> None:
    """Refuse demand too large to add up, or that costs too much whether it is built or lost."""
    tiers = problem.tiers
    large = np.isfinite(tiers.capacity) & (tiers.capacity >= UNITS_BELOW)
    notes.refuse(
        "WORK_CENTER",
        "CAPACITY_PER_HOUR",
        np.unique(problem.work_centers[tiers.work_center[large.any(axis=1)]]).tolist(),
        expected=f"capacities of a period below {UNITS_BELOW:g}",
        got="more",
        remedy=_REMEDY,
    )
    units = problem.demand.sum(axis=(1, 2))
    _refuse(problem, notes, units, UNITS_BELOW, "units in the horizon")
    opening = problem.opening_stock.sum(axis=1) + problem.receipts.sum(axis=(1, 2))
    cheapest = np.full(len(problem.products), np.inf)
    np.minimum.at(cheapest, problem.routings.product, problem.routings.unit_cost.min(axis=1))
    if problem.shortage != "forbid":
        lost = problem.lost_sale_cost.min(axis=(1, 2), where=problem.demand > 0, initial=np.inf)
        cheapest = np.minimum(cheapest, lost)
    missing = np.maximum(0.0, units - opening)
    money = np.where(missing > 0, missing * np.where(np.isfinite(cheapest), cheapest, 0.0), 0.0)
    _refuse(problem, notes, money, MONEY_BELOW, "currency to build or lose it")


def refuse_large_revenue(problem: Problem, revenue: Floats) -> None:
    """Refuse demand that earns more than its column holds.

    Args:
        problem: The problem.
        revenue: What each product earns or would have earned, currency, (P,).

    Raises:
        InputRefused: Naming the products that earn most.
    """
    if revenue.sum() < MONEY_BELOW:
        return
    notes = Notes()
    largest = np.argsort(-revenue, kind="stable")
    notes.refuse(
        "DEMAND_FORECAST_VERSIONS",
        "UNIT_REVENUE",
        [f"PRODUCT_ID={problem.products[p]}: {revenue[p]:,.0f}" for p in largest.tolist()],
        expected=f"revenue of all products below {MONEY_BELOW:g}",
        got=f"{revenue.sum():,.0f}",
        remedy=_REMEDY,
    )
    notes.raise_faults()


def _refuse(problem: Problem, notes: Notes, totals: Floats, below: float, unit: str) -> None:
    if totals.sum() < below:
        return
    largest = np.argsort(-totals, kind="stable")
    notes.refuse(
        "DEMAND_FORECAST_VERSIONS",
        "FORECAST_QUANTITY",
        [f"PRODUCT_ID={problem.products[p]}: {totals[p]:,.0f}" for p in largest.tolist()],
        expected=f"demand of all products below {below:g} {unit}",
        got=f"{totals.sum():,.0f}",
        remedy=_REMEDY,
    )


def refuse_large_plan(plan: PlannedQuantities) -> None:
    """Refuse the input of a plan whose figures its columns do not hold.

    Raises:
        InputRefused: Naming where each figure comes from, and where in the plan it is largest.
    """
    terms = plan.cost_terms
    large = [term for term, cost in terms.items() if cost >= MONEY_BELOW]
    if not large and sum(terms.values()) >= MONEY_BELOW:
        large = [max(terms, key=lambda term: terms[term])]
    faults = [_fault(plan, SOURCES[term], _paid(plan, term), MONEY_BELOW) for term in large]
    if plan.load.max(initial=0.0) >= UNITS_BELOW:
        used = {"tier_use": plan.family("tier_use")}
        faults.append(_fault(plan, ("PRODUCT_ROUTING", "CAPACITY_PER_UNIT"), used, UNITS_BELOW))
    if plan.pallets.max(initial=0.0) >= UNITS_BELOW:
        pallets = plan.problem.pallets_per_unit[:, None, None] * plan.family("stock")
        source = ("PRODUCT_STORAGE", "UNITS_PER_PALLET")
        faults.append(_fault(plan, source, {"stock": pallets}, UNITS_BELOW))
    if faults:
        raise InputRefused(faults)


def _paid(plan: PlannedQuantities, term: str) -> dict[str, Floats]:
    """What each family pays of a cost term."""
    families = [rate.family for rate in rates(plan.problem) if rate.term == term]
    return {family: plan.money(family, term) for family in families}


def _fault(
    plan: PlannedQuantities, source: tuple[str, str], amounts: dict[str, Floats], below: float
) -> Fault:
    """One fault for a total: what every member of some families adds to it, the largest named."""
    labels = axes(plan.problem)
    added = [
        (float(amount), name, member)
        for name, values in amounts.items()
        for member, amount in enumerate(values.ravel().tolist())
        if amount > 0
    ]
    added.sort(key=lambda each: -each[0])
    rows: list[str] = []
    for amount, name, member in added[:OFFENDERS_SHOWN]:
        places = named_member(labels, VARIABLES[name].axes, member)
        place = ", ".join(f"{axis_name(axis)} {label}" for axis, label in places.items())
        rows.append(f"{place}: {amount:,.0f}")
    table, column = source
    return Fault(
        table=table,
        rule="planning",
        expected=f"figures whose plan adds up to less than {below:g}",
        got=f"{sum(amount for amount, _, _ in added):,.0f}",
        column=column,
        rows=tuple(rows),
        total=len(added),
        remedy=_REMEDY,
    )
