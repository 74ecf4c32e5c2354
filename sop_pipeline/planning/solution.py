"""What a solver returns: the values of the variables and the prices of the constraints.

Does not belong here: how a solver is called (`solvers/`) and whether to believe it
(`certificate`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sop_pipeline.planning.linear_program import LinearProgram

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """An optimal solution of a linear programme, as the solver claims.

    Attributes:
        primal: Value of each column, (n,).
        row_dual: Price of each row, currency per unit of its right side, (m,).
        objective: Objective the solver claims.
        solver: Name and version of the solver.
    """

    primal: Floats
    row_dual: Floats
    objective: float
    solver: str


@dataclass(frozen=True)
class Infeasible:
    """The solver found that no values satisfy every constraint."""

    solver: str


Outcome = Solution | Infeasible
Solve = Callable[[LinearProgram], Outcome]
"""Solves a linear programme; raises PlanNotCertified where the solver stopped early."""
