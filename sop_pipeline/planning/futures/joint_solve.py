"""The optimum of a joint programme, found in fewer rows.

Belongs here: which rows a joint programme does without, and which method solves it.
Does not belong here: how rows are done without (`solvers.substitution`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.decisions.search import IN_MEMORY
from sop_pipeline.planning.futures.joint import Joint
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible, ProgrammeResult
from sop_pipeline.planning.solvers import EXACT, HighsModel, solve, substitute
from sop_pipeline.planning.solvers.substitution import Definitions

INTERIOR_COLUMNS = 80_000
"""From this many columns on the simplex is the slower one: 60 products, 2 warehouses and 30
futures, 123,120 columns, take it 15 s and the interior point method 8 s; at 82,200 both take 5 s.
"""


def solve_joint(joint: Joint, solver: str) -> ProgrammeResult:
    """A joint programme's optimum; a large one by an interior point method and a crossover.

    A future beside the others, held to few plans, leaves a simplex little to do.

    Args:
        joint: The programme.
        solver: As the policy names it.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: The solver stopped before it had an answer.
    """
    lp, held = joint.programme, any(part.weight == 0.0 for part in joint.parts)
    if solver not in IN_MEMORY:
        return solve(lp, solver)
    is_large = lp.shape[1] >= INTERIOR_COLUMNS and not held
    shorter = substitute(lp, definitions(joint))
    scaled = scale(shorter.programme)
    options = {**EXACT, "solver": "ipx" if is_large else "choose"}
    found = scaled.original(HighsModel(scaled.programme, options).solve())
    return found if isinstance(found, Infeasible) else shorter.restore(found)


def definitions(joint: Joint) -> Definitions:
    """Rows of a joint programme that only say what a variable of one future is.

    A build of all futures is what each of them sends on, so its rows stay. So do all where rows
    over the futures speak of the same columns, and those of a future that is held to few plans.
    """
    common = np.zeros(joint.columns, dtype=bool)
    for part, place in zip(joint.parts, joint.places, strict=True):
        common[place[part.common]] = True
    found = Definitions.none()
    for number, (part, place) in enumerate(zip(joint.parts, joint.places, strict=True)):
        if joint.tie is None and part.weight:
            own = Definitions.of(part.programme).within(place, joint.rows_of(number).start)
            found = found.and_also(own.without(common))
    return found
