"""The equations that a vertex is held by, solved where something changes.

At a vertex as many columns are free to move, the basic ones, as rows hold. Where the right side of
a row changes only those columns move that the change reaches, which are few however large the
programme: with each column beside a row of its own (a matching), a column reaches the rows that it
stands in and the columns beside those (Gilbert and Peierls 1988).
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
        self._position = np.full(len(holds), -1)
        self._position[holds] = np.arange(len(basic))
        system = sparse.csc_array(by_column[:, basic][holds])
        beside = maximum_bipartite_matching(sparse.csr_array(system), perm_type="column")
        self._columns = basic[beside]
        self._system = sparse.csc_array(system[:, beside])
        pattern = (np.ones(self._system.nnz), self._system.indices, self._system.indptr)
        self._reaches = sparse.csr_array(pattern, shape=self._system.shape)

    def moves(self, rows: Integers, right: Floats) -> tuple[Integers, Floats]:
        """Which columns move, and by how much, where the right sides of some rows change.

        Args:
            rows: The rows, (l,); one that does not hold moves nothing.
            right: What is to be added to each, (l,).
        """
        at = self._position[rows]
        begin, right = at[at >= 0], right[at >= 0]
        if not len(begin):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        reached = [self._reached(one) for one in begin.tolist()]
        within = np.unique(np.concatenate(reached))
        asked = np.zeros(len(within))
        np.add.at(asked, np.searchsorted(within, begin), right)
        system = sparse.csc_array(self._system[:, within][within])
        return self._columns[within], splu(system).solve(asked)

    def _reached(self, begin: int) -> Integers:
        reached = breadth_first_order(self._reaches, begin, return_predecessors=False)
        return reached.astype(np.int64)
