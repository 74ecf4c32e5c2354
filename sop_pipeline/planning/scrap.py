"""Scrap that no age forces: stock thrown away because keeping it costs more.

Does not belong here: the age itself (`ages`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.ages import forced_scrap
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.quantities import PlannedQuantities

NOTHING = 0.5
"""Units up to which nothing is told: fractions of them that whole units leave."""


def warnings_of_scrap(plan: PlannedQuantities) -> list[str]:
    """A sentence where a plan throws away what could have stayed, the products named."""
    problem = plan.problem
    if problem.ages is None:
        return []
    leaving = plan.served + plan.shipped_out
    forced = forced_scrap(problem, problem.ages, plan.received, leaving)
    beyond = np.maximum(0.0, plan.family("scrap").sum(axis=2) - forced).sum(axis=1)
    found = np.flatnonzero(beyond > NOTHING)
    if not found.size:
        return []
    ids = problem.products[problem.ages.product]
    products = [f"{ids[g]} ({_units(beyond[g])})" for g in found.tolist()]
    sentence = (
        "Stock is thrown away that is not too old, because that is cheaper than to keep it, of "
        f"products {some(products)}. Check SCRAP_COST and what holding costs"
    )
    return [sentence]


def _units(quantity: float) -> str:
    told = f"{quantity:,.0f}"
    return f"{told} unit" if told == "1" else f"{told} units"
