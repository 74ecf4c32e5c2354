"""A programme without the rows that only bound one column; the same optimum.

Builds that are held, and safety stock of which none may be missing, are such rows, more than half
of all; a simplex carries each of them through every iteration.
Does not belong here: rows that say more than that (`substitution`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram


@dataclass(frozen=True)
class WithoutBoundingRows:
    """The shorter forms of all programmes with one matrix and one cost.

    Attributes:
        cost: Cost of each column, (n,).
        matrix: The rows that are left, (k, n).
        kept: Which rows those are, (m,).
        column: Column that each of the other rows bounds, (m - k,).
        entry: What that row has in this column, (m - k,).
    """

    cost: Floats
    matrix: sparse.csr_array
    kept: Booleans
    column: Integers
    entry: Floats

    @classmethod
    def of(cls, lp: LinearProgram) -> WithoutBoundingRows:
        """The shorter forms of a programme and of those that differ in sides and bounds only."""
        matrix = lp.matrix
        kept = np.diff(matrix.indptr) != 1
        at = matrix.indptr[:-1][~kept]
        left = sparse.csr_array(matrix[kept])
        return cls(lp.cost, left, kept, matrix.indices[at].astype(np.int64), matrix.data[at])

    def short(self, lp: LinearProgram) -> LinearProgram:
        """The shorter form of one of them: what its rows say of one column stands on the column."""
        least, most = self._implied(lp)
        lower, upper = lp.lower.copy(), lp.upper.copy()
        np.maximum.at(lower, self.column, least)
        np.minimum.at(upper, self.column, most)
        return replace(
            lp,
            constraints={},
            matrix=self.matrix,
            row_lower=lp.row_lower[self.kept],
            row_upper=lp.row_upper[self.kept],
            lower=lower,
            upper=upper,
        )

    def prices(self, lp: LinearProgram, short: LinearProgram, kept: Floats) -> Floats:
        """Prices of all rows, (m,): a row that bounds its column takes what this has to pay.

        Args:
            lp: The programme.
            short: Its shorter form.
            kept: Prices of the rows that are left, (k,).
        """
        column, (least, most) = self.column, self._implied(lp)
        reduced = (self.cost - self.matrix.T @ kept)[column]
        below = (reduced > 0) & (least > lp.lower[column]) & (least == short.lower[column])
        above = (reduced < 0) & (most < lp.upper[column]) & (most == short.upper[column])
        paying = np.flatnonzero(below | above)
        _, first = np.unique(column[paying], return_index=True)
        of_bounds = np.zeros(len(column))
        of_bounds[paying[first]] = (reduced / self.entry)[paying[first]]
        prices = np.empty(len(self.kept))
        prices[self.kept], prices[~self.kept] = kept, of_bounds
        return prices

    def _implied(self, lp: LinearProgram) -> tuple[Floats, Floats]:
        """Least and greatest value that each of the other rows leaves its column."""
        ends = lp.row_lower[~self.kept] / self.entry, lp.row_upper[~self.kept] / self.entry
        return np.minimum(*ends), np.maximum(*ends)
