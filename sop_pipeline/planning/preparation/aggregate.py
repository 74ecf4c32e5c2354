"""The aggregate grain: everything pooled into one product, one work centre, one warehouse.

The pooled tables go through the same preparation as any others; afterwards quantities are cut to
whole units. Transport and handling are free, and what only single products or work centres can
have is left out.
Does not belong here: the model; it is the same for every grain.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.capacity import work_center_capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.demand import planned_products
from sop_pipeline.planning.preparation.horizon import Horizon, planning_horizon
from sop_pipeline.planning.preparation.lookup import (
    first_given,
    index_of,
    numbers,
    per_member,
    scatter,
)
from sop_pipeline.planning.preparation.network import Preparation, prepare_network
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.preparation.routings import bottleneck_stage, plants_of
from sop_pipeline.planning.preparation.storage import planned_warehouses
from sop_pipeline.planning.problem import Problem

WORKING_DAYS_OF_SUMMARY = 22
"""Working days in the monthly capacity of the capacity summary."""

NOT_POOLED = (
    "product_routings",
    "capacity_calendar",
    "capacity_tiers",
    "transport_lanes",
    "product_storage",
    "overflow_tiers",
)
"""Tables about single products, work centres and lanes, which a pooled plan cannot use."""


def prepare_aggregate(inputs: PlanningInputs, policy: Policy) -> Preparation:
    """Prepare a scenario at aggregate grain: pool, prepare as any network, cut to whole units.

    Raises:
        InputRefused: With every fault found.
    """
    notes = Notes()
    horizon = planning_horizon(inputs, policy, notes)
    own = replace(inputs, held_builds=None, further_products=())
    # What is decided of a pooled plan is of the stand-ins, and no product of its own.
    pooled = replace(_pooled(own, policy, horizon, notes), held_builds=inputs.held_builds)
    # A pooled plan has the one free lane the preparation assumes; it is no finding.
    prepared = _prepared(pooled, policy)
    for name in ("default_lane", "assumed_routing"):
        prepared.notes.assumptions.pop(name, None)
    prepared.notes.assumptions.update(notes.assumptions)
    prepared.notes.felt.update(notes.felt)
    return replace(prepared, problem=_in_whole_units(prepared.problem))


def _prepared(pooled: PlanningInputs, policy: Policy) -> Preparation:
    """Prepare pooled tables; no row of theirs is named, as it stands for those of all."""
    try:
        return prepare_network(pooled, policy)
    except InputRefused as refused:
        unnamed = [replace(fault, rows=(), total=0) for fault in refused.faults]
        raise InputRefused(unnamed) from None


def _pooled(
    inputs: PlanningInputs, policy: Policy, horizon: Horizon, notes: Notes
) -> PlanningInputs:
    """The input tables with the lowest product, work centre, plant and warehouse as stand-ins."""
    products = planned_products(inputs, horizon)
    context = PreparationContext(
        inputs, policy, horizon, products, planned_warehouses(inputs), notes
    )
    product = int(inputs.product_master["PRODUCT_ID"].min())
    warehouse = int(context.warehouses.min())
    unused = [name for name in NOT_POOLED if not getattr(inputs, name).empty]
    if unused:
        notes.assume("not_pooled", f"The aggregate grain makes no use of {', '.join(unused)}")
    classes = ("DEMAND_CLASS", "PRIORITY", "LOST_SALE_COST")
    unused_classes = [name for name in classes if inputs.demand_forecasts[name].notna().any()]
    if unused_classes:
        notes.assume(
            "no_classes", f"The aggregate grain makes no use of {', '.join(unused_classes)}"
        )
    emptied = {name: getattr(inputs, name).iloc[:0] for name in NOT_POOLED}
    planned = inputs.opening_inventory["PRODUCT_ID"].isin(products)
    return replace(
        inputs,
        **{**emptied, "capacity_calendar": _capacity_rows(context)},
        demand_forecasts=_pooled_demand(context, product, warehouse),
        product_master=_mean_product(inputs, horizon, products, product),
        site_master=_two_sites(inputs, warehouse),
        capacity_summary=_stand_in_center(inputs),
        warehouse_capacity=inputs.warehouse_capacity.assign(SITE_ID=warehouse),
        logistics_costs=inputs.logistics_costs.assign(
            SITE_ID=warehouse, TRANSPORT_COST_PER_UNIT=0.0, HANDLING_COST_PER_PALLET=0.0
        ),
        opening_inventory=inputs.opening_inventory[planned].assign(
            PRODUCT_ID=product, SITE_ID=warehouse
        ),
        scheduled_receipts=inputs.scheduled_receipts[
            inputs.scheduled_receipts["PRODUCT_ID"].isin(products)
        ].assign(PRODUCT_ID=product, SITE_ID=warehouse),
        last_plan=inputs.last_plan.assign(
            PRODUCT_ID=product,
            WORK_CENTER_ID=int(_stand_in_center(inputs)["WORK_CENTER_ID"].iloc[0]),
        ),
    )


def _in_whole_units(problem: Problem) -> Problem:
    """Cut safety stock, opening stock and the stock limit to whole units."""
    units_per_pallet = 1.0 / problem.pallets_per_unit[0]
    limit = _cut(problem.threshold * units_per_pallet) / units_per_pallet
    return replace(
        problem,
        opening_stock=_cut(problem.opening_stock),
        receipts=_cut(problem.receipts),
        safety_stock=_cut(problem.safety_stock),
        threshold=limit,
    )


def _cut(quantity: Floats) -> Floats:
    """Cut to whole units; what floating point leaves just below a whole counts as it."""
    return np.floor(quantity.round(6))


def _pooled_demand(context: PreparationContext, product: int, warehouse: int) -> pd.DataFrame:
    """One forecast per period: the total cut to whole units, revenue and confidence its means."""
    inputs = context.inputs
    forecasts = inputs.demand_forecasts.sort_values("FORECAST_DATE", kind="stable")
    price = per_member(
        inputs.product_master,
        "PRODUCT_ID",
        "UNIT_PRICE",
        forecasts["PRODUCT_ID"].to_numpy(np.int64),
    )
    planned = np.isin(forecasts["PRODUCT_ID"], context.products)
    quantity = np.where(planned, numbers(forecasts["FORECAST_QUANTITY"]), 0.0)
    period, row = np.unique(context.horizon.index(forecasts["FORECAST_DATE"]), return_inverse=True)
    first = forecasts.iloc[np.unique(row, return_index=True)[1]]
    return first.assign(
        PRODUCT_ID=product,
        SITE_ID=warehouse,
        FORECAST_QUANTITY=_cut(scatter(period.shape, (row,), quantity)),
        UNIT_REVENUE=_means(
            row, quantity, first_given(numbers(forecasts["UNIT_REVENUE"]), price), len(period)
        ),
        CONFIDENCE_LEVEL=_means(row, quantity, numbers(forecasts["CONFIDENCE_LEVEL"]), len(period)),
        DEMAND_CLASS=pd.array([None] * len(first), dtype="string"),
        PRIORITY=np.nan,
        LOST_SALE_COST=np.nan,
    )


def _means(group: Integers, weight: Floats, values: Floats, groups: int) -> Floats:
    """Weighted mean of the values given in each group; nan where there is none."""
    given = np.where(np.isnan(values), 0.0, weight)
    total = scatter((groups,), (group,), given * np.nan_to_num(values))
    counted = scatter((groups,), (group,), given)
    return np.divide(total, counted, out=np.full(groups, np.nan), where=counted > 0)


def _mean_product(
    inputs: PlanningInputs, horizon: Horizon, products: Integers, product: int
) -> pd.DataFrame:
    """One product whose price and cost are the demand-weighted means."""
    forecasts = inputs.demand_forecasts
    period = horizon.index(forecasts["FORECAST_DATE"])
    inside = (period >= 0) & (period < len(horizon)) & np.isin(forecasts["PRODUCT_ID"], products)
    weight = scatter(
        (len(products),),
        (index_of(products, forecasts["PRODUCT_ID"])[inside],),
        numbers(forecasts["FORECAST_QUANTITY"])[inside],
    )
    means = {
        column: np.average(
            per_member(inputs.product_master, "PRODUCT_ID", column, products), weights=weight
        )
        for column in ("UNIT_PRICE", "UNIT_COST")
    }
    stand_in = inputs.product_master["PRODUCT_ID"] == product
    return inputs.product_master[stand_in].assign(**means)


def _two_sites(inputs: PlanningInputs, warehouse: int) -> pd.DataFrame:
    """The plant of the stand-in work centre, and the stand-in warehouse."""
    plant = _stand_in_center(inputs)["SITE_ID"].iloc[0]
    sites = inputs.site_master
    return sites[sites["SITE_ID"].isin([plant, warehouse])]


def _stand_in_center(inputs: PlanningInputs) -> pd.DataFrame:
    return inputs.capacity_summary.nsmallest(1, "WORK_CENTER_ID")


def _capacity_rows(context: PreparationContext) -> pd.DataFrame:
    """The pooled capacity of each period, cut to a whole number, as a calendar of the stand-in."""
    inputs, policy, horizon = context.inputs, context.policy, context.horizon
    centers = inputs.capacity_summary
    if policy.capacity_basis == "routing":
        alone = replace(
            inputs,
            capacity_calendar=inputs.capacity_calendar.iloc[:0],
            capacity_tiers=inputs.capacity_tiers.iloc[:0],
        )
        capacity = work_center_capacity(replace(context, inputs=alone))
        stage = bottleneck_stage(inputs, capacity, plants_of(inputs, capacity))
        centers = centers[centers["WORK_CENTER_ID"].isin(capacity.work_centers[stage])]
    monthly = numbers(centers["MAX_MONTHLY_CAPACITY"])
    hours = numbers(centers["HOURS_PER_DAY"]) * numbers(centers["AVAILABLE_SHIFTS"])
    if policy.max_hours_per_day is not None:
        monthly = monthly * np.minimum(1.0, policy.max_hours_per_day / np.maximum(hours, 1e-9))
    monthly = monthly * policy.working_days_per_month / WORKING_DAYS_OF_SUMMARY
    context.notes.felt.add("working_days_per_month")
    rows = inputs.capacity_calendar.iloc[:0].reindex(range(len(horizon)))
    return rows.assign(
        WORK_CENTER_ID=int(_stand_in_center(inputs)["WORK_CENTER_ID"].iloc[0]),
        PERIOD_START=days(horizon.periods.starts),
        MAX_CAPACITY=_cut(monthly.sum() * horizon.months),
    )
