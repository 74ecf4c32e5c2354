"""The arrays that problems, programmes and plans are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


def inner(one: Floats, other: Floats) -> float:
    """The sum of the products of two arrays of one shape.

    Not by BLAS: from 10,000 entries on its threads wait for each other in a busy loop, which on a
    machine that does other work takes hundreds of times as long as the sum.
    """
    return float((one * other).sum())
