"""Stock, capacity, warehouses and shipments as published: each figure from the contract."""

from __future__ import annotations

import math
from collections import defaultdict

from sop_pipeline_tests.planning.published_figures import (
    STORED,
    UNIT,
    Amount,
    PublishedFigures,
    Row,
)


class PublishedStock(PublishedFigures):
    """Tables of stock, capacity, warehouses and shipments."""

    def inventory(self) -> None:
        company, said = self.company, self.said
        arriving, leaving = defaultdict(float), defaultdict(float)
        leads = {(a, b): lead for a, b, _, lead in self.lanes}
        for (p, a, b, t), row in self.rows["BUILD_PLAN_SHIPMENT"].items():
            arriving[p, b, t + leads[a, b]] += row["UNITS_SHIPPED"]
            leaving[p, a, t] += row["UNITS_SHIPPED"]
        for receipt in company.rows["scheduled_receipts"]:
            period = company.period(receipt["RECEIPT_DATE"])
            if period in company.periods:
                t = company.periods.index(period)
                arriving[receipt["PRODUCT_ID"], receipt["SITE_ID"], t] += receipt["QUANTITY"]
        for (p, s, t), row in self.rows["BUILD_PLAN_INVENTORY"].items():
            place = f"BUILD_PLAN_INVENTORY {p, s, t}"
            opening = self.stock(p, s, t - 1) if t else company.opening(p, s)
            late = self.stock(p, s, t - 1, "BACKORDER") if t else 0.0
            target, ending = company.safety_stock(p, s, t), row["ENDING_INVENTORY"]
            balance = opening + arriving[p, s, t] - leaving[p, s, t] - row["SCRAPPED"] - ending
            due = company.demand(p, s, t) + late - row["BACKORDER"] - row["LOST_SALES"]
            for column, expected in {
                "OPENING_INVENTORY": opening,
                "RECEIVED": arriving[p, s, t],
                "SHIPPED_OUT": leaving[p, s, t],
                "DEMAND": company.demand(p, s, t),
                "SAFETY_STOCK_TARGET": target,
                "SAFETY_STOCK_SHORTFALL": max(0.0, target - ending),
            }.items():
                said.same(f"{place} {column}", row[column], expected, UNIT)
            said.same(f"{place} SERVED, by stock", row["SERVED"], balance, UNIT)
            said.same(f"{place} SERVED, by demand", row["SERVED"], due, UNIT)
            self._shortages(place, row, last=t == company.T - 1)
            self._age((p, s, t), row)
        for p in company.products:
            left = sum(self.stock(p, s, company.T - 1) for s in company.warehouses)
            least = company.figure(p, "TERMINAL_INVENTORY") or 0.0
            said.holds(f"stock of {p} at the end", left >= least - UNIT, f"at least {least}")

    def _age(self, key: tuple[int, int, int], row: Row) -> None:
        """Only what has an age is thrown away, and what stood A periods ago has left."""
        p, s, t = key
        most, place = self.company.age(p), f"BUILD_PLAN_INVENTORY {key}"
        if most is None:
            self.said.same(f"{place} SCRAPPED", row["SCRAPPED"], 0.0, 0.0)
            return
        begun = t - most
        if begun < -1 or (begun == -1 and not most):
            return
        stood = self.company.opening(p, s) if begun == -1 else self.stock(p, s, begun)
        left = sum(
            self.stock(p, s, u, column)
            for u in range(begun + 1, t + 1)
            for column in ("SERVED", "SHIPPED_OUT", "SCRAPPED")
        )
        self.said.holds(f"{place} stock of {begun}", stood <= left + UNIT, f"at most {left}")

    def _shortages(self, place: str, row: Row, *, last: bool) -> None:
        policy, said = self.company.policy, self.said
        amounts = [value for name, value in row.items() if name != "PERIOD_START"]
        said.holds(place, min(amounts) >= 0, "nothing negative")
        if policy.shortage == "forbid":
            said.same(f"{place} LOST_SALES", row["LOST_SALES"], 0.0, STORED)
        if policy.shortage != "backorder" or last:
            said.same(f"{place} BACKORDER", row["BACKORDER"], 0.0, STORED)
        if policy.safety_stock == "hard":
            said.same(f"{place} SAFETY_STOCK_SHORTFALL", row["SAFETY_STOCK_SHORTFALL"], 0.0, 0.0)

    def warehouses(self) -> None:
        company, said = self.company, self.said
        for (s, t), row in self.rows["BUILD_PLAN_WAREHOUSE"].items():
            place = f"BUILD_PLAN_WAREHOUSE {s, t}"
            pallets = company.base(s) + sum(self.pallets_held(p, s, t) for p in company.products)
            for column, expected in {
                "PALLETS": pallets,
                "CAPACITY_PALLETS": company.places(s),
                "THRESHOLD_PALLETS": company.threshold(s, t),
                "OVERFLOW_PALLETS": self.overflow(s, t),
            }.items():
                said.same(f"{place} {column}", row[column], expected, UNIT)
            self.percent(
                f"{place} UTILIZATION_PCT", row["UTILIZATION_PCT"], pallets, company.places(s)
            )
            self.amount(f"{place} STORAGE_COST", row["STORAGE_COST"], self.holding([s], t))
            self.amount(f"{place} OVERFLOW_COST", row["OVERFLOW_COST"], self.overflow_cost(s, t))
            room = min(
                company.most_overflow(s, t), sum(most for most, _ in company.overflow_tiers(s, t))
            )
            most = company.threshold(s, t) + room
            said.holds(f"{place} PALLETS", pallets <= most + UNIT, f"at most {most}")

    def shipments(self) -> None:
        leads = {(a, b): lead for a, b, _, lead in self.lanes}
        sent = defaultdict(float)
        for (p, a, b, t), (units, cost, handling) in self.flows().items():
            row, place = (
                self.rows["BUILD_PLAN_SHIPMENT"][p, a, b, t],
                f"BUILD_PLAN_SHIPMENT {p, a, b, t}",
            )
            self.said.holds(f"{place} UNITS_SHIPPED", units >= 0 and units % 1 == 0, "whole")
            self.said.same(f"{place} LEAD_TIME_PERIODS", row["LEAD_TIME_PERIODS"], leads[a, b], 0.0)
            expected = Amount.of((units, cost + handling))
            self.amount(f"{place} SHIPMENT_COST", row["SHIPMENT_COST"], expected)
            sent[p, a, t] += units
        for p, plant in {(p, plant) for p, _, plant, _, _ in self.routings}:
            for t in self.periods:
                made = sum(
                    row["RECOMMENDED_QUANTITY"]
                    for (q, w, at), row in self.rows["RECOMMENDED_BUILD_PLAN"].items()
                    if (q, at, self.company.centers[w]["SITE_ID"]) == (p, t, plant)
                )
                self.said.same(
                    f"builds of {p} at plant {plant} in {t}", made, sent[p, plant, t], 0.0
                )

    def capacity(self) -> None:
        for (w, code, t), row in self.rows["BUILD_PLAN_CAPACITY"].items():
            place = f"BUILD_PLAN_CAPACITY {w, code, t}"
            for column in ("ACTIVATED", "FIXED_COST", "MIN_USE"):
                self.said.holds(f"{place} {column}", row[column] is None, "empty")
            available, premium = self.tier(w, code, t)
            told = math.inf if row["CAPACITY_AVAILABLE"] is None else row["CAPACITY_AVAILABLE"]
            if told != available:
                self.said.same(f"{place} CAPACITY_AVAILABLE", told, available, UNIT)
            used = row["CAPACITY_USED"]
            self.said.holds(
                f"{place} CAPACITY_USED", 0 <= used <= available + UNIT, "within limits"
            )
            self.percent(f"{place} UTILIZATION_PCT", row["UTILIZATION_PCT"], used, available)
            for cheaper in self.codes(w):
                limit, price = self.tier(w, cheaper, t)
                full = price >= premium or self.used(w, cheaper, t) >= limit - UNIT
                self.said.holds(f"{place} after {cheaper}", full or used <= UNIT, "cheapest first")
