"""A programme stated row by row and solved by SciPy, for comparison."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp


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
        whole = np.zeros(len(self.cost))
        whole[sorted(self.whole)] = 1
        result = milp(
            self.cost,
            integrality=whole,
            bounds=Bounds(0, self.most),
            constraints=[LinearConstraint(*side) for side in sides if side[0] is not None],
            options={"mip_rel_gap": 0.0},
        )
        if result.status == 2:
            return None
        assert result.status == 0, result.message
        return float(result.fun)
