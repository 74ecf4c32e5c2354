"""The linear programme stated in whole units, so that its plan is whole almost everywhere.

What a warehouse needs up to a period is a sum of demands with fractions, but what it receives is
whole: to serve 10.4 it takes 11. So every cumulative need is raised to the next whole number, and
the fraction this leaves in stock, always below one unit, is taken out of the programme. What
remains is a network with whole right sides, whose vertices are whole; a fraction can stay only
where products take unequal shares of a full work centre or warehouse.
Raising a need is mixed-integer rounding (Nemhauser and Wolsey 1988, Integer and Combinatorial
Optimization, II.1.7); whole vertices are Hoffman and Kruskal's (1956).

The matrix stays, so that the plan in fractions is where the solver starts, a few steps away.
Does not belong here: what is done where a fraction stays (`search`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sop_pipeline.planning.activities import (
    Coefficients,
    lost_by_place,
    priority_kept,
)
from sop_pipeline.planning.ages import most_stock
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import apart_of, held_priorities
from sop_pipeline.planning.limits import open_capacity
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import before
from sop_pipeline.planning.whole_units.decided import setup_load
from sop_pipeline.planning.whole_units.reference import Reference

WHOLE = 1e-6
"""Figures this close to a whole number count as whole."""


def raised(values: Floats) -> Floats:
    """Values raised to whole numbers."""
    return np.ceil(values - WHOLE) + 0.0


def cut(values: Floats) -> Floats:
    """Values cut to whole numbers."""
    return np.floor(values + WHOLE) + 0.0


@dataclass(frozen=True)
class Restatement:
    """The programme in whole units; what is lost, late or scrapped counts from that of the plan.

    Attributes:
        lp: The programme of the plan's problem.
        plan: The plan in fractions.
    """

    lp: LinearProgram
    plan: Reference

    @property
    def problem(self) -> Problem:
        """The problem the programme states."""
        return self.plan.problem

    @cached_property
    def programme(self) -> LinearProgram:
        """The programme with every side in whole units."""
        lp = self.lp
        lower, upper = lp.lower.copy(), lp.upper.copy()
        for name, value in self._counted_from():
            columns = lp.variables[name].slice
            lower[columns] = -cut(value).ravel()
            limits = upper[columns]
            if name == "lost_sales":
                most = self._owed.ravel()
            elif name == "lost_by_class":
                most = raised(limits - value.ravel())
            else:
                most = np.zeros(value.size)
            upper[columns] = np.where(np.isfinite(limits), most, np.inf)
        upper[lp.variables["tier_use"].slice] = _whole_capacity(self.problem).ravel()
        row_lower, row_upper = lp.row_lower.copy(), lp.row_upper.copy()
        for name, values in self._sides().items():
            if lp.constraints[name].size:
                rows = lp.constraints[name].slice
                for side in (row_lower, row_upper):
                    side[rows] = np.where(np.isfinite(side[rows]), values.ravel(), side[rows])
        return replace(lp, row_lower=row_lower, row_upper=row_upper, lower=lower, upper=upper)

    def restore(self, primal: Floats) -> Reference:
        """The plan that values of this programme stand for."""
        quantities = self.lp.quantities(primal)
        quantities["stock"] = quantities["stock"] + self._spare
        for name, value in self._counted_from():
            quantities[name] = np.maximum(0.0, quantities[name] + value)
        return Reference(self.problem, quantities)

    def _counted_from(self) -> list[tuple[str, Floats]]:
        """Families that count from what they are in the plan, and that."""
        families = ("lost_sales", "backorder", "lost_by_class", "late_by_class", "scrap")
        used = (name for name in families if self.lp.variables[name].size)
        return [(name, self.plan.quantities[name]) for name in used]

    def _sides(self) -> dict[str, Floats]:
        return {
            "inventory_balance": np.diff(raised(self._needs), axis=2, prepend=0.0),
            "safety_stock": self._safety_stock(),
            "lost_sales": self._owed,
            "terminal_stock": self._terminal_stock(),
            "warehouse_storage": self._storage(),
            "class_owed": self._served_by_class(),
            "priority_kept": self._left_to_priorities(),
            "stock_age": self._young_receipts(),
        }

    @cached_property
    def _needs(self) -> Floats:
        """Units each warehouse must have received on balance up to each period, (P, S, T)."""
        served = self.problem.demand - self.plan.lost_sales - self.problem.receipts
        total = np.cumsum(served + self.plan.scrapped, axis=2)
        return total - self.plan.backorder - self.problem.opening_stock[..., None]

    @cached_property
    def _spare(self) -> Floats:
        """The fraction of a unit that raising a need leaves in stock, (P, S, T)."""
        return np.maximum(0.0, raised(self._needs) - self._needs)

    @cached_property
    def _owed(self) -> Floats:
        """What may be lost or late beyond the plan: needs that no stock there meets, (P, S, T).

        Were it more, a warehouse could send on what it has never received.
        """
        problem = self.problem
        there = problem.opening_stock[..., None] + np.cumsum(problem.receipts, axis=2)
        due = raised(self._needs) + cut(there)
        return np.maximum(0.0, np.diff(due, axis=2, prepend=0.0))

    def _left_to_priorities(self) -> Floats:
        """What priorities may go short of beyond the plan in fractions, currency."""
        problem = self.problem
        unserved = priority_kept(problem, self.plan.quantities, Coefficients.of(problem))
        return held_priorities(problem) - unserved

    def _served_by_class(self) -> Floats:
        """What classes are served, in the plan in fractions: so much more may be lost or late."""
        plan, owed = self.plan.quantities, apart_of(self.problem).demand
        late = plan["late_by_class"]
        return raised(owed + before(late) - late - lost_by_place(plan))

    def _safety_stock(self) -> Floats:
        """Targets, raised where the fraction missing costs more than the unit that fills it."""
        problem = self.problem
        target = problem.safety_stock - self._spare
        low, high = cut(target), raised(target)
        if problem.safety_stock_is_hard:
            return high
        unit = problem.holding_cost.copy()
        unit[..., -1] += _cheapest_build(problem)[:, None]
        return np.where((target - low) * problem.safety_stock_shortfall_cost >= unit, high, low)

    def _terminal_stock(self) -> Floats:
        due = np.flatnonzero(self.problem.terminal_stock)
        return raised(self.problem.terminal_stock[due] - self._spare[due, :, -1].sum(axis=1))

    def _young_receipts(self) -> Floats:
        """Receipts young enough to stand there; the fraction of a unit is left out of age."""
        ages = self.problem.ages
        if ages is None:
            return np.zeros(0)
        return raised(most_stock(self.problem, self.problem.receipts)[ages.product])

    def _storage(self) -> Floats:
        """Pallets left under the threshold beside the fractions, never so few that none fits."""
        problem = self.problem
        overflow = np.zeros_like(problem.threshold)
        np.add.at(overflow, problem.overflow.warehouse, problem.overflow.capacity)
        fractions = np.einsum("p,pst->st", problem.pallets_per_unit, self._spare)
        room = problem.threshold - problem.base_load[:, None] - fractions
        return np.maximum(room, -overflow)


def _cheapest_build(problem: Problem) -> Floats:
    """Least cost of building a unit in the last period, 0 where no routing is left, (P,)."""
    cheapest = np.full(len(problem.products), np.inf)
    np.minimum.at(cheapest, problem.routings.product, problem.routings.unit_cost[:, -1])
    return np.where(np.isfinite(cheapest), cheapest, 0.0)


def _whole_capacity(problem: Problem) -> Floats:
    """Capacities such that all tiers up to each one make whole units beside set-ups, (K, T)."""
    unit = _unit_of_capacity(problem)
    total, before = -setup_load(problem), np.zeros_like(unit)
    set_up = -total
    available = open_capacity(problem)
    capacity = available.copy()
    for k, w in enumerate(problem.tiers.work_center.tolist()):
        total[w] += available[k]
        steps = np.divide(total[w], unit[w], out=np.zeros_like(total[w]), where=unit[w] > 0)
        makes = (unit[w] > 0) & (total[w] >= 0)
        up_to = set_up[w] + np.where(makes, cut(steps) * unit[w], total[w])
        np.subtract(up_to, before[w], out=capacity[k], where=np.isfinite(up_to))
        before[w] = up_to
    return capacity


def _unit_of_capacity(problem: Problem) -> Floats:
    """What all products take whole multiples of at a work centre, 0 for no such, (W, T)."""
    taken, owner = problem.routings.operation_capacity, problem.routings.operation_work_center
    least = np.full((len(problem.work_centers), len(problem.periods)), np.inf)
    np.minimum.at(least, owner, np.where(taken > 0, taken, np.inf))
    least = np.where(np.isfinite(least), least, 0.0)
    multiple = np.divide(taken, least[owner], out=np.zeros_like(taken), where=least[owner] > 0)
    uneven = _uneven(least, owner, multiple)
    return np.where(uneven <= WHOLE, least, 0.0)


def _uneven(like: Floats, owner: Integers, multiple: Floats) -> Floats:
    uneven = np.zeros_like(like)
    np.maximum.at(uneven, owner, np.abs(multiple - multiple.round()))
    return uneven
