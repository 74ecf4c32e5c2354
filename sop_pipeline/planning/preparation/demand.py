"""Demand, its revenue and its confidence, and the safety stock that follows from it.

Does not belong here: what a shortage costs (`stock`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
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


@dataclass(frozen=True)
class DemandRows:
    """The forecast rows of planned products at warehouses, the period after the horizon included.

    Attributes:
        product: Index of the product, (F,).
        warehouse: Index of the warehouse, (F,).
        period: Number of the period, (F,).
        quantity: Units, (F,).
        revenue: UNIT_REVENUE, else the product's price, currency/unit, (F,).
        lost_sale_cost: LOST_SALE_COST, nan where the row has none, currency/unit, (F,).
        priority: PRIORITY, infinite where the row has none, (F,).
        names: DEMAND_CLASS, empty where the row has none, (F,).
    """

    product: Integers
    warehouse: Integers
    period: Integers
    quantity: Floats
    revenue: Floats
    lost_sale_cost: Floats
    priority: Floats
    names: tuple[str, ...]

    @property
    def places(self) -> tuple[Integers, Integers, Integers]:
        """Product, warehouse and period of each row."""
        return self.product, self.warehouse, self.period


@dataclass(frozen=True)
class Demand:
    """What is wanted of the planned products.

    Attributes:
        quantity: d[p,s,t], units, (P, S, T).
        following: Demand of the period after each, as safety stock sees it, (P, S, T).
        revenue: Revenue of a unit due in each period, currency/unit, (P, S, T).
        rows: The forecasts it adds up.
        price: PRODUCT.UNIT_PRICE, currency/unit, (P,).
    """

    quantity: Floats
    following: Floats
    revenue: Floats
    rows: DemandRows
    price: Floats


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
    price = per_member(context.inputs.product_master, "PRODUCT_ID", "UNIT_PRICE", products)
    product, named = product[known], forecasts[known]
    rows = DemandRows(
        product=product,
        warehouse=warehouse[known],
        period=period[known],
        quantity=numbers(named["FORECAST_QUANTITY"]),
        revenue=first_given(numbers(named["UNIT_REVENUE"]), price[product]),
        lost_sale_cost=numbers(named["LOST_SALE_COST"]),
        priority=np.nan_to_num(numbers(named["PRIORITY"]), nan=np.inf),
        names=tuple(named["DEMAND_CLASS"].fillna("").astype(str)),
    )
    shape = (len(products), len(warehouses), len(horizon) + 1)
    total = scatter(shape, rows.places, rows.quantity)
    mean = weighted_means(shape, rows.places, rows.quantity, rows.revenue)
    return Demand(
        quantity=total[..., :-1],
        following=_following(total, horizon, context.policy),
        revenue=carried_forward(mean[..., :-1], price[:, None]),
        rows=rows,
        price=price,
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


def weighted_means(
    shape: tuple[int, ...], index: tuple[Integers, ...], quantity: Floats, values: Floats
) -> Floats:
    """Means of rows' values, weighted by quantity; plain where all quantities are 0."""
    rows = scatter(shape, index, np.ones_like(quantity))
    weight = scatter(shape, index, quantity)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = scatter(shape, index, quantity * values) / weight
        plain = scatter(shape, index, values) / rows
    return np.where(weight > 0, weighted, plain)


def carried_forward(values: Floats, default: Floats) -> Floats:
    """Values per period, where there is none the latest earlier, before the first the default."""
    result = values.copy()
    result[..., 0] = first_given(result[..., 0], default)
    for t in range(1, result.shape[-1]):
        result[..., t] = first_given(result[..., t], result[..., t - 1])
    return result
