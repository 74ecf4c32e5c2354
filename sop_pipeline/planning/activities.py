"""What a plan makes of every constraint, from quantities alone, one function per family.

Each function is the part of the inequality in docs/model.md that holds variables; what it is held
to is in `limits`. The programme's matrix says the same (a test holds them together).
Belongs here: A x by constraint family. Does not belong here: A'y (`priced`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.families import (
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LOAD_CHANGE,
    LOST_SALES_LIMIT,
    PLANT_BALANCE,
    SAFETY_STOCK,
    TERMINAL_STOCK,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.index_sets import due, made_at, made_at_of
from sop_pipeline.planning.problem import Floats, Integers, Problem, Quantities
from sop_pipeline.planning.quantities import arrivals, before, departures


@dataclass(frozen=True)
class Coefficients:
    """What stands before the variables of the constraints, or a figure of each of those.

    Attributes:
        plus: 1 as it stands in the constraints.
        minus: -1, likewise.
        capacity: a[r,w,t], capacity units per unit, by operation, (N, T).
        pallets: g[p], pallets per unit, (P,).
    """

    plus: float
    minus: float
    capacity: Floats
    pallets: Floats

    @classmethod
    def of(cls, problem: Problem) -> Coefficients:
        """The coefficients themselves."""
        return cls(1.0, -1.0, problem.routings.operation_capacity, problem.pallets_per_unit)

    def magnitudes(self) -> Coefficients:
        """Their magnitudes."""
        return Coefficients(1.0, 1.0, np.abs(self.capacity), np.abs(self.pallets))

    def pattern(self) -> Coefficients:
        """1 for each that is not 0."""
        capacity, pallets = (self.capacity != 0).astype(float), (self.pallets != 0).astype(float)
        return Coefficients(1.0, 1.0, capacity, pallets)

    def logarithms(self) -> Coefficients:
        """Logarithms of their magnitudes to the base 2; 0 for those that are 0."""
        return Coefficients(0.0, 0.0, _log2(self.capacity), _log2(self.pallets))


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
        LOAD_CHANGE.name: load_change(problem, q, c),
        FROZEN_BUILD.name: frozen_build(problem, q, c),
    }


def inventory_balance(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """I[p,s,t-1] + arrivals - departures + l + b[t] - b[t-1] - I[p,s,t] = d - receipts."""
    comes = before(q["stock"]) + arrivals(problem, q["shipment"]) + q["lost_sales"] + q["backorder"]
    goes = q["stock"] + departures(problem, q["shipment"]) + before(q["backorder"])
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
    """Sum of a[r,w] x[r,t] - sum of u[w,k,t] over the tiers = 0."""
    routings, centers = problem.routings, len(problem.work_centers)
    spent = c.capacity * q["build"][routings.operation_routing]
    load = _sums(centers, routings.operation_work_center, spent)
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


def load_change(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """load[w,t] - load[w,t-1] - up[w,t] + down[w,t] = 0, first compared with the initial load."""
    load = _load(problem, q)
    return c.plus * (load + q["decrease"]) + c.minus * (before(load) + q["increase"])


def frozen_build(problem: Problem, q: Quantities, c: Coefficients) -> Floats:
    """Sum of x[r,t] over the routings of p standing at w = xhat[p,w,t]."""
    held = problem.held
    if held is None:
        return np.zeros((0, 0))
    return c.plus * _sums(len(held.product), held.place, q["build"][:, held.periods])


def _load(problem: Problem, q: Quantities) -> Floats:
    return _sums(len(problem.work_centers), problem.tiers.work_center, q["tier_use"])


def _sums(owners: int, owner: Integers, values: Floats) -> Floats:
    """Values added up by owner, (owners, T)."""
    total = np.zeros((owners, values.shape[1]))
    np.add.at(total, owner, values)
    return total


def _log2(values: Floats) -> Floats:
    return np.log2(np.abs(np.where(values == 0, 1.0, values)))
