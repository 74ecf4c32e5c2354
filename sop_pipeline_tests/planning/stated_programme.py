"""A programme stated row by row and solved as it stands, for comparison."""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import linprog

EXACT = {
    "output_flag": False,
    "mip_rel_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}
"""Finer than what rows hold a priority to, 1e-7: with 1e-6 HiGHS denies plans that there are."""


class Programme:
    """Variables by name, rows as dictionaries; a matrix at the end."""

    def __init__(self) -> None:
        self.columns: dict[tuple[Any, ...], int] = {}
        self.cost: list[float] = []
        self.most: list[float] = []
        self.equal: list[tuple[dict[int, float], float]] = []
        self.less: list[tuple[dict[int, float], float]] = []
        self.whole: set[int] = set()

    def var(self, *name: Any, cost: float = 0.0, most: float = math.inf) -> int:
        self.columns[name] = len(self.cost)
        self.cost.append(cost)
        self.most.append(most)
        return self.columns[name]

    def whole_var(self, *name: Any, cost: float = 0.0, most: float = math.inf) -> int:
        column = self.var(*name, cost=cost, most=most)
        self.whole.add(column)
        return column

    def solve(self) -> float | None:
        a_eq, b_eq = self._matrix(self.equal)
        a_ub, b_ub = self._matrix(self.less)
        if self.whole:
            return self._solve_whole((a_eq, b_eq, b_eq), (a_ub, -np.inf, b_ub))
        bounds = [(0, None if math.isinf(u) else u) for u in self.most]
        result = linprog(self.cost, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=bounds)
        if result.status == 2:
            return None
        assert result.status == 0, result.message
        return float(result.fun)

    def _matrix(self, rows: list[tuple[dict[int, float], float]]) -> tuple[Any, Any]:
        if not rows:
            return None, None
        entries = [(i, j, value) for i, (row, _) in enumerate(rows) for j, value in row.items()]
        at, columns, values = zip(*entries, strict=True)
        shape = (len(rows), len(self.cost))
        matrix = sparse.csr_array(sparse.coo_array((values, (at, columns)), shape=shape))
        return matrix, np.array([right for _, right in rows])

    def _solve_whole(self, *sides: tuple[Any, Any, Any]) -> float | None:
        """With HiGHS itself: SciPy gives no say in how nearly its rows must hold."""
        rows = [side for side in sides if side[0] is not None]
        stacked = sparse.csc_array(sparse.vstack([matrix for matrix, _, _ in rows]))
        stated = highspy.HighsLp()
        stated.num_row_, stated.num_col_ = stacked.shape
        stated.row_lower_, stated.row_upper_ = (
            np.concatenate([np.broadcast_to(side[n], side[0].shape[0]) for side in rows])
            for n in (1, 2)
        )
        stated.col_cost_ = np.array(self.cost)
        stated.col_lower_, stated.col_upper_ = np.zeros(len(self.cost)), np.array(self.most)
        matrix = stated.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_, matrix.index_, matrix.value_ = (
            stacked.indptr,
            stacked.indices,
            stacked.data,
        )
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        stated.integrality_ = [kinds[column in self.whole] for column in range(len(self.cost))]
        solver = highspy.Highs()
        for name, value in EXACT.items():
            solver.setOptionValue(name, value)
        solver.passModel(stated)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        assert status == highspy.HighsModelStatus.kOptimal, solver.modelStatusToString(status)
        return float(solver.getInfo().objective_function_value)
