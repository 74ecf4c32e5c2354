"""How large a row, a column and a unit of money are by nature: what to measure them against.

A company may count in millions or in thousandths, and a screw stands beside a machine, so no
tolerance means the same everywhere. The sizes here make the entries of the programme as close to
1 as they come, its sides, bounds and costs included: least squares of their logarithms, as in
Curtis and Reid 1972, "On the automatic scaling of matrices for Gaussian elimination". They are
powers of two, so that measuring in them and back is exact.
Does not belong here: what is done with them (`scaling`, `certificate`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

PASSES = 4
"""Rounds of averaging over rows and columns; more hardly change the solver's work."""


@dataclass(frozen=True)
class Sizes:
    """Natural sizes, powers of two.

    Attributes:
        rows: Size of each row's activity, in the row's unit, (m,).
        columns: Size of each column's value, in the column's unit, (n,).
        money: Size of what one column pays, in currency.
    """

    rows: Floats
    columns: Floats
    money: float


@dataclass(frozen=True)
class _Logarithms:
    """Logarithms of the entries that are there and finite, 0 for the others, and which are."""

    values: Floats
    there: Floats

    @classmethod
    def of(cls, entries: Floats) -> _Logarithms:
        there = np.isfinite(entries) & (entries != 0.0)
        return cls(np.log2(np.abs(np.where(there, entries, 1.0))), there.astype(np.float64))


def natural_sizes(matrix: sparse.csr_array, sides: Floats, bounds: Floats, costs: Floats) -> Sizes:
    """The sizes in which a programme's entries are closest to 1.

    Args:
        matrix: Coefficients, (m, n).
        sides: The larger finite side of each row; 0 or infinite where it has none, (m,).
        bounds: The same of each column, (n,).
        costs: Cost of each column, (n,).
    """
    pattern = sparse.csr_array(
        (np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    entries = sparse.csr_array(
        (np.log2(np.abs(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    by_column = sparse.csr_array(pattern.T)
    side, bound, cost = (_Logarithms.of(values) for values in (sides, bounds, costs))
    in_rows, in_columns = entries.sum(axis=1), entries.sum(axis=0)
    row_count = np.maximum(1.0, pattern.sum(axis=1) + side.there)
    column_count = np.maximum(1.0, by_column.sum(axis=1) + bound.there + cost.there)
    columns = np.full(len(costs), _mean(side.values, side.there, bound.values, bound.there))
    rows, money = np.zeros(len(sides)), 0.0
    for _ in range(PASSES):
        money = _mean(cost.values + columns, cost.there)
        rows = (in_rows + pattern @ columns + side.values) / row_count
        columns = (
            by_column @ rows - in_columns + bound.values + (money - cost.values) * cost.there
        ) / column_count
    return Sizes(
        _power(rows), _power(columns), float(_power(_mean(cost.values + columns, cost.there)))
    )


def _mean(*values_and_weights: Floats) -> float:
    values, weights = values_and_weights[::2], values_and_weights[1::2]
    total = sum(float(weight.sum()) for weight in weights)
    weighted = sum(float((v * w).sum()) for v, w in zip(values, weights, strict=True))
    return weighted / max(1.0, total)


def _power(logarithms: Floats | float) -> Floats:
    return np.exp2(np.rint(logarithms))
