"""What ties the chains together: capacity tiers, storage, and changes of load.

The lines of the coupling follow those of the chains: a line for each tier, each overflow tier, the
room left in each warehouse and, where smoothing pays, what each work centre's load rises and falls
by. Tiers and room stand in one coupling row each. The rows of load changes join a work centre's
periods, so that they are a ladder again (`ladder`), once by its rows and once by its columns:

    P + E U E'  and  (U - U E' (P + E U E')^-1 E U)^-1 = U^-1 + E' P^-1 E,

U the conductance of the tiers, P that of rising and falling, E the difference of two periods.
Written so, nothing is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.index_sets import is_smoothed
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import before
from sop_pipeline.planning.solvers.structured import ladder
from sop_pipeline.planning.solvers.structured.compiled import compiled

RIGID = 1e-16
"""Conductance of a change that is held, as a share of the load's."""
SMALLEST = 1e-200
"""Stands for a conductance of 0 where it is divided by."""


@dataclass(frozen=True)
class Coupling:
    """The coupling rows and lines of a problem.

    Attributes:
        tier_center: Work centre of each tier, (K,).
        overflow_store: Warehouse of each overflow tier, (J,).
        centers: Number of work centres, W.
        stores: Number of warehouses, S.
        free: Rows of load changes that ask nothing, (W, T); of no rows where nothing smooths.
    """

    tier_center: Integers
    overflow_store: Integers
    centers: int
    stores: int
    free: Booleans

    @classmethod
    def of(cls, problem: Problem) -> Coupling:
        """The coupling of a separable problem."""
        centers, periods = len(problem.work_centers), len(problem.periods)
        free = np.zeros((centers if is_smoothed(problem) else 0, periods), dtype=bool)
        free[:, :1] = np.isnan(problem.initial_load)[: len(free), None]
        return cls(
            problem.tiers.work_center,
            problem.overflow.warehouse,
            centers,
            len(problem.warehouses),
            free,
        )

    @property
    def is_smoothed(self) -> bool:
        """Whether there are rows of load changes."""
        return len(self.free) > 0

    @property
    def rows(self) -> int:
        """How many lines of rows there are, of load, pallets and load changes."""
        return self.centers + self.stores + len(self.free)

    @property
    def lines(self) -> int:
        """How many lines the coupling has."""
        return len(self.tier_center) + len(self.overflow_store) + self.stores + 2 * len(self.free)

    def split(self, lines: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Lines of the coupling by family: tiers, overflow, room, rise, fall."""
        sizes = (len(self.tier_center), len(self.overflow_store), self.stores, len(self.free))
        tiers, overflow, room, rise, fall = np.split(lines, np.cumsum(sizes))
        return tiers, overflow, room, rise, fall

    def worth(self, prices: Floats, changes: Floats) -> Floats:
        """A' of the prices of coupling rows, (W + S, T), and of load changes, (W, T), by line."""
        load, pallets = prices[: self.centers], prices[self.centers :]
        kept = -load
        if self.is_smoothed:
            kept = kept + changes - after(changes)
        return np.concatenate(
            [kept[self.tier_center], -pallets[self.overflow_store], pallets, -changes, changes]
        )

    def take(self, lines: Floats, rows: Floats, changes: Floats) -> None:
        """Take what the lines come to off the coupling rows and the rows of load changes."""
        _, overflow, room, rise, fall = self.split(lines)
        load = self.load(lines)
        rows[: self.centers] += load
        np.add.at(rows[self.centers :], self.overflow_store, overflow)
        rows[self.centers :] -= room
        if self.is_smoothed:
            changes -= np.where(self.free, 0.0, load - before(load) - rise + fall)

    def load(self, lines: Floats) -> Floats:
        """Capacity the tiers give, (W, T)."""
        load = np.zeros((self.centers, lines.shape[1]))
        np.add.at(load, self.tier_center, self.split(lines)[0])
        return load

    def eliminated(self, theta: Floats) -> EliminatedCoupling:
        """The coupling lines out of the normal equations, theta the conductance of each."""
        _, overflow, room, rise, fall = self.split(theta)
        pallets = room.copy()
        np.add.at(pallets, self.overflow_store, overflow)
        load = self.load(theta)
        changing = np.maximum(rise + fall, RIGID * load[: len(rise)])
        return EliminatedCoupling(self, load, pallets, np.where(self.free, 1.0, changing))


class EliminatedCoupling:
    """The coupling lines and rows of load changes, eliminated at given conductances."""

    def __init__(self, coupling: Coupling, load: Floats, pallets: Floats, changing: Floats) -> None:
        """Take the conductances of tiers, (W, T), storage, (S, T), and load changes, (W, T)."""
        self._coupling, self._load, self._pallets = coupling, load, pallets
        self._joins = np.where(coupling.free, 0.0, 1.0 / np.maximum(changing, SMALLEST))
        self._smooth = np.zeros((len(changing), load.shape[1], load.shape[1]))
        self._ground, self._edge = changing.copy(), load.copy()[: len(changing)]
        # A row that asks nothing is a node of its own; the one after it keeps its edge as ground.
        self._ground[:, 1:] += np.where(coupling.free, self._edge, 0.0)[:, :-1]
        self._edge[coupling.free] = 0.0
        self._pivot = np.ones_like(changing)
        if coupling.is_smoothed:
            _eliminate_each(self._ground, self._edge, self._pivot)
            ground = 1.0 / np.maximum(load, SMALLEST)
            ground[:, 0] += self._joins[:, 0]
            _invert_each(ground, after(self._joins), self._smooth)

    def add_to(self, matrix: Floats) -> None:
        """Add half of what the coupling lines conduct to the coupling matrix (`assembly`)."""
        diagonal = np.concatenate([self._load, self._pallets])
        if self._coupling.is_smoothed:
            diagonal[: len(self._load)] = 0.0
            for center, block in enumerate(self._smooth):
                matrix[center, center] += 0.5 * block
        blocks = np.einsum("wwtt->wt", matrix)
        blocks += 0.5 * diagonal

    def forward(self, rows: Floats, changes: Floats) -> None:
        """Take the load changes out of the right side: what they miss goes to the coupling rows."""
        if self._coupling.is_smoothed:
            joined = self._joins * changes
            missed = joined - after(joined)
            rows[: len(changes)] += np.einsum("wtu,wu->wt", self._smooth, missed)

    def backward(self, prices: Floats, changes: Floats) -> None:
        """Change of the prices of load changes, in place of what those rows miss."""
        if self._coupling.is_smoothed:
            taken = self._load * prices[: len(changes)]
            changes += taken - before(taken)
            changes[self._coupling.free] = 0.0
            _solve_each(self._edge, self._pivot, changes)


def after(values: Floats) -> Floats:
    """Values of the period after, 0 after the last."""
    shifted = np.zeros_like(values)
    shifted[:, :-1] = values[:, 1:]
    return shifted


@compiled
def _eliminate_each(ground: Floats, edge: Floats, pivot: Floats) -> None:
    for row in range(len(ground)):
        ladder.eliminate(ground[row], edge[row], pivot[row])


@compiled
def _solve_each(edge: Floats, pivot: Floats, right: Floats) -> None:
    for row in range(len(right)):
        ladder.solve(edge[row], pivot[row], right[row])


@compiled
def _invert_each(ground: Floats, edge: Floats, inverse: Floats) -> None:
    left, right, onward = ground[0] * 0.0, ground[0] * 0.0, ground[0] * 0.0
    for row in range(len(ground)):
        ladder.invert(ground[row], edge[row], left, right, onward, inverse[row])
