"""The interior point method: from somewhere inside to within a small gap of the optimum.

Mehrotra's predictor-corrector (1992) with centrality correctors (Gondzio 1996): a step that aims
at the optimum tells how far it can go, then one aims at the mean of the products that far on,
corrected for what the first step's own changes come to. Columns and prices take steps of their own
lengths.
Does not belong here: the equations of a step (`normal`), the arithmetic of bounds (`pairs`), what
a problem's columns are (`lines`) and where it begins (`start`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.highs import TIME_LIMIT, stopped_early
from sop_pipeline.planning.solvers.limit import seconds_left
from sop_pipeline.planning.solvers.structured import pairs
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import (
    NormalEquations,
    NotSolved,
    Rows,
    left_of_costs,
    take,
)
from sop_pipeline.planning.solvers.structured.pairs import Targets
from sop_pipeline.planning.solvers.structured.parts import by_lines
from sop_pipeline.planning.solvers.structured.start import StartingPoint

NAME = "The structured method"
MOST_ITERATIONS = 150
NEAR = 1e-4
"""From this distance on the best iterate is kept, in case rounding takes the method away again."""
MENDED = 1e-3
"""What rows miss and what is mispriced counts for, against the gap."""
PATIENCE = 8
"""Iterations without a better one after which none is to be expected."""
LOST = 1e4
"""Times the best distance beyond which rounding has taken over."""
SOFTEST = 1e-9
"""Stiffness of a column that nothing holds, in sizes: what it leaves mispriced is less than that,
and stiffer columns beside it are still seen."""
CLOSING = 0.9
"""Share of its distance from a bound that a column moves at most to close what the rows miss."""
POLISHED = 5
"""How often the prices are corrected at the end, at most."""
EXACT, EXACTLY = 1e-3, 1e-14
"""Share of what rows miss, and of their size, up to which a step has to close them."""
CORRECTIONS = 2
"""Corrected steps of an iteration, at most: each costs a tenth of it."""
LONGER = (1.5, 0.1)
"""A corrected step aims to be longer by this factor, and this much."""
GAIN = 0.01
"""What the step lengths must add up to more for a corrected step to be taken."""
SHORT = ((0.1, 0.9), (1e-3, 0.99), (0.0, 0.9995))
"""Down to which gap which share of the longest step is taken."""

Lengths = tuple[float, float]
"""Length of the step of the columns and of the prices, shares of the whole step."""


@dataclass(frozen=True)
class Iterate:
    """Where the method is: columns inside their bounds, prices, and how far both are from optimal.

    Attributes:
        values: Value of each column, (L, T).
        prices: Price of each row.
        gap: What the products of columns and prices come to / the cost that can be avoided.
        missing: Most that a row misses / its size.
        mispriced: Most that a reduced cost differs from the prices of the bounds / its size.
        iteration: Number of the iteration.
    """

    values: Floats
    prices: Rows
    gap: float
    missing: float
    mispriced: float
    iteration: int

    @property
    def distance(self) -> float:
        """The gap, or a share of the others where that is more: they are mended at the end."""
        return max(self.gap, MENDED * self.missing, MENDED * self.mispriced)

    def kept(self) -> Iterate:
        """The same, apart from the method that goes on."""
        return replace(self, values=self.values.copy(), prices=self.prices.copy())


def solve(lines: Lines, begin: StartingPoint, tolerance: float) -> Iterate:
    """Come as near to the optimum as the tolerance asks, or as rounding allows.

    Args:
        lines: What is asked.
        begin: Where to begin; its columns move.
        tolerance: The gap asked for.

    Raises:
        NotSolved: The equations of a step lost their solution before the method came near.
        PlanNotCertified: There was no time left.
    """
    method = _Method(lines, begin)
    here = best = method.look(0)
    while here.distance > tolerance and here.iteration < MOST_ITERATIONS:
        if seconds_left() == 0.0:
            raise stopped_early(NAME, TIME_LIMIT)
        try:
            method.step(here)
        except NotSolved:
            if best.distance > NEAR:
                raise
            break
        here = method.look(here.iteration + 1)
        if here.gap <= NEAR and here.missing > here.gap and method.close():
            here = method.look(here.iteration)
        if not np.isfinite(here.distance):
            break
        if here.distance < best.distance or best.distance > NEAR:
            best = here if here.distance > NEAR else here.kept()
        elif here.iteration - best.iteration >= PATIENCE or here.distance > LOST * best.distance:
            break
    return method.polished(best)


def settled(lines: Lines, begin: StartingPoint) -> tuple[Floats, Rows] | None:
    """Values that close what the rows miss, and prices that leave no cost to the columns that move.

    None where closing the rows takes columns beyond their bounds.

    Args:
        lines: What is asked.
        begin: Where to begin; its columns move.
    """
    method = _Method(lines, begin)
    method.look(0)
    if not method.close():
        return None
    last = method.polished(method.look(0))
    return last.values, last.prices


class _Method:
    """The iterates, in place, and room for the figures of a step."""

    def __init__(self, lines: Lines, begin: StartingPoint) -> None:
        self._lines = lines
        self._chain_lines = int(lines.chains.line[-1])
        self._coupling = Coupling.of(lines.problem)
        sizes = begin.sizes
        self._row_sizes = sizes.of_rows(len(self._coupling.free))
        self._line_sizes = sizes.of_lines(lines, self._coupling)
        self._value_sizes = sizes.of_values(lines, self._coupling)
        self._softest = SOFTEST * self._line_sizes / self._value_sizes
        self._pairs, self._prices = begin.pairs, begin.prices
        shape = lines.upper.shape
        self._equations = NormalEquations(lines.chains, self._coupling, shape[1])
        self._theta, self._reduced = np.zeros(shape), np.zeros(shape)
        self._step, self._spare_step = np.zeros(shape), np.zeros(shape)
        self._targets, self._spare_targets = Targets.of(shape), Targets.of(shape)
        self._missing = self._prices
        self._within = EXACTLY

    def look(self, iteration: int) -> Iterate:
        """Where the method is; what rows miss and columns cost there stays for the next step."""
        self._reduced, self._missing = self._priced(), self._missed()
        total, _ = self._products()
        return Iterate(
            values=self._pairs.value,
            prices=self._prices,
            gap=total / self._lines.avoidable(self._pairs.value),
            missing=self._missing.largest(self._row_sizes),
            mispriced=max(
                by_lines(pairs.infeasibility, self._pairs, self._reduced, self._line_sizes)
            ),
            iteration=iteration,
        )

    def step(self, here: Iterate) -> None:
        """Take a step from where the method is.

        Raises:
            NotSolved: The equations of the step have no solution within rounding.
        """
        self._within = max(EXACT * here.missing, EXACTLY)
        by_lines(pairs.conductances, self._pairs, self._softest, self._theta)
        self._equations.factor(self._theta)
        mean, way = self._aim()
        # Rows are closed no faster than the gap: that way steps are longer.
        missing = self._missing.times(way)
        by_lines(pairs.second_order, self._pairs, self._step, mean, self._targets)
        change, longest = self._newton(missing, self._targets, self._step)
        for _ in range(CORRECTIONS):
            corrected = self._centred(missing, longest, mean)
            if corrected is None:
                break
            change, longest = corrected
        share = next((share for gap, share in SHORT if here.gap > gap), SHORT[-1][1])
        lengths = (min(1.0, share * longest[0]), min(1.0, share * longest[1]))
        by_lines(pairs.move, self._pairs, self._targets, self._step, lengths)
        self._prices.add(change, lengths[1])

    def close(self) -> bool:
        """Move columns so that they close what the rows miss; whether that can be done.

        They move in proportion to their distances from the bounds, so that those that are far from
        them bear it.
        """
        try:
            self._factor_distances(1)
        except NotSolved:
            return False
        change = self._step
        change[...] = 0.0
        self._equations.solve(self._missing, change, self._row_sizes, EXACTLY)
        if max(by_lines(pairs.share_of_room, self._pairs, change)) > CLOSING:
            return False
        self._pairs.value[...] += change
        return True

    def polished(self, at: Iterate) -> Iterate:
        """The same with prices that leave no cost to the columns away from their bounds.

        Least squares of what the prices leave of the costs, weighted by the squared distances from
        the bounds, as in affine scaling (Dikin 1967): next to the columns that are away from their
        bounds the others count for nothing, and in distances the equations are milder than in the
        conductances of a step.
        """
        self._pairs.value[...], self._prices = at.values, at.prices
        best, least = at.prices, self._unsupported()
        try:
            self._factor_distances(2)
        except NotSolved:
            return at
        for _ in range(POLISHED):
            self._prices = best.copy()
            np.multiply(self._theta, self._priced(), out=self._step)
            np.negative(self._step, out=self._step)
            zeros = best.zeros()
            self._prices.add(self._equations.solve(zeros, self._step, self._row_sizes, 0.0), 1.0)
            unsupported = self._unsupported()
            if unsupported >= least:
                break
            best, least = self._prices, unsupported
        return replace(at, prices=best)

    def _factor_distances(self, power: int) -> None:
        """Factor the equations with a power of the distances from the bounds as conductances."""
        sizes = (self._line_sizes, self._value_sizes)
        by_lines(pairs.distances, self._pairs, power, *sizes, self._theta)
        self._equations.factor(self._theta)

    def _unsupported(self) -> float:
        sizes = (self._line_sizes, self._value_sizes)
        return max(by_lines(pairs.unsupported, self._pairs, self._priced(), *sizes))

    def _aim(self) -> tuple[float, float]:
        """What the products are to be on average, and how much of the way to 0 that is.

        The farther a step to 0 can go, the nearer to it.
        """
        self._targets.clear()
        _, longest = self._newton(self._missing, self._targets, self._step)
        now, count = self._products()
        if not now:
            msg = "nothing that may move costs anything"
            raise NotSolved(msg)
        moved = (self._pairs, self._targets, self._step, _whole(longest))
        share = (sum(by_lines(pairs.product_sum_after, *moved)) / now) ** 3
        return share * now / count, 1.0 - share

    def _centred(self, missing: Rows, longest: Lengths, mean: float) -> tuple[Rows, Lengths] | None:
        """The step that a longer one asks for to stay near the mean; None if it goes no farther."""
        factor, more = LONGER
        wanted = _whole((factor * longest[0] + more, factor * longest[1] + more))
        moved = (self._pairs, self._targets, self._step, wanted, mean)
        by_lines(pairs.centred, *moved, self._spare_targets)
        change, farther = self._newton(missing, self._spare_targets, self._spare_step)
        if sum(_whole(farther)) < sum(_whole(longest)) + GAIN:
            return None
        self._step, self._spare_step = self._spare_step, self._step
        self._targets, self._spare_targets = self._spare_targets, self._targets
        return change, farther

    def _newton(self, missing: Rows, targets: Targets, step: Floats) -> tuple[Rows, Lengths]:
        """Newton's step to the targets, into step, the change of prices, and the longest step."""
        known = (self._theta, self._reduced, self._line_sizes)
        by_lines(pairs.begin, self._pairs, targets, *known, step)
        change = self._equations.solve(missing, step, self._row_sizes, self._within)
        columns, prices = zip(*by_lines(pairs.longest, self._pairs, targets, step), strict=True)
        return change, (min(columns), min(prices))

    def _products(self) -> tuple[float, int]:
        """Sum and number of the products of columns and prices of their bounds."""
        sums, counts = zip(*by_lines(pairs.product_sum, self._pairs), strict=True)
        return sum(sums), sum(counts)

    def _priced(self) -> Floats:
        """Costs of the columns less what their rows are worth."""
        parts, cost = self._equations.parts, self._lines.cost
        left_of_costs(parts, self._coupling, cost, self._prices, self._reduced)
        return self._reduced

    def _missed(self) -> Rows:
        """What the rows miss of what they ask for."""
        lines, end = self._lines, self._chain_lines
        values, coupling = self._pairs.value, self._coupling
        load = np.zeros((coupling.centers, values.shape[1]))
        changes = np.where(coupling.free, 0.0, lines.load_before[: len(coupling.free)])
        missed = Rows(lines.owed.copy(), np.concatenate([load, lines.room]), changes)
        take(self._equations.parts, values[:end], missed)
        coupling.take(values[end:], missed.coupling, missed.change)
        return missed


def _whole(lengths: Lengths) -> Lengths:
    """Steps no longer than the whole."""
    return min(1.0, lengths[0]), min(1.0, lengths[1])
