"""What a solver returns: quantities, prices of the constraints, and what it claims of the cost.

A solver of problems returns a `Solution`; one of linear programmes returns a `ProgrammeSolution`,
which is the same in the programme's columns and rows.
Does not belong here: how a solver is called (`solver`, `solvers/`) and whether to believe it
(`certificate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.problem import Quantities


@dataclass(frozen=True)
class ProgrammeSolution:
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
class Solution:
    """An optimal plan of a problem, as the solver claims.

    Attributes:
        quantities: The plan, by variable family.
        prices: Price of each constraint, by constraint family and in its shape, currency per unit
            of its right side; 0 where a family is not used.
        bound: Cost that no plan is below, as the solver claims, in currency.
        solver: Name and version of the solver.
        basis: The solver's own note of the vertex, to restart from; None where it keeps none.
        middle: The solver's own note of the optimal plans around it, to choose among; None where
            it ended at a vertex. Then the prices tell which variables lie at a bound in every
            optimal plan: those have a reduced cost, the others none (strict complementarity).
        notes: What a reader of the plan should know of how it was found, one sentence each.
    """

    quantities: Quantities
    prices: Mapping[str, Floats]
    bound: float
    solver: str
    basis: Any = None
    middle: Any = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, lp: LinearProgram, found: ProgrammeSolution) -> Solution:
        """The plan that a solution of a problem's programme stands for."""
        return cls(
            quantities=lp.quantities(found.primal),
            prices=lp.prices(found.row_dual),
            bound=found.objective,
            solver=found.solver,
            basis=found.basis,
        )

    def of_programme(self, lp: LinearProgram) -> ProgrammeSolution:
        """The same in the columns and rows of the problem's programme."""
        return ProgrammeSolution(
            primal=lp.of_columns(self.quantities),
            row_dual=lp.of_rows(self.prices),
            objective=self.bound,
            solver=self.solver,
            basis=self.basis,
        )


@dataclass(frozen=True)
class Infeasible:
    """The solver found that no values satisfy every constraint."""

    solver: str


ProgrammeResult = ProgrammeSolution | Infeasible
SolverResult = Solution | Infeasible
