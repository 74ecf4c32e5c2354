"""The equations that a vertex is held by, solved where something changes.

At a vertex as many columns are free to move, the basic ones, as rows hold. Where the right side of
a row changes only those columns move that the change reaches, which are few however large the
programme: with each column beside a row of its own (a matching), a column reaches the rows that it
stands in and the columns beside those (Gilbert and Peierls 1988). The other way round, a row
reaches the columns that stand in it.
Does not belong here: what moves, and how far it may.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_bipartite_matching
from scipy.sparse.linalg import splu

from sop_pipeline.planning.arrays import Booleans, Floats, Integers


class BasisSystem:
    """Basic columns in the rows that hold them."""

    def __init__(self, by_column: sparse.csc_array, basic: Integers, holds: Booleans) -> None:
        """Set each basic column beside a row.

        Args:
            by_column: Matrix of the programme, (m, n).
            basic: Its basic columns, as many as rows hold, (k,).
            holds: Whether a row holds at the vertex, (m,).
        """
        rows = np.flatnonzero(holds)
        system = sparse.csc_array(by_column[:, basic][rows])
        beside = maximum_bipartite_matching(sparse.csr_array(system), perm_type="column")
        system, columns = sparse.csc_array(system[:, beside]), basic[beside]
        self._in_row, self._in_column = (
            _positions(names, size)
            for names, size in zip((rows, columns), by_column.shape, strict=True)
        )
        self._of_columns = _Equations(system, columns)
        self._of_rows = _Equations(sparse.csc_array(system.T), rows)

    def moves(self, rows: Integers, right: Floats) -> tuple[Integers, Floats]:
        """Which columns move, and by how much, where the right sides of some rows change.

        Args:
            rows: The rows, (l,); one that does not hold moves nothing.
            right: What is to be added to each, (l,).
        """
        return self._of_columns.solved(self._in_row[rows], right)

    def weights(self, columns: Integers, figures: Floats) -> tuple[Integers, Floats]:
        """Which rows, and how much of each, come to given figures in the basic columns.

        Args:
            columns: The columns, (l,); one that is not basic counts for nothing.
            figures: What the rows come to in each, (l,); in the other basic ones they come to 0.
        """
        return self._of_rows.solved(self._in_column[columns], figures)


class _Equations:
    """Equations with an unknown each on the diagonal."""

    def __init__(self, system: sparse.csc_array, names: Integers) -> None:
        """Take the equations, (k, k), and what the unknowns are called, (k,)."""
        self._system, self._names = system, names
        pattern = (np.ones(system.nnz), system.indices, system.indptr)
        self._reaches = sparse.csr_array(pattern, shape=system.shape)

    def solved(self, places: Integers, right: Floats) -> tuple[Integers, Floats]:
        """The unknowns that right sides reach, by name, and their values.

        Args:
            places: Equations whose right side is not 0; -1 for none, (l,).
            right: Their right sides, (l,).
        """
        begin, right = places[places >= 0], right[places >= 0]
        if not len(begin):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        within = np.unique(np.concatenate([self._reached(one) for one in begin.tolist()]))
        asked = np.zeros(len(within))
        np.add.at(asked, np.searchsorted(within, begin), right)
        some = sparse.csc_array(self._system[:, within][within])
        return self._names[within], splu(some).solve(asked)

    def _reached(self, begin: int) -> Integers:
        reached = breadth_first_order(self._reaches, begin, return_predecessors=False)
        return reached.astype(np.int64)


def _positions(names: Integers, size: int) -> Integers:
    """Position of each name below size among some, -1 where it is none of them, (size,)."""
    position = np.full(size, -1)
    position[names] = np.arange(len(names))
    return position
