"""Whole units: builds and shipments as integers, every balance exact, no limit broken.

The linear programme's plan is followed period by period. Cumulative shipments are first cut to
whole units, then raised where a warehouse lags behind the linear programme and capacity and
storage allow. What cannot be raised goes to the soft terms: safety stock, then late, then lost.
Where hard constraints are left broken, the integer programme decides; see `whole_unit_plan`.
Does not belong here: what the units cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.certificate import TOLERANCE, primal_violation
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import arrival_period
from sop_pipeline.planning.problem import Floats, Integers, Problem
from sop_pipeline.planning.solvers import solve_in_whole_units

WHOLE = 1e-6
"""Figures this close to a whole number count as whole."""
QUANTITY_DECIMALS = 4


def whole_unit_plan(problem: Problem, lp: LinearProgram, primal: Floats) -> Floats:
    """Turn a solution of the linear programme into one with whole builds and shipments.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        primal: Its optimal values, (n,).

    Returns:
        Values of every variable that satisfy the programme, builds and shipments whole, (n,).

    Raises:
        NoFeasiblePlan: A hard policy leaves no plan in whole units.
    """
    followed = _Follower(problem, lp, primal).follow()
    if primal_violation(lp, followed) <= TOLERANCE:
        return followed
    columns = np.concatenate(
        [lp.variables[name].positions.ravel() for name in ("build", "shipment")]
    )
    found = solve_in_whole_units(lp, columns)
    if found is None:
        raise NoFeasiblePlan(_no_whole_units(lp, followed))
    builds = lp.variables["build"].values(found).round()
    shipments = lp.variables["shipment"].values(found).round()
    plan = _Follower(problem, lp, found)
    return plan.complete(builds, shipments)


@dataclass
class _Service:
    """Stock and shortage at the end of a period, (P, S) each."""

    stock: Floats
    late: Floats
    lost: Floats


class _Follower:
    """Follows the plan of a linear programme in whole units, period by period."""

    def __init__(self, problem: Problem, lp: LinearProgram, primal: Floats) -> None:
        self.problem = problem
        self.lp = lp
        self.build = lp.variables["build"].values(primal)
        self.shipment = lp.variables["shipment"].values(primal)
        self.stock = lp.variables["stock"].values(primal)
        self.late = self._values("late", primal)
        self.lost = self._values("lost", primal)
        self.arrival = arrival_period(problem)
        lanes = problem.lanes
        self.product = lanes.flow_product
        self.destination = lanes.to_warehouse[lanes.flow_lane]
        self.origin = lanes.from_warehouse[lanes.flow_lane]
        self.plant = lanes.from_plant[lanes.flow_lane]
        self.groups = self._groups()
        self.operations = self._operations()

    def follow(self) -> Floats:
        """Whole builds and shipments close to the plan, and what follows from them."""
        builds, shipments = np.zeros_like(self.build), np.zeros_like(self.shipment)
        planned = np.cumsum(self.shipment, axis=1)
        shipped = np.zeros(len(self.product))
        stock = self.problem.opening_stock.copy()
        late = np.zeros_like(stock)
        for t in range(len(self.problem.periods)):
            least, most = self._range(planned[:, t], shipped, t)
            lag = self._lag(planned[:, t], shipped)
            self._build(t, least, most, lag, builds, shipments)
            self._transfer(t, least, most, lag, stock, shipments)
            shipped += shipments[:, t]
            served = self._serve(t, stock, late, shipments)
            stock, late = served.stock, served.late
        return self.complete(builds, shipments)

    def complete(self, builds: Floats, shipments: Floats) -> Floats:
        """The whole solution that follows from builds and shipments, (n,)."""
        problem = self.problem
        stock, late, lost = (np.zeros_like(self.stock) for _ in range(3))
        level, owed = problem.opening_stock, np.zeros_like(problem.opening_stock)
        for t in range(len(problem.periods)):
            served = self._serve(t, level, owed, shipments)
            level, owed = served.stock, served.late
            stock[..., t], late[..., t], lost[..., t] = level, owed, served.lost
        load = self.load(builds)
        return self._vector(
            {
                "build": builds,
                "shipment": shipments,
                "stock": stock,
                "late": late,
                "lost": lost,
                "missing": np.maximum(0.0, problem.safety_stock - stock),
                "tier_use": self._tier_use(load),
                "overflow": self._overflow(stock),
                **self._load_changes(load),
            }
        )

    def load(self, builds: Floats) -> Floats:
        """Capacity each work centre spends, (W, T)."""
        routings = self.problem.routings
        load = np.zeros((len(self.problem.work_centers), len(self.problem.periods)))
        spent = builds[routings.operation_routing] * routings.operation_capacity
        np.add.at(load, routings.operation_work_center, spent)
        return load

    def _range(self, planned: Floats, shipped: Floats, t: int) -> tuple[Integers, Integers]:
        """Least and most units each flow may send in t: cumulative plan cut and raised."""
        useful = self.arrival[:, t] < len(self.problem.periods)
        least = np.where(useful, np.maximum(0.0, np.floor(planned + WHOLE) - shipped), 0.0)
        most = np.where(useful, np.maximum(0.0, np.ceil(planned - WHOLE) - shipped), 0.0)
        return least.astype(np.int64), most.astype(np.int64)

    def _lag(self, planned: Floats, shipped: Floats) -> Floats:
        """Units by which each warehouse lags behind the plan if nothing is sent now, (P, S)."""
        lag = np.zeros_like(self.problem.opening_stock)
        behind = planned - shipped
        np.add.at(lag, (self.product, self.destination), behind)
        inner = self.origin >= 0
        np.add.at(lag, (self.product[inner], self.origin[inner]), -behind[inner])
        return lag

    def _build(
        self,
        t: int,
        least: Integers,
        most: Integers,
        lag: Floats,
        builds: Floats,
        shipments: Floats,
    ) -> None:
        """Decide builds and shipments from the plants: cut first, then raise by urgency."""
        room = self._room(t)
        headroom = self._headroom(t, lag)
        wishes: list[tuple[float, int]] = []
        for group, (routings, flows) in self.groups.items():
            base = np.minimum(np.floor(self.build[routings, t] + WHOLE), 1e18)
            spare = int(base.sum() - most[flows].sum())
            for i in reversed(range(len(routings))):
                cut = min(int(base[i]), max(0, spare))
                base[i] -= cut
                spare -= cut
            builds[routings, t] = base
            for r, amount in zip(routings, base, strict=True):
                self._spend(room, r, t, amount)
            del group
        for routings, flows in self.groups.values():
            ready = int(builds[routings, t].sum())
            for y in self._by_urgency(flows, lag, t):
                sent = min(int(least[y]), ready)
                ready -= sent
                missing = int(least[y]) - sent
                sent += self._add(routings, t, missing, room, builds)
                self._send(y, t, sent, lag, headroom, shipments)
            wishes += [(self._urgency(y, t), y) for y in flows if most[y] > shipments[y, t]]
            # What is built but not yet sent goes to the flows that may still take a unit.
            for y in self._by_urgency(flows, lag, t):
                extra = min(ready, int(most[y] - shipments[y, t]))
                if extra > 0 and self._fits(y, extra, lag, headroom):
                    self._send(y, t, extra, lag, headroom, shipments)
                    ready -= extra
            self._remove(routings, t, ready, room, builds)
        for _, y in sorted(wishes, key=lambda wish: (-wish[0], wish[1])):
            if lag[self.product[y], self.destination[y]] <= WHOLE or shipments[y, t] >= most[y]:
                continue
            routings, _ = self.groups[int(self.product[y]), int(self.plant[y])]
            if self._fits(y, 1, lag, headroom) and self._add(routings, t, 1, room, builds):
                self._send(y, t, 1, lag, headroom, shipments)

    def _transfer(
        self,
        t: int,
        least: Integers,
        most: Integers,
        lag: Floats,
        stock: Floats,
        shipments: Floats,
    ) -> None:
        """Decide shipments between warehouses, as far as the stock there goes."""
        available = stock + self.problem.receipts[..., t] + self._arriving(t, shipments)
        for y in np.flatnonzero(self.origin >= 0):
            p, s, to = self.product[y], self.origin[y], self.destination[y]
            sent = int(least[y])
            raise_it = lag[p, to] > sent + WHOLE and self.stock[p, s, t] - lag[p, s] >= 1
            if most[y] > sent and raise_it:
                sent = int(most[y])
            sent = min(sent, int(np.floor(available[p, s] + WHOLE)))
            available[p, s] -= sent
            lag[p, s] += sent
            lag[p, to] -= sent
            shipments[y, t] = sent
            if self.arrival[y, t] == t:
                available[p, to] += sent

    def _serve(self, t: int, stock: Floats, late: Floats, shipments: Floats) -> _Service:
        """Serve demand as the plan does; more if there is more, less if there is less."""
        problem = self.problem
        due = problem.demand[..., t] + late
        available = stock + problem.receipts[..., t] + self._arriving(t, shipments)
        available -= self._leaving(t, shipments)
        lost = np.minimum(self.lost[..., t].round(QUANTITY_DECIMALS), due)
        owed = np.minimum(self.late[..., t].round(QUANTITY_DECIMALS), due - lost)
        level = available - due + lost + owed
        surplus = np.maximum(0.0, level - self.stock[..., t].round(QUANTITY_DECIMALS))
        for shortage in (owed, lost):
            eased = np.minimum(shortage, surplus)
            shortage -= eased
            surplus -= eased
        level = available - due + lost + owed
        short = np.maximum(0.0, -level)
        if problem.shortage == "backorder" and t < len(problem.periods) - 1:
            owed += np.minimum(short, due - lost - owed)
        elif problem.shortage != "forbid":
            lost += np.minimum(short, due - lost - owed)
        level = (available - due + lost + owed).round(QUANTITY_DECIMALS + 4)
        return _Service(level + 0.0, owed, lost)

    def _arriving(self, t: int, shipments: Floats) -> Floats:
        arriving = np.zeros_like(self.problem.opening_stock)
        flow, leaving = np.nonzero(self.arrival == t)
        np.add.at(arriving, (self.product[flow], self.destination[flow]), shipments[flow, leaving])
        return arriving

    def _leaving(self, t: int, shipments: Floats) -> Floats:
        leaving = np.zeros_like(self.problem.opening_stock)
        inner = self.origin >= 0
        np.add.at(leaving, (self.product[inner], self.origin[inner]), shipments[inner, t])
        return leaving

    def _room(self, t: int) -> Floats:
        """Capacity of each work centre in t, all tiers, (W,)."""
        room = np.zeros(len(self.problem.work_centers))
        np.add.at(room, self.problem.tiers.work_center, self.problem.tiers.capacity[:, t])
        return room

    def _headroom(self, t: int, lag: Floats) -> Floats:
        """Pallets each warehouse may hold above the plan from t on, (S,)."""
        problem = self.problem
        limit = problem.threshold.copy()
        np.add.at(limit, problem.overflow.warehouse, problem.overflow.capacity)
        held = problem.base_load[:, None] + np.einsum(
            "p,pst->st", problem.pallets_per_unit, self.stock
        )
        slack = np.min(limit[:, t:] - held[:, t:], axis=1)
        return slack - problem.pallets_per_unit @ np.maximum(0.0, -lag)

    def _fits(self, y: int, units: int, lag: Floats, headroom: Floats) -> bool:
        p, s = self.product[y], self.destination[y]
        above = max(0.0, units - max(0.0, lag[p, s]))
        return bool(above * self.problem.pallets_per_unit[p] <= headroom[s] + 1e-9)

    def _send(
        self, y: int, t: int, units: int, lag: Floats, headroom: Floats, shipments: Floats
    ) -> None:
        p, s = self.product[y], self.destination[y]
        above = max(0.0, units - max(0.0, lag[p, s]))
        headroom[s] -= above * self.problem.pallets_per_unit[p]
        lag[p, s] -= units
        shipments[y, t] += units

    def _add(self, routings: list[int], t: int, units: int, room: Floats, builds: Floats) -> int:
        """Build up to some more units, on the routings the plan uses most; return how many."""
        added = 0
        remainder = self.build[routings, t] - builds[routings, t]
        for i in np.argsort(-remainder, kind="stable"):
            r = routings[i]
            if not self.problem.routings.available[r, t]:
                continue
            possible = self._possible(r, t, units - added, room)
            builds[r, t] += possible
            self._spend(room, r, t, possible)
            added += possible
            if added == units:
                break
        return added

    def _remove(
        self, routings: list[int], t: int, units: int, room: Floats, builds: Floats
    ) -> None:
        for r in reversed(routings):
            cut = min(int(builds[r, t]), units)
            builds[r, t] -= cut
            self._spend(room, r, t, -cut)
            units -= cut

    def _possible(self, r: int, t: int, units: int, room: Floats) -> int:
        for w, capacity in self.operations[r]:
            if capacity[t] > 0 and np.isfinite(room[w]):
                units = min(units, int(np.floor((room[w] + 1e-9) / capacity[t])))
        return max(0, units)

    def _spend(self, room: Floats, r: int, t: int, units: float) -> None:
        for w, capacity in self.operations[r]:
            room[w] -= capacity[t] * units

    def _by_urgency(self, flows: list[int], lag: Floats, t: int) -> list[int]:
        del lag
        return sorted(flows, key=lambda y: (-self._urgency(y, t), y))

    def _urgency(self, y: int, t: int) -> float:
        """What a unit missing at the flow's destination costs on arrival, currency/unit."""
        p, s = self.product[y], self.destination[y]
        arrival = min(int(self.arrival[y, t]), len(self.problem.periods) - 1)
        level = self.stock[p, s, arrival]
        if level < 1:
            return float(self.problem.lost_sale_cost[p, s, arrival])
        if level < self.problem.safety_stock[p, s, arrival] + 1:
            return float(self.problem.missing_stock_cost[p, s, arrival])
        return 0.0

    def _tier_use(self, load: Floats) -> Floats:
        """Fill the tiers of each work centre, cheapest first, (K, T)."""
        tiers = self.problem.tiers
        return _fill(load, tiers.work_center, tiers.capacity, tiers.premium)

    def _overflow(self, stock: Floats) -> Floats:
        """Fill the overflow tiers of each warehouse, cheapest first, (J, T)."""
        problem = self.problem
        held = problem.base_load[:, None] + np.einsum("p,pst->st", problem.pallets_per_unit, stock)
        above = np.maximum(0.0, held - problem.threshold)
        overflow = problem.overflow
        return _fill(above, overflow.warehouse, overflow.capacity, overflow.penalty)

    def _load_changes(self, load: Floats) -> dict[str, Floats]:
        before = np.nan_to_num(self.problem.initial_load)[:, None]
        change = np.diff(load, axis=1, prepend=before)
        return {"increase": np.maximum(0.0, change), "decrease": np.maximum(0.0, -change)}

    def _vector(self, families: dict[str, Floats]) -> Floats:
        vector = np.zeros(self.lp.shape[1])
        for name, block in self.lp.variables.items():
            vector[block.slice] = families[name].ravel()
        return vector

    def _values(self, name: str, primal: Floats) -> Floats:
        block = self.lp.variables.get(name)
        return np.zeros_like(self.stock) if block is None else block.values(primal)

    def _groups(self) -> dict[tuple[int, int], tuple[list[int], list[int]]]:
        """Routings and outgoing flows of each (product, plant)."""
        groups: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        routings = self.problem.routings
        for r, key in enumerate(zip(routings.product, routings.plant, strict=True)):
            groups.setdefault((int(key[0]), int(key[1])), ([], []))[0].append(r)
        for y in np.flatnonzero(self.plant >= 0):
            groups[int(self.product[y]), int(self.plant[y])][1].append(int(y))
        return groups

    def _operations(self) -> list[list[tuple[int, Floats]]]:
        routings = self.problem.routings
        operations: list[list[tuple[int, Floats]]] = [[] for _ in routings.codes]
        for n, r in enumerate(routings.operation_routing):
            operations[r].append(
                (int(routings.operation_work_center[n]), routings.operation_capacity[n])
            )
        return operations


def _fill(amount: Floats, owner: Integers, capacity: Floats, price: Floats) -> Floats:
    """Spread each owner's amount over its tiers, cheapest first in each period."""
    used = np.zeros_like(capacity)
    for t in range(amount.shape[1]):
        rest = amount[:, t].copy()
        for k in np.argsort(price[:, t], kind="stable"):
            used[k, t] = min(rest[owner[k]], capacity[k, t])
            rest[owner[k]] -= used[k, t]
    return used


def _no_whole_units(lp: LinearProgram, followed: Floats) -> str:
    """Name the period in which whole units break a hard constraint."""
    values = lp.matrix @ followed
    below = np.maximum(lp.row_lower - values, values - lp.row_upper)
    row = int(np.argmax(below))
    block = lp.block_of(lp.constraints, row)
    member = lp.member(block, row)
    place = ", ".join(f"{axis.replace('_', ' ')} {label}" for axis, label in member.items())
    return (
        "No plan in whole units satisfies the hard constraints, although one in fractions does. "
        f"Tightest: {block.name} ({place}) misses {below[row]:,.4f}. Make that constraint soft in "
        "the policy, or ease it by one unit"
    )
