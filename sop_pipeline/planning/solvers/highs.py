"""The programme in HiGHS, in memory: arrays in, arrays out, and restarts from the last basis.

Does not belong here: PuLP, or anything about planning.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Infeasible, Outcome, Solution

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_INFEASIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)


class HighsModel:
    """One linear programme in one HiGHS object; every change keeps the basis for a warm start."""

    def __init__(self, lp: LinearProgram, options: dict[str, Any] | None = None) -> None:
        """Hand the programme over.

        Args:
            lp: The programme.
            options: HiGHS options by name, such as a time limit.
        """
        self._lp = lp
        self._highs = highspy.Highs()
        for name, value in {"output_flag": False, **(options or {})}.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                msg = f"HiGHS does not know the option {name}={value!r}"
                raise ValueError(msg)
        self._highs.passModel(_highs_lp(lp))

    @property
    def name(self) -> str:
        """Solver and version."""
        return f"HiGHS {self._highs.version()}"

    def set_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Replace the bounds of some columns."""
        indices = columns.astype(np.int32)
        self._highs.changeColsBounds(len(indices), indices, lower, upper)

    def set_sides(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Replace the sides of some rows."""
        indices = rows.astype(np.int32)
        self._highs.changeRowsBounds(len(indices), indices, lower, upper)

    def set_costs(self, costs: Floats) -> None:
        """Replace the cost of every column."""
        indices = np.arange(len(costs), dtype=np.int32)
        self._highs.changeColsCost(len(indices), indices, costs)

    def set_integer(self, columns: Integers) -> None:
        """Require whole numbers in some columns."""
        indices = columns.astype(np.int32)
        kinds = np.full(len(indices), highspy.HighsVarType.kInteger)
        self._highs.changeColsIntegrality(len(indices), indices, kinds)

    def keep_basis(self) -> Any:
        """The basis of the last solve, to return to."""
        return self._highs.getBasis()

    def return_to(self, basis: Any) -> None:
        """Start the next solve from a basis kept before."""
        self._highs.setBasis(basis)

    def solve(self) -> Outcome:
        """Solve from where the last solve ended.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            solution = self._highs.getSolution()
            return Solution(
                primal=np.array(solution.col_value),
                row_dual=np.array(solution.row_dual),
                objective=self._highs.getObjectiveValue(),
                solver=self.name,
            )
        if status in _INFEASIBLE:
            return Infeasible(self.name)
        raise stopped_early(self.name, self._highs.modelStatusToString(status))


def stopped_early(solver: str, reason: str) -> PlanNotCertified:
    """The error for a solver that ended without an optimal plan."""
    msg = (
        f"{solver} stopped without an optimal plan: {reason}. Nothing is published. Give it more "
        "time or memory, or choose another solver in the policy"
    )
    return PlanNotCertified(msg)


def solve_with_highs(lp: LinearProgram, options: dict[str, Any] | None = None) -> Outcome:
    """Solve a programme once."""
    return HighsModel(lp, options).solve()


def irreducible_conflict(lp: LinearProgram) -> tuple[Integers, Integers]:
    """Rows and columns of an irreducible infeasible set.

    The default strategy of HiGHS often returns an empty set; 6 (from the whole programme, rows
    first, irreducible) does not.
    """
    model = HighsModel(lp, {"iis_strategy": 6})
    model._highs.run()  # noqa: SLF001 - the set is part of this object
    _, conflict = model._highs.getIis()  # noqa: SLF001
    rows = np.array(sorted(conflict.row_index_), dtype=np.int64)
    columns = np.array(sorted(conflict.col_index_), dtype=np.int64)
    return rows, columns


def _highs_lp(lp: LinearProgram) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = lp.shape
    model.col_cost_ = lp.cost
    model.col_lower_, model.col_upper_ = lp.lower, lp.upper
    model.row_lower_, model.row_upper_ = lp.row_lower, lp.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = lp.matrix.indptr
    model.a_matrix_.index_ = lp.matrix.indices
    model.a_matrix_.value_ = lp.matrix.data
    return model
