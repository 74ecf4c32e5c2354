"""What a plan makes of every constraint, from quantities alone, one function per family.

Each function is the part of the inequality in docs/model.md that holds variables; what it is held
to is in `limits`. The programme's matrix says the same (a test holds them together).
Belongs here: A x by constraint family. Does not belong here: A'y (`priced`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.ages import within_age
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import apart_of, at_sites, held_priorities
from sop_pipeline.planning.families import (
    CLASS_OWED,
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LATE_OF_CLASSES,
    LOAD_CHANGE,
    LOST_OF_CLASSES,
    LOST_SALES_LIMIT,
    LOT_SIZE,
    MINIMUM_LOT,
    MINIMUM_USE,
    PLAN_CHANGE,
    PLANT_BALANCE,
    PRIORITY_KEPT,
    SAFETY_STOCK,
    SETUP_LIMIT,
    STOCK_AGE,
    TERMINAL_STOCK,
    TIER_ACTIVATION,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
    ConstraintFamily,
)
from sop_pipeline.planning.index_sets import due, made_at, made_at_of, setup_operations
from sop_pipeline.planning.most_built import most_built
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import WholeDecisions
from sop_pipeline.planning.quantities import arrivals, before, departures


@dataclass(frozen=True)
class Coefficients:
    """What stands before the variables of the constraints, or a figure of each of those.

    Attributes:
        plus: 1 as it stands in the constraints.
        minus: -1, likewise.
        capacity: a[r,w,t], capacity units per unit, by operation, (N, T).
        pallets: g[p], pallets per unit, (P,).
        decided: What stands before the whole decisions, by constraint family.
        revenue: Revenue of a unit of each place planned by class, currency/unit, (M, T).
    """

    plus: float
    minus: float
    capacity: Floats
    pallets: Floats
    decided: Mapping[ConstraintFamily, Floats]
    revenue: Floats

    @classmethod
    def of(cls, problem: Problem) -> Coefficients:
        """The coefficients themselves."""
        capacity, decided = problem.routings.operation_capacity, _decided(problem)
        revenue = apart_of(problem).revenue
        return cls(1.0, -1.0, capacity, problem.pallets_per_unit, decided, revenue)

    def magnitudes(self) -> Coefficients:
        """Their magnitudes."""
        return self._each(1.0, 1.0, np.abs)

    def pattern(self) -> Coefficients:
        """1 for each that is not 0."""
        return self._each(1.0, 1.0, lambda values: (values != 0).astype(float))

    def logarithms(self) -> Coefficients:
        """Logarithms of their magnitudes to the base 2; 0 for those that are 0."""
        return self._each(0.0, 0.0, _log2)

    def _each(self, plus: float, minus: float, of: Callable[[Floats], Floats]) -> Coefficients:
        decided = {family: of(values) for family, values in self.decided.items()}
        capacity, pallets, revenue = of(self.capacity), of(self.pallets), of(self.revenue)
        return Coefficients(plus, minus, capacity, pallets, decided, revenue)


def activities(problem: Problem, q: Quantities, c: Coefficients) -> dict[str, Floats]:
    """What quantities come to in every constraint family, each in the family's shape."""
    return {
        INVENTORY_BALANCE.name: inventory_balance(problem, q, c),
        PLANT_BALANCE.name: plant_balance(problem, q, c),
        WORK_CENTER_CAPACITY.name: work_center_capacity(problem, q, c),
        WAREHOUSE_STORAGE.name: warehouse_storage(problem, q, c),
        LOST_SALES_LIMIT.name: lost_sales(q, c),
        TERMINAL_STOCK.name: terminal_stock(problem, q, c),
        SAFETY_STOCK.name: safety_stock(q, c),
        STOCK_AGE.name: stock_age(problem, q, c),
        LOAD_CHANGE.name: load_change(problem, q, c),
        FROZEN_BUILD.name: frozen_build(problem, q, c),
        **_activities_of_decisions(problem, q, c),
        PLAN_CHANGE.name: plan_change(problem, q, c),
        LOST_OF_CLASSES.name: shortage_of_classes(problem, q["lost_sales"], lost_by_place(q), c),
        LATE_OF_CLASSES.name: shortage_of_classes(problem, q["backorder"], q["late_by_class"], c),
        CLASS_OWED.name: class_owed(q, c),
        PRIORITY_KEPT.name: priority_kept(problem, q, c),
    }


def inventory_balance(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """I[p,s,t-1] + arrivals - departures - scrap + l + b[t] - b[t-1] - I[p,s,t] = d - receipts."""
    comes = before(q["stock"]) + arrivals(problem, q["shipment"]) + q["lost_sales"] + q["backorder"]
    goes = q["stock"] + departures(problem, q["shipment"]) + before(q["backorder"])
    if problem.ages is not None:
        goes[problem.ages.product] += q["scrap"]
    return c.plus * comes + c.minus * goes


def plant_balance(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of x[r,t] over the plant's routings of p - sum of y leaving the plant with p in t = 0."""
    routings, lanes = problem.routings, problem.lanes
    pairs = len(made_at(problem))
    made = _sums(pairs, made_at_of(problem, routings.product, routings.plant), q["build"])
    plant = lanes.from_plant[lanes.flow_lane]
    leaving = np.flatnonzero(plant >= 0)
    pair = made_at_of(problem, lanes.flow_product[leaving], plant[leaving])
    return c.plus * made + c.minus * _sums(pairs, pair, q["shipment"][leaving])


def work_center_capacity(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of a[r,w] x[r,t] + st[r,w] s[r,t] - sum of u[w,k,t] over the tiers = 0."""
    routings, centers = problem.routings, len(problem.work_centers)
    spent = c.capacity * q["build"][routings.operation_routing]
    load = _sums(centers, routings.operation_work_center, spent)
    decisions = problem.decisions
    if decisions is not None:
        center, operated = setup_operations(problem, decisions)
        load += _sums(centers, center, c.decided[WORK_CENTER_CAPACITY] * q["setup"][operated])
    return load + c.minus * _load(problem, q)


def warehouse_storage(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of g[p] I[p,s,t] - sum of o[s,j,t] <= theta K - base[s]."""
    held = np.einsum("p,pst->st", c.pallets, q["stock"])
    above = _sums(len(problem.warehouses), problem.overflow.warehouse, q["overflow"])
    return held + c.minus * above


def lost_sales(q: Quantities, c: Coefficients) -> Floats:
    """l[p,s,t] + b[p,s,t] - b[p,s,t-1] <= d[p,s,t]."""
    return c.plus * (q["lost_sales"] + q["backorder"]) + c.minus * before(q["backorder"])


def terminal_stock(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of I[p,s,T] over the warehouses >= TERMINAL_INVENTORY[p]."""
    return c.plus * q["stock"][due(problem), :, -1].sum(axis=1)


def safety_stock(q: Quantities, c: Coefficients) -> Floats:
    """I[p,s,t] + v[p,s,t] >= ss[p,s,t]."""
    return c.plus * (q["stock"] + q["safety_stock_shortfall"])


def stock_age(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """I[p,s,t] - sum over u = t-A+1..t of arrivals <= the same of receipts, + I0 where t < A."""
    ages = problem.ages
    if ages is None:
        return np.zeros((0, *problem.shape[1:]))
    stands, came = q["stock"][ages.product], arrivals(problem, q["shipment"])[ages.product]
    return c.plus * stands + c.minus * within_age(ages, came)


def load_change(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """load[w,t] - load[w,t-1] - up[w,t] + down[w,t] = 0, first compared with the initial load."""
    load = _load(problem, q)
    return c.plus * (load + q["decrease"]) + c.minus * (before(load) + q["increase"])


def frozen_build(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of x[r,t] over the routings of p standing at w = xhat[p,w,t]."""
    held = problem.held
    if held is None:
        return np.zeros((0, 0))
    return c.plus * held.at_places(q["build"])


def plan_change(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of x[r,t] over the routings of p standing at w - more + less = xhat[p,w,t]."""
    if problem.last_plan is None:
        return np.zeros((0, 0))
    built = problem.last_plan.builds.at_places(q["build"])
    return c.plus * (built + q["less"]) + c.minus * q["more"]


def tier_activation(d: WholeDecisions, q: Quantities, c: Coefficients) -> Floats:
    """u[w,k,t] - cap[w,k,t] z[w,k,t] <= 0."""
    return c.plus * q["tier_use"][d.activated] + c.decided[TIER_ACTIVATION] * q["activation"]


def minimum_use(d: WholeDecisions, q: Quantities, c: Coefficients) -> Floats:
    """u[w,k,t] - umin[w,k,t] z[w,k,t] >= 0."""
    least = d.at_least
    used = q["tier_use"][d.activated[least]]
    return c.plus * used + c.decided[MINIMUM_USE] * q["activation"][least]


def setup(family: ConstraintFamily, d: WholeDecisions, q: Quantities, c: Coefficients) -> Floats:
    """x[r,t] - M[r,t] s[r,t] <= 0, or x[r,t] - max(1, xmin[r]) s[r,t] >= 0."""
    return c.plus * q["build"][d.set_up] + c.decided[family] * q["setup"]


def lot_size(d: WholeDecisions, q: Quantities, c: Coefficients) -> Floats:
    """x[r,t] - q[r] n[r,t] = 0."""
    return c.plus * q["build"][d.set_up[d.in_lots]] + c.decided[LOT_SIZE] * q["lots"]


def _activities_of_decisions(problem: Problem, q: Quantities, c: Coefficients) -> dict[str, Floats]:
    d = problem.decisions
    if d is None:
        families = (TIER_ACTIVATION, MINIMUM_USE, SETUP_LIMIT, MINIMUM_LOT, LOT_SIZE)
        return {family.name: np.zeros((0, len(problem.periods))) for family in families}
    return {
        TIER_ACTIVATION.name: tier_activation(d, q, c),
        MINIMUM_USE.name: minimum_use(d, q, c),
        SETUP_LIMIT.name: setup(SETUP_LIMIT, d, q, c),
        MINIMUM_LOT.name: setup(MINIMUM_LOT, d, q, c),
        LOT_SIZE.name: lot_size(d, q, c),
    }


def _decided(problem: Problem) -> dict[ConstraintFamily, Floats]:
    """What stands before the whole decisions in each constraint family that holds them."""
    d = problem.decisions
    if d is None:
        return {}
    return {
        WORK_CENTER_CAPACITY: d.setup_capacity,
        TIER_ACTIVATION: -problem.tiers.capacity[d.activated],
        MINIMUM_USE: -d.minimum_use[d.at_least],
        SETUP_LIMIT: -most_built(problem, d),
        MINIMUM_LOT: -d.minimum_lot,
        LOT_SIZE: -d.lot_multiple[d.in_lots],
    }


def lost_by_place(q: Quantities) -> Floats:
    """What each place planned by class loses, all slices together, (M, T)."""
    return q["lost_by_class"].sum(axis=1)


def shortage_of_classes(
    problem: Problem, total: Floats, of_places: Floats, c: Coefficients
) -> Floats:
    """l[p,s,t] - sum of lost[c,p,s,i,t], or b[p,s,t] - sum of late[c,p,s,t], = 0."""
    there = total[at_sites(problem)]
    return c.plus * there + c.minus * _sums(len(there), apart_of(problem).site, of_places)


def class_owed(q: Quantities, c: Coefficients) -> Floats:
    """Sum over i of lost[c,p,s,i,t] + late[c,p,s,t] - late[c,p,s,t-1] <= d[c,p,s,t]."""
    late = q["late_by_class"]
    return c.plus * (lost_by_place(q) + late) + c.minus * before(late)


def priority_kept(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of revenue x (lost + late) of priority k - over[k] <= its least value."""
    total, rank = np.zeros(len(held_priorities(problem))), apart_of(problem).rank
    held = rank < len(total)
    unserved = c.revenue * (lost_by_place(q) + q["late_by_class"])
    np.add.at(total, rank[held], unserved[held])
    return total + c.minus * q["priority_excess"]


def _load(problem: Problem, q: Quantities) -> Floats:
    return _sums(len(problem.work_centers), problem.tiers.work_center, q["tier_use"])


def _sums(owners: int, owner: Integers, values: Floats) -> Floats:
    """Values added up by owner, (owners, T)."""
    total = np.zeros((owners, values.shape[1]))
    np.add.at(total, owner, values)
    return total


def _log2(values: Floats) -> Floats:
    return np.log2(np.abs(np.where(values == 0, 1.0, values)))
