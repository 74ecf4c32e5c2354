"""Money to the cent: amounts rounded so that what should add up does.

Does not belong here: which amounts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sop_pipeline.planning.arrays import Floats, Integers

NO_MONEY = 1e-9
"""Share of the cost below which a difference of two costs is arithmetic, not money."""
CENTS = 100


def to_cents(amount: float) -> int:
    """An amount in cents, rounded half up."""
    return int(np.floor(amount * CENTS + 0.5))


def apportion(shares: ArrayLike, total: int) -> Integers:
    """Whole cents proportional to the shares that add up to the total, by largest remainder.

    Args:
        shares: Amounts in currency, at least 0 and adding up to about the total.
        total: Cents to share out.

    Returns:
        Cents per share; ties go to the first.
    """
    exact = np.asarray(shares, dtype=np.float64).ravel() * CENTS
    if exact.size == 0:
        return np.zeros(np.shape(shares), dtype=np.int64)
    whole = np.floor(exact + 1e-9).astype(np.int64)
    rest = total - int(whole.sum())
    remainder = exact - whole
    if rest < 0:
        # Terms that were rounded on their own may leave a cent less; take it where there is one.
        holders = np.flatnonzero(whole > 0)
        order = holders[np.argsort(remainder[holders], kind="stable")]
        whole[order[:-rest]] -= 1
        return whole.reshape(np.shape(shares))
    rounds, extra = divmod(rest, exact.size)
    whole += rounds
    whole[np.argsort(-remainder, kind="stable")[:extra]] += 1
    return whole.reshape(np.shape(shares))


def currency(cents: ArrayLike) -> Floats:
    """Cents as currency, two decimals."""
    return np.asarray(cents, dtype=np.int64) / CENTS


def more_than(dearer: float, cheaper: float) -> float:
    """What one cost is above another, in currency; 0 where that is arithmetic and no money."""
    more = dearer - cheaper
    return 0.0 if abs(more) <= NO_MONEY * max(1.0, abs(dearer)) else more
