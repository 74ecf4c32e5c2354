"""Which constraints of a programme cannot hold together, none of them needlessly.

A deletion filter (Chinneck, Feasibility and Infeasibility in Optimization, 2008, chapter 6): what
can be left out while the rest still conflicts is left out, many members at a time first. A Farkas
ray says at once what a conflict does without (Gleeson and Ryan, 1990).

Belongs here: finding the set. Does not belong here: what its members mean (`diagnosis`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solvers.highs import HighsModel
from sop_pipeline.planning.solvers.whole_numbers import WholeNumberModel, relaxation

MOST_WORK = 500_000
"""Trials times members: some seconds at 20,000 columns, the same trials on every machine."""
NO_PART = 1e-9
"""Share of a ray's largest entry below which a row takes no part in it."""

MOST_NODES, SEARCH_SECONDS = 1_000, 5.0
"""What one search over whole decisions may take; the nodes end it alike on every machine."""

_SIMPLEX = {"presolve": "off", "solver": "simplex"}


@dataclass(frozen=True)
class Conflict:
    """Constraints that cannot hold together.

    Attributes:
        rows: Rows of the programme, ascending.
        limits: Columns whose upper bound takes part, ascending.
        irreducible: Whether each has been shown to be needed: without it the rest can hold.
        whole: Whether they can hold together where whole decisions are taken in fractions.
    """

    rows: Integers
    limits: Integers
    irreducible: bool
    whole: bool


def irreducible_conflict(lp: LinearProgram, periods: Integers) -> Conflict:
    """An irreducible infeasible set of a programme; of several, one that ends early.

    Lower bounds of columns hold always: they are 0, and nobody can give there. So does that whole
    decisions are whole, which takes no part where the rest conflicts without it.

    Args:
        lp: A programme without a solution, in natural sizes.
        periods: The period of each row, then of each column, (rows + columns,).
    """
    if len(lp.whole) and relaxation(replace(lp, cost_terms={})).is_infeasible():
        lp = lp.relaxed
    rows = lp.shape[0]
    limited = rows + np.flatnonzero(np.isfinite(lp.upper))
    found = _DeletionFilter(lp, np.concatenate([np.arange(rows), limited]), periods)
    found.end_early()
    irreducible = found.leave_out() and not found.undecided
    members = found.members
    whole = len(lp.whole) > 0
    return Conflict(members[members < rows], members[members >= rows] - rows, irreducible, whole)


class _DeletionFilter:
    """A shrinking set of members that conflict: rows of the programme, then limits of columns.

    Attributes:
        members: Row j as j, the limit of column k as rows + k, ascending, (N,).
        undecided: Whether a search over whole decisions ended before it knew.
    """

    def __init__(self, lp: LinearProgram, members: Integers, periods: Integers) -> None:
        self._lp = lp
        self._periods = periods
        self._work_left = MOST_WORK
        self.undecided = False
        self._take(members)

    def end_early(self) -> None:
        """Keep what there is up to the first period by whose end the members conflict."""
        known = np.unique(self._periods[self.members])
        first, last = 0, len(known) - 1
        while first < last:
            middle = (first + last) // 2
            later = self.members[self._periods[self.members] > known[middle]]
            if self._conflicts_without(later):
                last = middle
            else:
                first = middle + 1

    def leave_out(self) -> bool:
        """Leave out what can be, many members at a time first; whether that came to an end."""
        size = max(1, len(self.members) // 2)
        needed = np.empty(0, np.int64)
        while size:
            for group in self._groups(size, needed):
                rest = np.intersect1d(group, self.members)
                if not len(rest):
                    continue
                if self._work_left < 0:
                    return False
                if not self._conflicts_without(rest) and len(rest) == 1:
                    needed = np.append(needed, rest)
            size //= 2
        return True

    def _groups(self, size: int, needed: Integers) -> list[Integers]:
        """The members whose need is not shown, so many at a time, the latest first."""
        unsure = np.setdiff1d(self.members, needed)
        order = unsure[np.argsort(-self._periods[unsure], kind="stable")]
        return [order[start : start + size] for start in range(0, len(order), size)]

    def _conflicts_without(self, members: Integers) -> bool:
        """Whether the others conflict; then only what their conflict needs is kept."""
        self._work_left -= len(self.members)
        self._let_go(members)
        if self._is_infeasible():
            kept = np.setdiff1d(self.members, members)
            used = kept[self._takes_part(kept)]
            self._let_go(np.setdiff1d(kept, used))
            self.members = used
            if 2 * len(used) < self._size:
                self._take(used)
            return True
        self._hold(members)
        return False

    def _is_infeasible(self) -> bool:
        """Whether what is held is shown to conflict; a search that is not ended shows nothing."""
        if not isinstance(self._model, WholeNumberModel):
            return self._model.is_infeasible()
        found = self._model.search(1.0, SEARCH_SECONDS, MOST_NODES)
        self.undecided |= found.values is None and not found.is_infeasible
        return found.is_infeasible

    def _take(self, members: Integers) -> None:
        """A model of these members alone, so that each trial is as quick as it can be."""
        lp, rows, limits = self._lp, *self._split(members)
        limit = np.full(lp.shape[1], np.inf)
        limit[limits] = lp.upper[limits]
        self.members, self._size = members, len(members)
        self._matrix = lp.matrix[rows]
        self._rows = rows
        part = replace(
            lp,
            matrix=self._matrix,
            row_lower=lp.row_lower[rows],
            row_upper=lp.row_upper[rows],
            upper=limit,
            cost_terms={},
        )
        self._model = WholeNumberModel(part) if len(lp.whole) else HighsModel(part, _SIMPLEX)

    def _takes_part(self, members: Integers) -> Booleans:
        """Which members the proof of the last solve needs; all where there is no proof."""
        ray = None if len(self._lp.whole) else self._model.dual_ray()
        if ray is None:
            return np.ones(len(members), np.bool_)
        rows, limits = self._split(members)
        least = NO_PART * np.abs(ray).max()
        of_row = np.abs(ray) > least
        prices = self._matrix.T @ np.where(of_row, ray, 0.0)
        at = np.searchsorted(self._rows, rows)
        return np.concatenate([of_row[at], np.abs(prices[limits]) > least])

    def _let_go(self, members: Integers) -> None:
        rows, limits = self._split(members)
        self._set(rows, np.full(len(rows), -np.inf), np.full(len(rows), np.inf))
        self._model.set_bounds(limits, self._lp.lower[limits], np.full(len(limits), np.inf))

    def _hold(self, members: Integers) -> None:
        lp, rows, limits = self._lp, *self._split(members)
        self._set(rows, lp.row_lower[rows], lp.row_upper[rows])
        self._model.set_bounds(limits, lp.lower[limits], lp.upper[limits])

    def _set(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        self._model.set_sides(np.searchsorted(self._rows, rows), lower, upper)

    def _split(self, members: Integers) -> tuple[Integers, Integers]:
        """Rows and columns of some members."""
        rows = self._lp.shape[0]
        return members[members < rows], members[members >= rows] - rows
