"""Stock of the planned products: opening stock, receipts, and what holding or missing it costs.

Does not belong here: the warehouses' positions and rates (`storage`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import MONTHS_PER_YEAR
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.demand import (
    Demand,
    DemandRows,
    carried_forward,
    weighted_means,
)
from sop_pipeline.planning.preparation.lookup import (
    first_given,
    index_of,
    numbers,
    per_member,
    scatter,
)
from sop_pipeline.planning.preparation.storage import Rates, site_total

NEGLIGIBLE_PALLETS = 1e-6
SHORTFALL_FACTOR = 2.0
SHORTFALL_AT_END_FACTOR = 1.5
BACKORDER_REVENUE_SHARE = 0.1
BACKORDER_HOLDING_FACTOR = 3.0


@dataclass(frozen=True)
class ProductFigures:
    """Figures of each product, with the policy's where the product has none, (P,).

    Attributes:
        unit_cost: PRODUCT.UNIT_COST, currency/unit.
        pallets_per_unit: g[p].
        holding_cost: Currency per unit and month; nan where the contract's rate counts.
        safety_stock_ratio: Share of the next period's demand.
        terminal_stock: Units at the end of the horizon; 0 where none is given.
        lost_sale_cost: Currency/unit; nan where the revenue decides.
        backorder_cost: Currency/unit/period; nan where the rule decides, (P, T) or (P, 1).
    """

    unit_cost: Floats
    pallets_per_unit: Floats
    holding_cost: Floats
    safety_stock_ratio: Floats
    terminal_stock: Floats
    lost_sale_cost: Floats
    backorder_cost: Floats


@dataclass(frozen=True)
class StockCosts:
    """What stock and its absence cost; all (P, S, T), see `Problem`.

    `per_month` is what holding a unit costs a month.
    """

    holding: Floats
    handling: Floats
    safety_stock_shortfall: Floats
    lost_sales: Floats
    backorder: Floats
    per_month: Floats


def product_figures(context: PreparationContext) -> ProductFigures:
    """Take each figure from the product's row, else from the policy."""
    inputs, policy, products = context.inputs, context.policy, context.products

    def given(column: str) -> Floats:
        return per_member(inputs.product_storage, "PRODUCT_ID", column, products)

    own = context.own_or_policy
    _tell_default_pallet(context, np.isnan(given("UNITS_PER_PALLET")))
    units_per_pallet = own(given("UNITS_PER_PALLET"), "units_per_pallet")
    return ProductFigures(
        unit_cost=per_member(inputs.product_master, "PRODUCT_ID", "UNIT_COST", products),
        pallets_per_unit=1.0 / units_per_pallet,
        holding_cost=own(given("HOLDING_COST_PER_MONTH"), "holding_cost_per_unit_month"),
        safety_stock_ratio=own(given("SAFETY_STOCK_RATIO"), "safety_stock_ratio"),
        terminal_stock=np.nan_to_num(given("TERMINAL_INVENTORY")),
        lost_sale_cost=own(
            given("LOST_SALE_COST"),
            "lost_sale_cost_per_unit",
            counts=policy.shortage != "forbid",
        ),
        backorder_cost=own(
            given("BACKORDER_COST_PER_PERIOD")[:, None],
            "backorder_cost_per_unit_month",
            counts=policy.shortage == "backorder",
            per_month=True,
        ),
    )


def _tell_default_pallet(context: PreparationContext, silent: Booleans) -> None:
    """Tell which products neither their row nor the policy gives a pallet, (P,)."""
    policy = context.policy
    if not silent.any() or "units_per_pallet" in policy.model_fields_set:
        return
    pooled = policy.grain == "aggregate"
    of = context.naming.some("product", context.products[silent].tolist())
    context.notes.assume(
        "default_pallet",
        f"A pallet holds {policy.units_per_pallet:g} units of "
        + ("every product" if pooled else f"products without UNITS_PER_PALLET: {of}"),
    )


def stock_costs(
    context: PreparationContext, figures: ProductFigures, demand: Demand, rates: Rates
) -> StockCosts:
    """Price stock and its absence per product, warehouse and period.

    What the policy or a product gives per month counts for the months a period lasts.
    """
    policy, months = context.policy, context.horizon.months
    pallets = figures.pallets_per_unit[:, None, None]
    storage = np.nan_to_num(rates.storage) * policy.storage_days_per_month * pallets
    capital = policy.capital_rate_per_year / MONTHS_PER_YEAR * figures.unit_cost
    per_month = first_given(figures.holding_cost[:, None, None], storage) + capital[:, None, None]
    holding = per_month * months
    revenue = demand.revenue
    return StockCosts(
        holding=holding,
        handling=np.nan_to_num(rates.handling) * pallets,
        safety_stock_shortfall=_shortfall_cost(policy, figures, holding),
        lost_sales=_lost_sale_cost(policy, figures, demand),
        backorder=late_cost(context, figures.backorder_cost[:, None, :], revenue, per_month),
        per_month=per_month,
    )


def late_cost(
    context: PreparationContext, given: Floats, revenue: Floats, per_month: Floats
) -> Floats:
    """bc: the figure given, else a share of the revenue, at least some times the holding cost.

    Args:
        context: Its horizon says how long the periods are.
        given: Currency/unit/period, nan where there is none.
        revenue: Currency/unit.
        per_month: Cost of holding a unit for a month.
    """
    by_rule = np.maximum(BACKORDER_REVENUE_SHARE * revenue, BACKORDER_HOLDING_FACTOR * per_month)
    return first_given(given, context.horizon.months * by_rule)


def _lost_sale_cost(policy: Policy, figures: ProductFigures, demand: Demand) -> Floats:
    """lc: the forecast row's own figure, else the product's or policy's, else by revenue."""
    revenue, rows, shape = demand.revenue, demand.rows, demand.revenue.shape
    given = first_given(
        figures.lost_sale_cost[:, None, None], policy.lost_sale_revenue_factor * revenue
    )
    inside = rows.period < shape[2]
    if np.isnan(rows.lost_sale_cost[inside]).all():
        return given
    index = tuple(part[inside] for part in rows.places)
    costs = row_lost_sale_costs(policy, figures, rows)[inside]
    by_row = weighted_means(shape, index, rows.quantity[inside], costs)
    default = first_given(figures.lost_sale_cost, policy.lost_sale_revenue_factor * demand.price)
    return carried_forward(by_row, default[:, None])


def row_lost_sale_costs(policy: Policy, figures: ProductFigures, rows: DemandRows) -> Floats:
    """What a lost sale costs by each forecast row: its own figure wins, currency/unit, (F,)."""
    by_revenue = policy.lost_sale_revenue_factor * rows.revenue
    return first_given(rows.lost_sale_cost, figures.lost_sale_cost[rows.product], by_revenue)


def opening_stock(context: PreparationContext, figures: ProductFigures, demand: Demand) -> Floats:
    """I0[p,s]: the balances, or what occupies the warehouses; units, (P, S)."""
    products, warehouses, notes = context.products, context.warehouses, context.notes
    balances = context.inputs.opening_inventory
    if context.policy.opening_inventory == "occupancy" or balances.empty:
        return _stock_from_occupancy(context, figures, demand)
    product = index_of(products, balances["PRODUCT_ID"])
    warehouse = index_of(warehouses, balances["SITE_ID"])
    elsewhere = sorted(balances.loc[(product >= 0) & (warehouse < 0), "SITE_ID"].unique())
    if elsewhere:
        notes.assume(
            "stock_elsewhere",
            f"Stock at sites that are not warehouses is not planned: sites "
            f"{context.naming.some('site', elsewhere)}",
        )
    known = (product >= 0) & (warehouse >= 0)
    without = products[~np.isin(np.arange(len(products)), product)]
    if len(without):
        notes.assume(
            "no_balance",
            f"{len(without):,} of {len(products):,} products have no inventory balance and open "
            f"without stock: {context.naming.some('product', without.tolist())}",
        )
    return scatter(
        (len(products), len(warehouses)),
        (product[known], warehouse[known]),
        numbers(balances["QUANTITY_AVAILABLE"])[known],
    )


def base_load(context: PreparationContext, figures: ProductFigures, stock: Floats) -> Floats:
    """base[s]: occupied pallets less those of the opening stock, at least 0; pallets, (S,)."""
    occupied = site_total(context.inputs, context.warehouses, "CURRENT_OCCUPANCY_PALLETS")
    base = occupied - figures.pallets_per_unit @ stock
    return np.where(base > NEGLIGIBLE_PALLETS, base, 0.0)


def scheduled_receipts(context: PreparationContext) -> Floats:
    """Goods already on their way, by period of arrival; units, (P, S, T)."""
    horizon, products, warehouses = context.horizon, context.products, context.warehouses
    rows = context.inputs.scheduled_receipts
    period = horizon.index(rows["RECEIPT_DATE"])
    product = index_of(products, rows["PRODUCT_ID"])
    warehouse = index_of(warehouses, rows["SITE_ID"])
    inside = (period >= 0) & (period < len(horizon))
    context.notes.refuse(
        "SCHEDULED_RECEIPT",
        "SITE_ID",
        sorted(rows.loc[inside & (warehouse < 0), "SITE_ID"].unique()),
        expected="receipts at warehouses",
        got="sites that are not warehouses",
    )
    if (~inside & (product >= 0)).any():
        context.notes.assume(
            "receipts_outside_horizon",
            f"{int((~inside).sum()):,} scheduled receipts fall outside the horizon, are left out",
        )
    known = inside & (product >= 0) & (warehouse >= 0)
    return scatter(
        (len(products), len(warehouses), len(horizon)),
        (product[known], warehouse[known], period[known]),
        numbers(rows["QUANTITY"])[known],
    )


def warn_of_perverse_costs(
    context: PreparationContext, costs: StockCosts, wanted: Booleans
) -> None:
    """Warn where holding < safety stock missing < late < lost does not hold.

    Args:
        context: Its policy decides which of the costs can arise; its notes take the warnings.
        costs: The costs to compare.
        wanted: Where there is demand, (P, S, T).
    """
    policy = context.policy
    steps = [("holding a unit", costs.holding)]
    if policy.safety_stock == "soft":
        steps.append(("a missing unit of safety stock", costs.safety_stock_shortfall))
    if policy.shortage == "backorder":
        steps.append(("a late unit", costs.backorder))
    if policy.shortage != "forbid":
        steps.append(("a lost sale", costs.lost_sales))
    # In the last period nothing stays late, and safety stock also pays for the time after it.
    periods = len(context.horizon)
    before_end: Booleans = np.arange(periods) < periods - 1
    for (name, cost), (dearer, dear) in pairwise(steps):
        broken = np.count_nonzero((cost > dear) & wanted & before_end)
        if broken:
            context.notes.warn(
                f"Costs are in a perverse order: {name} costs more than {dearer} for {broken:,} "
                "combinations of product, warehouse and period; expected holding < safety stock "
                "missing < late < lost"
            )


def _shortfall_cost(policy: Policy, figures: ProductFigures, holding: Floats) -> Floats:
    if policy.safety_stock_penalty_per_unit is not None:
        return np.full(holding.shape, policy.safety_stock_penalty_per_unit)
    cost = SHORTFALL_FACTOR * holding
    cost[..., -1] += SHORTFALL_AT_END_FACTOR * figures.unit_cost[:, None]
    return cost


def _stock_from_occupancy(
    context: PreparationContext, figures: ProductFigures, demand: Demand
) -> Floats:
    """Share each warehouse's occupied pallets among the products in proportion to their demand."""
    by_policy = context.policy.opening_inventory == "occupancy"
    why = "the policy says so" if by_policy else "no balances exist"
    context.notes.assume(
        "opening_stock_from_occupancy",
        f"Occupied pallets are stock of the planned products, in proportion to demand: {why}",
    )
    occupied = site_total(context.inputs, context.warehouses, "CURRENT_OCCUPANCY_PALLETS")
    wanted = demand.quantity.sum(axis=2)
    total = wanted.sum(axis=0)
    share = np.divide(wanted, total, out=np.zeros_like(wanted), where=total > 0)
    return share * occupied / figures.pallets_per_unit[:, None]
