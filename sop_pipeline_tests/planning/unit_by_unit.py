"""First in, first out, written from the contract alone: a queue of lots at every site.

Shares no code with the planner. Quantities are whole ten-thousandths.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

UNIT = 10_000
Place = tuple[int, int]
"""Product and site."""
Source = tuple[str, str | None, int | None]
"""OPENING, RECEIPT or BUILD, with routing and period where there is one."""
Peg = tuple[int, int, int | None, int | None, int | None, Source, int]
"""Product, warehouse, period served, due and thrown away (None for what is not), source, periods
held."""


@dataclass(frozen=True)
class Lot:
    """Units that came the same way.

    Attributes:
        source: Where they come from.
        quanta: How many.
        came: Period they came into this queue.
        held: Period ends they had stood in warehouses before.
        cost: What holding one unit had cost before.
    """

    source: Source
    quanta: int
    came: int = 0
    held: int = 0
    cost: float = 0.0


@dataclass
class Plan:
    """What a plan does, period by period.

    Attributes:
        periods: Number of periods.
        opening: Stock before the first period, by place.
        receipts: Receipts, by place and period.
        builds: Builds by product, plant, routing and period.
        shipments: Shipments by product, origin, destination and period they leave in.
        lead: Periods each lane takes, by origin and destination.
        demand: Demand, by place and period.
        served: Served, by place and period.
        lost: Lost, by place and period.
        late: Owed at the end of a period, by place and period.
        scrapped: Thrown away, by place and period.
        holding: Cost of holding a unit at the end of a period, by product, warehouse, period.
    """

    periods: int
    opening: Mapping[Place, int]
    receipts: Mapping[tuple[int, int, int], int]
    builds: Mapping[tuple[int, int, str, int], int]
    shipments: Mapping[tuple[int, int, int, int], int]
    lead: Mapping[Place, int]
    demand: Mapping[tuple[int, int, int], int]
    served: Mapping[tuple[int, int, int], int]
    lost: Mapping[tuple[int, int, int], int]
    late: Mapping[tuple[int, int, int], int]
    scrapped: Mapping[tuple[int, int, int], int]
    holding: Callable[[int, int, int], float]


@dataclass
class Told:
    """What follows from a plan.

    Attributes:
        pegs: Quanta of each peg.
        costs: What holding them costs, in currency.
        served_due: Quanta served, by place and period due.
        lost_due: Quanta lost, by place and period due.
    """

    pegs: Counter[Peg] = field(default_factory=Counter)
    costs: dict[Peg, float] = field(default_factory=lambda: defaultdict(float))
    served_due: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    lost_due: Counter[tuple[int, int, int]] = field(default_factory=Counter)


def follow(plan: Plan) -> Told:
    """Walk through the periods, product by product."""
    told = Told()
    for product in sorted({p for p, _ in plan.opening}):
        _Walk(plan, product, told).walk()
    return told


class _Walk:
    def __init__(self, plan: Plan, product: int, told: Told) -> None:
        self.plan, self.p, self.told = plan, product, told
        self.warehouses = sorted(s for p, s in plan.opening if p == product)
        self.queues: dict[int, deque[Lot]] = {s: deque() for s in self.warehouses}
        self.owed: dict[int, deque[list[int]]] = {s: deque() for s in self.warehouses}
        self.arriving: dict[tuple[int, int], list[tuple[int, list[Lot]]]] = defaultdict(list)

    def walk(self) -> None:
        plan = self.plan
        for s in self.warehouses:
            self.put(s, 0, [Lot(("OPENING", None, None), plan.opening[self.p, s])])
        for t in range(plan.periods):
            self.build(t)
            for s in self.in_turn(t):
                self.period(s, t)
        for s in self.warehouses:
            for lot in self.queues[s]:
                self.note(s, None, None, self.left(lot, s, plan.periods))
        for (s, t), arrivals in self.arriving.items():
            if t >= plan.periods:
                for lot in (lot for _, lots in arrivals for lot in lots):
                    self.note(s, None, None, lot)

    def in_turn(self, t: int) -> list[int]:
        """Warehouses so that one comes after those that send to it at once."""
        before: dict[int, set[int]] = {s: set() for s in self.warehouses}
        for (p, a, b, at), quanta in self.plan.shipments.items():
            if (p, at) == (self.p, t) and quanta and a in before and not self.plan.lead[a, b]:
                before[b].add(a)
        return list(TopologicalSorter(before).static_order())

    def build(self, t: int) -> None:
        plants: dict[int, deque[Lot]] = defaultdict(deque)
        for (p, plant, code, at), quanta in sorted(self.plan.builds.items()):
            if (p, at) == (self.p, t) and quanta:
                plants[plant].append(Lot(("BUILD", code, t), quanta, t))
        for plant, queue in plants.items():
            self.send(plant, t, queue)
            assert not queue, "plants keep no stock"

    def period(self, s: int, t: int) -> None:
        receipt = Lot(("RECEIPT", None, t), self.plan.receipts.get((self.p, s, t), 0))
        self.put(s, t, [receipt])
        for _, lots in sorted(self.arriving.pop((s, t), []), key=lambda arrival: arrival[0]):
            self.put(s, t, lots)
        key = (self.p, s, t)
        owed = self.owed[s]
        owed.append([t, self.plan.demand[key]])
        for due, quanta in self.take_owed(owed, self.plan.served[key], oldest=True):
            self.told.served_due[self.p, s, due] += quanta
            for lot in self.take(self.queues[s], quanta):
                self.note(s, t, due, self.left(lot, s, t))
        for due, quanta in self.take_owed(owed, self.plan.lost[key], oldest=False):
            self.told.lost_due[self.p, s, due] += quanta
        # So may what is still owed be a quantum more or less than the table has it.
        excess = sum(quanta for _, quanta in owed) - self.plan.late[key]
        self.take_owed(owed, max(0, excess), oldest=False)
        owed[-1][1] += max(0, -excess)
        self.send(s, t, self.queues[s])
        for lot in self.take(self.queues[s], self.plan.scrapped[key]):
            self.note(s, None, None, self.left(lot, s, t), scrapped=t)

    def put(self, s: int, t: int, lots: list[Lot]) -> None:
        self.queues[s] += [
            Lot(lot.source, lot.quanta, t, lot.held, lot.cost) for lot in lots if lot.quanta
        ]

    def send(self, origin: int, t: int, queue: deque[Lot]) -> None:
        sent = sorted(
            (b, quanta)
            for (p, a, b, at), quanta in self.plan.shipments.items()
            if (p, a, at) == (self.p, origin, t)
        )
        for b, quanta in sent:
            lots = [self.left(lot, origin, t) for lot in self.take(queue, quanta)]
            self.arriving[b, t + self.plan.lead[origin, b]].append((origin, lots))

    def left(self, lot: Lot, s: int, t: int) -> Lot:
        """The lot with what waiting in a warehouse until t adds."""
        stood = range(lot.came, t) if s in self.queues else ()
        cost = lot.cost + sum(self.plan.holding(self.p, s, at) for at in stood)
        return Lot(lot.source, lot.quanta, t, lot.held + len(stood), cost)

    def note(
        self,
        s: int,
        served: int | None,
        due: int | None,
        lot: Lot,
        *,
        scrapped: int | None = None,
    ) -> None:
        peg = (self.p, s, served, due, scrapped, lot.source, lot.held)
        self.told.pegs[peg] += lot.quanta
        self.told.costs[peg] += lot.quanta / UNIT * lot.cost

    @staticmethod
    def take(queue: deque[Lot], quanta: int) -> list[Lot]:
        taken: list[Lot] = []
        while quanta:
            lot = queue.popleft()
            part = min(lot.quanta, quanta)
            taken.append(Lot(lot.source, part, lot.came, lot.held, lot.cost))
            if part < lot.quanta:
                rest = lot.quanta - part
                queue.appendleft(Lot(lot.source, rest, lot.came, lot.held, lot.cost))
            quanta -= part
        return taken

    @staticmethod
    def take_owed(owed: deque[list[int]], quanta: int, *, oldest: bool) -> list[tuple[int, int]]:
        taken: list[tuple[int, int]] = []
        for entry in owed if oldest else reversed(owed):
            part = min(entry[1], quanta)
            entry[1] -= part
            quanta -= part
            if part:
                taken.append((entry[0], part))
        if quanta:  # figures are rounded one by one: a quantum too many was due now
            taken.append((owed[-1][0], quanta))
        return taken
