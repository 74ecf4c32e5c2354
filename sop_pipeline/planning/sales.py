"""What is sold, period by period: which demand each unit serves, which is lost, what both earn.

Late units are served oldest due first and lost newest due first, each at the revenue of the period
it was due in. Quantities are whole numbers of ten-thousandths, as the tables store them, so that
everything adds up exactly.
Does not belong here: where a unit that serves comes from (`pegging`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.money import CENTS, to_cents
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.tables import QUANTITY_DECIMALS
from sop_pipeline.planning.totals import refuse_large_revenue

QUANTA = 10**QUANTITY_DECIMALS
"""Quanta in a unit: quantities are stored to four decimals."""


def quanta(units: Floats) -> Integers:
    """Units as whole quanta."""
    return np.rint(np.asarray(units, dtype=np.float64) * QUANTA).astype(np.int64)


@dataclass(frozen=True)
class StockFlows:
    """What BUILD_PLAN_INVENTORY tells of stock and demand, in quanta.

    Attributes:
        opening: Stock before the first period, (P, S).
        received: Arriving, scheduled receipts included, (P, S, T).
        demand: Due, (P, S, T).
        served: Delivered, late ones included, (P, S, T).
        late: Owed at the end, (P, S, T).
        lost: Lost, (P, S, T).
        ending: Stock at the end, (P, S, T).
        scrapped: Thrown away, (P, S, T).
    """

    opening: Integers
    received: Integers
    demand: Integers
    served: Integers
    late: Integers
    lost: Integers
    ending: Integers
    scrapped: Integers

    @classmethod
    def of_table(cls, inventory: pd.DataFrame, shape: tuple[int, int, int]) -> StockFlows:
        """The table's columns as arrays.

        Args:
            inventory: BUILD_PLAN_INVENTORY, ordered by product, warehouse and period.
            shape: (P, S, T).
        """

        def column(name: str) -> Integers:
            return quanta(inventory[name].to_numpy(np.float64)).reshape(shape)

        return cls(
            opening=column("OPENING_INVENTORY")[..., 0],
            received=column("RECEIVED"),
            demand=column("DEMAND"),
            served=column("SERVED"),
            late=column("BACKORDER"),
            lost=column("LOST_SALES"),
            ending=column("ENDING_INVENTORY"),
            scrapped=column("SCRAPPED"),
        )

    @classmethod
    def of_plan(cls, plan: PlannedQuantities) -> StockFlows:
        """Those of a plan in the symbols of the model."""
        return cls(
            opening=quanta(plan.problem.opening_stock),
            received=quanta(plan.received),
            demand=quanta(plan.problem.demand),
            served=quanta(plan.served),
            late=quanta(plan.family("backorder")),
            lost=quanta(plan.family("lost_sales")),
            ending=quanta(plan.family("stock")),
            scrapped=quanta(plan.scrapped),
        )


@dataclass(frozen=True)
class DueUnits:
    """Units served or lost, by the period they were due in, (N,) each.

    Attributes:
        product: Index of the product.
        warehouse: Index of the warehouse.
        period: Period in which they are served or lost.
        due: Period in which they were due.
        quanta: How many quanta.
    """

    product: Integers
    warehouse: Integers
    period: Integers
    due: Integers
    quanta: Integers

    @classmethod
    def in_time(cls, units: Integers) -> DueUnits:
        """Units served or lost in the period they were due in, (P, S, T)."""
        product, warehouse, period = np.nonzero(units)
        return cls(product, warehouse, period, period, units[product, warehouse, period])

    def and_also(self, others: DueUnits) -> DueUnits:
        """These and others."""
        return DueUnits(
            *(np.concatenate([getattr(self, n), getattr(others, n)]) for n in self.__annotations__)
        )


@dataclass(frozen=True)
class Sold:
    """Units served and units lost, and what they earn.

    Their first index is of a product, or of a place with a demand class.

    Attributes:
        served: Units served.
        lost: Units lost.
        unit_revenue: Revenue of a unit due in each period, currency/unit, (N, S, T).
        product: Index of the product of each first index, (N,).
    """

    served: DueUnits
    lost: DueUnits
    unit_revenue: Floats
    product: Integers

    @classmethod
    def of(cls, flows: StockFlows, unit_revenue: Floats, product: Integers) -> Sold:
        """What stock flows sell."""
        return cls(*by_due_period(flows), unit_revenue, product)

    @classmethod
    def of_products(cls, problem: Problem, flows: StockFlows) -> Sold:
        """What stock flows sell, whoever wants it."""
        return cls.of(flows, problem.unit_revenue, np.arange(len(problem.products)))

    def earned(self, units: DueUnits) -> Floats:
        """What units earn, each of `DueUnits`, in currency."""
        at = (units.product, units.warehouse, units.due)
        return units.quanta / QUANTA * self.unit_revenue[at]

    def revenue(self, units: DueUnits) -> int:
        """What units earn, in cents; added up exactly, so that it is the same on every machine."""
        return to_cents(math.fsum(self.earned(units).tolist()))

    def by_product(self, units: DueUnits, products: int) -> Floats:
        """What units of each product earn, in currency, (P,)."""
        return np.bincount(self.product[units.product], self.earned(units), products)


def by_due_period(flows: StockFlows) -> tuple[DueUnits, DueUnits]:
    """Units served and units lost, by the period they were due in."""
    is_late = flows.late.any(axis=2)
    in_time = ~is_late[..., None]
    served, lost = (DueUnits.in_time(u * in_time) for u in (flows.served, flows.lost))
    if not is_late.any():
        return served, lost
    served_late, lost_late = _where_late(flows, *np.nonzero(is_late))
    return served.and_also(served_late), lost.and_also(lost_late)


def _where_late(
    flows: StockFlows, product: Integers, warehouse: Integers
) -> tuple[DueUnits, DueUnits]:
    """The same of places (C,) that owe something at the end of some period."""
    quantities = (flows.demand, flows.served, flows.lost, flows.late)
    demand, served, lost, late = (values[product, warehouse] for values in quantities)
    owed = np.zeros_like(demand)
    found: tuple[list[Integers], list[Integers]] = ([], [])
    for t in range(demand.shape[1]):
        owed[:, t] = demand[:, t]
        due = owed[:, : t + 1]
        newest_first = due[:, ::-1]
        taken_of = (
            (_first(due, served[:, t]), served[:, t]),
            (_first(newest_first, lost[:, t])[:, ::-1], lost[:, t]),
        )
        for rows, (taken, asked) in zip(found, taken_of, strict=True):
            due -= taken
            # Figures are rounded one by one: a quantum too many was due now.
            taken[:, t] += asked - taken.sum(axis=1)
            place, at = np.nonzero(taken)
            periods = np.full(len(place), t)
            rows.append(np.stack([product[place], warehouse[place], periods, at, taken[place, at]]))
        excess = due.sum(axis=1) - late[:, t]
        due -= _first(newest_first, np.maximum(0, excess))[:, ::-1]
        due[:, t] += np.maximum(0, -excess)
    served_late, lost_late = (DueUnits(*np.concatenate(rows, axis=1)) for rows in found)
    return served_late, lost_late


def _first(there: Integers, wanted: Integers) -> Integers:
    """What is taken of each column, the first ones first, (C, U)."""
    reached = np.minimum(np.cumsum(there, axis=1), wanted[:, None])
    return np.diff(reached, axis=1, prepend=0)


def earnings(problem: Problem, sold: Sold, cents: Mapping[str, int]) -> dict[str, float]:
    """Revenue, margin and revenue at risk of a plan, in currency to the cent.

    Args:
        problem: The problem, whose products are named.
        sold: What is sold and lost.
        cents: Each cost term of the published plan, in cents; what is not spent is left out.

    Raises:
        InputRefused: Revenue is more than its column holds.
    """
    for units in (sold.served, sold.lost):
        refuse_large_revenue(problem, sold.by_product(units, len(problem.products)))
    revenue = sold.revenue(sold.served)
    spent = sum(cents.get(cost.name, 0) for cost in COSTS if cost.is_spent)
    return {
        "revenue": revenue / CENTS,
        "margin": (revenue - spent) / CENTS,
        "revenue_at_risk": sold.revenue(sold.lost) / CENTS,
    }
