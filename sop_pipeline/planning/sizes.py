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
from typing import Protocol

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats

PASSES = 4
"""Rounds of averaging over rows and columns; more hardly change the solver's work."""
DIGITS = 9
"""Decimals of a logarithm that count."""


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
    there: Booleans

    @classmethod
    def of(cls, entries: Floats) -> _Logarithms:
        there = np.isfinite(entries) & (entries != 0.0)
        values = np.where(there, entries, 1.0)
        return cls(np.log2(np.abs(values, out=values), out=values), there)


class LinearMap(Protocol):
    """A matrix by what it does."""

    def times(self, columns: Floats) -> Floats:
        """A x, (m,)."""
        ...

    def transposed(self, rows: Floats) -> Floats:
        """A'y, (n,)."""
        ...


def natural_sizes(
    pattern: LinearMap, logarithms: LinearMap, sides: Floats, bounds: Floats, costs: Floats
) -> Sizes:
    """The sizes in which a programme's entries are closest to 1.

    Args:
        pattern: 1 for each coefficient, (m, n).
        logarithms: Logarithms of the coefficients' magnitudes to the base 2, (m, n).
        sides: The larger finite side of each row; 0 or infinite where it has none, (m,).
        bounds: The same of each column, (n,).
        costs: Cost of each column, (n,).
    """
    every_row, every_column = (np.broadcast_to(1.0, each.shape) for each in (sides, costs))
    side, bound, cost = (_Logarithms.of(values) for values in (sides, bounds, costs))
    in_rows = side.values + logarithms.times(every_column)
    in_columns = bound.values - cost.values - logarithms.transposed(every_row)
    row_count = np.maximum(1.0, pattern.times(every_column) + side.there)
    column_count = np.maximum(1.0, pattern.transposed(every_row) + bound.there + cost.there)
    ends = (side.values.sum() + bound.values.sum()) / max(1, side.there.sum() + bound.there.sum())
    paid, paying, is_paid = float(cost.values.sum()), max(1, int(cost.there.sum())), cost.there
    # Of millions of columns, what is used up makes room.
    del side, bound, cost, sides, bounds
    columns = np.full(len(costs), ends)
    rows = np.zeros(len(in_rows))
    for _ in range(PASSES):
        money = (paid + float(columns.sum(where=is_paid))) / paying
        rows = (in_rows + pattern.times(columns)) / row_count
        columns = pattern.transposed(rows)
        columns += in_columns
        columns += money * is_paid
        columns /= column_count
    money = (paid + float(columns.sum(where=is_paid))) / paying
    return Sizes(_power(rows), _power(columns), float(_power(money)))


def _power(logarithms: Floats | float) -> Floats:
    """The nearest powers of two; the order of adding up does not decide between two of them."""
    return np.exp2(np.rint(np.round(logarithms, DIGITS)))
