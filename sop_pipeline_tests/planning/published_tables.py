"""Every figure of the published tables, computed anew from the input and from the other tables.

Written from the contract alone, in plain loops; shares no code with the planner. What a table
does not tell, which of two routings at one work centre made a unit, is searched for: some way to
split the builds must explain every load and every amount.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from sop_pipeline_tests.planning.companies import records
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.published_pegs import Published, peg_findings

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


def findings(tables: Mapping[str, pd.DataFrame], company: Company) -> list[str]:
    """Everything in a plan's tables that is not what the contract asks for; empty if all is."""
    check = _Check(tables, company)
    if not check.said.found:
        check.inventory()
        check.capacity()
        check.warehouses()
        check.shipments()
        check.builds()
        check.summary()
        check.pegs(records(tables["BUILD_PLAN_PEGGING"]))
    return check.said.found


class _Check:
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

    # Which rows there are

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

    # Figures of the tables

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

    def overflow_price(self, s: int, t: int) -> float:
        company = self.company
        days = company.policy.storage_days_per_month * company.length(t)
        return company.rate(s, t, "OVERFLOW_PENALTY_RATE") * days

    def overflow(self, s: int, t: int) -> float:
        held = sum(self.pallets_held(p, s, t) for p in self.company.products)
        return max(0.0, self.company.base(s) + held - self.company.threshold(s, t))

    def overflow_cost(self, s: int, t: int) -> Amount:
        if self.company.policy.overflow == "forbid":
            return Amount()
        return Amount.of((self.overflow(s, t), self.overflow_price(s, t)))

    # The tables

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
            balance = opening + arriving[p, s, t] - leaving[p, s, t] - ending
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
        for p in company.products:
            left = sum(self.stock(p, s, company.T - 1) for s in company.warehouses)
            least = company.figure(p, "TERMINAL_INVENTORY") or 0.0
            said.holds(f"stock of {p} at the end", left >= least - UNIT, f"at least {least}")

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

    def capacity(self) -> None:
        for (w, code, t), row in self.rows["BUILD_PLAN_CAPACITY"].items():
            place = f"BUILD_PLAN_CAPACITY {w, code, t}"
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

    def percent(self, place: str, told: float, used: float, available: float) -> None:
        """Used over available in per cent; 0 where nothing is available, at most 999.99."""
        expected, within = 0.0, 0.01
        if 0 < available < math.inf:
            expected = min(LARGEST_PCT, 100 * used / available)
            within += 100 * UNIT / available
        self.said.same(place, told, expected, within)

    def warehouses(self) -> None:
        company, said = self.company, self.said
        policy = company.policy
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
            most = math.inf
            if policy.overflow == "forbid":
                most = company.threshold(s, t)
            elif policy.overflow_limit_pct is not None:
                limit = company.places(s) * policy.overflow_limit_pct / 100
                most = max(company.threshold(s, t), limit)
            said.holds(f"{place} PALLETS", pallets <= most + UNIT, f"at most {most}")

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

    def stands_at(self, product: int, code: str) -> int:
        """Work centre of the tightest operation, ties to the lower id."""
        uses = next(uses for p, c, _, uses, _ in self.routings if (p, c) == (product, code))

        def share(w: int) -> float:
            taken = max((amount for (v, _), amount in uses.items() if v == w), default=0.0)
            regular = sum(self.tier(w, "REGULAR", t)[0] for t in self.periods)
            return taken / regular if regular else (math.inf if taken else 0.0)

        return min(self.operations(product, code), key=lambda w: (-share(w), w))

    def builds(self) -> None:
        company, said = self.company, self.said
        flows = self.flows()
        first: dict[int, int] = {}
        for p, code, *_ in sorted(self.routings, key=lambda routing: routing[:2]):
            first.setdefault(p, self.stands_at(p, code))
        places = sum(map(company.places, company.warehouses))
        for (p, w, t), row in self.rows["RECOMMENDED_BUILD_PLAN"].items():
            place = f"RECOMMENDED_BUILD_PLAN {p, w, t}"
            units = row["RECOMMENDED_QUANTITY"]
            said.holds(f"{place} RECOMMENDED_QUANTITY", units >= 0 and units % 1 == 0, "whole")
            finite = [self.tier(w, code, t)[0] for code in self.codes(w)]
            capacity = sum(most for most in finite if most < math.inf)
            told = row["CURRENT_CAPACITY_AVAILABLE"]
            said.same(f"{place} CURRENT_CAPACITY_AVAILABLE", told, capacity, UNIT)
            percent = row["CAPACITY_UTILIZATION_PCT"]
            self.percent(f"{place} CAPACITY_UTILIZATION_PCT", percent, self.load(w, t), capacity)
            pallets = sum(
                self.rows["BUILD_PLAN_WAREHOUSE"][s, t]["PALLETS"] for s in company.warehouses
            )
            percent = row["WAREHOUSE_UTILIZATION_PCT"]
            self.percent(f"{place} WAREHOUSE_UTILIZATION_PCT", percent, pallets, places)
            logistics = row["PROJECTED_TOTAL_COST"] - (
                row["PROJECTED_PRODUCTION_COST"] + row["PROJECTED_STORAGE_COST"]
            )
            inventory, storage, carried = 0.0, Amount(), Amount()
            if first[p] == w:
                inventory = sum(self.stock(p, s, t) for s in company.warehouses)
                storage = self.storage(p, t)
                sent = [flow for (q, _, _, at), flow in flows.items() if (q, at) == (p, t)]
                carried = Amount.of(*((units, cost + handling) for units, cost, handling in sent))
            said.same(f"{place} PROJECTED_INVENTORY", row["PROJECTED_INVENTORY"], inventory, UNIT)
            self.amount(f"{place} PROJECTED_STORAGE_COST", row["PROJECTED_STORAGE_COST"], storage)
            self.amount(f"{place} transport and handling", logistics, carried)
            for column, label in self.labels(t).items():
                said.holds(f"{place} {column}", row[column] == label, str(label))
        for t in self.periods:
            self.production(t)

    def storage(self, p: int, t: int) -> Amount:
        """Holding, and overflow by pallets held, by demand where none are, else in equal parts."""
        company = self.company
        holding = self.holding(company.warehouses, t, [p])
        value, within = holding.value, holding.within
        for s in company.warehouses:
            weights = {q: self.pallets_held(q, s, t) for q in company.products}
            if not sum(weights.values()):
                weights = {q: company.demand(q, s, t) for q in company.products}
            if not sum(weights.values()):
                weights = dict.fromkeys(company.products, 1.0)
            overflow = self.overflow_cost(s, t)
            value += overflow.value * weights[p] / sum(weights.values())
            within += overflow.within - CENTS
        return Amount(value, within)

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

    def production(self, t: int) -> None:
        """Some whole split of the builds among routings gives every load and every cost."""
        valid = [routing for routing in self.routings if routing[4][t] is not None]
        split = _Split(len(valid))
        rate, within = {}, {}
        for w in self.centers:
            load, premium = self.load(w, t), self.premium(w, t)
            rate[w] = premium.value / load if load else 0.0
            within[w] = premium.within
            takes = [uses.get((w, t), 0.0) for *_, uses, _ in valid]
            split.ask(f"load of work centre {w} in {t}", takes, load, UNIT)
        price = [
            costs[t] + sum(amount * rate[w] for (w, at), amount in uses.items() if at == t)
            for *_, uses, costs in valid
        ]
        standing = [(p, self.stands_at(p, code)) for p, code, *_ in valid]
        for (p, w, at), row in self.rows["RECOMMENDED_BUILD_PLAN"].items():
            if at == t:
                here = [float(pair == (p, w)) for pair in standing]
                place = f"RECOMMENDED_BUILD_PLAN {p, w, t}"
                told = row["RECOMMENDED_QUANTITY"]
                split.ask(f"{place} RECOMMENDED_QUANTITY", here, told, 1e-6)
                costs = [there * cost for there, cost in zip(here, price, strict=True)]
                told, near = row["PROJECTED_PRODUCTION_COST"], max(within.values())
                split.ask(f"{place} PROJECTED_PRODUCTION_COST", costs, told, near)
        self.said.found += split.unexplained()

    def summary(self) -> None:
        company, total = self.company, self.total
        terms = self.published_terms()
        for name, expected in terms.items():
            self.amount(f"SUMMARY PUBLISHED_{name}_COST", total[f"PUBLISHED_{name}_COST"], expected)
        rows = self.rows["RECOMMENDED_BUILD_PLAN"].values()
        paid = sum(row["PROJECTED_PRODUCTION_COST"] for row in rows)
        made = total["PUBLISHED_PRODUCTION_COST"] + total["PUBLISHED_TIER_PREMIUM_COST"]
        self.said.same("SUMMARY production and tier premium", made, paid, 0.005)
        names = (*terms, "PRODUCTION")
        published = sum(total[f"PUBLISHED_{name}_COST"] for name in names)
        cost = total["OBJECTIVE"] + total["ROUNDING_COST"]
        self.said.same("SUMMARY OBJECTIVE and ROUNDING_COST", cost, published, 0.005)
        objective = sum(total[f"{name}_COST"] for name in names)
        self.said.same("SUMMARY OBJECTIVE", total["OBJECTIVE"], objective, 0.005)
        stock = self.rows["BUILD_PLAN_INVENTORY"].values()
        demand = sum(row["DEMAND"] for row in stock)
        in_time = sum(min(row["DEMAND"], row["SERVED"]) for row in stock)
        self.said.same(
            "SUMMARY FILL_RATE", total["FILL_RATE"], in_time / demand, 1e-4 + UNIT / demand
        )
        peak, within = self.peak()
        self.said.same("SUMMARY PEAK_UTILIZATION_PCT", total["PEAK_UTILIZATION_PCT"], peak, within)
        self.said.same("SUMMARY PREBUILT_UNITS", total["PREBUILT_UNITS"], self.prebuilt(), UNIT)
        for column, t in (("HORIZON_START", 0), ("HORIZON_END", company.T - 1)):
            day = pd.Timestamp(company.start(t))
            self.said.holds(f"SUMMARY {column}", pd.Timestamp(total[column]) == day, str(day))
        for row in (total, *rows):
            told = row["MODEL_CONFIDENCE"]
            self.said.same("MODEL_CONFIDENCE", told, self.confidence(), STORED)
        self.said.same("SUMMARY HORIZON_PERIODS", total["HORIZON_PERIODS"], company.T, 0.0)

    def pegs(self, rows: list[Row]) -> None:
        published = Published(
            company=self.company,
            inventory=self.rows["BUILD_PLAN_INVENTORY"],
            shipments={
                key: row["UNITS_SHIPPED"] for key, row in self.rows["BUILD_PLAN_SHIPMENT"].items()
            },
            built={
                key: row["RECOMMENDED_QUANTITY"]
                for key, row in self.rows["RECOMMENDED_BUILD_PLAN"].items()
            },
            total=self.total,
            lead={(a, b): lead for a, b, _, lead in self.lanes},
            plant={(p, code): plant for p, code, plant, _, _ in self.routings},
            stands_at=self.stands_at,
        )
        if not self.said.found:
            self.said.found += peg_findings(published, rows)

    def confidence(self) -> float:
        """Mean of the forecasts' confidence in the horizon, weighted by their quantities."""
        company = self.company
        rows = [
            (row["FORECAST_QUANTITY"], row["CONFIDENCE_LEVEL"])
            for row in company.rows["demand_forecasts"]
            if company.period(row["FORECAST_DATE"]) in company.periods
        ]
        return sum(q * level for q, level in rows) / sum(q for q, _ in rows)

    def published_terms(self) -> dict[str, Amount]:
        """Every term but production, whose split among routings no table tells."""
        company, flows = self.company, self.flows().values()
        stock = self.rows["BUILD_PLAN_INVENTORY"]
        sites = company.warehouses

        def of_stock(column: str, price: Any) -> Amount:
            return Amount.of(*((row[column], price(*key)) for key, row in stock.items()))

        tiers = self.rows["BUILD_PLAN_CAPACITY"]
        return {
            "TIER_PREMIUM": Amount.of(
                *((row["CAPACITY_USED"], self.tier(*key)[1]) for key, row in tiers.items())
            ),
            "TRANSPORT": Amount.of(*((units, cost) for units, cost, _ in flows)),
            "HANDLING": Amount.of(*((units, handling) for units, _, handling in flows)),
            "HOLDING": of_stock("ENDING_INVENTORY", company.holding),
            "OVERFLOW": _together(self.overflow_cost(s, t) for s in sites for t in self.periods),
            "LOST_SALES": of_stock("LOST_SALES", company.lost),
            "BACKORDER": of_stock("BACKORDER", company.late),
            "SAFETY_STOCK": of_stock("SAFETY_STOCK_SHORTFALL", company.missing),
            "LOAD_CHANGE": self.load_change(),
        }

    def load_change(self) -> Amount:
        policy = self.company.policy
        changes: list[tuple[float, float]] = []
        for w in self.centers:
            before = policy.initial_load_units
            last = before.get(w) if isinstance(before, dict) else before
            for t in self.periods:
                load = self.load(w, t)
                if last is not None:
                    changes += [
                        (max(0.0, load - last), policy.load_increase_cost_per_unit),
                        (max(0.0, last - load), policy.load_decrease_cost_per_unit),
                    ]
                last = load
        return Amount.of(*changes)

    def peak(self) -> tuple[float, float]:
        """Largest load over available capacity in per cent, and what rounding may move it by."""
        found = [(0.0, 0.01)]
        for w in self.centers:
            for t in self.periods:
                most = sum(self.tier(w, code, t)[0] for code in self.codes(w))
                if 0 < most < math.inf:
                    percent = min(LARGEST_PCT, 100 * self.load(w, t) / most)
                    found.append((percent, 0.01 + 100 * UNIT / most))
        return max(found)

    def prebuilt(self) -> float:
        """Stock above its target before the fiscal quarter with the largest demand."""
        company = self.company
        labels = [self.labels(t)["FISCAL_QUARTER"] for t in self.periods]
        starts = [t for t in self.periods if t == 0 or labels[t] != labels[t - 1]]
        demand = dict.fromkeys(starts, 0.0)
        for (_, _, t), row in self.rows["BUILD_PLAN_INVENTORY"].items():
            demand[max(start for start in starts if start <= t)] += row["DEMAND"]
        before = max(starts, key=lambda start: demand[start]) - 1
        if before < 0:
            return 0.0
        return sum(
            max(0.0, self.stock(p, s, before) - company.safety_stock(p, s, before))
            for p in company.products
            for s in company.warehouses
        )


def _together(amounts: Iterable[Amount]) -> Amount:
    parts = list(amounts)
    return Amount(sum(a.value for a in parts), CENTS + sum(a.within - CENTS for a in parts))


@dataclass
class _Split:
    """Whole numbers, one a routing, that are to give some totals to within rounding."""

    size: int
    asked: list[tuple[str, list[float], float, float]] = field(default_factory=list)

    def ask(self, place: str, parts: list[float], told: float, within: float) -> None:
        self.asked.append((place, parts, told, within))

    def unexplained(self) -> list[str]:
        """The totals that no whole numbers give, where as few as possible are missed."""
        rows = len(self.asked)
        parts = np.array([p for _, p, _, _ in self.asked]).reshape(rows, self.size)
        told = np.array([value for _, _, value, _ in self.asked])
        within = np.array([near for _, _, _, near in self.asked])
        missed = np.eye(rows)
        nothing = np.zeros(rows)
        result: Any = milp(
            np.concatenate([np.zeros(self.size), np.ones(rows)]),
            integrality=np.concatenate([np.ones(self.size), nothing]),
            bounds=Bounds(0, np.inf),
            constraints=[
                LinearConstraint(np.hstack([parts, missed]), told - within, np.inf),
                LinearConstraint(np.hstack([parts, -missed]), -np.inf, told + within),
            ],
        )
        misses = result.x[self.size :]
        return [
            f"{place}: {value:,.6g}, of which {miss:,.6g} is explained by no split of the builds"
            for (place, _, value, _), miss in zip(self.asked, misses, strict=True)
            if miss > STORED
        ]
