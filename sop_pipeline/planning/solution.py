"""What a solver returns: the values of the variables and the prices of the constraints.

Does not belong here: how a solver is called (`solvers/`) and whether to believe it
(`certificate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """An optimal solution of a linear programme, as the solver claims.

    Attributes:
        primal: Value of each column, (n,).
        row_dual: Price of each row, currency per unit of its right side, (m,).
        objective: Objective the solver claims.
        solver: Name and version of the solver.
        basis: The solver's own note of the vertex, to restart from; None where it keeps none.
    """

    primal: Floats
    row_dual: Floats
    objective: float
    solver: str
    basis: Any = None


@dataclass(frozen=True)
class Infeasible:
    """The solver found that no values satisfy every constraint."""

    solver: str


SolverResult = Solution | Infeasible
