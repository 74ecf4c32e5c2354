"""Demand, its revenue and its confidence, and the safety stock that follows from it.

Does not belong here: what a shortage costs (`stock`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import (
    first_given,
    index_of,
    numbers,
    per_member,
    scatter,
)
from sop_pipeline.planning.problem import Floats, Integers


@dataclass(frozen=True)
class Demand:
    """What is wanted of the planned products.

    Attributes:
        quantity: d[p,s,t], units, (P, S, T).
        following: Demand of the period after each, as safety stock sees it, (P, S, T).
        revenue: Revenue of a unit due in each period, currency/unit, (P, S, T).
    """

    quantity: Floats
    following: Floats
    revenue: Floats


def planned_products(inputs: PlanningInputs, horizon: Horizon) -> Integers:
    """Products with demand in the horizon or builds that are decided, ascending."""
    forecasts = inputs.demand_forecasts
    period = horizon.index(forecasts["FORECAST_DATE"])
    wanted = (period >= 0) & (period < len(horizon)) & (forecasts["FORECAST_QUANTITY"] > 0)
    demanded = forecasts.loc[wanted, "PRODUCT_ID"].to_numpy(np.int64)
    return np.unique(np.concatenate([demanded, _further_products(inputs)]))


def _further_products(inputs: PlanningInputs) -> Integers:
    """Products in the master that are planned whatever is demanded of them."""
    further = np.array(inputs.further_products, dtype=np.int64)
    if inputs.held_builds is not None:
        rows = inputs.held_builds
        built = rows.loc[rows["RECOMMENDED_QUANTITY"] > 0, "PRODUCT_ID"]
        further = np.concatenate([further, built.to_numpy(np.int64)])
    return further[np.isin(further, inputs.product_master["PRODUCT_ID"])]


def planned_demand(context: PreparationContext) -> Demand:
    """Add up the forecasts of each period; several dates within a period add up.

    A unit's revenue is that of the forecast rows of its period, weighted by quantity; without one
    that of the latest earlier period that has one; without any the product's price.
    """
    horizon, products, warehouses = context.horizon, context.products, context.warehouses
    forecasts = context.inputs.demand_forecasts
    period = horizon.index(forecasts["FORECAST_DATE"])
    forecasts = forecasts[(period >= 0) & (period <= len(horizon))]
    period = horizon.index(forecasts["FORECAST_DATE"])
    product = index_of(products, forecasts["PRODUCT_ID"])
    warehouse = index_of(warehouses, forecasts["SITE_ID"])
    unknown = forecasts.loc[(warehouse < 0) & (period < len(horizon)), "SITE_ID"]
    context.notes.refuse(
        "DEMAND_FORECAST_VERSIONS",
        "SITE_ID",
        sorted(unknown.unique()),
        expected="demand at warehouses",
        got="sites that are not warehouses",
        remedy="Move the demand to a warehouse that serves it, or define the site as one",
    )
    known = (product >= 0) & (warehouse >= 0)
    index = (product[known], warehouse[known], period[known])
    shape = (len(products), len(warehouses), len(horizon) + 1)
    quantity = numbers(forecasts["FORECAST_QUANTITY"])[known]
    price = per_member(context.inputs.product_master, "PRODUCT_ID", "UNIT_PRICE", products)
    revenue = first_given(numbers(forecasts["UNIT_REVENUE"])[known], price[product[known]])
    total = scatter(shape, index, quantity)
    mean = _mean_revenue(shape, index, quantity, revenue)
    return Demand(
        quantity=total[..., :-1],
        following=_following(total, horizon, context.policy),
        revenue=_carried_forward(mean[..., :-1], price),
    )


def mean_confidence(inputs: PlanningInputs, horizon: Horizon) -> float | None:
    """Demand-weighted mean confidence level of the horizon's forecasts; None where none has one."""
    forecasts = inputs.demand_forecasts
    period = horizon.index(forecasts["FORECAST_DATE"])
    confidence = numbers(forecasts["CONFIDENCE_LEVEL"])
    counted = (period >= 0) & (period < len(horizon)) & ~np.isnan(confidence)
    weight = numbers(forecasts["FORECAST_QUANTITY"])[counted]
    if weight.sum() == 0:
        return None
    return float(np.average(confidence[counted], weights=weight))


def _following(total: Floats, horizon: Horizon, policy: Policy) -> Floats:
    following = total[..., 1:].copy()
    if not horizon.next_known:
        repeated = policy.terminal_safety_stock == "repeat"
        following[..., -1] = total[..., -2] if repeated else 0.0
    return following


def _mean_revenue(
    shape: tuple[int, ...], index: tuple[Integers, ...], quantity: Floats, revenue: Floats
) -> Floats:
    """Mean revenue per period, weighted by quantity; plain where all quantities are 0."""
    rows = scatter(shape, index, np.ones_like(quantity))
    weight = scatter(shape, index, quantity)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = scatter(shape, index, quantity * revenue) / weight
        plain = scatter(shape, index, revenue) / rows
    return np.where(weight > 0, weighted, plain)


def _carried_forward(revenue: Floats, price: Floats) -> Floats:
    result = revenue.copy()
    result[..., 0] = first_given(result[..., 0], price[:, None])
    for t in range(1, result.shape[-1]):
        result[..., t] = first_given(result[..., t], result[..., t - 1])
    return result
