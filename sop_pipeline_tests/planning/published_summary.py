"""The summary as published: totals of the other tables at the contract's prices."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from sop_pipeline_tests.planning.published_figures import (
    CENTS,
    LARGEST_PCT,
    STORED,
    UNIT,
    Amount,
    PublishedFigures,
)

ABSENT = frozenset(("ACTIVATION", "SETUP", "SCRAP", "PLAN_CHANGE", "FAIR_SHARE", "RISK"))
"""Terms that only some plans have."""
UNUSED = (
    "RULE_COST",
    *("EXPECTED_COST", "WAIT_AND_SEE_COST", "EVPI", "MEAN_PLAN_COST", "VSS", "CVAR"),
    *("PRICE_OF_CAUTION", "COMMIT_PERIODS"),
    "PROVEN_BOUND",
    "CLAIMED_BOUND",
    "PROVEN_GAP",
    "CLAIMED_GAP",
    "NERVOUSNESS",
    "NERVOUSNESS_FROZEN",
    "FREEZE_COST",
    "CONFIDENCE_DRAWS",
    "CONFIDENCE_SURVIVED",
    "CONFIDENCE_LOW",
    "CONFIDENCE_HIGH",
)
"""Figures of rules that a plan of the contract's oracle does not use."""


class PublishedSummary(PublishedFigures):
    """The summary."""

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
        for name in ABSENT.difference(names):
            for column in (f"{name}_COST", f"PUBLISHED_{name}_COST"):
                self.said.holds(f"SUMMARY {column}", total[column] is None, "empty")
        for column in UNUSED:
            self.said.holds(f"SUMMARY {column}", total[column] is None, "empty")
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

        def scrap(p: int, *_: int) -> float:
            return company.scrap(p)

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
            **(
                {"SCRAP": of_stock("SCRAPPED", lambda p, *_: company.scrap(p))} if self.ages else {}
            ),
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
