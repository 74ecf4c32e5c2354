"""The places whose shortage is planned by itself: a class's demand for a product in a warehouse.

Belongs here: what the class families are indexed by, and the figures of their members.
Does not belong here: how shortage is allocated (`allocation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import DemandClasses

SLICE = 0.1
"""Share of a class's demand in each slice but the last."""
_NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Apart:
    """The places planned apart, M of them on Q product-warehouse pairs; none without classes.

    Attributes:
        product: Index of each place's product, (M,).
        warehouse: Index of its warehouse, (M,).
        site: Index of its product-warehouse pair, (M,).
        site_product: Product of each pair, (Q,).
        site_warehouse: Warehouse of each pair, (Q,).
        demand: Units, (M, T).
        revenue: Currency/unit, (M, T).
        lost_sale_cost: Currency/unit, (M, T).
        backorder_cost: Currency/unit/period, (M, T).
        rank: Number of the priority, from 0, (M, T).
    """

    product: Integers
    warehouse: Integers
    site: Integers
    site_product: Integers
    site_warehouse: Integers
    demand: Floats
    revenue: Floats
    lost_sale_cost: Floats
    backorder_cost: Floats
    rank: Integers


def apart_of(problem: Problem) -> Apart:
    """The places of a problem whose shortage is planned by itself."""
    classes = problem.classes
    if classes is None or problem.shortage == "forbid":
        empty = np.zeros((0, len(problem.periods)))
        figures = (empty, empty, empty, empty, empty.astype(np.int64))
        return Apart(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, *figures)
    which = classes.apart
    product, warehouse = classes.product[which], classes.warehouse[which]
    pairs, site = np.unique(product * len(problem.warehouses) + warehouse, return_inverse=True)
    return Apart(
        product,
        warehouse,
        site.ravel(),
        pairs // len(problem.warehouses),
        pairs % len(problem.warehouses),
        classes.demand[which],
        classes.unit_revenue[which],
        classes.lost_sale_cost[which],
        classes.backorder_cost[which],
        np.searchsorted(classes.priorities, classes.priority[which]),
    )


def is_apart(problem: Problem) -> bool:
    """Whether any shortage is planned by class."""
    classes = problem.classes
    return classes is not None and classes.apart.size > 0 and problem.shortage != "forbid"


def is_fair(problem: Problem) -> bool:
    """Whether shortage is cut into slices that become dearer."""
    return problem.classes is not None and problem.classes.fair_share_weight is not None


def slices_of(classes: DemandClasses | None) -> int:
    """Slices that what each place loses is cut into."""
    return 1 if classes is None else classes.slices


def most_lost(problem: Problem) -> Floats:
    """The most that may be lost in each slice, units, (M, slices, T).

    Without backorders a class loses no more than its demand; with them it may also lose what it is
    owed. Nothing is cut where nothing is wanted: there the first slice is the only one.
    """
    demand, slices = apart_of(problem).demand, slices_of(problem.classes)
    late = problem.shortage == "backorder"
    each = np.repeat(demand[:, None, :] * SLICE, slices, axis=1)
    each[:, -1] = np.inf if late else demand - each[:, :-1].sum(axis=1)
    nothing_wanted = np.repeat(demand[:, None, :] <= 0, slices, axis=1)
    each[nothing_wanted] = 0.0
    if late:
        each[:, 0][demand <= 0] = np.inf
    return each


def surcharges(problem: Problem) -> Floats:
    """What each slice costs above the lost sale, as a share of it, (slices, 1)."""
    classes = problem.classes
    weight = 0.0 if classes is None else classes.fair_share_weight or 0.0
    number = np.arange(slices_of(classes))
    return weight * number[:, None] / max(1, len(number) - 1)


def held_priorities(problem: Problem) -> Floats:
    """What the first priorities may go short of at most, currency, (K,)."""
    return np.zeros(0) if problem.classes is None else problem.classes.held


def excess_costs(problem: Problem) -> Floats:
    """What a unit of money above that costs; 0 where none may be, (K,)."""
    classes = problem.classes
    if classes is None or classes.excess_cost is None:
        return np.zeros(len(held_priorities(problem)))
    return classes.excess_cost


def at_sites(problem: Problem) -> tuple[Integers, Integers]:
    """Product and warehouse of each pair with places planned apart, (Q,) each."""
    apart = apart_of(problem)
    return apart.site_product, apart.site_warehouse


def without_sites(problem: Problem, values: Floats) -> Floats:
    """Values per product, warehouse and period, 0 where classes pay for themselves."""
    if not is_apart(problem):
        return values
    left = np.broadcast_to(values, problem.shape).copy()
    left[at_sites(problem)] = 0.0
    return left
