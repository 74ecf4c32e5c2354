"""What moves where the right side of a row changes is what the whole system says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from sop_pipeline.planning.solvers.basis_system import BasisSystem


@pytest.mark.parametrize("seed", range(5))
def test_columns_move_as_in_the_whole_system(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns, basic_columns = 30, 45, 20
    matrix = np.where(rng.random((rows, columns)) < 0.06, rng.normal(size=(rows, columns)), 0.0)
    holds = np.zeros(rows, dtype=bool)
    holds[rng.choice(rows, basic_columns, replace=False)] = True
    basic = rng.choice(columns, basic_columns, replace=False)
    # A row of its own for each, shuffled, makes the system one that can be solved.
    matrix[rng.permutation(np.flatnonzero(holds)), basic] += 3.0
    system = BasisSystem(sparse.csc_array(matrix), basic, holds)
    changed = np.array([np.flatnonzero(holds)[3], np.flatnonzero(~holds)[0]])
    right = np.array([2.0, 5.0])
    moved, by = system.moves(changed, right)
    asked = np.zeros(rows)
    asked[changed] = right
    expected = np.zeros(columns)
    expected[basic] = np.linalg.solve(matrix[holds][:, basic], asked[holds])
    found = np.zeros(columns)
    found[moved] = by
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(moved) < basic_columns


def test_a_row_that_does_not_hold_moves_nothing() -> None:
    holds = np.array([True, False])
    system = BasisSystem(sparse.csc_array(np.eye(2)), np.array([0]), holds)
    moved, by = system.moves(np.array([1]), np.array([1.0]))
    assert moved.size == by.size == 0
