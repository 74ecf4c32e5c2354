"""The programme in fewer rows, by a change of variables x = expand x' + offset; the same optimum.

Two families of rows say only what a variable is:

* Safety stock. A unit missing from it costs a penalty, so each of the first `target` units of
  stock is worth the penalty it saves. Stock I with the row I + v >= target becomes the sum of two
  columns, I = above + covered with 0 <= covered <= target, and v = target - covered. `covered`,
  which stands in the column of v, costs the penalty less than `above` and so fills up first.
* Plant balance. Where a plant has one routing for a product, it builds what it sends.

Less than half of the rows are left of a network with 350,000 columns, and each iteration of a
restart passes over a whole row and column of the inverse. Values, prices and basis of the original
programme follow exactly.
Does not belong here: solving.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.solution import ProgrammeSolution

_LOWER = highspy.HighsBasisStatus.kLower
_UPPER = highspy.HighsBasisStatus.kUpper
_BASIC = highspy.HighsBasisStatus.kBasic

_LEAST_PENALTY = 1e-6
"""Below this, in natural sizes, a solver may not tell covered stock from stock above the target."""

# What (above, covered) says of the stock, what is missing, and the row that ties them.
_VERTICES = {
    (_BASIC, _UPPER): (_BASIC, _LOWER, _BASIC),
    (_LOWER, _UPPER): (_BASIC, _LOWER, _LOWER),
    (_LOWER, _BASIC): (_BASIC, _BASIC, _LOWER),
    # Both are one column of the matrix: a basis may hold the one that is 0 in the other's place.
    (_BASIC, _LOWER): (_BASIC, _BASIC, _LOWER),
    (_LOWER, _LOWER): (_LOWER, _BASIC, _LOWER),
}


@dataclass(frozen=True)
class Definitions:
    """Rows of a programme that say only what a variable is.

    Attributes:
        stock: Columns of stock.
        shortfall: Columns of what is missing from its safety stock.
        safety: The rows that say so.
        build: Columns of builds that are all that their plants send on.
        balance: The rows that say so.
    """

    stock: Integers
    shortfall: Integers
    safety: Integers
    build: Integers
    balance: Integers

    @classmethod
    def of(cls, lp: LinearProgram) -> Definitions:
        """Those of a programme; rows that say more are not among them."""
        return cls(*_paid_safety_stock(lp), *_single_builds(lp))

    @classmethod
    def none(cls) -> Definitions:
        """No rows at all."""
        return cls(*(np.empty(0, np.int64) for _ in fields(cls)))

    def within(self, columns: Integers, first_row: int) -> Definitions:
        """The same in a programme that has these columns and rows at other places."""
        return Definitions(
            columns[self.stock],
            columns[self.shortfall],
            first_row + self.safety,
            columns[self.build],
            first_row + self.balance,
        )

    def without(self, builds: Booleans) -> Definitions:
        """The same but for some builds, told by column."""
        left = ~builds[self.build]
        return replace(self, build=self.build[left], balance=self.balance[left])

    def and_also(self, others: Definitions) -> Definitions:
        """These rows and others."""
        names = [field.name for field in fields(self)]
        return Definitions(*(np.append(getattr(self, n), getattr(others, n)) for n in names))


@dataclass(frozen=True)
class Substituted:
    """A programme and its shorter form, column for column.

    Attributes:
        original: The programme as the model states it.
        programme: The same without the rows that only say what a variable is; builds they speak of
            are empty columns.
        expand: What each original variable is of the shorter form's, (n, n).
        offset: And what to add, (n,).
        kept: Which rows are left, (m,).
        definitions: The others.
    """

    original: LinearProgram
    programme: LinearProgram
    expand: sparse.csr_array
    offset: Floats
    kept: NDArray[np.bool_]
    definitions: Definitions

    def restore(self, solution: ProgrammeSolution) -> ProgrammeSolution:
        """The solution of the original programme that a solution of the shorter one stands for."""
        return replace(
            solution,
            primal=self.restored(solution.primal),
            row_dual=self._prices(solution.row_dual),
            basis=None if solution.basis is None else self._basis(solution.basis),
        )

    def restored(self, values: Floats) -> Floats:
        """Values of the original columns, (n,), that values of the shorter form's stand for."""
        return self.expand @ values + self.offset

    def shortened(self, solution: ProgrammeSolution) -> ProgrammeSolution:
        """The solution of the shorter form that one of the original programme comes to."""
        return replace(
            solution,
            primal=self.shortened_values(solution.primal),
            row_dual=solution.row_dual[self.kept],
            basis=None,
        )

    def shortened_values(self, values: Floats) -> Floats:
        """Values of the shorter form's columns, (n,), that those of the original come to."""
        gone, shorter = self.definitions, values.copy()
        shorter[gone.shortfall] = self.offset[gone.shortfall] - shorter[gone.shortfall]
        shorter[gone.stock] -= shorter[gone.shortfall]
        shorter[gone.build] = 0.0
        return shorter

    def _prices(self, kept: Floats) -> Floats:
        """A build's row costs what the build does; safety stock's at most the penalty."""
        lp, gone = self.original, self.definitions
        prices = np.zeros(lp.shape[0])
        prices[self.kept] = kept
        reduced = lp.cost - lp.matrix.T @ prices
        prices[gone.balance] = reduced[gone.build]
        prices[gone.safety] = np.clip(reduced[gone.stock], 0.0, lp.cost[gone.shortfall])
        return prices

    def _basis(self, substituted: highspy.HighsBasis) -> highspy.HighsBasis:
        """The same vertex: one more basic column or row for each row that came back."""
        gone = self.definitions
        columns, rows = np.array(substituted.col_status), np.empty(self.kept.shape, dtype=object)
        rows[self.kept] = substituted.row_status
        columns[gone.build], rows[gone.balance] = _BASIC, _LOWER
        targets = self.original.row_lower[gone.safety]
        members = zip(columns[gone.stock], columns[gone.shortfall], targets, strict=True)
        vertices = np.array([_vertex(*member) for member in members], dtype=object).reshape(-1, 3)
        columns[gone.stock], columns[gone.shortfall], rows[gone.safety] = vertices.T
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status = columns.tolist(), rows.tolist()
        basis.valid = True
        return basis


def substitute(lp: LinearProgram, definitions: Definitions | None = None) -> Substituted:
    """The shorter form of a programme, without the rows that are known to say what a variable is.

    Args:
        lp: The programme.
        definitions: Those rows; None for those that its families show.
    """
    gone = Definitions.of(lp) if definitions is None else definitions
    (rows, columns), every = lp.shape, np.arange(lp.shape[1])
    stock, shortfall, safety = gone.stock, gone.shortfall, gone.safety
    build, balance = gone.build, gone.balance
    sign, offset, upper = np.ones(columns), np.zeros(columns), lp.upper.copy()
    sign[shortfall], sign[build] = -1.0, 0.0
    offset[shortfall] = upper[shortfall] = lp.row_lower[safety]
    upper[build] = 0.0
    sent = lp.matrix[balance].tocoo()
    leaves = sent.col != build[sent.row]
    entries = (
        np.concatenate([sign, np.ones(len(stock)), -sent.data[leaves]]),
        (
            np.concatenate([every, stock, build[sent.row[leaves]]]),
            np.concatenate([every, shortfall, sent.col[leaves]]),
        ),
    )
    expand = sparse.csr_array(sparse.coo_array(entries, shape=(columns, columns)))
    kept = np.ones(rows, dtype=bool)
    kept[safety] = kept[balance] = False
    matrix = sparse.csr_array(lp.matrix[kept] @ expand)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    programme = LinearProgram(
        labels=lp.labels,
        variables=lp.variables,
        constraints={},
        matrix=matrix,
        row_lower=lp.row_lower[kept],
        row_upper=lp.row_upper[kept],
        lower=lp.lower,
        upper=upper,
        cost_terms=all_costs(np.asarray(expand.T @ lp.cost)),
        whole=lp.whole,
        constant=lp.cost_of(offset),
    )
    return Substituted(lp, programme, expand, offset, kept, gone)


def _paid_safety_stock(lp: LinearProgram) -> tuple[Integers, Integers, Integers]:
    """Columns of stock and of what is missing, rows that tie them; none unless missing costs."""
    none = np.empty(0, dtype=np.int64)
    missing = lp.variables.get("safety_stock_shortfall")
    if missing is None or not missing.size:
        return none, none, none
    shortfall = missing.indices.ravel()
    penalties = lp.cost[shortfall] * lp.sizes.columns[shortfall] / lp.sizes.money
    if not (penalties > _LEAST_PENALTY).all():
        return none, none, none
    stock, safety = lp.variables["stock"], lp.constraints["safety_stock"]
    return stock.indices.ravel(), shortfall, safety.indices.ravel()


def _single_builds(lp: LinearProgram) -> tuple[Integers, Integers]:
    """Columns of builds nothing limits that are alone in their plant balance, and those rows."""
    if "build" not in lp.variables:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    balance, build = lp.constraints["plant_balance"].slice, lp.variables["build"].slice
    builds = sparse.csr_array(lp.matrix[balance][:, build])
    alone = np.flatnonzero(np.diff(builds.indptr) == 1)
    columns = build.start + builds.indices[builds.indptr[alone]].astype(np.int64)
    free = np.isinf(lp.upper[columns])
    return columns[free], balance.start + alone[free]


def _vertex(
    above: highspy.HighsBasisStatus, covered: highspy.HighsBasisStatus, target: float
) -> tuple[highspy.HighsBasisStatus, ...]:
    """Statuses of stock, missing and row; a target of 0 ties nothing."""
    if target or covered == _BASIC:
        return _VERTICES[above, covered]
    return above, _LOWER, _BASIC
