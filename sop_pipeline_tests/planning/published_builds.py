"""Builds as published, and the split among routings that no table tells.

Which of two routings at one work centre made a unit is searched for: some way to split the builds
must explain every load and every amount.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sop_pipeline_tests.planning.published_figures import (
    CENTS,
    STORED,
    UNIT,
    Amount,
    PublishedFigures,
)


class PublishedBuilds(PublishedFigures):
    """The table of builds."""

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
        """Holding, scrap, and overflow by pallets held, by demand where none are, else evenly."""
        company = self.company
        holding = self.holding(company.warehouses, t, [p])
        thrown = Amount.of(
            *((self.stock(p, s, t, "SCRAPPED"), company.scrap(p)) for s in company.warehouses)
        )
        value, within = holding.value + thrown.value, holding.within + thrown.within - CENTS
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
