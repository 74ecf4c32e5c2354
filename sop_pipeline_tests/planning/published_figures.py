"""The tables of a plan beside the contract, figure by figure, and what differs between them.

Written from the contract alone, in plain loops; shares no code with the planner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sop_pipeline_tests.planning.companies import records
from sop_pipeline_tests.planning.independent import Company

Row = dict[str, Any]
Key = tuple[Any, ...]

UNIT = 5e-4
"""Quantities have four decimals; a few of them are added up."""
CENTS = 0.03
"""Amounts are shared out by largest remainder after terms were rounded to the cent."""
STORED = 5e-5
"""What rounding takes from a quantity whose price is looked up here."""
LARGEST_PCT = 999.99

KEYS = {
    "RECOMMENDED_BUILD_PLAN": ("PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"),
    "BUILD_PLAN_INVENTORY": ("PRODUCT_ID", "SITE_ID", "PERIOD_START"),
    "BUILD_PLAN_CAPACITY": ("WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"),
    "BUILD_PLAN_WAREHOUSE": ("SITE_ID", "PERIOD_START"),
    "BUILD_PLAN_SHIPMENT": ("PRODUCT_ID", "FROM_SITE_ID", "TO_SITE_ID", "PERIOD_START"),
}


@dataclass(frozen=True)
class Amount:
    """What quantities cost, and how far rounding the quantities may move it."""

    value: float = 0.0
    within: float = CENTS

    @classmethod
    def of(cls, *priced: tuple[float, float]) -> Amount:
        """Quantities times prices."""
        value = math.fsum(quantity * price for quantity, price in priced)
        return cls(value, CENTS + STORED * math.fsum(abs(price) for _, price in priced))


@dataclass
class Findings:
    """Where a table says something else than what it should."""

    found: list[str] = field(default_factory=list[str])

    def same(self, place: str, told: float, expected: float, within: float) -> None:
        if not abs(told - expected) <= within:
            self.found.append(f"{place}: {told:,.6g}, should be {expected:,.6g}")

    def holds(self, place: str, truth: bool, expected: str) -> None:
        if not truth:
            self.found.append(f"{place}: should be {expected}")


class PublishedFigures:
    """A plan's tables by key, with the contract they are to follow from."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], company: Company) -> None:
        self.company, self.said = company, Findings()
        self.periods = range(company.T)
        self.routings = company.routings()
        self.centers = sorted({w for *_, uses, _ in self.routings for w, _ in uses} | self._idle())
        self.plants = {plant for _, _, plant, _, _ in self.routings}
        self.lanes = company.lanes(self.plants)
        of_day = {pd.Timestamp(company.start(t)): t for t in self.periods}
        self.rows: dict[str, dict[Key, Row]] = {}
        for name, key in KEYS.items():
            rows = records(tables[name])
            self.rows[name] = {
                (*(row[part] for part in key[:-1]), of_day.get(pd.Timestamp(row[key[-1]]))): row
                for row in rows
            }
            expected = getattr(self, f"keys_of_{name.lower()}")()
            self.said.holds(f"{name} key", len(self.rows[name]) == len(rows), "unique")
            wrong = sorted(map(str, set(self.rows[name]) ^ expected))
            self.said.holds(f"{name} rows {wrong}", not wrong, "rows exactly for what is planned")
        (self.total,) = records(tables["BUILD_PLAN_SUMMARY"])

    def _idle(self) -> set[int]:
        """Work centres of routings that hold in no period."""
        return {
            row["WORK_CENTER_ID"]
            for row in self.company.rows["product_routings"]
            if row["PRODUCT_ID"] in self.company.products
        }

    def operations(self, product: int, code: str) -> set[int]:
        """Work centres of a routing, dated or not."""
        given = {
            row["WORK_CENTER_ID"]
            for row in self.company.rows["product_routings"]
            if (row["PRODUCT_ID"], row["ROUTING_CODE"]) == (product, code)
        }
        uses = next(uses for p, c, _, uses, _ in self.routings if (p, c) == (product, code))
        return given or {w for w, _ in uses}

    def keys_of_recommended_build_plan(self) -> set[Key]:
        return {
            (p, w, t)
            for p, code, *_ in self.routings
            for w in self.operations(p, code)
            for t in self.periods
        }

    def keys_of_build_plan_inventory(self) -> set[Key]:
        company = self.company
        return {
            (p, s, t) for p in company.products for s in company.warehouses for t in self.periods
        }

    def keys_of_build_plan_capacity(self) -> set[Key]:
        return {(w, code, t) for w in self.centers for code in self.codes(w) for t in self.periods}

    def keys_of_build_plan_warehouse(self) -> set[Key]:
        return {(s, t) for s in self.company.warehouses for t in self.periods}

    def keys_of_build_plan_shipment(self) -> set[Key]:
        made = {(p, plant) for p, _, plant, _, _ in self.routings}
        return {
            (p, a, b, t)
            for a, b, _, lead in self.lanes
            for p in self.company.products
            if a not in self.plants or (p, a) in made
            for t in self.periods
            if t + lead < self.company.T
        }

    def codes(self, w: int) -> set[str]:
        rows = self.company.rows["capacity_tiers"]
        return {"REGULAR"} | {r["TIER_CODE"] for r in rows if r["WORK_CENTER_ID"] == w}

    def stock(self, p: int, s: int, t: int, column: str = "ENDING_INVENTORY") -> float:
        return self.rows["BUILD_PLAN_INVENTORY"][p, s, t][column]

    def pallets_held(self, p: int, s: int, t: int) -> float:
        return self.company.pallets(p) * self.stock(p, s, t)

    def tier(self, w: int, code: str, t: int) -> tuple[float, float]:
        """Capacity and premium; nothing where the tier does not hold."""
        return self.company.tiers(w, t).get(code, (0.0, 0.0))

    def used(self, w: int, code: str, t: int) -> float:
        return self.rows["BUILD_PLAN_CAPACITY"][w, code, t]["CAPACITY_USED"]

    def load(self, w: int, t: int) -> float:
        return sum(self.used(w, code, t) for code in self.codes(w))

    def premium(self, w: int, t: int) -> Amount:
        codes = self.codes(w)
        return Amount.of(*((self.used(w, c, t), self.tier(w, c, t)[1]) for c in codes))

    def overflow(self, s: int, t: int) -> float:
        held = sum(self.pallets_held(p, s, t) for p in self.company.products)
        return max(0.0, self.company.base(s) + held - self.company.threshold(s, t))

    def overflow_cost(self, s: int, t: int) -> Amount:
        if self.company.policy.overflow == "forbid":
            return Amount()
        left, parts = self.overflow(s, t), list[tuple[float, float]]()
        for most, rate in self.company.overflow_tiers(s, t):
            parts.append((min(left, most), rate))
            left -= parts[-1][0]
        return Amount.of(*parts)

    def percent(self, place: str, told: float, used: float, available: float) -> None:
        """Used over available in per cent; 0 where nothing is available, at most 999.99."""
        expected, within = 0.0, 0.01
        if 0 < available < math.inf:
            expected = min(LARGEST_PCT, 100 * used / available)
            within += 100 * UNIT / available
        self.said.same(place, told, expected, within)

    def amount(self, place: str, told: float, expected: Amount) -> None:
        self.said.same(place, told, expected.value, expected.within)

    def holding(
        self, sites: Iterable[int], t: int, products: Iterable[int] | None = None
    ) -> Amount:
        chosen = self.company.products if products is None else products
        return Amount.of(
            *((self.stock(p, s, t), self.company.holding(p, s, t)) for p in chosen for s in sites)
        )

    def flows(self) -> dict[Key, tuple[float, float, float]]:
        """Units, transport and handling price of each shipment."""
        company = self.company
        found: dict[Key, tuple[float, float, float]] = {}
        for a, b, cost, lead in self.lanes:
            for (p, origin, to, t), row in self.rows["BUILD_PLAN_SHIPMENT"].items():
                if (origin, to) == (a, b):
                    per_pallet = company.rate(b, t + lead, "HANDLING_COST_PER_PALLET")
                    handling = per_pallet * company.pallets(p)
                    found[p, a, b, t] = (row["UNITS_SHIPPED"], cost, handling)
        return found

    @property
    def ages(self) -> bool:
        """Whether any product has an age."""
        return any(self.company.age(p) is not None for p in self.company.products)

    def labels(self, t: int) -> dict[str, Any]:
        company = self.company
        rows = [
            r for r in company.rows["fiscal_calendar"] if r["START_DATE"] == company.start(t)
        ] or [
            r
            for r in company.rows["demand_forecasts"]
            if company.period(r["FORECAST_DATE"]) == company.periods[t]
        ]
        return {column: rows[0][column] for column in ("FISCAL_MONTH", "FISCAL_QUARTER")}
