"""The columns of BUILD_PLAN_FUTURE and what a summary tells of a hedge, by name.

Belongs here: names, and what a plan has of them that is no hedge. Does not belong here: the
figures (`table`, `hedge`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.futures.risk import RISK

_IDS = ("SCENARIO_ID", "MEMBER_SCENARIO_ID")
_FIGURES = (
    "PROBABILITY",
    *(cost.column for cost in COSTS if cost.name != RISK),
    *("COST", "OWN_BEST_COST", "REGRET", "MEAN_PLAN_COST", "MARGIN", "FILL_RATE", "LOST_UNITS"),
    *("OVERFLOW_PALLETS", "PEAK_UTILIZATION_PCT"),
)
HEDGE_MONEY = (
    "expected_cost",
    "wait_and_see_cost",
    "evpi",
    "mean_plan_cost",
    "vss",
    "cvar",
    "price_of_caution",
)
"""What not knowing the future costs, under its key in summary.json."""


def no_futures() -> pd.DataFrame:
    """BUILD_PLAN_FUTURE of a scenario that is no hedge."""
    return _no_futures().copy()


@cache
def _no_futures() -> pd.DataFrame:
    ids = {**dict.fromkeys(_IDS, "int64"), "MEMBER_SCENARIO_CODE": "string"}
    types = {**ids, **dict.fromkeys(_FIGURES, "float64")}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def hedge_columns(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the summary's row tells of a hedge, money to the cent; empty of any other scenario."""
    money = {name: report.get(name) for name in HEDGE_MONEY}
    return {
        **{
            name.upper(): np.nan if value is None else round(value, 2) + 0.0
            for name, value in money.items()
        },
        "COMMIT_UNTIL": pd.Timestamp(until) if (until := report.get("commit_until")) else pd.NaT,
        "COMMIT_PERIODS": float(report.get("commit_periods", np.nan)),
        "REFERENCE_MEMBER": report.get("reference_member"),
    }
