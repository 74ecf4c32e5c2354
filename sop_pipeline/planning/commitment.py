"""Up to when builds are committed: what is made before anyone knows which future comes.

Belongs here: the commit period. Does not belong here: what is held up to then, and for which
futures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.problem import Periods


def commit_periods(periods: Periods, demand: Floats, until: dt.date | None = None) -> int:
    """How many periods are committed, C.

    Args:
        periods: The periods planned.
        demand: Units by period over all futures, each by its weight, (T,).
        until: Last day on which a committed period may begin; None for those before the fiscal
            quarter with the largest demand.
    """
    if until is None:
        return periods_before_peak(periods.fiscal_quarters, demand)
    return sum(start <= until for start in periods.starts)


def periods_before_peak(quarters: Sequence[str], demand: Floats) -> int:
    """How many periods there are before the fiscal quarter with the largest demand.

    Args:
        quarters: FISCAL_QUARTER of each period; a quarter is a run of equal ones.
        demand: Units by period, (T,); of equal quarters the earliest counts.
    """
    starts = [t for t in range(len(quarters)) if t == 0 or quarters[t] != quarters[t - 1]]
    totals = [part.sum() for part in np.split(demand, starts[1:])]
    return starts[int(np.argmax(totals))]
