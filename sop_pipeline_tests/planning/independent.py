"""The figures of a company, from the tables by other means: plain loops, one figure at a time.

Written from the mathematics and the contract alone; shares no code with the planner.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from functools import cached_property
from typing import Any

import pandas as pd

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline_tests.planning.companies import records

MONDAY = pd.Timestamp("1970-01-05")


def first(*values: float | None) -> float:
    """The first that is given."""
    return next(float(v) for v in values if v is not None)


class Company:
    """The contract's figures, looked up one by one."""

    def __init__(self, inputs: PlanningInputs, policy: Policy) -> None:
        self.policy = policy
        self.rows = {name: records(getattr(inputs, name)) for name in inputs.table_names()}
        periods = sorted({self.period(r["FORECAST_DATE"]) for r in self.rows["demand_forecasts"]})
        self.all_periods = periods
        self.periods = periods[: policy.horizon_periods]
        self.T = len(self.periods)
        self.sites = {r["SITE_ID"]: r["SITE_TYPE"] for r in self.rows["site_master"]}
        self.warehouses = [s for s, kind in sorted(self.sites.items()) if kind != "PLANT"]
        self.master = {r["PRODUCT_ID"]: r for r in self.rows["product_master"]}
        self.storage = {r["PRODUCT_ID"]: r for r in self.rows["product_storage"]}
        self.centers = {r["WORK_CENTER_ID"]: r for r in self.rows["capacity_summary"]}
        self.products = sorted(
            p
            for p in self.master
            if any(self.demand(p, s, t) > 0 for s in self.warehouses for t in range(self.T))
            or self.is_frozen(p)
        )

    def is_frozen(self, p: int) -> bool:
        """Whether the last plan builds the product in a frozen period."""
        frozen = self.periods[: self.policy.frozen_periods]
        return any(
            r["PRODUCT_ID"] == p
            and r["RECOMMENDED_QUANTITY"] > 0
            and self.period(r["PRODUCTION_WEEK"]) in frozen
            for r in self.rows["last_plan"]
        )

    def period(self, day: Any) -> int:
        """A number that grows by one from period to period."""
        if self.rows["fiscal_calendar"]:
            return sum(r["START_DATE"] <= day for r in self.rows["fiscal_calendar"])
        if self.policy.period == "week":
            return (day - MONDAY).days // 7
        return day.year * 12 + day.month - 1

    def first_day(self, period: int) -> Any:
        if self.rows["fiscal_calendar"]:
            return sorted(r["START_DATE"] for r in self.rows["fiscal_calendar"])[period - 1]
        if self.policy.period == "week":
            return MONDAY + dt.timedelta(weeks=period)
        return pd.Timestamp(year=period // 12, month=period % 12 + 1, day=1)

    def start(self, t: int) -> Any:
        return self.first_day(self.periods[t])

    @property
    def in_months(self) -> bool:
        return self.policy.period == "month" and not self.rows["fiscal_calendar"]

    def days(self, t: int) -> int:
        return (self.first_day(self.periods[t] + 1) - self.start(t)).days

    def length(self, t: int) -> float:
        """In months, which are all alike where they are the periods."""
        return 1.0 if self.in_months else self.days(t) / 30.4375

    def lead(self, days: float) -> int:
        mean = 30.0 if self.in_months else sum(map(self.days, range(self.T))) / self.T
        return math.floor(days / mean + 0.5)

    def age(self, p: int) -> int | None:
        """Periods that stock may stand in a warehouse; None for ever."""
        given = self.figure(p, "MAX_AGE_DAYS")
        days = self.policy.max_age_days if given is None else given
        if days is None:
            return None
        mean = 30.0 if self.in_months else sum(map(self.days, range(self.T))) / self.T
        return math.floor(days / mean)

    def scrap(self, p: int) -> float:
        return self.figure(p, "SCRAP_COST") or 0.0

    def holds(self, row: dict[str, Any], t: int) -> bool:
        begin, end = row["EFFECTIVE_DATE"], row["EXPIRY_DATE"]
        return (begin is None or begin <= self.start(t)) and (end is None or self.start(t) <= end)

    def forecasts(self, p: int, s: int, period: int) -> list[dict[str, Any]]:
        return self._forecasts.get((p, s, period), [])

    @cached_property
    def _forecasts(self) -> dict[tuple[int, int, int], list[dict[str, Any]]]:
        found: dict[tuple[int, int, int], list[dict[str, Any]]] = defaultdict(list)
        for r in self.rows["demand_forecasts"]:
            found[r["PRODUCT_ID"], r["SITE_ID"], self.period(r["FORECAST_DATE"])].append(r)
        return found

    def demand(self, p: int, s: int, t: int) -> float:
        return sum(r["FORECAST_QUANTITY"] for r in self.forecasts(p, s, self.periods[t]))

    def figure(self, p: int, column: str) -> float | None:
        return self.storage.get(p, {}).get(column)

    def safety_stock(self, p: int, s: int, t: int) -> float:
        ratio = first(self.figure(p, "SAFETY_STOCK_RATIO"), self.policy.safety_stock_ratio)
        following = self.periods[t] + 1
        if following in self.all_periods:
            return ratio * sum(r["FORECAST_QUANTITY"] for r in self.forecasts(p, s, following))
        repeat = self.policy.terminal_safety_stock == "repeat"
        return ratio * self.demand(p, s, t) if repeat else 0.0

    def pallets(self, p: int) -> float:
        return 1 / first(self.figure(p, "UNITS_PER_PALLET"), self.policy.units_per_pallet)

    def zones(self, s: int) -> list[dict[str, Any]]:
        return [z for z in self.rows["warehouse_capacity"] if z["SITE_ID"] == s]

    def places(self, s: int) -> float:
        return sum(z["MAX_CAPACITY_PALLETS"] for z in self.zones(s))

    def contracts(self, s: int, t: int) -> list[dict[str, Any]]:
        """The site's rows of a period; without any, those of the nearest earlier, or next, one."""
        for at in (*range(t, -1, -1), *range(t + 1, self.T)):
            rows = [
                r for r in self.rows["logistics_costs"] if r["SITE_ID"] == s and self.holds(r, at)
            ]
            if rows:
                return rows
        msg = f"site {s} has no contract"
        raise AssertionError(msg)

    def rate(self, s: int, t: int, column: str) -> float:
        """Mean over the zones by positions: of a zone's own rows, else of those for the rest."""
        rows = self.contracts(s, t)
        parts = []
        for zone in self.zones(s):
            own = [r for r in rows if r["WAREHOUSE_ZONE_ID"] == zone["WAREHOUSE_ZONE_ID"]]
            values = [r[column] for r in own or rows if own or r["WAREHOUSE_ZONE_ID"] is None]
            if values:
                parts.append((zone["MAX_CAPACITY_PALLETS"], sum(values) / len(values)))
        return sum(size * mean for size, mean in parts) / sum(size for size, _ in parts)

    def overflow_tiers(self, s: int, t: int) -> list[tuple[float, float]]:
        """Pallets and price a period of each tier above the threshold, cheapest first."""
        days = self.policy.storage_days_per_month * self.length(t)
        rows = [r for r in self.rows["overflow_tiers"] if r["SITE_ID"] == s and self.holds(r, t)]
        if not rows:
            return [(math.inf, self.rate(s, t, "OVERFLOW_PENALTY_RATE") * days)]
        return [
            (first(r["MAX_PALLETS"], math.inf), r["PENALTY_RATE"] * days)
            for r in sorted(rows, key=lambda row: row["TIER_RANK"])
        ]

    def most_overflow(self, s: int, t: int) -> float:
        """Pallets that the policy lets overflow, all tiers together."""
        if self.policy.overflow == "forbid":
            return 0.0
        if self.policy.overflow_limit_pct is None:
            return math.inf
        limit = self.places(s) * self.policy.overflow_limit_pct / 100
        return max(0.0, limit - self.threshold(s, t))

    def threshold(self, s: int, t: int) -> float:
        percent = first(
            self.policy.overflow_threshold_pct, self.rate(s, t, "OVERFLOW_PENALTY_THRESHOLD_PCT")
        )
        return self.places(s) * percent / 100

    def holding(self, p: int, s: int, t: int) -> float:
        contract = (
            self.rate(s, t, "STORAGE_COST_PER_PALLET_PER_DAY")
            * self.policy.storage_days_per_month
            * self.pallets(p)
        )
        given = self.figure(p, "HOLDING_COST_PER_MONTH")
        capital = self.policy.capital_rate_per_year / 12 * self.master[p]["UNIT_COST"]
        a_month = first(given, self.policy.holding_cost_per_unit_month, contract) + capital
        return a_month * self.length(t)

    def missing(self, p: int, s: int, t: int) -> float:
        if self.policy.safety_stock_penalty_per_unit is not None:
            return self.policy.safety_stock_penalty_per_unit
        last = 1.5 * self.master[p]["UNIT_COST"] if t == self.T - 1 else 0.0
        return 2 * self.holding(p, s, t) + last

    def revenue(self, p: int, s: int, t: int) -> float:
        for earlier in range(t, -1, -1):
            rows = self.forecasts(p, s, self.periods[earlier])
            if rows:
                prices = [first(r["UNIT_REVENUE"], self.master[p]["UNIT_PRICE"]) for r in rows]
                total = sum(r["FORECAST_QUANTITY"] for r in rows)
                if total == 0:
                    return sum(prices) / len(prices)
                weighted = zip(prices, rows, strict=True)
                return sum(c * r["FORECAST_QUANTITY"] for c, r in weighted) / total
        return self.master[p]["UNIT_PRICE"]

    def lost(self, p: int, s: int, t: int) -> float:
        by_revenue = self.policy.lost_sale_revenue_factor * self.revenue(p, s, t)
        given = self.figure(p, "LOST_SALE_COST")
        return first(given, self.policy.lost_sale_cost_per_unit, by_revenue)

    def late(self, p: int, s: int, t: int) -> float:
        rule = max(self.revenue(p, s, t) / 10, 3 * self.holding(p, s, t) / self.length(t))
        a_month = first(self.policy.backorder_cost_per_unit_month, rule)
        return first(self.figure(p, "BACKORDER_COST_PER_PERIOD"), a_month * self.length(t))

    def opening(self, p: int, s: int) -> float:
        balances = self.rows["opening_inventory"]
        if balances and self.policy.opening_inventory == "balance":
            return sum(
                r["QUANTITY_AVAILABLE"]
                for r in balances
                if (r["PRODUCT_ID"], r["SITE_ID"]) == (p, s)
            )
        total = sum(self.demand(q, s, t) for q in self.products for t in range(self.T))
        if total == 0:
            return 0.0
        share = sum(self.demand(p, s, t) for t in range(self.T)) / total
        return share * self.occupied(s) / self.pallets(p)

    def receipts(self, p: int, s: int, t: int) -> float:
        return sum(
            r["QUANTITY"]
            for r in self.rows["scheduled_receipts"]
            if (r["PRODUCT_ID"], r["SITE_ID"], self.period(r["RECEIPT_DATE"]))
            == (p, s, self.periods[t])
        )

    def occupied(self, s: int) -> float:
        return sum(z["CURRENT_OCCUPANCY_PALLETS"] for z in self.zones(s))

    def base(self, s: int) -> float:
        planned = sum(self.pallets(p) * self.opening(p, s) for p in self.products)
        return max(0.0, self.occupied(s) - planned)

    def calendar(self, w: int, t: int) -> dict[str, Any]:
        return next(
            (
                r
                for r in self.rows["capacity_calendar"]
                if r["WORK_CENTER_ID"] == w and self.period(r["PERIOD_START"]) == self.periods[t]
            ),
            defaultdict(lambda: None),
        )

    def tiers(self, w: int, t: int) -> dict[str, tuple[float, float]]:
        """Capacity and premium by tier code."""
        center, day = self.centers[w], self.calendar(w, t)
        hours = center["HOURS_PER_DAY"] * first(day["AVAILABLE_SHIFTS"], center["AVAILABLE_SHIFTS"])
        if self.policy.max_hours_per_day is not None:
            hours = min(hours, self.policy.max_hours_per_day)
        regular = (
            center["CAPACITY_PER_HOUR"]
            * hours
            * first(day["EFFICIENCY_FACTOR"], center["EFFICIENCY_FACTOR"])
            * first(day["WORKING_DAYS"], self.policy.working_days_per_month * self.length(t))
        )
        found = {"REGULAR": (regular, 0.0)}
        for row in self.rows["capacity_tiers"]:
            if row["WORK_CENTER_ID"] == w and self.holds(row, t):
                empty = regular if row["TIER_CODE"] == "REGULAR" else math.inf
                most = first(row["MAX_CAPACITY"], empty)
                found[row["TIER_CODE"]] = (most, row["PREMIUM_PER_UNIT"])
        if day["MAX_CAPACITY"] is not None:
            found["REGULAR"] = (day["MAX_CAPACITY"], found["REGULAR"][1])
            if day["MAX_CAPACITY"] == 0:
                found = {code: (0.0, premium) for code, (_, premium) in found.items()}
        return found

    def routings(self) -> list[tuple[int, str, int, dict[tuple[int, int], float], list[Any]]]:
        """(product, code, plant, capacity by (work centre, period), cost by period or None)."""
        found = []
        for p in self.products:
            rows = [r for r in self.rows["product_routings"] if r["PRODUCT_ID"] == p]
            for code in sorted({r["ROUTING_CODE"] for r in rows}):
                members = [r for r in rows if r["ROUTING_CODE"] == code]
                uses: dict[tuple[int, int], float] = {}
                costs: list[Any] = []
                for t in range(self.T):
                    valid = [r for r in members if self.holds(r, t)]
                    for r in valid:
                        uses[r["WORK_CENTER_ID"], t] = r["CAPACITY_PER_UNIT"]
                    given = [r["UNIT_COST"] for r in valid if r["UNIT_COST"] is not None]
                    cost = first(*given, self.default_cost(p))
                    costs.append(cost if valid else None)
                plant = self.centers[members[0]["WORK_CENTER_ID"]]["SITE_ID"]
                found.append((p, code, plant, uses, costs))
            if not rows:
                found += [
                    (
                        p,
                        self.centers[w]["WORK_CENTER_CODE"],
                        self.centers[w]["SITE_ID"],
                        {(w, t): 1.0 for t in range(self.T)},
                        [self.default_cost(p)] * self.T,
                    )
                    for w in self.bottlenecks()
                ]
        return found

    def default_cost(self, p: int) -> float:
        return first(self.policy.production_cost_per_unit, self.master[p]["UNIT_COST"])

    def bottlenecks(self) -> list[int]:
        chosen: list[int] = []
        for plant in sorted(s for s, kind in self.sites.items() if kind == "PLANT"):
            stages: dict[str, list[int]] = defaultdict(list)
            for w, center in self.centers.items():
                if center["SITE_ID"] == plant:
                    stages[center["WORK_CENTER_TYPE"]].append(w)
            if stages:
                _, least = min(
                    (
                        sum(
                            c
                            for w in ws
                            for t in range(self.T)
                            for c, _ in self.tiers(w, t).values()
                        ),
                        name,
                    )
                    for name, ws in stages.items()
                )
                chosen += sorted(stages[least])
        return chosen

    def lanes(self, plants: set[int]) -> list[tuple[int, int, float, int]]:
        """(from, to, cost, lead time in periods)."""
        rows = self.rows["transport_lanes"]
        lanes = [
            (
                r["FROM_SITE_ID"],
                r["TO_SITE_ID"],
                r["TRANSPORT_COST_PER_UNIT"],
                self.lead(r["LEAD_TIME_DAYS"]),
            )
            for r in rows
            if r["FROM_SITE_ID"] in plants or self.sites[r["FROM_SITE_ID"]] != "PLANT"
        ]
        for s in self.warehouses:
            costs = [r["TRANSPORT_COST_PER_UNIT"] for r in self.contracts(s, 0)]
            lanes += [
                (f, s, sum(costs) / len(costs), 0)
                for f in plants
                if f not in {r["FROM_SITE_ID"] for r in rows}
                or s not in {r["TO_SITE_ID"] for r in rows}
            ]
        return lanes
