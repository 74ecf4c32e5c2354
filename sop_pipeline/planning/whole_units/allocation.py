"""How many whole units each routing builds and each flow carries in a period.

Every flow may send between its cumulative plan cut to whole units and raised to them, less what
it has sent already. The cut comes first; it is raised by one unit where the warehouse lags behind
the plan, most urgent first, while capacity and storage allow.
Does not belong here: what stock and shortages follow (`completion`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.problem import Floats, Integers
from sop_pipeline.planning.whole_units.reference import Reference

WHOLE = 1e-6
"""Figures this close to a whole number count as whole."""
FITS = 1e-9


class Allocation:
    """Decides builds and shipments period by period, remembering what was sent."""

    def __init__(self, reference: Reference) -> None:
        """Follow this plan."""
        self.plan = reference
        self.problem = reference.problem
        self.planned = np.cumsum(reference.shipment, axis=1)
        self.sent = np.zeros(len(reference.product))
        self.groups = self._groups()
        self.inbound = self._inbound()
        self.operations = self._operations()

    def decide(self, t: int, available: Floats, builds: Floats, shipments: Floats) -> None:
        """Fill in one period.

        Args:
            t: Period.
            available: Stock, receipts and earlier shipments that are there in t, (P, S).
            builds: Units built, filled in for t, (R, T).
            shipments: Units leaving, filled in for t, (Y, T).
        """
        period = _Period(self, t, builds[:, t], shipments[:, t])
        for routings, flows in self.groups.values():
            period.cut(routings, flows)
        for routings, flows in self.groups.values():
            period.distribute(routings, flows)
        period.raise_urgent()
        period.transfer(available)
        self.sent += shipments[:, t]

    def forget(self, t: int, lost_more: Floats) -> None:
        """Stop making up for units that were lost, or that served more than the plan did.

        Args:
            t: Period just served.
            lost_more: Units lost beyond the plan's, below 0 where fewer, (P, S).
        """
        for p, s in np.argwhere(np.abs(lost_more) > WHOLE).tolist():
            units = float(lost_more[p, s])
            behind = {y: self.planned[y, t] - self.sent[y] for y in self.inbound.get((p, s), [])}
            if behind:
                flow = max(behind, key=lambda y: (np.sign(units) * behind[y], -y))
                self.planned[flow, t:] -= units

    def _inbound(self) -> dict[tuple[int, int], list[int]]:
        """Flows that reach each (product, warehouse)."""
        inbound: dict[tuple[int, int], list[int]] = {}
        ends = zip(self.plan.product.tolist(), self.plan.destination.tolist(), strict=True)
        for y, (p, s) in enumerate(ends):
            inbound.setdefault((int(p), int(s)), []).append(y)
        return inbound

    def _groups(self) -> dict[tuple[int, int], tuple[list[int], list[int]]]:
        """Routings and outgoing flows of each (product, plant)."""
        groups: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        routings = self.problem.routings
        pairs = zip(routings.product.tolist(), routings.plant.tolist(), strict=True)
        for r, pair in enumerate(pairs):
            groups.setdefault((int(pair[0]), int(pair[1])), ([], []))[0].append(r)
        for y in np.flatnonzero(self.plan.plant >= 0).tolist():
            groups[int(self.plan.product[y]), int(self.plan.plant[y])][1].append(int(y))
        return groups

    def _operations(self) -> list[list[tuple[int, Floats]]]:
        """(work centre, capacity per unit and period) of each routing's operations."""
        routings = self.problem.routings
        operations = [list[tuple[int, Floats]]() for _ in routings.codes]
        pairs = zip(
            routings.operation_routing.tolist(),
            routings.operation_work_center.tolist(),
            strict=True,
        )
        for n, (r, w) in enumerate(pairs):
            operations[int(r)].append((int(w), routings.operation_capacity[n]))
        return operations


class _Period:
    """One period being decided: what is built and sent so far, and the room that is left.

    Attributes:
        least: Units each flow sends when its cumulative plan is cut, (Y,).
        most: Units it sends when it is raised, (Y,).
        lag: Units by which each warehouse lags behind the plan, (P, S).
        room: Capacity left of each work centre, (W,).
        headroom: Pallets each warehouse may hold above the plan from now on, (S,).
        overflow_room: Pallets it may hold beyond that, at the overflow penalty, (S,).
        urgency: Cost of a unit missing where each flow arrives, (Y,).
        overflow_price: Penalty of a unit overflowing where each flow arrives, (Y,).
    """

    def __init__(self, allocation: Allocation, t: int, build: Floats, send: Floats) -> None:
        self.allocation, self.t = allocation, t
        self.plan, self.problem = allocation.plan, allocation.problem
        self.build, self.send = build, send
        self.least, self.most = self._range()
        self.lag = self._lag()
        self.room = np.zeros(len(self.problem.work_centers))
        tiers = self.problem.tiers
        np.add.at(self.room, tiers.work_center, tiers.capacity[:, t])
        self.headroom, self.overflow_room = self._headroom()
        self.urgency = self._urgency()
        self.overflow_price = self._overflow_price()

    def cut(self, routings: list[int], flows: list[int]) -> None:
        """Build what the plan builds, cut to whole units, but no more than can be sent."""
        base = np.floor(self.plan.build[routings, self.t] + WHOLE).astype(np.int64)
        spare = int(base.sum() - self.most[flows].sum())
        for i in reversed(range(len(routings))):
            left_out = min(int(base[i]), max(0, spare))
            spare -= left_out
            self._build(routings[i], int(base[i]) - left_out)

    def distribute(self, routings: list[int], flows: list[int]) -> None:
        """Send what is built: the least to each flow, most urgent first, then what is left."""
        ready = int(self.build[routings].sum())
        by_urgency = sorted(flows, key=lambda y: (-self.urgency[y], y))
        for y in by_urgency:
            sent = min(int(self.least[y]), ready)
            ready -= sent
            self._send(y, sent + self._build_more(routings, int(self.least[y]) - sent))
        for y in by_urgency:
            extra = min(ready, int(self.most[y] - self.send[y]))
            if extra > 0 and self._fits(y, extra):
                self._send(y, extra)
                ready -= extra
        for r in reversed(routings):
            left_over = min(int(self.build[r]), ready)
            self._build(r, -left_over)
            ready -= left_over

    def raise_urgent(self) -> None:
        """Raise flows by a unit, most urgent first, where a warehouse lags and room is left."""
        from_plant = self.plan.plant >= 0
        raisable = np.flatnonzero(from_plant & (self.send < self.most)).tolist()
        for y in sorted(raisable, key=lambda y: (-self.urgency[y], y)):
            p, s = int(self.plan.product[y]), int(self.plan.destination[y])
            if self.lag[p, s] <= WHOLE or not self._fits(y, 1):
                continue
            routings, _ = self.allocation.groups[p, int(self.plan.plant[y])]
            self._send(y, self._build_more(routings, 1))

    def transfer(self, available: Floats) -> None:
        """Send between warehouses, as far as the stock there goes."""
        there = available.copy()
        now = (self.plan.plant >= 0) & (self.plan.arrival[:, self.t] == self.t)
        np.add.at(there, (self.plan.product[now], self.plan.destination[now]), self.send[now])
        for y in np.flatnonzero(self.plan.origin >= 0).tolist():
            p, s, to = self.plan.product[y], self.plan.origin[y], self.plan.destination[y]
            least, most = int(self.least[y]), int(self.most[y])
            self.lag[p, to] += least
            spare = self.plan.stock[p, s, self.t] - self.lag[p, s] >= -WHOLE
            raised = spare and self.lag[p, to] > least + WHOLE
            sent = min(most if raised else least, int(np.floor(there[p, s] + WHOLE)))
            self._send(y, sent)
            self.lag[p, s] += sent - most
            there[p, s] -= sent
            if self.plan.arrival[y, self.t] == self.t:
                there[p, to] += sent

    def _range(self) -> tuple[Integers, Integers]:
        planned, sent = self.allocation.planned[:, self.t], self.allocation.sent
        useful = self.plan.arrival[:, self.t] < len(self.problem.periods)
        least = np.maximum(0.0, np.floor(planned + WHOLE) - sent)
        most = np.maximum(0.0, np.ceil(planned - WHOLE) - sent)
        return (
            np.where(useful, least, 0.0).astype(np.int64),
            np.where(useful, most, 0.0).astype(np.int64),
        )

    def _lag(self) -> Floats:
        """Units behind the plan, before anything of the period is sent.

        Transfers are decided last: until then they count as raised where they leave and as cut
        where they arrive, so that neither warehouse is left short by a fraction.
        """
        plan = self.plan
        lag = np.zeros(self.problem.shape[:2])
        inner = plan.origin >= 0
        behind = self.allocation.planned[:, self.t] - self.allocation.sent
        arriving = behind - np.where(inner, self.least, 0)
        np.add.at(lag, (plan.product, plan.destination), arriving)
        leaving = self.most[inner] - behind[inner]
        np.add.at(lag, (plan.product[inner], plan.origin[inner]), leaving)
        return lag

    def _headroom(self) -> tuple[Floats, Floats]:
        """Pallets free up to the threshold, or to the plan above it; and those that overflow."""
        problem = self.problem
        held = np.einsum("p,pst->st", problem.pallets_per_unit, self.plan.stock[..., self.t :])
        slack = problem.threshold[:, self.t :] - problem.base_load[:, None] - held
        overflow = np.zeros_like(problem.threshold)
        np.add.at(overflow, problem.overflow.warehouse, problem.overflow.capacity)
        most = (slack + overflow[:, self.t :]).min(axis=1)
        above_plan = problem.pallets_per_unit @ np.maximum(0.0, -self.lag)
        free = np.minimum(np.maximum(0.0, slack).min(axis=1), most)
        return free - above_plan, most - free

    def _urgency(self) -> Floats:
        """Price of a lost sale where stock is out, of safety stock where that is all there is."""
        problem, plan = self.problem, self.plan
        arrival = np.minimum(plan.arrival[:, self.t], len(problem.periods) - 1)
        where = (plan.product, plan.destination, arrival)
        level = plan.stock[where]
        at_safety_stock = level < problem.safety_stock[where] + 1
        spare = np.where(at_safety_stock, problem.missing_stock_cost[where], 0.0)
        return np.where(level < 1, problem.lost_sale_cost[where], spare)

    def _overflow_price(self) -> Floats:
        problem, plan = self.problem, self.plan
        dearest = np.zeros(len(problem.warehouses))
        np.maximum.at(dearest, problem.overflow.warehouse, problem.overflow.penalty[:, self.t])
        return problem.pallets_per_unit[plan.product] * dearest[plan.destination]

    def _above_plan(self, y: int, units: int) -> float:
        """Pallets above the plan if a flow sends some more units."""
        p = self.plan.product[y]
        above = max(0.0, units - max(0.0, self.lag[p, self.plan.destination[y]]))
        return float(above * self.problem.pallets_per_unit[p])

    def _fits(self, y: int, units: int) -> bool:
        s = self.plan.destination[y]
        room = float(self.headroom[s])
        if self.urgency[y] > self.overflow_price[y]:
            room += float(self.overflow_room[s])
        return self._above_plan(y, units) <= room + FITS

    def _send(self, y: int, units: int) -> None:
        s = self.plan.destination[y]
        self.headroom[s] -= self._above_plan(y, units)
        self.lag[self.plan.product[y], s] -= units
        self.send[y] += units

    def _build_more(self, routings: list[int], units: int) -> int:
        """Build up to some more units, on the routings the plan uses most; return how many."""
        built = 0
        remainder = self.plan.build[routings, self.t] - self.build[routings]
        for i in np.argsort(-remainder, kind="stable"):
            if built == units:
                break
            r = routings[int(i)]
            possible = self._possible(r, units - built)
            self._build(r, possible)
            built += possible
        return built

    def _possible(self, r: int, units: int) -> int:
        if not self.problem.routings.available[r, self.t]:
            return 0
        for w, capacity in self.allocation.operations[r]:
            if capacity[self.t] > 0 and np.isfinite(self.room[w]):
                units = min(units, int(np.floor((self.room[w] + FITS) / capacity[self.t])))
        return max(0, units)

    def _build(self, r: int, units: int) -> None:
        self.build[r] += units
        for w, capacity in self.allocation.operations[r]:
            self.room[w] -= capacity[self.t] * units
