"""What moves where the right side of a row changes is what the whole system says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import sparse

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.solvers.basis_system import BasisSystem


@dataclass(frozen=True)
class Drawn:
    """A random matrix with a basis: as many columns as rows that hold."""

    matrix: Floats
    holds: Booleans
    basic: Integers

    @classmethod
    def of(cls, seed: int) -> Drawn:
        rng = np.random.default_rng(seed)
        rows, columns, basic_columns = 30, 45, 20
        matrix = np.where(rng.random((rows, columns)) < 0.06, rng.normal(size=(rows, columns)), 0.0)
        holds = np.zeros(rows, dtype=bool)
        holds[rng.choice(rows, basic_columns, replace=False)] = True
        basic = rng.choice(columns, basic_columns, replace=False)
        # A row of its own for each, shuffled, makes the system one that can be solved.
        matrix[rng.permutation(np.flatnonzero(holds)), basic] += 3.0
        return cls(matrix, holds, basic)

    @property
    def system(self) -> BasisSystem:
        return BasisSystem(sparse.csc_array(self.matrix), self.basic, self.holds)


@pytest.mark.parametrize("seed", range(5))
def test_columns_move_as_in_the_whole_system(seed: int) -> None:
    drawn = Drawn.of(seed)
    holds, basic = drawn.holds, drawn.basic
    changed = np.array([np.flatnonzero(holds)[3], np.flatnonzero(~holds)[0]])
    right = np.array([2.0, 5.0])
    moved, by = drawn.system.moves(changed, right)
    asked = np.zeros(len(holds))
    asked[changed] = right
    expected = np.zeros(drawn.matrix.shape[1])
    expected[basic] = np.linalg.solve(drawn.matrix[holds][:, basic], asked[holds])
    found = np.zeros_like(expected)
    found[moved] = by
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(moved) < len(basic)


@pytest.mark.parametrize("seed", range(5))
def test_rows_come_to_figures_as_in_the_whole_system(seed: int) -> None:
    drawn = Drawn.of(seed)
    holds, basic = drawn.holds, drawn.basic
    other = np.setdiff1d(np.arange(drawn.matrix.shape[1]), basic)[0]
    columns, figures = np.array([basic[4], other]), np.array([2.0, 5.0])
    rows, weights = drawn.system.weights(columns, figures)
    asked = np.where(basic == basic[4], 2.0, 0.0)
    expected = np.zeros(len(holds))
    expected[holds] = np.linalg.solve(drawn.matrix[holds][:, basic].T, asked)
    found = np.zeros_like(expected)
    found[rows] = weights
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(rows) < len(basic)


def test_a_row_that_does_not_hold_moves_nothing() -> None:
    holds = np.array([True, False])
    system = BasisSystem(sparse.csc_array(np.eye(2)), np.array([0]), holds)
    moved, by = system.moves(np.array([1]), np.array([1.0]))
    assert moved.size == by.size == 0
