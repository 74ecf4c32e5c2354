"""Values of columns or rows at a vertex, between their limits.

Does not belong here: how they hang together (`vertex`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers

SLIGHT = 1e-9
"""What a value moves another by, per size, up to which it does not."""

Kind = Literal["column", "row"]
KINDS: tuple[Kind, Kind] = ("column", "row")
Moves = tuple[Integers, Floats]
"""Places, each once and ascending, and by how much each moves."""


class Met(NamedTuple):
    """A limit that is met on the way; the sooner one is the lesser.

    Attributes:
        share: Share of the way up to it.
        place: Whose limit it is.
        excess: How far beyond it, above 0 for the upper one, the way leads.
    """

    share: float
    place: int
    excess: float


class Kept(NamedTuple):
    """What keeps a limit; the cheaper one is the lesser.

    Attributes:
        ratio: Cost per size of what is in excess.
        rate: Minus what a size of it takes away from that.
        place: What moves.
        by: By how much.
    """

    ratio: float
    rate: float
    place: int
    by: float


class BetweenLimits(NamedTuple):
    """Columns or rows at a vertex.

    Attributes:
        values: Value of each, (n,).
        lower: The least it may be.
        upper: The most.
        is_basic: Whether it moves with the others, rather than lie at a limit by itself.
        price: What it costs to move it by one where it is not basic.
    """

    values: Floats
    lower: Floats
    upper: Floats
    is_basic: Booleans
    price: Floats

    @classmethod
    def of(
        cls, values: Floats, lower: Floats, upper: Floats, basic: Integers, price: Floats
    ) -> BetweenLimits:
        """The same with those that are basic named by their places."""
        is_basic = np.zeros(len(values), dtype=bool)
        is_basic[basic] = True
        return cls(values, lower, upper, is_basic, price)

    def gap(self, moves: Moves, limits: Moves | None) -> float:
        """Most that a value is outside after a move, of those that move or whose limit does."""
        limits = (moves[0][:0], moves[1][:0]) if limits is None else limits
        at = np.union1d(moves[0], limits[0])
        moved = self.values[at] + _spread(moves, at)
        most = self.upper[at] + _spread(limits, at)
        return float(np.maximum(moved - most, self.lower[at] - moved).max(initial=0.0))

    def met(self, moves: Moves, tolerance: float) -> Met | None:
        """The first limit of a basic one that lies on the way; None where none is left behind."""
        basic = self.is_basic[moves[0]]
        at, by = moves[0][basic], moves[1][basic]
        room = np.where(by > 0.0, self.upper[at], self.lower[at]) - self.values[at]
        beyond = np.where(by > 0.0, by - room, room - by) > tolerance
        at, by, share = at[beyond], by[beyond], np.maximum(room[beyond] / by[beyond], 0.0)
        if not len(at):
            return None
        first = int(share.argmin())
        return Met(float(share[first]), int(at[first]), float((1.0 - share[first]) * by[first]))

    def keeping(self, rates: Moves, excess: float) -> Kept | None:
        """What takes an excess away at least cost; None where nothing can.

        Args:
            rates: What a size of each adds to what is in excess.
            excess: How much is to be taken away, below 0 where it is missing.
        """
        at, rate = rates
        above, below = self.values[at] - self.lower[at], self.upper[at] - self.values[at]
        away = np.where(below < above, -1.0, 1.0)
        moves = ~self.is_basic[at] & (self.lower[at] < self.upper[at])
        serves = moves & (away * rate * excess < 0.0) & (np.abs(rate) > SLIGHT)
        at, rate = at[serves], rate[serves]
        if not len(at):
            return None
        ratio = np.maximum(away[serves] * self.price[at], 0.0) / np.abs(rate)
        best = int(np.lexsort((-np.abs(rate), ratio))[0])
        return Kept(
            float(ratio[best]), -abs(float(rate[best])), int(at[best]), -excess / float(rate[best])
        )


def together(*moves: Moves) -> Moves:
    """Moves added up, each place once."""
    places = np.concatenate([at for at, _ in moves])
    named, of_place = np.unique(places, return_inverse=True)
    by = np.bincount(of_place, np.concatenate([by for _, by in moves]), len(named))
    return named, by


def _spread(moves: Moves, among: Integers) -> Floats:
    """How far places in ascending order move; 0 for those that do not."""
    spread = np.zeros(len(among))
    spread[np.searchsorted(among, moves[0])] = moves[1]
    return spread
