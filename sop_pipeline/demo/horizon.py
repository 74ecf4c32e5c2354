"""The months the company plans, how it labels them, and the random streams its data is drawn from.

Belongs here: what every other part of the demo company needs to agree on.
Does not belong here: any figure of the company itself.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pandas as pd

MONTHS: pd.DatetimeIndex = pd.date_range("2026-01-01", periods=18, freq="MS")
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
