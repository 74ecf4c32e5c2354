"""First in, first out through queues that feed each other.

The n-th unit that comes into a queue is the n-th that goes out. So what comes in and what goes out
lie side by side on one axis, and where they overlap, one is the other. What goes on to another
queue is looked up where it comes in there, until it goes on no more. Units are counted in whole
quanta, so that everything adds up exactly.
Does not belong here: what the queues stand for (`pegging`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers


@dataclass(frozen=True)
class Events:
    """What comes into queues or goes out of them, (E,) each.

    Attributes:
        queue: The queue.
        period: When.
        rank: Order within a period.
        tie: Order within a rank.
        quanta: How much.
        label: What it is, at least 0; what goes on from queue to queue has a negative one, the
            same where it goes out and where it comes in.
    """

    queue: Integers
    period: Integers
    rank: Integers
    tie: Integers
    quanta: Integers
    label: Integers

    @classmethod
    def of(
        cls,
        *,
        queue: Integers,
        period: Integers | int,
        quanta: Integers,
        label: Integers | int,
        rank: int = 0,
        tie: Integers | int = 0,
    ) -> Events:
        """Events of one kind, from arrays of any shapes that go together."""
        parts = np.broadcast_arrays(queue, period, rank, tie, quanta, label)
        return cls(*(part.ravel() for part in parts))

    @classmethod
    def in_order(cls, kinds: Iterable[Events]) -> Events:
        """All of these of which there is anything, queue by queue, in their order."""
        columns = [[getattr(kind, field.name) for field in fields(cls)] for kind in kinds]
        every = cls(*(np.concatenate(column) for column in zip(*columns, strict=True)))
        order = np.lexsort((every.tie, every.rank, every.period, every.queue))
        order = order[every.quanta[order] != 0]
        return cls(*(getattr(every, field.name)[order] for field in fields(cls)))

    @cached_property
    def end(self) -> Integers:
        """Where each ends on the axis of all queues, one after the other."""
        return np.cumsum(self.quanta)

    @cached_property
    def start(self) -> Integers:
        """Where each begins on the axis."""
        return self.end - self.quanta

    def queue_end(self, queues: int) -> Integers:
        """Where each queue ends on the axis, (queues,)."""
        total = np.zeros(queues, dtype=np.int64)
        np.add.at(total, self.queue, self.quanta)
        return np.cumsum(total)


@dataclass(frozen=True)
class Lots:
    """Quanta that went the same way, (L,) each.

    Attributes:
        origin: Label of what first came in.
        end: Label of what last went out.
        quanta: How many.
        held: Periods they have waited in queues.
        cost: What waiting has cost one unit.
    """

    origin: Integers
    end: Integers
    quanta: Integers
    held: Integers
    cost: Floats

    @classmethod
    def together(cls, parts: Iterable[Lots]) -> Lots:
        """The lots of several parts."""
        columns = [[getattr(part, field.name) for field in fields(cls)] for part in parts]
        return cls(*(np.concatenate(column) for column in zip(*columns, strict=True)))

    def chosen(self, which: Integers) -> Lots:
        """Some of them."""
        return Lots(*(getattr(self, field.name)[which] for field in fields(self)))


def traced(comes: Events, goes: Events, waiting_cost: Floats) -> Lots:
    """Follow every unit from where it first comes in to where it last goes out.

    Args:
        comes: What comes into the queues, in order.
        goes: What goes out of them, in order; what is left in the end is one of them.
        waiting_cost: Cost of waiting from the start up to each period, (queues, periods).

    Raises:
        ValueError: What comes into some queue is not what goes out of it.
    """
    queues = len(waiting_cost)
    negative = min(comes.quanta.min(initial=0), goes.quanta.min(initial=0)) < 0
    if negative or not np.array_equal(comes.queue_end(queues), goes.queue_end(queues)):
        msg = "What comes into a queue is not what goes out of it"
        raise ValueError(msg)
    comes_in_as = np.full(1 - min(0, comes.label.min(initial=0)), -1)
    carried = np.flatnonzero(comes.label < 0)
    comes_in_as[-comes.label[carried]] = carried
    event = np.flatnonzero(comes.label >= 0)
    start, lots = comes.start[event], _first(comes, event)
    ended: list[Lots] = [lots.chosen(event[:0])]
    while event.size:
        lot, out, begin, stop = _overlaps(goes, start, lots.quanta)
        queue, left, came = goes.queue[out], goes.period[out], comes.period[event[lot]]
        lots = Lots(
            origin=lots.origin[lot],
            end=goes.label[out],
            quanta=stop - begin,
            held=lots.held[lot] + left - came,
            cost=lots.cost[lot] + waiting_cost[queue, left] - waiting_cost[queue, came],
        )
        ended.append(lots.chosen(np.flatnonzero(lots.end >= 0)))
        on = np.flatnonzero(lots.end < 0)
        lots, event = lots.chosen(on), comes_in_as[-lots.end[on]]
        start = comes.start[event] + begin[on] - goes.start[out[on]]
    return Lots.together(ended)


def _first(comes: Events, event: Integers) -> Lots:
    """Lots as they first come in."""
    waited = np.zeros(len(event))
    label = comes.label[event]
    return Lots(label, label, comes.quanta[event], waited.astype(np.int64), waited)


def _overlaps(
    goes: Events, start: Integers, quanta: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """Cut lots on the axis where the events that take them out end.

    Returns:
        Of each piece its lot, its event, and where it begins and ends.
    """
    first = np.searchsorted(goes.end, start, side="right")
    last = np.searchsorted(goes.end, start + quanta - 1, side="right")
    pieces = last - first + 1
    lot = np.repeat(np.arange(len(pieces)), pieces)
    out = np.arange(len(lot)) - np.repeat(np.cumsum(pieces) - pieces - first, pieces)
    begin = np.maximum(start[lot], goes.start[out])
    return lot, out, begin, np.minimum((start + quanta)[lot], goes.end[out])
