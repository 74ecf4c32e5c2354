"""Plans drawn at random, as arrays of the planner and as the oracle of pegging takes them.

They are walked through period by period, so that nothing is sent or served that is not there; what
they cost is no matter.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product as every
from typing import Any

import numpy as np

from benchmarks.generator import Size, random_problem
from sop_pipeline.planning.problem import Lanes, Problem, Routings
from sop_pipeline.planning.sales import QUANTA, StockFlows
from sop_pipeline_tests.planning.unit_by_unit import Plan

PLANTS, WAREHOUSES, CENTERS = (1, 2), (11, 12, 13), (101, 102, 201)
WAYS = (("A", 0, 0), ("B", 1, 2), ("C", 0, 1), ("D", 0, 1))
"""Code, plant and work centre of the routings that each product may have."""
LANES = (*every(PLANTS, WAREHOUSES), *((a, b) for a, b in every(WAREHOUSES, WAREHOUSES) if a != b))
Array = np.ndarray[Any, np.dtype[Any]]


class DrawnPlan:
    """A plan with fractions, late and lost demand, receipts, transfers, scrap, goods on the way."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.products, self.T = int(self.rng.integers(1, 4)), int(self.rng.integers(1, 6))
        self.shape = (self.products, len(WAREHOUSES), self.T)
        ways = [WAYS[: self.rng.integers(1, len(WAYS) + 1)] for _ in range(self.products)]
        self.routings = [(p, *way) for p in range(self.products) for way in ways[p]]
        self.lead = {lane: int(self.rng.integers(0, 3)) for lane in LANES}
        self.opening = self.amounts(self.shape[:2])
        self.receipts, self.demand = self.amounts(self.shape), self.amounts(self.shape)
        self.received, none = self.receipts.copy(), np.zeros(self.shape, dtype=np.int64)
        self.served, self.lost, self.late, self.ending = (none.copy() for _ in range(4))
        self.scrapped = none.copy()
        self.build = QUANTA * self.rng.integers(0, 7, (len(self.routings), self.T))
        self.sent = {(p, *lane): none[0, 0].copy() for p in range(self.products) for lane in LANES}
        for p, t in every(range(self.products), range(self.T)):
            self.plants(p, t)
            self.warehouses(p, t)

    def amounts(self, shape: tuple[int, ...]) -> Array:
        """Quanta: nothing, whole units or fractions."""
        kinds = self.rng.integers(0, 3, shape)
        whole = QUANTA * self.rng.integers(1, 9, shape)
        return np.choose(kinds, [0 * whole, whole, self.rng.integers(1, 90_000, shape)])

    def plants(self, p: int, t: int) -> None:
        for plant, site in enumerate(PLANTS):
            made = [r for r, (q, _, f, _) in enumerate(self.routings) if (q, f) == (p, plant)]
            left = self.spread(p, site, t, int(self.build[made, t].sum()) // QUANTA)
            self.send(p, (site, WAREHOUSES[-1]), t, left)

    def warehouses(self, p: int, t: int) -> None:
        for s, site in enumerate(WAREHOUSES):
            before = self.ending[p, s, t - 1] if t else self.opening[p, s]
            there = int(before + self.received[p, s, t])
            owed = int(self.demand[p, s, t] + (self.late[p, s, t - 1] if t else 0))
            most = min(owed, there)
            served = int(self.rng.choice([0, most, self.rng.integers(0, most + 1)]))
            lost = int(self.rng.choice([0, 0, owed - served, (owed - served) // 2]))
            left = self.spread(p, site, t, (there - served) // QUANTA)
            self.served[p, s, t], self.lost[p, s, t] = served, lost
            self.late[p, s, t] = owed - served - lost
            left = left * QUANTA + (there - served) % QUANTA
            self.scrapped[p, s, t] = self.rng.choice([0, 0, self.rng.integers(0, left + 1)])
            self.ending[p, s, t] = left - self.scrapped[p, s, t]

    def spread(self, p: int, site: int, t: int, units: int) -> int:
        """Send some of the units along the site's lanes; how many are left.

        At once only to warehouses with a higher number, so that nothing goes in a circle.
        """
        for lane in (
            lane for lane in LANES if lane[0] == site and (self.lead[lane] or site < lane[1])
        ):
            part = int(self.rng.integers(0, units + 1)) if self.rng.random() < 0.6 else 0
            self.send(p, lane, t, part)
            units -= part
        return units

    def send(self, p: int, lane: tuple[int, int], t: int, units: int) -> None:
        self.sent[(p, *lane)][t] += units * QUANTA
        arrival = t + self.lead[lane]
        if arrival < self.T:
            self.received[p, WAREHOUSES.index(lane[1]), arrival] += units * QUANTA

    @property
    def holding(self) -> Array:
        """Holding cost, (P, S, T)."""
        return 0.25 + np.arange(np.prod(self.shape)).reshape(self.shape) % 7 / 3

    @property
    def problem(self) -> Problem:
        """What of the plan's problem counts here; the rest is anything."""
        size = Size("drawn", self.products, len(WAREHOUSES), len(CENTERS), 1, self.T, 30)
        flows = list(self.sent)
        lane = np.array([LANES.index((a, b)) for _, a, b in flows])
        return replace(
            random_problem(size),
            products=1 + np.arange(self.products),
            plants=np.array(PLANTS),
            warehouses=np.array(WAREHOUSES),
            work_centers=np.array(CENTERS),
            holding_cost=self.holding,
            unit_revenue=10 + self.holding,
            routings=self._routings(random_problem(size).routings),
            lanes=Lanes(
                from_site=np.array([a for a, _ in LANES]),
                to_site=np.array([b for _, b in LANES]),
                from_plant=np.array([PLANTS.index(a) if a in PLANTS else -1 for a, _ in LANES]),
                from_warehouse=np.array(
                    [WAREHOUSES.index(a) if a in WAREHOUSES else -1 for a, _ in LANES]
                ),
                to_warehouse=np.array([WAREHOUSES.index(b) for _, b in LANES]),
                unit_cost=np.zeros(len(LANES)),
                lead_time=np.array([self.lead[lane] for lane in LANES]),
                flow_lane=lane,
                flow_product=np.array([p for p, _, _ in flows]),
            ),
        )

    def _routings(self, others: Routings) -> Routings:
        product, codes, plant, center = zip(*self.routings, strict=True)
        return replace(
            others,
            codes=codes,
            product=np.array(product),
            plant=np.array(plant),
            work_center=np.array(center),
        )

    @property
    def flows(self) -> StockFlows:
        """Stock and demand."""
        return StockFlows(
            opening=self.opening,
            received=self.received,
            demand=self.demand,
            served=self.served,
            late=self.late,
            lost=self.lost,
            ending=self.ending,
            scrapped=self.scrapped,
        )

    @property
    def shipment(self) -> Array:
        """Units leaving on each flow, (Y, T)."""
        return np.array(list(self.sent.values())) / QUANTA

    def told(self) -> Plan:
        """The plan as the oracle takes it."""
        places = list(every(range(self.products), range(len(WAREHOUSES))))

        def by_period(values: Array) -> dict[tuple[int, int, int], int]:
            return {
                (p, WAREHOUSES[s], t): int(values[p, s, t])
                for (p, s), t in every(places, range(self.T))
            }

        return Plan(
            periods=self.T,
            opening={(p, WAREHOUSES[s]): int(self.opening[p, s]) for p, s in places},
            receipts=by_period(self.receipts),
            builds={
                (p, PLANTS[plant], code, t): int(self.build[r, t])
                for (r, (p, code, plant, _)), t in every(enumerate(self.routings), range(self.T))
            },
            shipments={
                (*flow, t): int(sent[t]) for flow, sent in self.sent.items() for t in range(self.T)
            },
            lead=self.lead,
            demand=by_period(self.demand),
            served=by_period(self.served),
            lost=by_period(self.lost),
            late=by_period(self.late),
            scrapped=by_period(self.scrapped),
            holding=lambda p, s, t: float(self.holding[p, WAREHOUSES.index(s), t]),
        )
