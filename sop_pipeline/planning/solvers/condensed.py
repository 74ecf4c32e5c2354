"""The programme with its safety-stock rows turned into bounds: fewer rows, the same optimum.

A unit missing from safety stock costs a penalty, so each of the first `target` units of stock is
worth the penalty it saves. Stock I with the row I + v >= target becomes the sum of two columns,

    I = above + covered,   0 <= covered <= target,   v = target - covered,

where `covered` costs the penalty less than `above` and so fills up first. Two thirds of the rows
are left, and a restart, whose every iteration passes over a whole row of the inverse, takes less
than half the time. Values, prices and basis of the original programme follow exactly.
Does not belong here: solving.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from sop_pipeline.planning.linear_program import CostTerm, Floats, LinearProgram
from sop_pipeline.planning.solution import Solution

_LOWER = highspy.HighsBasisStatus.kLower
_UPPER = highspy.HighsBasisStatus.kUpper
_BASIC = highspy.HighsBasisStatus.kBasic

_LEAST_PENALTY = 1e-6
"""Below this a solver may not tell covered stock from stock above the target."""

# What (above, covered) says of the stock, what is missing, and the row that ties them.
_VERTICES = {
    (_BASIC, _UPPER): (_BASIC, _LOWER, _BASIC),
    (_LOWER, _UPPER): (_BASIC, _LOWER, _LOWER),
    (_LOWER, _BASIC): (_BASIC, _BASIC, _LOWER),
    (_LOWER, _LOWER): (_LOWER, _BASIC, _LOWER),
}


@dataclass(frozen=True)
class Condensed:
    """A programme and its shorter form; `covered` stands in the columns of `missing`.

    Attributes:
        original: The programme as the model states it.
        programme: The same without the rows of safety stock.
    """

    original: LinearProgram
    programme: LinearProgram

    def restore(self, solution: Solution) -> Solution:
        """The solution of the original programme that a solution of the shorter one stands for."""
        lp = self.original
        stock, missing, safety = _places(lp)
        primal = solution.primal.copy()
        primal[stock] += primal[missing]
        primal[missing] = np.maximum(lp.row_lower[safety] - primal[stock], 0.0)
        return replace(
            solution,
            primal=primal,
            row_dual=self._prices(solution.row_dual),
            objective=solution.objective + _constant(lp),
            basis=None if solution.basis is None else self._basis(solution.basis),
        )

    def _prices(self, kept: Floats) -> Floats:
        """Each safety-stock row's price: what a unit of stock lacks, at most the penalty."""
        lp = self.original
        stock, missing, safety = _places(lp)
        prices = np.insert(kept, safety.start, np.zeros(safety.stop - safety.start))
        reduced = lp.cost[stock] - (lp.matrix.T @ prices)[stock]
        prices[safety] = np.clip(reduced, 0.0, lp.cost[missing])
        return prices

    def _basis(self, condensed: highspy.HighsBasis) -> highspy.HighsBasis:
        """The same vertex: one more basic column or row for each row that came back."""
        stock, missing, safety = _places(self.original)
        columns, rows = list(condensed.col_status), list(condensed.row_status)
        targets = self.original.row_lower[safety].tolist()
        members = zip(columns[stock], columns[missing], targets, strict=True)
        vertices = [_vertex(*member) for member in members]
        columns[stock], columns[missing], back = zip(*vertices, strict=True)
        rows[safety.start : safety.start] = back
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status = columns, rows
        basis.valid = True
        return basis


def condense(lp: LinearProgram) -> Condensed | None:
    """The shorter form of a programme; None where missing safety stock is not paid for."""
    if "missing" not in lp.variables:
        return None
    stock, missing, safety = _places(lp)
    if not (lp.cost[missing] > _LEAST_PENALTY).all():
        return None
    kept = np.ones(lp.shape[0], dtype=bool)
    kept[safety] = False
    columns = lp.matrix[kept].tocsc()
    parts = columns[:, : missing.start], columns[:, stock], columns[:, missing.stop :]
    upper, cost = lp.upper.copy(), lp.cost.copy()
    upper[missing] = lp.row_lower[safety]
    cost[missing] = cost[stock] - cost[missing]
    programme = LinearProgram(
        labels={},
        variables={},
        constraints={},
        matrix=sparse.csr_array(sparse.hstack(parts, format="csr")),
        row_lower=lp.row_lower[kept],
        row_upper=lp.row_upper[kept],
        lower=lp.lower,
        upper=upper,
        cost_terms={"all": CostTerm(((np.arange(len(cost)), cost),))},
    )
    return Condensed(lp, programme)


def _places(lp: LinearProgram) -> tuple[slice, slice, slice]:
    """Columns of stock, columns of what is missing, rows that tie them; member for member."""
    variables = lp.variables
    return (
        variables["stock"].slice,
        variables["missing"].slice,
        lp.constraints["safety_stock"].slice,
    )


def _constant(lp: LinearProgram) -> float:
    """What it costs to miss every target whole, which covered stock then saves."""
    _, missing, safety = _places(lp)
    return float(lp.cost[missing] @ lp.row_lower[safety])


def _vertex(
    above: highspy.HighsBasisStatus, covered: highspy.HighsBasisStatus, target: float
) -> tuple[highspy.HighsBasisStatus, ...]:
    """Statuses of stock, missing and row; a target of 0 ties nothing."""
    if target or covered == _BASIC:
        return _VERTICES[above, covered]
    return above, _LOWER, _BASIC
