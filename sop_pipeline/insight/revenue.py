"""What each product of a plan earns.

The published tables tell revenue of a whole plan; which product earns it follows from what is
served and what a unit brings, which only the plan's inputs tell.
"""

from __future__ import annotations

from sop_pipeline.insight.comparison import Tables
from sop_pipeline.planning.money import apportion, to_cents
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.sales import Sold, StockFlows


def revenue_by_product(problem: Problem, tables: Tables, revenue: int) -> dict[int, int]:
    """Cents earned by each product, by PRODUCT_ID; they add up to the plan's revenue.

    Args:
        problem: The problem the plan solves.
        tables: The plan's result tables by name.
        revenue: Revenue of the plan, in cents.
    """
    by_class = tables["BUILD_PLAN_SERVICE"]
    if not by_class.empty:
        earned = by_class.groupby("PRODUCT_ID")["REVENUE"].sum()
        return {int(product): to_cents(earned.get(product, 0.0)) for product in problem.products}
    rows = tables["BUILD_PLAN_INVENTORY"]
    rows = rows.sort_values(["PRODUCT_ID", "SITE_ID", "PERIOD_START"], kind="stable")
    sold = Sold.of_products(problem, StockFlows.of_table(rows, problem.shape))
    cents = apportion(sold.by_product(sold.served, len(problem.products)), revenue)
    return dict(zip(problem.products.tolist(), cents.tolist(), strict=True))
