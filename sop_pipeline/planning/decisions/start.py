"""A first plan to start the search from: relax and fix, a quarter at a time.

The decisions of the first periods are searched while those of later ones may be fractions; they
are kept, and the next are searched (Pochet and Wolsey, Production Planning by Mixed Integer
Programming, 2006, chapter 3.6).
Does not belong here: any bound on the cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.linear_program import Floats, Integers, LinearProgram
from sop_pipeline.planning.solvers.whole_numbers import WholeNumberModel

TOGETHER = 3
"""Periods decided at a time: a quarter of months."""
NODES = 100
"""Nodes of the search of a quarter, the same on every machine."""
GAP = 2e-3
"""Share of the cost at which the search of a quarter may end."""


@dataclass(frozen=True)
class Start:
    """A plan to start from.

    Attributes:
        values: Its values, (n,); None where a quarter left none for the next.
        by_clock: Whether time ended a search on the way.
    """

    values: Floats | None
    by_clock: bool


def relax_and_fix(lp: LinearProgram, periods: Integers, seconds: float) -> Start:
    """Decide quarter by quarter.

    Args:
        lp: The strengthened programme, in natural sizes.
        periods: Period of each whole column, (whole,).
        seconds: Time for all quarters together.
    """
    model, by_clock = WholeNumberModel(lp), False
    model.hold_whole(lp.whole, whole=False)
    quarters = np.unique(periods // TOGETHER)
    values: Floats | None = None
    for done, quarter in enumerate(quarters.tolist()):
        columns = lp.whole[periods // TOGETHER == quarter]
        model.hold_whole(columns, whole=True)
        share = (seconds - model.seconds_run) / (len(quarters) - done)
        found = model.search(GAP, share, NODES)
        by_clock |= found.by_clock
        values = found.values
        if values is None:
            return Start(None, by_clock)
        decided = values[columns].round()
        model.set_bounds(columns, decided, decided)
    return Start(values, by_clock)
