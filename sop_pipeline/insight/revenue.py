"""What each product of a plan earns.

The published tables tell revenue of a whole plan; which product earns it follows from what is
served and what a unit brings, which only the plan's inputs tell.
"""

from __future__ import annotations

from sop_pipeline.insight.comparison import Tables
from sop_pipeline.planning.money import apportion
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.sales import StockFlows, by_due_period, earned_by_product


def revenue_by_product(problem: Problem, tables: Tables, revenue: int) -> dict[int, int]:
    """Cents earned by each product, by PRODUCT_ID; they add up to the plan's revenue.

    Args:
        problem: The problem the plan solves.
        tables: The plan's result tables by name.
        revenue: Revenue of the plan, in cents.
    """
    rows = tables["BUILD_PLAN_INVENTORY"]
    rows = rows.sort_values(["PRODUCT_ID", "SITE_ID", "PERIOD_START"], kind="stable")
    served, _ = by_due_period(StockFlows.of_table(rows, problem.shape))
    cents = apportion(earned_by_product(problem, served), revenue)
    return dict(zip(problem.products.tolist(), cents.tolist(), strict=True))
