"""Days: the one type of every date column.

Nanoseconds end in 2262, before the usual words for "for ever"; microseconds hold every day from
`SINCE_EVER` to `FOR_EVER`, are what Parquet keeps, and compare and merge with each other alone
without a detour by nanoseconds. So every date column of the package has this type.

Belongs here: the type, its ends, and making such columns.
Does not belong here: which periods are planned (`preparation/horizon`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

DAY = "datetime64[us]"
SINCE_EVER = dt.date.min
FOR_EVER = dt.date.max
"""What stands for an open end, as `-infinity` and `infinity` do in a database."""

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


def days(values: Iterable[dt.date]) -> npt.NDArray[Any]:
    """An array of days."""
    return np.array(list(values), dtype=DAY)


def today() -> dt.date:
    """The day it is in UTC, whatever the machine's zone: the same on every machine."""
    return dt.datetime.now(dt.UTC).date()


def day_of(value: object, expected: str) -> dt.date | None:
    """The day a value says; None where it says none.

    Raises:
        ValueError: It is neither; what is expected is told.
    """
    if value is None:
        return None
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    msg = f"expected {expected}"
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
        raise ValueError(msg)
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(msg) from None
