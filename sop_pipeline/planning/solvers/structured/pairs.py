"""Columns between their bounds, each bound with its price: the interior point method's arithmetic.

A column 0 <= x <= upper has the prices low and high of its two bounds, all above 0 on the way to
the optimum, where x low and (upper - x) high are 0. A step is Newton's for making those products
equal to their targets. Every function passes over lines of T columns; a column whose upper bound
is 0 cannot move and takes no part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured.compiled import compiled

LEAST, MOST = 0.1, 10.0
"""Products a step may leave between these multiples of their target are near enough to it."""

AWAY = 1e-12
"""Smallest distance from a bound, relative to a line's size, that tells anything."""

ROUNDING = 1e-12
"""Share of a line's size below which a reduced cost is known no better."""


class Pairs(NamedTuple):
    """The columns and the prices of their bounds, (L, T) each.

    Attributes:
        upper: Upper bound, infinite where there is none.
        value: x, inside the bounds.
        low: Price of the bound 0.
        high: Price of the upper bound; 0 where there is none.
    """

    upper: Floats
    value: Floats
    low: Floats
    high: Floats


class Targets(NamedTuple):
    """What the products of a step are to be, (L, T) each.

    Attributes:
        low: Of x and low.
        high: Of upper - x and high.
    """

    low: Floats
    high: Floats

    @classmethod
    def of(cls, shape: tuple[int, int]) -> Targets:
        """Targets of 0."""
        return cls(np.zeros(shape), np.zeros(shape))

    def clear(self) -> None:
        """Make them 0 again."""
        self.low[...] = 0.0
        self.high[...] = 0.0


@compiled
def conductances(pairs: Pairs, least: Floats, theta: Floats) -> None:
    """Theta: how far a column moves per unit of price, 1 / (low / x + high / (upper - x)).

    Args:
        pairs: The columns.
        least: Stiffness of a column that nothing holds, price per unit, (L,).
        theta: Filled, (L, T).
    """
    for line in range(theta.shape[0]):
        for t in range(theta.shape[1]):
            x, upper = pairs.value[line, t], pairs.upper[line, t]
            if upper == 0.0:
                theta[line, t] = 0.0
                continue
            stiff = pairs.low[line, t] / x
            if upper < np.inf:
                stiff += pairs.high[line, t] / (upper - x)
            theta[line, t] = 1.0 / max(stiff, least[line])


@compiled
def begin(
    pairs: Pairs, targets: Targets, theta: Floats, reduced: Floats, size: Floats, step: Floats
) -> None:
    """The step at prices that stay.

    It is - Theta (reduced - low + high + changes of low and high). Where the reduced cost differs
    from the prices of the bounds by rounding only it is taken to be them, which are known to more
    digits: a column far from its bounds moves by Theta times the error.

    Args:
        pairs: The columns.
        targets: What their products are to be.
        theta: Their conductances, (L, T).
        reduced: Their costs less what their rows are worth, (L, T).
        size: Currency per unit of each line, (L,).
        step: The step, (L, T).
    """
    for line in range(theta.shape[0]):
        noise = ROUNDING * size[line]
        for t in range(theta.shape[1]):
            x, upper = pairs.value[line, t], pairs.upper[line, t]
            if upper == 0.0:
                step[line, t] = 0.0
                continue
            apart = reduced[line, t] - pairs.low[line, t] + pairs.high[line, t]
            force = pairs.low[line, t] - targets.low[line, t] / x
            if upper < np.inf:
                force += targets.high[line, t] / (upper - x) - pairs.high[line, t]
            if abs(apart) > noise:
                force += apart
            step[line, t] = -theta[line, t] * force


@compiled
def infeasibility(pairs: Pairs, reduced: Floats, size: Floats) -> float:
    """Largest difference of a reduced cost and the prices of its bounds / the line's size."""
    worst = 0.0
    for line in range(reduced.shape[0]):
        for t in range(reduced.shape[1]):
            if pairs.upper[line, t] > 0.0:
                apart = reduced[line, t] - pairs.low[line, t] + pairs.high[line, t]
                worst = max(worst, abs(apart) / size[line])
    return worst


@compiled
def longest(pairs: Pairs, targets: Targets, step: Floats) -> tuple[float, float]:
    """The longest step that keeps the columns inside their bounds, and the prices above 0."""
    column, price = 1e-30, 1e-30
    for line in range(step.shape[0]):
        for t in range(step.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], step[line, t]
            if upper == 0.0:
                continue
            low = pairs.low[line, t]
            column = max(column, -moved / x)
            price = max(price, 1.0 + moved / x - targets.low[line, t] / (x * low))
            if upper < np.inf:
                left, high = upper - x, pairs.high[line, t]
                column = max(column, moved / left)
                price = max(price, 1.0 - moved / left - targets.high[line, t] / (left * high))
    return 1.0 / column, 1.0 / price


@compiled
def product_sum(pairs: Pairs) -> tuple[float, int]:
    """Sum of the products of columns and prices of their bounds, and their number."""
    total, count = 0.0, 0
    for line in range(pairs.value.shape[0]):
        for t in range(pairs.value.shape[1]):
            x, upper = pairs.value[line, t], pairs.upper[line, t]
            if upper == 0.0:
                continue
            total += x * pairs.low[line, t]
            count += 1
            if upper < np.inf:
                total += (upper - x) * pairs.high[line, t]
                count += 1
    return total, count


@compiled
def product_sum_after(
    pairs: Pairs, targets: Targets, step: Floats, lengths: tuple[float, float]
) -> float:
    """Sum of the products after a step of these lengths, of columns and of prices."""
    total = 0.0
    for line in range(step.shape[0]):
        for t in range(step.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], step[line, t]
            if upper == 0.0:
                continue
            low = pairs.low[line, t]
            change = targets.low[line, t] / x - low - low * moved / x
            total += (x + lengths[0] * moved) * (low + lengths[1] * change)
            if upper < np.inf:
                left, high = upper - x, pairs.high[line, t]
                change = targets.high[line, t] / left - high + high * moved / left
                total += (left - lengths[0] * moved) * (high + lengths[1] * change)
    return total


@compiled
def second_order(pairs: Pairs, step: Floats, mean: float, targets: Targets) -> None:
    """Targets of the mean, less what the products of a step's own changes come to (Mehrotra)."""
    for line in range(step.shape[0]):
        for t in range(step.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], step[line, t]
            if upper == 0.0:
                continue
            low = pairs.low[line, t]
            targets.low[line, t] = mean + moved * low * (1.0 + moved / x)
            if upper < np.inf:
                left, high = upper - x, pairs.high[line, t]
                targets.high[line, t] = mean - moved * high * (1.0 - moved / left)


@compiled
def centred(
    pairs: Pairs,
    targets: Targets,
    step: Floats,
    lengths: tuple[float, float],
    mean: float,
    into: Targets,
) -> None:
    """The targets, moved so that longer steps leave no product far from the mean (Gondzio)."""
    for line in range(step.shape[0]):
        for t in range(step.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], step[line, t]
            if upper == 0.0:
                continue
            target, low = targets.low[line, t], pairs.low[line, t]
            change = target / x - low - low * moved / x
            product = (x + lengths[0] * moved) * (low + lengths[1] * change)
            into.low[line, t] = target + _towards(product, mean)
            if upper < np.inf:
                target, left, high = targets.high[line, t], upper - x, pairs.high[line, t]
                change = target / left - high + high * moved / left
                product = (left - lengths[0] * moved) * (high + lengths[1] * change)
                into.high[line, t] = target + _towards(product, mean)


@compiled
def _towards(product: float, mean: float) -> float:
    if product < LEAST * mean:
        return LEAST * mean - product
    if product > MOST * mean:
        return max(MOST * mean - product, -MOST * mean)
    return 0.0


@compiled
def move(pairs: Pairs, targets: Targets, step: Floats, lengths: tuple[float, float]) -> None:
    """Take a step of these lengths, of columns and of prices."""
    for line in range(step.shape[0]):
        for t in range(step.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], step[line, t]
            if upper == 0.0:
                continue
            low = pairs.low[line, t]
            pairs.low[line, t] += lengths[1] * (targets.low[line, t] / x - low - low * moved / x)
            if upper < np.inf:
                left, high = upper - x, pairs.high[line, t]
                change = targets.high[line, t] / left - high + high * moved / left
                pairs.high[line, t] += lengths[1] * change
            pairs.value[line, t] += lengths[0] * moved


@compiled
def distances(pairs: Pairs, power: int, cost: Floats, size: Floats, theta: Floats) -> None:
    """A power of the distances from the bounds, in the sizes of the lines, as conductances.

    Args:
        pairs: The columns.
        power: The power.
        cost: Currency per unit of each line, (L,).
        size: Value of each line, (L,).
        theta: Filled, (L, T).
    """
    for line in range(theta.shape[0]):
        for t in range(theta.shape[1]):
            x, upper = pairs.value[line, t], pairs.upper[line, t]
            if upper == 0.0:
                theta[line, t] = 0.0
                continue
            away, weight = max(min(x, upper - x) / size[line], AWAY), size[line] / cost[line]
            for _ in range(power):
                weight *= away
            theta[line, t] = weight


@compiled
def share_of_room(pairs: Pairs, change: Floats) -> float:
    """Largest share of its distance from the bound ahead of it that a change moves a column by."""
    most = 0.0
    for line in range(change.shape[0]):
        for t in range(change.shape[1]):
            x, upper, moved = pairs.value[line, t], pairs.upper[line, t], change[line, t]
            if upper > 0.0:
                most = max(most, -moved / x, moved / (upper - x))
    return most


@compiled
def unsupported(pairs: Pairs, reduced: Floats, cost: Floats, size: Floats) -> float:
    """Largest of a column's cost or distance from the bound that bears it, whichever is less.

    Args:
        pairs: The columns.
        reduced: Their costs less what their rows are worth, (L, T).
        cost: Currency per unit of each line, which the cost is relative to, (L,).
        size: Value of each line, which the distance is relative to, (L,).
    """
    most = 0.0
    for line in range(reduced.shape[0]):
        for t in range(reduced.shape[1]):
            x, upper, left = pairs.value[line, t], pairs.upper[line, t], reduced[line, t]
            if upper > 0.0:
                away = x if left > 0.0 else upper - x
                most = max(most, min(abs(left) / cost[line], away / size[line]))
    return most
