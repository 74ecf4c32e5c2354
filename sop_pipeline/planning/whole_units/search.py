"""Whole units by integer programmes: some products' columns whole, all the others as they are.

Does not belong here: which products, and in which order (`__init__`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import Floats, Integers, LinearProgram, all_costs
from sop_pipeline.planning.problem import Booleans, Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.sizes import Sizes
from sop_pipeline.planning.solvers import HighsModel
from sop_pipeline.planning.whole_units.cuts import cuts
from sop_pipeline.planning.whole_units.restatement import WHOLE, cut, raised

NOISE = 1e-14
"""Relative noise of adding up whole columns of many digits."""
WITHIN = (1e-9, 1e-6)
"""Least and most that values may be outside a limit by while they are searched."""

_SHARED = -1
"""Stands for the product of a column that serves all of them."""


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        vector: Values of every column, the products' builds and shipments whole, (n,).
        bound: The least cost of the columns searched, as the solver claims.
    """

    vector: Floats
    bound: float


@dataclass(frozen=True)
class Search:
    """A programme whose builds and shipments are to be whole.

    Attributes:
        problem: The problem the programme states.
        lp: The programme.
    """

    problem: Problem
    lp: LinearProgram

    @cached_property
    def product(self) -> Integers:
        """Product of each column, `_SHARED` for tiers, overflow and changes of load, (n,)."""
        of_axis = {
            "product": np.arange(len(self.problem.products)),
            "routing": self.problem.routings.product,
            "flow": self.problem.lanes.flow_product,
        }
        product = np.full(self.lp.shape[1], _SHARED)
        for block in self.lp.variables.values():
            members = of_axis.get(block.axes[0], np.empty(0, dtype=np.int64))
            if len(members):
                product[block.slice] = np.repeat(members, block.size // len(members))
        return product

    @cached_property
    def whole(self) -> Booleans:
        """Which columns must be whole, (n,)."""
        whole = np.zeros(self.lp.shape[1], dtype=bool)
        for block in self.lp.variables.values():
            whole[block.slice] = VARIABLES[block.name].is_whole
        return whole

    @cached_property
    def sizes(self) -> Integers:
        """How many columns of each product must be whole, (P,)."""
        return self._per_product(self.whole)

    def fractions(self, values: Floats) -> Integers:
        """How many columns of each product should be whole and are not, (P,)."""
        return self._per_product(self.whole & (raised(values) > cut(values)))

    def snapped(self, values: Floats) -> Floats:
        """Values with those that are whole but for the noise of arithmetic made exactly so."""
        near = self.whole & (raised(values) == cut(values))
        return np.where(near, cut(values), values)

    def shorter(self, values: Floats, than: Floats) -> Booleans:
        """Which products lose and delay more units than in another plan, (P,)."""
        more = np.zeros(len(self.problem.products))
        for name in ("lost_sales", "backorder"):
            more += self.lp.values(name, values - than).sum(axis=(1, 2))
        return more > WHOLE

    def crowded(self, values: Floats, than: Floats) -> Booleans:
        """Which products stand where more pallets overflow than in another plan, (P,)."""
        overflow = self.lp.values("overflow", values - than)
        full = np.zeros(self.problem.threshold.shape)
        np.add.at(full, self.problem.overflow.warehouse, overflow)
        stock = self.lp.values("stock", values)
        return ((stock > WHOLE) & (full > WHOLE)).any(axis=(1, 2))

    def _per_product(self, columns: Booleans) -> Integers:
        return np.bincount(self.product[columns], minlength=len(self.problem.products))

    def among(
        self, values: Floats, products: Integers, reach: float, gap: float = 1e-6
    ) -> Found | None:
        """The best values with the products' builds and shipments whole, all others' as they are.

        Args:
            values: Values of every column, (n,).
            products: The products to decide.
            reach: Units each column may move beyond the whole numbers around its value.
            gap: Share of what the products cost at which the search may end.

        Returns:
            None where there are none.

        Raises:
            PlanNotCertified: The solver stopped before it could tell.
        """
        free = np.flatnonzero(np.isin(self.product, products) | (self.product == _SHARED))
        part = sparse.csr_array(self._by_column[:, free])
        rows = np.flatnonzero(np.diff(part.indptr))
        part = part[rows]
        held = values.copy()
        held[free] = 0.0
        others = self.lp.matrix[rows] @ held
        whole, lower, upper = self.whole[free], self.lp.lower[free], self.lp.upper[free]
        tighter, least = cuts(self.problem, self.lp, products)
        programme = LinearProgram(
            labels={},
            variables={},
            constraints={},
            matrix=sparse.csr_array(sparse.vstack([part, tighter[:, free]])),
            row_lower=np.append(self.lp.row_lower[rows] - others, least),
            row_upper=np.append(self.lp.row_upper[rows] - others, np.full(len(least), np.inf)),
            lower=np.where(whole, np.maximum(lower, cut(values[free]) - reach), lower),
            upper=np.where(whole, np.minimum(upper, raised(values[free]) + reach), upper),
            cost_terms=all_costs(self.lp.cost[free]),
        )
        scaled = scale(programme, _sizes(programme, self.product[free] == _SHARED))
        largest = float(np.abs(values[free]).max(initial=0.0))
        found = HighsModel(scaled.programme).solve_in_whole_numbers(
            np.flatnonzero(whole), gap, within=float(np.clip(NOISE * largest, *WITHIN))
        )
        if found is None:
            return None
        decided, bound = found
        result = values.copy()
        result[free] = np.where(whole, decided.round(), decided * scaled.sizes.columns)
        return Found(result, bound * scaled.sizes.money)

    @cached_property
    def _by_column(self) -> sparse.csc_array:
        return sparse.csc_array(self.lp.matrix)


def _sizes(lp: LinearProgram, shared: Booleans) -> Sizes:
    """Sizes in which a unit of a product is 1, and so is what it takes of anything shared.

    Args:
        lp: The programme.
        shared: Which of its columns are not of one product, (n,).
    """
    magnitude = abs(lp.matrix)
    rows = _power_of_two(magnitude.max(axis=1).toarray().ravel())
    share = (sparse.diags_array(1.0 / rows) @ magnitude).max(axis=0).toarray().ravel()
    columns = np.where(shared, 1.0 / _power_of_two(share), 1.0)
    paid = np.abs(lp.cost * columns)
    money = np.exp2(np.rint(np.log2(paid[paid > 0]).mean())) if paid.any() else 1.0
    return Sizes(rows, columns, float(money))


def _power_of_two(values: Floats) -> Floats:
    """The nearest powers of two, 1 for nothing."""
    return np.exp2(np.rint(np.log2(np.where(values > 0, values, 1.0))))
