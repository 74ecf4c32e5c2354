"""Whose demand it is: places, priorities and prices of the classes that forecasts name.

Does not belong here: demand as a whole (`demand`), what classes do to the model.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.demand import (
    Demand,
    DemandRows,
    carried_forward,
    weighted_means,
)
from sop_pipeline.planning.preparation.lookup import first_given, scatter
from sop_pipeline.planning.preparation.stock import (
    ProductFigures,
    StockCosts,
    late_cost,
    row_lost_sale_costs,
)
from sop_pipeline.planning.problem_options import DemandClasses


def demand_classes(
    context: PreparationContext, figures: ProductFigures, demand: Demand, costs: StockCosts
) -> DemandClasses | None:
    """The classes of a company; None where forecasts name none and no rule says who goes short."""
    policy, rows, periods = context.policy, demand.rows, len(context.horizon)
    inside = rows.period < periods
    if policy.allocation == "cost" and not any(np.array(rows.names, dtype=object)[inside]):
        return None
    names, class_of = np.unique(np.array(rows.names, dtype=str), return_inverse=True)
    wanted = inside & (rows.quantity > 0)
    pair = rows.product * len(context.warehouses) + rows.warehouse
    place = pair * len(names) + class_of
    places = np.unique(place[wanted])
    counted = inside & np.isin(place, places)
    index = (np.searchsorted(places, place[counted]), rows.period[counted])
    shape = (len(places), periods)
    pairs, number = np.divmod(places, len(names))
    product, warehouse = np.divmod(pairs, len(context.warehouses))
    quantity = rows.quantity[counted]
    revenue = carried_forward(
        weighted_means(shape, index, quantity, rows.revenue[counted]), demand.price[product]
    )
    _tell(context, rows, wanted)
    may_be_short = policy.shortage != "forbid"
    return DemandClasses(
        names=tuple(names[number].tolist()),
        product=product,
        warehouse=warehouse,
        priority=_priorities(shape, index, rows.priority[counted]),
        demand=scatter(shape, index, quantity),
        unit_revenue=revenue,
        lost_sale_cost=carried_forward(
            weighted_means(
                shape, index, quantity, row_lost_sale_costs(policy, figures, rows)[counted]
            ),
            first_given(figures.lost_sale_cost, policy.lost_sale_revenue_factor * demand.price)[
                product
            ],
        ),
        backorder_cost=late_cost(
            context, figures.backorder_cost[product], revenue, costs.per_month[product, warehouse]
        ),
        apart=_apart(policy, pairs),
        by_priority=may_be_short and policy.allocation == "priority",
        fair_share_weight=(
            policy.fair_share_weight if may_be_short and policy.allocation == "fair" else None
        ),
    )


def _apart(policy: Policy, pairs: Integers) -> Integers:
    """Places that need a shortage of their own: all under a rule, else those that share a pair."""
    if policy.shortage == "forbid":
        return np.zeros(0, dtype=np.int64)
    if policy.allocation != "cost":
        return np.arange(len(pairs))
    _, number, count = np.unique(pairs, return_inverse=True, return_counts=True)
    return np.flatnonzero(count[number] > 1)


def _priorities(shape: tuple[int, int], index: tuple[Integers, Integers], given: Floats) -> Floats:
    """PRIORITY of each place and period; a period without a row has that of the latest earlier."""
    priority = np.full(shape, np.nan)
    priority[index] = given
    return carried_forward(priority, np.full(shape[0], np.inf))


def _tell(context: PreparationContext, rows: DemandRows, wanted: Booleans) -> None:
    """Say what a rule of allocation comes to, and that no class is a class."""
    policy, notes = context.policy, context.notes
    if policy.allocation != "cost" and policy.shortage == "forbid":
        notes.warn(
            f"allocation: {policy.allocation} changes nothing in this plan: shortage is forbidden"
        )
        return
    if policy.allocation == "priority" and np.isinf(rows.priority[wanted]).all():
        notes.warn("allocation: priority knows no priorities: no forecast has a PRIORITY")
    if policy.allocation == "fair":
        notes.assume(
            "fair_share",
            "Shortage is shared in proportion to within a tenth of the demand, and a unit may be "
            f"made at up to {1 + policy.fair_share_weight:g} times what losing it costs",
        )
    unnamed = np.array([not name for name in rows.names], dtype=bool)
    if (unnamed & wanted).any() and not unnamed[wanted].all():
        notes.assume(
            "no_class",
            f"{np.count_nonzero(unnamed & wanted):,} of {np.count_nonzero(wanted):,} forecasts "
            "have no DEMAND_CLASS; together they are a class of their own",
        )
