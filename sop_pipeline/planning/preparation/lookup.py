"""Finding identifiers in sorted index sets, and figures per product with their defaults.

Belongs here: the few array idioms every preparation step needs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sop_pipeline.planning.arrays import Floats, Integers


def index_of(members: Integers, values: pd.Series | Integers) -> Integers:
    """Index of each value in the sorted members; -1 where it is not one of them."""
    wanted: Integers = np.asarray(values, dtype=np.int64)
    if len(members) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    found: Integers = np.minimum(np.searchsorted(members, wanted), len(members) - 1)
    return np.where(members[found] == wanted, found, -1).astype(np.int64)


def numbers(values: pd.Series) -> Floats:
    """A column as floats; empty becomes nan."""
    return values.to_numpy(np.float64, na_value=np.nan)


def per_member(frame: pd.DataFrame, key: str, column: str, members: Integers) -> Floats:
    """A column of a frame for each member, by key; nan where the member has no figure."""
    at = pd.Index(frame[key]).get_indexer(pd.Index(members))
    return np.append(numbers(frame[column]), np.nan)[at]  # -1, the last, where there is none


def first_given(*sources: ArrayLike | None) -> Floats:
    """The first source that gives a figure, element by element; None gives nothing."""
    given = np.broadcast_arrays(*[np.nan if s is None else np.asarray(s, float) for s in sources])
    result = given[0].astype(np.float64)
    for source in given[1:]:
        result = np.where(np.isnan(result), source, result)
    return result


def scatter(shape: tuple[int, ...], index: tuple[Integers, ...], values: Floats) -> Floats:
    """An array of zeros with values added at each index."""
    total = np.zeros(shape)
    np.add.at(total, index, values)
    return total
