"""The network grain: products on work centres, shipped to warehouses, as one `Problem`.

Belongs here: the order in which the parts of the problem are prepared.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.confidence.draws import ForecastErrors
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.ages import stock_ages, warn_of_old_safety_stock
from sop_pipeline.planning.preparation.capacity import work_center_capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.demand import (
    mean_confidence,
    planned_demand,
    planned_products,
)
from sop_pipeline.planning.preparation.demand_classes import demand_classes
from sop_pipeline.planning.preparation.earlier_builds import stability, with_frozen_builds
from sop_pipeline.planning.preparation.forecast_errors import forecast_errors
from sop_pipeline.planning.preparation.horizon import planning_horizon
from sop_pipeline.planning.preparation.lanes import transport_lanes
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.preparation.out_of_reach import warn_of_the_impossible
from sop_pipeline.planning.preparation.overflow import (
    dearest_rate,
    overflow_tiers,
    within_policy,
)
from sop_pipeline.planning.preparation.routings import production_routings
from sop_pipeline.planning.preparation.stock import (
    base_load,
    opening_stock,
    product_figures,
    scheduled_receipts,
    stock_costs,
    warn_of_perverse_costs,
)
from sop_pipeline.planning.preparation.storage import (
    closed,
    contract_rates,
    overflow_rate,
    planned_warehouses,
    site_total,
    threshold_pallets,
)
from sop_pipeline.planning.preparation.unfelt import note_priced
from sop_pipeline.planning.preparation.whole_decisions import whole_decisions
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import EarlierBuilds
from sop_pipeline.planning.totals import refuse_unavoidable_totals


@dataclass(frozen=True)
class Preparation:
    """A problem and what was found on the way to it.

    Attributes:
        problem: The problem to solve.
        confidence: Demand-weighted mean confidence level; None where no forecast has one.
        notes: Assumptions and warnings.
        last_plan: The last plan in the horizon, where the policy keeps to it.
        errors: What demand is drawn from; None where it is not drawn.
    """

    problem: Problem
    confidence: float | None
    notes: Notes
    last_plan: EarlierBuilds | None = None
    errors: ForecastErrors | None = None


def prepare_network(inputs: PlanningInputs, policy: Policy) -> Preparation:
    """Prepare a scenario at network grain.

    Raises:
        InputRefused: With every fault found.
        UsageError: The policy does not fit the data.
    """
    notes = Notes()
    horizon = planning_horizon(inputs, policy, notes)
    inputs = with_frozen_builds(inputs, policy, horizon)
    products = planned_products(inputs, horizon)
    warehouses = planned_warehouses(inputs)
    _refuse_unknown_products(inputs, products, notes)
    context = PreparationContext(inputs, policy, horizon, products, warehouses, notes)
    demand = planned_demand(context)
    capacity = work_center_capacity(context)
    notes.raise_faults()
    production = production_routings(context, capacity)
    capacity = capacity.of(production.chosen)
    rates = contract_rates(context)
    figures = product_figures(context)
    costs = stock_costs(context, figures, demand, rates)
    opening = opening_stock(context, figures, demand)
    pallet_positions = site_total(inputs, warehouses, "MAX_CAPACITY_PALLETS")
    rate = overflow_rate(context, rates)
    threshold = threshold_pallets(context, rates, pallet_positions)
    warn_of_perverse_costs(context, costs, demand.quantity > 0)
    kept = stability(context, production)
    load = base_load(context, figures, opening)
    safety_stock = figures.safety_stock_ratio[:, None, None] * demand.following
    ages = stock_ages(context)
    warn_of_old_safety_stock(context, ages, demand.quantity, safety_stock)
    agreed = overflow_tiers(context, rate)
    overflow = within_policy(policy, agreed, pallet_positions, threshold)
    shut = closed(context)
    if shut.any():
        # What is not planned stays where it is; of the plan not a pallet stands there.
        threshold = np.where(shut, load[:, None], threshold)
        room = np.where(shut[overflow.warehouse], 0.0, overflow.capacity)
        overflow = replace(overflow, capacity=room)
    problem = Problem(
        periods=horizon.periods,
        products=products,
        work_centers=production.work_centers,
        plants=production.plants,
        warehouses=warehouses,
        routings=production.routings,
        tiers=capacity.tiers,
        lanes=transport_lanes(context, production, rates),
        overflow=overflow,
        demand=demand.quantity,
        opening_stock=opening,
        receipts=scheduled_receipts(context),
        pallets_per_unit=figures.pallets_per_unit,
        base_load=load,
        pallet_positions=pallet_positions,
        threshold=threshold,
        overflow_rate=dearest_rate(agreed, len(warehouses)),
        holding_cost=costs.holding,
        handling_cost=costs.handling,
        safety_stock=safety_stock,
        safety_stock_shortfall_cost=costs.safety_stock_shortfall,
        unit_revenue=demand.revenue,
        lost_sale_cost=costs.lost_sales,
        backorder_cost=costs.backorder,
        terminal_stock=figures.terminal_stock,
        load_increase_cost=policy.load_increase_cost_per_unit,
        load_decrease_cost=policy.load_decrease_cost_per_unit,
        initial_load=initial_load(policy, production.work_centers),
        shortage=policy.shortage,
        safety_stock_is_hard=policy.safety_stock == "hard",
        held=kept.held,
        last_plan=kept.changed,
        classes=demand_classes(context, figures, demand, costs),
        ages=ages,
        decisions=whole_decisions(context, capacity, production),
    )
    refuse_unavoidable_totals(problem, notes)
    notes.raise_faults()
    note_priced(policy, problem, figures, notes)
    warn_of_the_impossible(problem, context)
    _refuse_not_finite(problem)
    confidence, errors = mean_confidence(inputs, horizon), forecast_errors(context)
    return Preparation(problem, confidence, notes, kept.last, errors)


def initial_load(policy: Policy, work_centers: Integers) -> Floats:
    """Load of each planned work centre before the first period; nan where it is free.

    Raises:
        UsageError: The policy names a work centre that is on no planned routing.
    """
    given = policy.initial_load_units
    if not isinstance(given, dict):
        return np.full(len(work_centers), np.nan if given is None else given)
    unknown = sorted(set(given) - set(work_centers.tolist()))
    if unknown:
        msg = (
            f"initial_load_units names work centres on no planned routing: {some(unknown)}. "
            f"Expected some of {some(work_centers.tolist())}"
        )
        raise UsageError(msg)
    return np.array([given.get(int(w), np.nan) for w in work_centers], dtype=np.float64)


def _refuse_unknown_products(inputs: PlanningInputs, products: Integers, notes: Notes) -> None:
    known = inputs.product_master["PRODUCT_ID"]
    notes.refuse(
        "DEMAND_FORECAST_VERSIONS",
        "PRODUCT_ID",
        products[~np.isin(products, known)].tolist(),
        expected="current products",
        got="unknown ones",
    )
    notes.refuse_where(
        not len(products),
        "DEMAND_FORECAST_VERSIONS",
        "FORECAST_QUANTITY",
        expected="demand in the horizon",
        got="none: every forecast is 0",
    )
    notes.raise_faults()


def _refuse_not_finite(problem: Problem) -> None:
    """Guard the model against a figure no check has caught; it is a fault of the program."""
    for part in (problem, problem.routings, problem.lanes):
        for field in fields(part):
            if field.type == "Floats" and field.name != "initial_load":
                values: Floats = getattr(part, field.name)
                if not np.isfinite(values).all():
                    msg = f"{field.name} holds a figure that is not finite"
                    raise ValueError(msg)
