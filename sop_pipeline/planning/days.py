"""Days: the one type of every date column.

Nanoseconds end in 2262, before the usual words for "for ever"; microseconds hold every day from
`SINCE_EVER` to `FOR_EVER`, are what Parquet keeps, and compare and merge with each other alone
without a detour by nanoseconds. So every date column of the package has this type.

Belongs here: the type, its ends, and making such columns.
Does not belong here: which periods are planned (`preparation/horizon`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

DAY = "datetime64[us]"
SINCE_EVER = dt.date.min
FOR_EVER = dt.date.max
"""What stands for an open end, as `-infinity` and `infinity` do in a database."""


def days(values: Iterable[dt.date]) -> npt.NDArray[Any]:
    """An array of days."""
    return np.array(list(values), dtype=DAY)


def today() -> dt.date:
    """The day it is in UTC, whatever the machine's zone: the same on every machine."""
    return dt.datetime.now(dt.UTC).date()
