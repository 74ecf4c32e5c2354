"""How old stock may be: what has come in within its age, and what is thrown away beyond need.

First in, first out, the stock at the end of t is what has come in last. So it is no older than A
periods if and only if there is no more of it than came in within t-A+1..t; by the balances that is
the same as that what stood there at the end of t-A has left by the end of t. Opening stock comes in
before the first period; while that is within the age, nothing can be too old.
Belongs here: sums over those windows, for whoever needs the constraint. Does not belong here: the
constraint itself (`model`), where ages come from (`preparation/ages`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import StockAges


def within_age(ages: StockAges, coming: Floats) -> Floats:
    """What has come in within the age of each product, up to each period, (G, S, T)."""
    begin, end = _windows(ages, coming.shape[2])
    return _between(coming, begin, end)


def worth_within_age(ages: StockAges, worth: Floats) -> Floats:
    """What prices of stock no older than its age come to for a unit coming in, (G, S, T).

    The transpose of `within_age`.
    """
    periods = worth.shape[2]
    first = np.arange(periods, dtype=np.int64)[None]
    return _between(worth, first, np.minimum(periods, first + ages.most[:, None]))


def young_opening(problem: Problem, ages: StockAges) -> Floats:
    """Opening stock where it is within its age at the end of a period, else 0, (G, S, T)."""
    is_old = _opening_is_old(ages, len(problem.periods))
    return np.where(is_old, 0.0, problem.opening_stock[ages.product][..., None])


def most_stock(problem: Problem, coming: Floats) -> Floats:
    """Most that may be in stock at the end of each period, infinite for what keeps, (P, S, T).

    Args:
        problem: The problem.
        coming: Units coming in, receipts and arrivals, (P, S, T).
    """
    most, ages = np.full(problem.shape, np.inf), problem.ages
    if ages is not None:
        young = within_age(ages, coming[ages.product])
        most[ages.product] = young_opening(problem, ages) + young
    return most


def scrapped(problem: Problem, scrap: Floats) -> Floats:
    """Units thrown away by every product, (P, S, T), of those of products with an age."""
    every = np.zeros(problem.shape)
    if problem.ages is not None:
        every[problem.ages.product] = scrap
    return every


def forced_scrap(problem: Problem, ages: StockAges, coming: Floats, leaving: Floats) -> Floats:
    """Units that age forces to be thrown away up to the end of the horizon, (G, S).

    Args:
        problem: The problem.
        ages: Its ages.
        coming: Units coming in, receipts and arrivals, (P, S, T).
        leaving: Units served and sent on, (P, S, T).
    """
    came, left = coming[ages.product], np.cumsum(leaving[ages.product], axis=2)
    opening = problem.opening_stock[ages.product][..., None]
    before_age = opening + np.cumsum(came, axis=2) - within_age(ages, came)
    too_old = np.where(_opening_is_old(ages, came.shape[2]), before_age - left, 0.0)
    return np.maximum(0.0, too_old).max(axis=2)


def _opening_is_old(ages: StockAges, periods: int) -> Booleans:
    """Whether opening stock is beyond its age at the end of each period, (G, 1, T)."""
    return np.arange(1, periods + 1) >= ages.most[:, None, None]


def _windows(ages: StockAges, periods: int) -> tuple[Integers, Integers]:
    """First period within the age at the end of each, and the one after the last, (G or 1, T)."""
    end = np.arange(1, periods + 1)[None]
    return np.maximum(0, end - ages.most[:, None]), end


def _between(values: Floats, begin: Integers, end: Integers) -> Floats:
    """Sums of values, (G, S, T), from a period to before another, (G or 1, T) each."""
    total = np.zeros((*values.shape[:2], values.shape[2] + 1))
    np.cumsum(values, axis=2, out=total[..., 1:])
    upper, lower = (
        np.take_along_axis(total, np.broadcast_to(at[:, None], values.shape), axis=2)
        for at in (end, begin)
    )
    return upper - lower
