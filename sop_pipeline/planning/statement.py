"""What is asked of a plan, as the certificate reads it: limits, costs, and what A and A' do.

A problem states it family by family, without a matrix; a linear programme by its matrix. Both say
the same, and a certificate of either is the same.
Does not belong here: judging (`certificate`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np

from sop_pipeline.planning.activities import Coefficients, activities
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.costs import rates
from sop_pipeline.planning.families import CONSTRAINTS, VARIABLES, Family
from sop_pipeline.planning.index_sets import shapes, used_families
from sop_pipeline.planning.limits import lower_bounds, sides, upper_bounds
from sop_pipeline.planning.linear_program import (
    LinearProgram,
    MatrixMap,
    SidesAndBounds,
    larger_side,
)
from sop_pipeline.planning.priced import priced
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.sizes import LinearMap, Sizes, natural_sizes

LOST_SALES = "lost_sales"
"""The term of the objective that may be beyond any decision."""


@dataclass(frozen=True)
class Statement:
    """Minimise cost x, with row_lower <= A x <= row_upper and lower <= x <= upper.

    Attributes:
        exact: A.
        magnitude: The magnitudes of A.
        row_lower: Least value of each row, (m,).
        row_upper: Greatest value of each row, (m,).
        lower: Least value of each column, (n,).
        upper: Greatest value of each column, (n,).
        cost: Cost of each column, (n,).
        lost_cost: The part of it that is paid for lost sales, (n,).
        sizes: How large rows, columns and money are by nature.
    """

    exact: LinearMap
    magnitude: LinearMap
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    cost: Floats
    lost_cost: Floats
    sizes: Sizes

    @classmethod
    def of_programme(cls, lp: LinearProgram) -> Statement:
        """What a linear programme asks for."""
        lost = lp.cost_terms.get(LOST_SALES)
        columns = lp.shape[1]
        return cls(
            exact=MatrixMap(lp.matrix),
            magnitude=MatrixMap(abs(lp.matrix)),
            row_lower=lp.row_lower,
            row_upper=lp.row_upper,
            lower=lp.lower,
            upper=lp.upper,
            cost=lp.cost,
            lost_cost=np.zeros(columns) if lost is None else lost.per_column(columns),
            sizes=lp.sizes,
        )

    def within(self, limits: SidesAndBounds) -> Statement:
        """The same asked within other limits, in the same sizes."""
        return replace(self, **vars(limits))


@dataclass(frozen=True)
class ProblemMap:
    """The constraints of a problem with some coefficients, without a matrix."""

    problem: Problem
    coefficients: Coefficients
    layouts: tuple[Layout, Layout]

    def times(self, columns: Floats) -> Floats:
        """A x, (m,)."""
        rows, of_columns = self.layouts
        quantities = of_columns.split(columns)
        return rows.joined(activities(self.problem, quantities, self.coefficients))

    def transposed(self, rows: Floats) -> Floats:
        """A'y, (n,)."""
        of_rows, columns = self.layouts
        return columns.joined(priced(self.problem, of_rows.split(rows), self.coefficients))


@dataclass(frozen=True)
class Layout:
    """Where the members of each family stand in a vector over all of them.

    Attributes:
        shapes: Shape of each family, by name, in order.
        used: Names of those the problem uses; the others have no place, and are 0.
    """

    shapes: Mapping[str, tuple[int, ...]]
    used: frozenset[str]

    @classmethod
    def of(cls, problem: Problem, families: Mapping[str, Family]) -> Layout:
        """The layout of some families of a problem."""
        used = used_families(problem)
        names = frozenset(name for name, family in families.items() if family in used)
        return cls(shapes(problem, families), names)

    def split(self, vector: Floats) -> dict[str, Floats]:
        """A vector by family, each in its shape."""
        return {
            name: vector[self._places[name]].reshape(shape)
            if name in self.used
            else np.zeros(shape)
            for name, shape in self.shapes.items()
        }

    def joined(self, values: Mapping[str, Floats]) -> Floats:
        """The vector of values by family, each broadcast to its shape."""
        vector = np.zeros(max((place.stop for place in self._places.values()), default=0))
        for name, place in self._places.items():
            # Pages of zeros that nothing is written to take no memory.
            if np.any(values[name]):
                vector[place].reshape(self.shapes[name])[...] = values[name]
        return vector

    @cached_property
    def _places(self) -> dict[str, slice]:
        """Where the members of each family that is used stand."""
        used = [name for name in self.shapes if name in self.used]
        ends = list(accumulate((math.prod(self.shapes[name]) for name in used), initial=0))
        return dict(zip(used, map(slice, ends, ends[1:]), strict=True))


class ProblemStatement:
    """What a problem asks for, and plans and prices of it as vectors."""

    def __init__(self, problem: Problem) -> None:
        """Take a problem; what is asked is worked out when first asked for."""
        self._problem = problem
        self.rows = Layout.of(problem, CONSTRAINTS)
        self.columns = Layout.of(problem, VARIABLES)

    @cached_property
    def statement(self) -> Statement:
        """Limits, costs and coefficients of the problem."""
        exact, limits, cost = Coefficients.of(self._problem), self.limits, self._costs()
        return Statement(
            exact=self._map(exact),
            magnitude=self._map(exact.magnitudes()),
            **vars(limits),
            cost=cost,
            lost_cost=self._costs(LOST_SALES),
            sizes=natural_sizes(
                self._map(exact.pattern()),
                self._map(exact.logarithms()),
                larger_side(limits.row_lower, limits.row_upper),
                larger_side(limits.lower, limits.upper),
                cost,
            ),
        )

    @property
    def limits(self) -> SidesAndBounds:
        """Between what the problem's constraints and variables are."""
        problem = self._problem
        asked = {family.name: ends for family, ends in sides(problem).items()}
        rows = [
            self.rows.joined({name: ends[side] for name, ends in asked.items()}) for side in (0, 1)
        ]
        columns = [
            self.columns.joined({family.name: bound for family, bound in bounds.items()})
            for bounds in (lower_bounds(problem), upper_bounds(problem))
        ]
        return SidesAndBounds(*rows, *columns)

    def _map(self, coefficients: Coefficients) -> ProblemMap:
        return ProblemMap(self._problem, coefficients, (self.rows, self.columns))

    def _costs(self, term: str | None = None) -> Floats:
        """Cost of each column, of one term or of all."""
        costs = {name: np.zeros(shape) for name, shape in self.columns.shapes.items()}
        for rate in rates(self._problem):
            if term in (None, rate.term):
                costs[rate.family] += rate.per_unit
        return self.columns.joined(costs)
