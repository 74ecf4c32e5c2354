"""The programme in which more may be made than the capacity there is allows.

How much a routing may make where it is set up follows from capacity, so a repair that adds capacity
would find nothing to do with it.
Does not belong here: the repair (`repair`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from sop_pipeline.planning.families import LOTS, SETUP, SETUP_LIMIT
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem


def with_room_for_lots(problem: Problem, lp: LinearProgram) -> LinearProgram:
    """The programme with limits of set-ups and lots as if no tier that is always open had one.

    Args:
        problem: The problem.
        lp: Its programme, whose every other limit stays.
    """
    decisions = problem.decisions
    if decisions is None or decisions.taken is not None:
        return lp
    capacity = np.full_like(problem.tiers.capacity, np.inf)
    capacity[decisions.activated] = problem.tiers.capacity[decisions.activated]
    tiers = replace(problem.tiers, capacity=capacity)
    roomy = PlanningModel(replace(problem, tiers=tiers)).programme
    swapped = np.zeros(lp.shape[0])
    swapped[lp.constraints[SETUP_LIMIT.name].indices.ravel()] = 1.0
    matrix = sparse.diags_array(1.0 - swapped) @ lp.matrix
    matrix = matrix + sparse.diags_array(swapped) @ roomy.matrix
    upper = lp.upper.copy()
    for family in (SETUP, LOTS):
        columns = lp.variables[family.name].indices.ravel()
        upper[columns] = roomy.upper[columns]
    return replace(lp, matrix=sparse.csr_array(matrix), upper=upper)
