"""A programme solved from a neighbour's optimum, without the columns that hardly ever enter.

The neighbour's prices tell how far each column outside its basis is from paying. A restart passes
over all of them in every iteration though few are ever chosen, so the dearer ones are left out and
priced afterwards: those that pay come in, until none does, and then the optimum is that of the
whole programme. Source: sifting, in Bixby, Gregory, Lustig, Marsten and Shanno 1992, "Very
large-scale linear programming".

The lost sales left out stand together in one column that loses the same share of each, so that the
others need not do what only losing a sale can.
Does not belong here: which programmes are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sop_pipeline.planning.arrays import Booleans, Floats, Integers, inner
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers.highs import PRIMAL_SIMPLEX, HighsModel

NEAREST = 0.3
"""Share of the columns outside the neighbour's basis that stay: those nearest to paying."""

_PAYS = 1e-7
"""A column left out pays from this reduced cost on, the solver's own tolerance."""
_POOLED = 1e-9
# Exact steepest edge, the default, passes over the rows once more in every iteration.
_FROM_NEIGHBOUR = {"simplex_dual_edge_weight_strategy": 1}
# With columns added the last vertex stays feasible, which is what primal simplex starts from.
_FROM_LAST = {"simplex_strategy": PRIMAL_SIMPLEX}

# The axes of columns that belong to a product.
_OF_A_PRODUCT = {"product", "routing", "flow"}

_STATUSES = np.array(list(highspy.HighsBasisStatus.__members__.values()), dtype=object)
_LOWER, _BASIC, _UPPER = range(3)


@dataclass(frozen=True)
class _Vertex:
    """Which columns and rows are basic and where the others lie, as positions in `_STATUSES`."""

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]

    @classmethod
    def of(cls, basis: highspy.HighsBasis) -> Self:
        return cls(_numbers(basis.col_status), _numbers(basis.row_status))

    @property
    def basis(self) -> highspy.HighsBasis:
        basis = highspy.HighsBasis()
        basis.col_status = _STATUSES[self.columns].tolist()
        basis.row_status = _STATUSES[self.rows].tolist()
        basis.valid = True
        return basis


@dataclass(frozen=True)
class _Step:
    """Outcome for the whole programme, if nothing left out pays and nothing is pooled."""

    outcome: ProgrammeResult
    vertex: _Vertex
    pooled: float = 0.0


def solve_from_neighbour(lp: LinearProgram, optimum: ProgrammeSolution) -> ProgrammeResult:
    """Solve a programme from the optimum of one with the same matrix.

    Args:
        lp: The programme.
        optimum: The neighbour's optimum, with its basis.

    Raises:
        PlanNotCertified: HiGHS stopped before it had an answer.
    """
    start = _Vertex.of(optimum.basis)
    sift = _Sift(lp, (start.columns == _UPPER) & np.isfinite(lp.upper))
    inside = sift.nearest(start.columns == _BASIC, optimum.row_dual)
    step = sift.solve(inside, start, _FROM_NEIGHBOUR)
    while isinstance(step.outcome, ProgrammeSolution) and step.pooled < _POOLED:
        pays = ~inside & (sift.distance(step.outcome.row_dual) < -_PAYS)
        if not pays.any():
            return step.outcome
        inside = inside | pays
        step = sift.solve(inside, step.vertex, _FROM_LAST)
    # Too little was inside to tell: once more, with all of it.
    return sift.solve(np.ones_like(inside), start, _FROM_NEIGHBOUR).outcome


@dataclass(frozen=True)
class _Sift:
    """A programme, and at which bound its columns lie while they are left out."""

    lp: LinearProgram
    at_upper: Booleans

    def distance(self, prices: Floats) -> Floats:
        """How much each column lacks to pay; below 0 it would. A fixed one never does."""
        reduced = self.lp.cost - self.lp.matrix.T @ prices
        away = np.where(self.at_upper, -reduced, reduced)
        return np.where(self.lp.lower == self.lp.upper, np.inf, away)

    def nearest(self, basic: Booleans, prices: Floats) -> Booleans:
        """Columns to begin with: the basic ones, the nearest others, all that no product has.

        Tiers of capacity and storage are few, and often what relieves a bottleneck is far away.
        """
        inside = basic.copy()
        for family in self.lp.variables.values():
            if _OF_A_PRODUCT.isdisjoint(family.axes):
                inside[family.slice] = True
        away = self.distance(prices)[~inside]
        if away.size:
            inside[~inside] = away <= np.quantile(away, NEAREST, method="lower")
        return inside

    def solve(self, inside: Booleans, start: _Vertex, options: dict[str, Any]) -> _Step:
        """Solve with the columns inside, from a vertex of theirs."""
        columns = np.flatnonzero(inside)
        left_out = np.where(inside, 0.0, np.where(self.at_upper, self.lp.upper, self.lp.lower))
        model = HighsModel(self._programme(columns, left_out, self._pool(inside)), options)
        model.start_from_basis(_Vertex(np.append(start.columns[columns], _LOWER), start.rows).basis)
        outcome = model.solve()
        if not isinstance(outcome, ProgrammeSolution):
            return _Step(outcome, start)
        vertex = _Vertex.of(outcome.basis)
        *values, pooled = outcome.primal
        primal, statuses = left_out, start.columns.copy()
        primal[columns], statuses[columns] = values, vertex.columns[:-1]
        whole = _Vertex(statuses, vertex.rows)
        found = replace(
            outcome,
            primal=primal,
            objective=self.lp.cost_of(primal),
            # With the pool in it, the others are one too few for a basis.
            basis=None if vertex.columns[-1] == _BASIC else whole.basis,
        )
        return _Step(found, whole, pooled)

    def _pool(self, inside: Booleans) -> Floats:
        """What of each column is one of the pool: the lost sales left out, as far as they go."""
        share = np.zeros(self.lp.shape[1])
        lost_sales = self.lp.variables["lost_sales"].slice
        upper = self.lp.upper[lost_sales]
        share[lost_sales] = np.where(inside[lost_sales] | np.isinf(upper), 0.0, upper)
        return share

    def _programme(self, columns: Integers, left_out: Floats, pool: Floats) -> LinearProgram:
        lp = self.lp
        taken = lp.matrix @ left_out
        matrix = sparse.hstack(
            [lp.matrix[:, columns], sparse.csr_array((lp.matrix @ pool)[:, None])], format="csr"
        )
        return LinearProgram(
            labels={},
            variables={},
            constraints={},
            matrix=sparse.csr_array(matrix),
            row_lower=lp.row_lower - taken,
            row_upper=lp.row_upper - taken,
            lower=np.append(lp.lower[columns], 0.0),
            upper=np.append(lp.upper[columns], 1.0),
            cost_terms=all_costs(np.append(lp.cost[columns], inner(lp.cost, pool))),
        )


def _numbers(statuses: list[highspy.HighsBasisStatus]) -> NDArray[np.int8]:
    return np.array([int(status) for status in statuses], dtype=np.int8)
