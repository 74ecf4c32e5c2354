"""The optimum of a company whose demand has classes, by other means: rows stated one by one.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

import math
from typing import Any

from sop_pipeline_tests.planning.independent import Company, first
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.stated_programme import Programme

Row = dict[str, Any]
Place = tuple[int, int, str]
"""Product, warehouse and class."""


class ClassCompany(Company):
    """The contract's figures by class of demand."""

    def class_places(self) -> list[Place]:
        named = {
            (r["PRODUCT_ID"], r["SITE_ID"], r["DEMAND_CLASS"] or "")
            for r in self.rows["demand_forecasts"]
        }
        return sorted(
            place for place in named if any(self.wanted(place, t) > 0 for t in range(self.T))
        )

    def of_class(self, place: Place, t: int) -> list[Row]:
        p, s, name = place
        rows = self.forecasts(p, s, self.periods[t])
        return [r for r in rows if (r["DEMAND_CLASS"] or "") == name]

    def wanted(self, place: Place, t: int) -> float:
        return sum(r["FORECAST_QUANTITY"] for r in self.of_class(place, t))

    def priority(self, place: Place, t: int) -> float:
        for earlier in range(t, -1, -1):
            for row in self.of_class(place, earlier):
                return math.inf if row["PRIORITY"] is None else row["PRIORITY"]
        return math.inf

    def _mean(self, place: Place, t: int, figure: Any, default: float) -> float:
        for earlier in range(t, -1, -1):
            rows = self.of_class(place, earlier)
            total = sum(r["FORECAST_QUANTITY"] for r in rows)
            if rows and total == 0:
                return sum(map(figure, rows)) / len(rows)
            if rows:
                return sum(figure(r) * r["FORECAST_QUANTITY"] for r in rows) / total
        return default

    def class_revenue(self, place: Place, t: int) -> float:
        price = self.master[place[0]]["UNIT_PRICE"]
        return self._mean(place, t, lambda r: first(r["UNIT_REVENUE"], price), price)

    def class_lost(self, place: Place, t: int) -> float:
        price, factor = self.master[place[0]]["UNIT_PRICE"], self.policy.lost_sale_revenue_factor
        given = (self.figure(place[0], "LOST_SALE_COST"), self.policy.lost_sale_cost_per_unit)

        def of_row(row: Row) -> float:
            by_revenue = factor * first(row["UNIT_REVENUE"], price)
            return first(row["LOST_SALE_COST"], *given, by_revenue)

        return self._mean(place, t, of_row, first(*given, factor * price))

    def class_late(self, place: Place, t: int) -> float:
        p, s, _ = place
        holding = self.holding(p, s, t) / self.length(t)
        rule = max(self.class_revenue(place, t) / 10, 3 * holding)
        a_month = first(self.policy.backorder_cost_per_unit_month, rule)
        return first(self.figure(p, "BACKORDER_COST_PER_PERIOD"), a_month * self.length(t))


def optimum_by_class(company: ClassCompany, stated: Programme | None = None) -> float | None:
    """Least cost under the policy's rule of allocation; None where no plan is possible.

    Args:
        company: The company.
        stated: Its programme, where it is more than what has no classes.
    """
    policy = company.policy
    lp = programme_of(company) if stated is None else stated
    if policy.shortage == "forbid":
        return lp.solve()
    places = company.class_places()
    short: dict[tuple[Place, int], dict[int, float]] = {}
    for p in company.products:
        for s in company.warehouses:
            own = [place for place in places if place[:2] == (p, s)]
            for t in range(company.T):
                _split(lp, company, (p, s, t), own, short)
    if policy.allocation == "priority":
        _held(lp, company, short)
    return lp.solve()


def _split(
    lp: Programme,
    company: ClassCompany,
    at: tuple[int, int, int],
    places: list[Place],
    short: dict[tuple[Place, int], dict[int, float]],
) -> None:
    """What is lost and late at a place and time, by class and slice."""
    p, s, t = at
    late_allowed = company.policy.shortage == "backorder"
    lost_in_all = {lp.columns["l", p, s, t]: -1.0}
    late_in_all = {lp.columns["b", p, s, t]: -1.0} if late_allowed else {}
    for total in (lost_in_all, late_in_all):
        for column in total:
            lp.cost[column] = 0.0
    for place in places:
        wanted, cost = company.wanted(place, t), company.class_lost(place, t)
        owed: dict[int, float] = {}
        slices = 10 if company.policy.allocation == "fair" and wanted > 0 else 1
        for i in range(slices):
            dearer = cost * (1 + company.policy.fair_share_weight * i / 9)
            most = wanted / 10 if i < slices - 1 else math.inf
            slice_ = lp.var("lost", place, i, t, cost=dearer, most=most)
            lost_in_all[slice_] = owed[slice_] = 1.0
        if late_allowed:
            late = lp.var("late", place, t, cost=company.class_late(place, t))
            late_in_all[late] = owed[late] = 1.0
        short[place, t] = dict(owed)
        if late_allowed and t:
            owed[lp.columns["late", place, t - 1]] = -1.0
        lp.less.append((owed, wanted))
    lp.equal.append((lost_in_all, 0.0))
    if late_allowed:
        lp.equal.append((late_in_all, 0.0))


def _held(
    lp: Programme, company: ClassCompany, short: dict[tuple[Place, int], dict[int, float]]
) -> None:
    """Hold what each priority goes short of at its least, one priority after the other."""
    cost = lp.cost
    levels = {company.priority(place, t) for place, t in short if company.wanted(place, t) > 0}
    for level in sorted(levels):
        worth = {
            column: company.class_revenue(place, t)
            for (place, t), columns in short.items()
            if company.priority(place, t) == level
            for column in columns
        }
        lp.cost = [worth.get(column, 0.0) for column in range(len(cost))]
        least = lp.solve()
        if least is None:
            break
        least = max(0.0, least)  # without the noise of arithmetic
        lp.less.append((worth, least + 1e-7 * max(1.0, least)))
    lp.cost = cost
