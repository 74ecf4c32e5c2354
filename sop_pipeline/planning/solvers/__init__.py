"""The solvers: one programme in, one outcome out.

Belongs here: choosing the rendering a policy asks for. PuLP and HiGHS are imported only below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Infeasible, Outcome, Solution
from sop_pipeline.planning.solvers.highs import (
    HighsModel,
    irreducible_conflict,
    solve_with_highs,
)
from sop_pipeline.planning.solvers.pulp_rendering import solve_with_pulp

PULP_COLUMNS = 50_000
"""Up to this many columns the default is the named PuLP model; beyond it, arrays in memory."""


def solve(lp: LinearProgram, solver: str = "auto") -> Outcome:
    """Solve a programme as the policy's `solver` says: auto, highs or pulp:NAME.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: The solver stopped before it had an answer.
    """
    if solver == "auto":
        solver = "pulp:HiGHS" if lp.shape[1] <= PULP_COLUMNS else "highs"
    if solver == "highs":
        return solve_with_highs(lp)
    return solve_with_pulp(lp, solver.removeprefix("pulp:"))


def solve_in_whole_units(
    lp: LinearProgram, columns: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """Best values with whole numbers in some columns; None where there are none.

    Raises:
        PlanNotCertified: The solver stopped before it had an answer.
    """
    model = HighsModel(lp, {"mip_rel_gap": 1e-4, "time_limit": 60.0})
    model.set_integer(columns)
    outcome = model.solve()
    return outcome.primal if isinstance(outcome, Solution) else None


__all__ = [
    "HighsModel",
    "Infeasible",
    "Solution",
    "irreducible_conflict",
    "solve",
    "solve_in_whole_units",
]
