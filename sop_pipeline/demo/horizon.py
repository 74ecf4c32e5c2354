"""The months the company plans, how it labels them, and the random streams its data is drawn from.

Belongs here: what every other part of the demo company needs to agree on, and which year it is of.
Does not belong here: any figure of the company itself.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from zlib import crc32

import numpy as np
import pandas as pd

DRAWN_YEAR = 2026
"""Year the company is drawn for; every other year is this one, moved."""

MONTHS: pd.DatetimeIndex = pd.date_range(f"{DRAWN_YEAR}-01-01", periods=18, freq="MS")
"""First days of the planned months: three quarters, the peak, and half a year to recover."""

FORECAST_DAY = pd.Timestamp("2025-12-01 08:00").as_unit("ns")
"""When the current forecasts were made."""

HISTORY_START = pd.Timestamp("2024-01-01").as_unit("ns")
HISTORY_END = pd.Timestamp("2025-12-31").as_unit("ns")
"""Superseded master data held between these two; current master data holds from the first on."""


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream of its own for one part of the data.

    Separate streams keep the other parts as they are when one part draws more numbers.
    """
    return np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))


def calendar_labels() -> pd.DataFrame:
    """Fiscal labels of the planned months, one row each; the fiscal year is the calendar year.

    Month and quarter carry their year, because the horizon holds two first halves.
    """
    return pd.DataFrame(
        {
            "FORECAST_DATE": MONTHS,
            "FISCAL_PERIOD": [f"FY{m.year}-P{m.month:02d}" for m in MONTHS],
            "FISCAL_MONTH": [f"{m:%b} {m.year}" for m in MONTHS],
            "FISCAL_QUARTER": [f"Q{m.quarter} {m.year}" for m in MONTHS],
            "FISCAL_YEAR": [str(m.year) for m in MONTHS],
        }
    )


def versioned(current: pd.DataFrame, superseded: pd.DataFrame | None = None) -> pd.DataFrame:
    """Put superseded rows under the current ones, and say in validity columns which is which."""
    parts = [current] if superseded is None else [current, superseded]
    table = pd.concat(parts, keys=[True, False][: len(parts)], names=["IS_CURRENT_FLAG", None])
    table = table.reset_index("IS_CURRENT_FLAG").reset_index(drop=True)
    ended = pd.Series(HISTORY_END, index=table.index).mask(table["IS_CURRENT_FLAG"])
    return table.assign(VALID_FROM_TIMESTAMP=HISTORY_START, VALID_TO_TIMESTAMP=ended)


_RECORDED = {
    "CREATED_DATE",
    "FORECAST_CREATION_DATE",
    "VERSION_TIMESTAMP",
    "BALANCE_DATE",
    "VALID_FROM_TIMESTAMP",
    "VALID_TO_TIMESTAMP",
}
"""When something was said or counted: never after the day the company is made."""

_NAMED_BY_YEAR = {
    "FISCAL_PERIOD",
    "FISCAL_MONTH",
    "FISCAL_QUARTER",
    "FISCAL_YEAR",
    "CONTRACT_REFERENCE",
    "REFERENCE",
}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def coming_year(day: dt.date) -> int:
    """The year whose January is this month or the next one to come: no month of it has passed."""
    return day.year + (day.month > 1)


def moved(frames: Mapping[str, pd.DataFrame], year: int, day: dt.date) -> dict[str, pd.DataFrame]:
    """The company as of another year: the same figures under dates and names of that year.

    Args:
        frames: The company of `DRAWN_YEAR`, by table name.
        year: Year of the first planned month.
        day: The day the company is made. What is recorded of its past lies a year further back
            where it would otherwise lie ahead.
    """
    years = year - DRAWN_YEAR
    recorded = years - (day < dt.date(year, 1, 1))
    return {
        name: frame.assign(**{str(c): _moved(frame[c], years, recorded) for c in frame})
        for name, frame in frames.items()
    }


def _moved(values: pd.Series, years: int, recorded: int) -> pd.Series:
    if values.name in _NAMED_BY_YEAR:
        return values.str.replace(_YEAR, lambda found: str(int(found[0]) + years), regex=True)
    if not pd.api.types.is_datetime64_dtype(values):
        return values
    return values + pd.DateOffset(years=recorded if values.name in _RECORDED else years)
