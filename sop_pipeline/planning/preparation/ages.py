"""How long stock may stand: ages in periods, what scrap costs, and what contradicts an age.

Does not belong here: what an age asks of a plan (`planning/ages`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import per_member
from sop_pipeline.planning.problem_options import StockAges


def stock_ages(context: PreparationContext) -> StockAges | None:
    """A[p] and the cost of scrap of the products with an age; None where every product keeps.

    Days become periods by the length of a period, rounded down; a product's own age wins over the
    policy's.
    """
    rows, horizon = context.inputs.product_storage, context.horizon
    given = per_member(rows, "PRODUCT_ID", "MAX_AGE_DAYS", context.products)
    days = context.own_or_policy(given, "max_age_days")
    aged = np.flatnonzero(~np.isnan(days))
    if not aged.size:
        return None
    scrap = per_member(rows, "PRODUCT_ID", "SCRAP_COST", context.products)
    periods = [horizon.periods_of(each) for each in days[aged].tolist()]
    return StockAges(
        product=aged,
        # An age beyond the horizon is one that nothing in it reaches.
        most=np.minimum(np.floor(periods), len(horizon) + 1).astype(np.int64),
        scrap_cost=np.nan_to_num(scrap[aged]),
    )


def warn_of_old_safety_stock(
    context: PreparationContext, ages: StockAges | None, demand: Floats, safety_stock: Floats
) -> None:
    """Warn of safety stock that is more than what is demanded while it may stand.

    Args:
        context: Its notes take the warning.
        ages: The ages.
        demand: d[p,s,t], units, (P, S, T).
        safety_stock: ss[p,s,t], units, (P, S, T).
    """
    if ages is None:
        return
    periods = demand.shape[2]
    contradicted = [
        int(context.products[p])
        for p, most in zip(ages.product.tolist(), ages.most.tolist(), strict=True)
        if _exceeds(safety_stock[p], demand[p], _ends(most, periods))
    ]
    if contradicted:
        context.notes.warn(
            "Safety stock contradicts the age of stock: it is more than is demanded while it may "
            f"stand, so that some of it is missed or thrown away, of products "
            f"{context.naming.some('product', contradicted)}"
            ". Lower SAFETY_STOCK_RATIO or raise MAX_AGE_DAYS"
        )


def _ends(most: int, periods: int) -> Integers:
    """The last period in which stock at the end of each may leave, of those in the horizon."""
    return np.arange(most, periods)


def _exceeds(safety_stock: Floats, demand: Floats, ends: Integers) -> bool:
    total = np.pad(np.cumsum(demand, axis=1), ((0, 0), (1, 0)))
    begun = np.arange(len(ends))
    wanted = total[:, ends + 1] - total[:, begun + 1]
    return bool((safety_stock[:, begun] > wanted * (1 + 1e-9)).any())
