"""The result tables of a plan, in whole units and exact cents.

Column names are those of the published tables; the schemas describe each of them.
Does not belong here: solving, and where the tables are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_pipeline.planning.ages import scrapped
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.decision_tables import (
    activation_columns,
    production_cents,
    production_of_routings,
)
from sop_pipeline.planning.money import apportion, currency
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities

LARGEST_PCT = 999.99
QUANTITY_DECIMALS = 4
TARGET_WITHIN = 1e-9
"""Share of a target by which stock that meets it may differ from adding up."""


def inventory_table(plan: PlannedQuantities, scenario_id: int) -> pd.DataFrame:
    """BUILD_PLAN_INVENTORY: one row per product, warehouse and period.

    Stock is rounded to what is stored, and what is served follows from it, so that every balance
    holds exactly and no target that is met is missed by rounding.
    """
    problem = plan.problem
    received, shipped_out = _quantity(plan.received), _quantity(plan.shipped_out)
    scrapped = _quantity(plan.scrapped)
    opening, ending = _stored_stock(plan, received - shipped_out - scrapped)
    met = plan.family("stock") >= problem.safety_stock * (1 - TARGET_WITHIN)
    target = _quantity(problem.safety_stock)
    target = np.where(met, np.minimum(target, ending), target)
    axes = {
        "PRODUCT_ID": problem.products,
        "SITE_ID": problem.warehouses,
        "PERIOD_START": _starts(problem),
    }
    return _table(
        scenario_id,
        axes,
        {
            "OPENING_INVENTORY": opening,
            "RECEIVED": received,
            "SHIPPED_OUT": shipped_out,
            "DEMAND": _quantity(problem.demand),
            "SERVED": _quantity(opening + received - shipped_out - scrapped - ending),
            "BACKORDER": _quantity(plan.family("backorder")),
            "LOST_SALES": _quantity(plan.family("lost_sales")),
            "SCRAPPED": scrapped,
            "ENDING_INVENTORY": ending,
            "SAFETY_STOCK_TARGET": target,
            "SAFETY_STOCK_SHORTFALL": _quantity(np.maximum(0.0, target - ending)),
        },
    )


def _stored_stock(plan: PlannedQuantities, coming: Floats) -> tuple[Floats, Floats]:
    """Stock as stored, at the start and at the end of each period, (P, S, T) each.

    Args:
        plan: The plan.
        coming: Units received less units sent on and thrown away, as stored, (P, S, T).
    """
    ending = _quantity(plan.family("stock"))
    opening = np.zeros_like(ending)
    start = _quantity(plan.problem.opening_stock)
    for t in range(ending.shape[2]):
        opening[..., t] = start
        # Never more than there is: rounding up must not serve less than nothing.
        there = np.maximum(0.0, _quantity(start + coming[..., t]))
        ending[..., t] = start = np.minimum(ending[..., t], there)
    return opening, ending


def capacity_table(plan: PlannedQuantities, scenario_id: int) -> pd.DataFrame:
    """BUILD_PLAN_CAPACITY: one row per work centre, tier and period."""
    problem, tiers = plan.problem, plan.problem.tiers
    used = plan.family("tier_use")
    periods = len(problem.periods)
    available = np.where(np.isfinite(tiers.capacity), tiers.capacity, np.nan)
    return pd.DataFrame(
        {
            "SCENARIO_ID": scenario_id,
            "WORK_CENTER_ID": np.repeat(problem.work_centers[tiers.work_center], periods),
            "TIER_CODE": pd.array(
                np.repeat(np.array(tiers.codes, dtype=object), periods), "string"
            ),
            "PERIOD_START": np.tile(_starts(problem), len(tiers.codes)),
            "CAPACITY_AVAILABLE": _quantity(available).ravel(),
            "CAPACITY_USED": _quantity(used).ravel(),
            "UTILIZATION_PCT": _percent(used, np.nan_to_num(available)).ravel(),
            **activation_columns(plan),
        }
    )


def warehouse_table(plan: PlannedQuantities, scenario_id: int) -> pd.DataFrame:
    """BUILD_PLAN_WAREHOUSE: one row per warehouse and period."""
    problem = plan.problem
    shape = plan.pallets.shape
    positions = np.broadcast_to(problem.pallet_positions[:, None], shape)
    holding = plan.money("stock", "holding").sum(axis=0)
    axes = {"SITE_ID": problem.warehouses, "PERIOD_START": _starts(problem)}
    return _table(
        scenario_id,
        axes,
        {
            "PALLETS": _quantity(plan.pallets),
            "CAPACITY_PALLETS": _quantity(positions),
            "THRESHOLD_PALLETS": _quantity(problem.threshold),
            "OVERFLOW_PALLETS": _quantity(plan.overflow_pallets),
            "UTILIZATION_PCT": _percent(plan.pallets, positions),
            "STORAGE_COST": currency(apportion(holding, plan.cents["holding"])),
            "OVERFLOW_COST": currency(apportion(_overflow_cost(plan), plan.cents["overflow"])),
        },
    )


def shipment_table(plan: PlannedQuantities, scenario_id: int) -> pd.DataFrame:
    """BUILD_PLAN_SHIPMENT: one row per product, lane and period of departure."""
    problem, lanes = plan.problem, plan.problem.lanes
    shipment = plan.family("shipment")
    periods = len(problem.periods)
    cost = plan.money("shipment", "transport") + plan.money("shipment", "handling")
    total = plan.cents["transport"] + plan.cents["handling"]
    lane = np.repeat(lanes.flow_lane, periods)
    table: pd.DataFrame = pd.DataFrame(
        {
            "SCENARIO_ID": scenario_id,
            "PRODUCT_ID": np.repeat(problem.products[lanes.flow_product], periods),
            "FROM_SITE_ID": lanes.from_site[lane],
            "TO_SITE_ID": lanes.to_site[lane],
            "PERIOD_START": np.tile(_starts(problem), len(lanes.flow_lane)),
            "LEAD_TIME_PERIODS": lanes.lead_time[lane].astype(np.float64),
            "UNITS_SHIPPED": shipment.ravel(),
            "SHIPMENT_COST": currency(apportion(cost, total)).ravel(),
        }
    )
    arrives = table["LEAD_TIME_PERIODS"].to_numpy() + np.tile(
        np.arange(periods), len(lanes.flow_lane)
    )
    order = ["PRODUCT_ID", "FROM_SITE_ID", "TO_SITE_ID", "PERIOD_START"]
    in_time = table.drop(index=np.flatnonzero(arrives >= periods).tolist())
    return in_time.sort_values(order, kind="stable", ignore_index=True)


def build_plan_table(
    plan: PlannedQuantities, scenario_id: int, model_version: str, confidence: float | None
) -> pd.DataFrame:
    """RECOMMENDED_BUILD_PLAN: one row per product, work centre and period.

    A routing stands at the work centre of its tightest operation; what belongs to the product as
    a whole stands on the row of its first routing. COMMITTED is empty: it is told of hedges only.
    """
    problem, routings = plan.problem, plan.problem.routings
    product, center, row_of = _build_rows(problem)
    shape = (len(product), len(problem.periods))
    rows = np.array(
        [
            row_of[int(p), int(w)]
            for p, w in zip(routings.product, routings.work_center, strict=True)
        ]
    )
    first = np.full(len(problem.products), -1)
    for r in reversed(range(len(rows))):
        first[routings.product[r]] = rows[r]

    def at_routing(values: Floats) -> Floats:
        return _add_at(shape, rows, values)

    def at_first(values: Floats) -> Floats:
        return _add_at(shape, first, values)

    production = at_routing(production_of_routings(plan))
    stored = plan.money("stock", "holding") + scrapped(problem, plan.money("scrap", "scrap"))
    storage = at_first(stored.sum(axis=1) + overflow_of_products(plan))
    logistics = at_first(_logistics_of_products(plan))
    cents = plan.cents
    made_cents = apportion(production, production_cents(plan))
    spent_on_storage = cents["holding"] + cents["overflow"] + cents.get("scrap", 0)
    storage_cents = apportion(storage, spent_on_storage)
    logistics_cents = apportion(logistics, cents["transport"] + cents["handling"])
    capacity = finite_capacity(problem)
    used = _percent(plan.pallets.sum(axis=0), problem.pallet_positions.sum())
    periods = problem.periods
    return pd.DataFrame(
        {
            "PRODUCT_ID": np.repeat(problem.products[product], len(periods)),
            "WORK_CENTER_ID": np.repeat(problem.work_centers[center], len(periods)),
            "SCENARIO_ID": scenario_id,
            "PRODUCTION_WEEK": np.tile(_starts(problem), len(product)),
            "FISCAL_MONTH": _texts(periods.fiscal_months, len(product)),
            "FISCAL_QUARTER": _texts(periods.fiscal_quarters, len(product)),
            "RECOMMENDED_QUANTITY": at_routing(plan.family("build")).ravel(),
            "CURRENT_CAPACITY_AVAILABLE": _quantity(capacity[center]).ravel(),
            "CAPACITY_UTILIZATION_PCT": _percent(plan.load, capacity)[center].ravel(),
            "PROJECTED_INVENTORY": _quantity(at_first(plan.family("stock").sum(axis=1))).ravel(),
            "WAREHOUSE_UTILIZATION_PCT": np.tile(used, len(product)),
            "PROJECTED_PRODUCTION_COST": currency(made_cents).ravel(),
            "PROJECTED_STORAGE_COST": currency(storage_cents).ravel(),
            "PROJECTED_TOTAL_COST": currency(made_cents + storage_cents + logistics_cents).ravel(),
            "MODEL_VERSION": pd.array([model_version] * (len(product) * len(periods)), "string"),
            "MODEL_CONFIDENCE": np.nan if confidence is None else round(confidence, 4),
            "COMMITTED": pd.array([None] * (len(product) * len(periods)), "boolean"),
        }
    )


def finite_capacity(problem: Problem) -> Floats:
    """All finite tiers of each work centre, (W, T)."""
    tiers = problem.tiers
    capacity = np.zeros((len(problem.work_centers), len(problem.periods)))
    finite = np.where(np.isfinite(tiers.capacity), tiers.capacity, 0.0)
    np.add.at(capacity, tiers.work_center, finite)
    return capacity


def overflow_of_products(plan: PlannedQuantities) -> Floats:
    """Overflow penalties shared by the pallets held, else by demand, else evenly, (P, T)."""
    problem = plan.problem
    held = problem.pallets_per_unit[:, None, None] * plan.family("stock")
    even = np.ones(problem.shape)
    weight = np.where(held.sum(axis=0) > 0, held, problem.demand)
    weight = np.where(weight.sum(axis=0) > 0, weight, even)
    return (weight / weight.sum(axis=0) * _overflow_cost(plan)).sum(axis=1)


def _overflow_cost(plan: PlannedQuantities) -> Floats:
    cost = np.zeros_like(plan.pallets)
    np.add.at(cost, plan.problem.overflow.warehouse, plan.money("overflow", "overflow"))
    return cost


def _logistics_of_products(plan: PlannedQuantities) -> Floats:
    cost = plan.money("shipment", "transport") + plan.money("shipment", "handling")
    shape = (len(plan.problem.products), len(plan.problem.periods))
    return _add_at(shape, plan.problem.lanes.flow_product, cost)


def _build_rows(problem: Problem) -> tuple[Integers, Integers, dict[tuple[int, int], int]]:
    """(product, work centre) of each row: every work centre on a routing of the product."""
    routings = problem.routings
    pairs = sorted(
        {
            (int(routings.product[r]), int(w))
            for r, w in zip(routings.operation_routing, routings.operation_work_center, strict=True)
        }
    )
    product = np.array([p for p, _ in pairs], dtype=np.int64)
    center = np.array([w for _, w in pairs], dtype=np.int64)
    return product, center, {pair: i for i, pair in enumerate(pairs)}


def _table(scenario_id: int, axes: dict[str, Integers], values: dict[str, Floats]) -> pd.DataFrame:
    grid = np.meshgrid(*axes.values(), indexing="ij")
    keys = {name: part.ravel() for name, part in zip(axes, grid, strict=True)}
    columns = {name: part.ravel() for name, part in values.items()}
    return pd.DataFrame({"SCENARIO_ID": scenario_id, **keys, **columns})


def _add_at(shape: tuple[int, int], rows: Integers, values: Floats) -> Floats:
    total = np.zeros(shape)
    np.add.at(total, rows, values)
    return total


def _starts(problem: Problem) -> Integers:
    return days(problem.periods.starts)


def _texts(values: Sequence[str], repeats: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([value or None for value in values] * repeats, "string")


def _quantity(values: Floats) -> Floats:
    """Quantities as stored: four decimals, and no negative zero."""
    return np.asarray(values, dtype=np.float64).round(QUANTITY_DECIMALS) + 0.0


def _percent(used: Floats, available: Floats | float) -> Floats:
    """Used over available in per cent; 0 where nothing is available, at most 999.99."""
    used, available = np.broadcast_arrays(used, available)
    ratio = np.divide(used, available, out=np.zeros(used.shape), where=available > 0)
    return np.minimum(LARGEST_PCT, (100 * ratio).round(2)) + 0.0
