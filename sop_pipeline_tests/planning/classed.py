"""Demand classes added to a problem: two on every place, in slices, with priorities kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import DemandClasses


def classed(problem: Problem) -> Problem:
    """The problem with a third of all demand of class KEY, the rest of class SPOT."""
    products, warehouses, periods = problem.shape
    product = np.repeat(np.arange(products), 2 * warehouses)
    warehouse = np.tile(np.repeat(np.arange(warehouses), 2), products)
    share = np.tile([1 / 3, 2 / 3], products * warehouses)[:, None]
    place = (product, warehouse)
    classes = DemandClasses(
        names=("KEY", "SPOT") * (products * warehouses),
        product=product,
        warehouse=warehouse,
        priority=np.repeat(np.where(share < 0.5, 1.0, np.inf), periods, axis=1),
        demand=share * problem.demand[place],
        unit_revenue=(2 - share) * (1 + problem.unit_revenue[place]),
        lost_sale_cost=(3 - share) * (1 + problem.lost_sale_cost[place]),
        backorder_cost=(2 - share) * (1 + problem.backorder_cost[place]),
        apart=np.arange(len(product)),
        by_priority=True,
        fair_share_weight=0.2,
        held=np.array([50.0, 80.0]),
        excess_cost=np.array([7.0, 3.0]),
    )
    return replace(problem, classes=classes)
