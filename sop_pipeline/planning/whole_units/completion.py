"""What follows from whole builds and shipments: stock, shortages, overtime, overflow, changes.

Does not belong here: choosing the builds and shipments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.ages import most_stock
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.index_sets import is_smoothed
from sop_pipeline.planning.limits import open_capacity
from sop_pipeline.planning.quantities import arrivals
from sop_pipeline.planning.whole_units.decided import (
    decided,
    least_use,
    setup_load,
)
from sop_pipeline.planning.whole_units.reference import Reference
from sop_pipeline.planning.whole_units.shortage import by_class

DECIMALS = 8
"""Stock and shortages keep the decimals of demand; further ones are noise of adding up."""


@dataclass(frozen=True)
class Service:
    """Stock at the end of a period, shortages and scrap, (P, S) each."""

    stock: Floats
    backorder: Floats
    lost_sales: Floats
    scrap: Floats


def completed(plan: Reference) -> dict[str, Floats]:
    """The quantities of every family that follow from a plan's builds and shipments.

    Args:
        plan: The plan; what it loses and delivers late is followed as far as its goods go.
    """
    return _Completion(plan).complete()


class _Completion:
    """Completes a plan's builds and shipments to a whole plan, close to it."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.problem = reference.problem

    def complete(self) -> dict[str, Floats]:
        """The quantities of every family."""
        problem, plan = self.problem, self.reference
        stock, backorder, lost_sales, scrap = (np.zeros(problem.shape) for _ in range(4))
        served = Service(problem.opening_stock, *(np.zeros(problem.shape[:2]) for _ in range(3)))
        for t in range(len(problem.periods)):
            served = self._serve(t, served.stock, served.backorder)
            stock[..., t], backorder[..., t] = served.stock, served.backorder
            lost_sales[..., t], scrap[..., t] = served.lost_sales, served.scrap
        load = self._load(plan.build)
        taken = decided(problem)
        change = np.diff(load, axis=1, prepend=np.nan_to_num(problem.initial_load)[:, None])
        change = change if is_smoothed(problem) else np.zeros_like(change)
        shortfall = np.maximum(0.0, problem.safety_stock - stock)
        overflow = problem.overflow
        above = self._above_threshold(stock)
        nothing = np.empty(0, dtype=np.int64)
        return {
            "build": plan.build,
            "tier_use": self._tier_use(load),
            "shipment": plan.shipment,
            "stock": stock,
            "backorder": backorder,
            "lost_sales": lost_sales,
            "safety_stock_shortfall": (
                np.zeros_like(stock) if problem.safety_stock_is_hard else shortfall
            ),
            "scrap": scrap[nothing if problem.ages is None else problem.ages.product],
            "overflow": _fill(above, overflow.warehouse, overflow.capacity, overflow.penalty),
            "increase": np.maximum(0.0, change),
            "decrease": np.maximum(0.0, -change),
            **self._plan_changes(),
            **by_class(problem, plan.quantities, lost_sales, backorder),
            "activation": taken.activation,
            "setup": taken.setup,
            "lots": taken.lots,
        }

    def _serve(self, t: int, stock: Floats, backorder: Floats) -> Service:
        """Serve demand as the plan does; more if there is more, less if there is less.

        Args:
            t: Period.
            stock: Stock at its start, (P, S).
            backorder: Units owed from before, (P, S).
        """
        problem, plan = self.problem, self.reference
        due = problem.demand[..., t] + backorder
        supply = stock + problem.receipts[..., t] + self._arriving(t) - self._leaving(t)
        lost_sales = np.minimum(plan.lost_sales[..., t].round(DECIMALS), due)
        owed = np.minimum(plan.backorder[..., t].round(DECIMALS), due - lost_sales)
        wanted = plan.stock[..., t].round(DECIMALS)
        room = np.maximum(0.0, supply - due + lost_sales + owed - wanted)
        scrap = np.minimum(plan.scrapped[..., t].round(DECIMALS), room)
        surplus = room - scrap
        saved = np.minimum(lost_sales, surplus)
        lost_sales -= saved
        owed -= np.minimum(owed, surplus - saved)
        kept = problem.safety_stock[..., t] if problem.safety_stock_is_hard else 0.0
        short = np.maximum(0.0, kept + due - lost_sales - owed - supply)
        if problem.shortage == "backorder" and t < len(problem.periods) - 1:
            owed += np.minimum(short, due - lost_sales - owed)
        elif problem.shortage != "forbid":
            lost_sales += np.minimum(short, due - lost_sales - owed)
        level = (supply - due + lost_sales + owed - scrap).round(DECIMALS) + 0.0
        kept = np.minimum(level, self._young[..., t])
        return Service(kept, owed, lost_sales, scrap + level - kept)

    @cached_property
    def _young(self) -> Floats:
        """Most that may stand at the end of each period for its age, (P, S, T)."""
        problem = self.problem
        return most_stock(problem, problem.receipts + arrivals(problem, self.reference.shipment))

    def _arriving(self, t: int) -> Floats:
        """Units arriving in t, scheduled receipts left out, (P, S)."""
        plan = self.reference
        arriving = np.zeros(self.problem.shape[:2])
        flow, leaving = np.nonzero(plan.arrival == t)
        where = (plan.product[flow], plan.destination[flow])
        np.add.at(arriving, where, plan.shipment[flow, leaving])
        return arriving

    def _leaving(self, t: int) -> Floats:
        plan = self.reference
        leaving = np.zeros(self.problem.shape[:2])
        inner = plan.origin >= 0
        np.add.at(leaving, (plan.product[inner], plan.origin[inner]), plan.shipment[inner, t])
        return leaving

    def _load(self, builds: Floats) -> Floats:
        routings = self.problem.routings
        load = np.zeros((len(self.problem.work_centers), len(self.problem.periods)))
        spent = builds[routings.operation_routing] * routings.operation_capacity
        np.add.at(load, routings.operation_work_center, spent)
        return load + setup_load(self.problem)

    def _tier_use(self, load: Floats) -> Floats:
        """Each tier's least, and the rest of the load cheapest first."""
        tiers, least = self.problem.tiers, least_use(self.problem)
        rest = load.copy()
        np.subtract.at(rest, tiers.work_center, least)
        room = open_capacity(self.problem) - least
        return least + _fill(np.maximum(0.0, rest), tiers.work_center, room, tiers.premium)

    def _plan_changes(self) -> dict[str, Floats]:
        last = self.problem.last_plan
        if last is None:
            return {"more": np.zeros((0, 0)), "less": np.zeros((0, 0))}
        return last.changes(self.reference.build)

    def _above_threshold(self, stock: Floats) -> Floats:
        problem = self.problem
        held = np.einsum("p,pst->st", problem.pallets_per_unit, stock)
        return np.maximum(0.0, problem.base_load[:, None] + held - problem.threshold)


def _fill(amount: Floats, owner: Integers, capacity: Floats, price: Floats) -> Floats:
    """Spread each owner's amount over its tiers, cheapest first in each period."""
    used = np.zeros_like(capacity)
    for t in range(amount.shape[1]):
        rest = amount[:, t].copy()
        for k in np.argsort(price[:, t], kind="stable"):
            used[k, t] = min(rest[owner[k]], capacity[k, t])
            rest[owner[k]] -= used[k, t]
    return used
