"""How sure the forecasts are, and which products err together.

Does not belong here: what is drawn from it (`confidence.draws`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.confidence.draws import ForecastErrors, families_of
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.demand import mean_confidence
from sop_pipeline.planning.preparation.lookup import (
    first_given,
    index_of,
    numbers,
    per_member,
    scatter,
)

NO_LEVEL = (
    "No forecast of the horizon has a CONFIDENCE_LEVEL: there is nothing to draw demand from, and "
    "MODEL_CONFIDENCE is empty"
)


def forecast_errors(context: PreparationContext) -> ForecastErrors | None:
    """Read the levels that demand is drawn from; None where no draws are asked for, or no level is.

    The level of a product, warehouse and period is that of its forecast rows, weighted by
    quantity; without one it is the scenario's.
    """
    if not context.policy.confidence_draws:
        return None
    mean = mean_confidence(context.inputs, context.horizon)
    if mean is None:
        context.notes.warn(NO_LEVEL)
        return None
    category = per_member(
        context.inputs.product_master, "PRODUCT_ID", "PRODUCT_CATEGORY_ID", context.products
    )
    return ForecastErrors(
        confidence=first_given(_own_levels(context), mean),
        category=category,
        family=families_of(category),
    )


def _own_levels(context: PreparationContext) -> Floats:
    forecasts, horizon = context.inputs.demand_forecasts, context.horizon
    level = numbers(forecasts["CONFIDENCE_LEVEL"])
    place = (
        index_of(context.products, forecasts["PRODUCT_ID"]),
        index_of(context.warehouses, forecasts["SITE_ID"]),
        horizon.index(forecasts["FORECAST_DATE"]),
    )
    shape = (len(context.products), len(context.warehouses), len(horizon))
    counts = ~np.isnan(level)
    for index, size in zip(place, shape, strict=True):
        counts &= (index >= 0) & (index < size)
    at = tuple(index[counts] for index in place)
    quantity = numbers(forecasts["FORECAST_QUANTITY"])[counts]
    weight = scatter(shape, at, quantity)
    weighted = scatter(shape, at, quantity * level[counts])
    return np.divide(weighted, weight, out=np.full(shape, np.nan), where=weight > 0)
