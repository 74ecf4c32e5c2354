"""A linear programme as named blocks of arrays, and the arrays it comes to.

Belongs here: what a programme holds, by index set.
Does not belong here: gathering it (`programme_builder`), what it means (`model`), how a solver
wants it (`solvers/`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import overload

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats, Integers, inner
from sop_pipeline.planning.sizes import Sizes, natural_sizes


class Axis(Sequence[str]):
    """The members of an index set, named when someone asks."""

    def __init__(self, size: int, name_all: Callable[[], list[str]]) -> None:
        """Take the number of members, and how to name them all."""
        self._size = size
        self._name_all = name_all

    @cached_property
    def names(self) -> list[str]:
        """The names, in order."""
        return self._name_all()

    def __len__(self) -> int:
        """Number of members."""
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Name of a member, or of several."""
        return self.names[index]


@dataclass(frozen=True)
class CostTerm:
    """One named part of the objective: a cost for each column that pays it.

    Attributes:
        parts: (columns, cost per unit) as they were added; columns are unique within a part.
    """

    parts: tuple[tuple[Integers, Floats], ...]

    def of(self, vector: Floats) -> float:
        """What a solution pays of this term, in currency."""
        return float(sum(inner(costs, vector[columns]) for columns, costs in self.parts))

    def per_column(self, size: int) -> Floats:
        """Cost of every column, zeros where this term takes nothing."""
        costs = np.zeros(size)
        self.add_to(costs)
        return costs

    def add_to(self, costs: Floats) -> None:
        """Add this term's costs to those of all columns."""
        for columns, values in self.parts:
            costs[columns] += values


def all_costs(costs: Floats) -> dict[str, CostTerm]:
    """The cost terms of a programme whose costs need no names."""
    return {"all": CostTerm(((np.arange(len(costs)), costs),))}


@dataclass(frozen=True)
class Block:
    """A family of variables or constraints, one per combination of its axes.

    Attributes:
        name: Name of the family.
        axes: Names of its index sets.
        indices: Column or row of each member, shaped like the index sets; of size 0 where the
            problem does not use the family.
    """

    name: str
    axes: tuple[str, ...]
    indices: Integers

    @property
    def size(self) -> int:
        """Number of members."""
        return self.indices.size

    @property
    def slice(self) -> slice:
        """The contiguous range of columns or rows the family takes."""
        start = int(self.indices.flat[0]) if self.size else 0
        return slice(start, start + self.size)

    def values(self, vector: Floats) -> Floats:
        """The family's part of a vector over all columns or rows, in the family's shape."""
        return vector[self.slice].reshape(self.indices.shape)


@dataclass(frozen=True)
class SidesAndBounds:
    """Between what the rows and the columns of a programme are.

    Attributes:
        row_lower: Least value of each row, (m,).
        row_upper: Greatest value of each row, (m,).
        lower: Least value of each column, (n,).
        upper: Greatest value of each column, (n,).
    """

    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class LinearProgram:
    """Minimise cost x, with row_lower <= A x <= row_upper and lower <= x <= upper.

    Attributes:
        labels: The members of every axis, by name.
        variables: Variable families by name, in column order.
        constraints: Constraint families by name, in row order.
        matrix: A, shape (rows, columns), compressed by row, columns ascending.
        row_lower: Least value of each row; minus infinity where there is none.
        row_upper: Greatest value of each row.
        lower: Least value of each column.
        upper: Greatest value of each column.
        cost_terms: The parts of the objective, by name.
        whole: Columns that must be whole numbers, ascending; a programme with any is no longer
            linear.
        constant: Cost beside that of the columns, whatever their values.
    """

    labels: Mapping[str, Axis]
    variables: Mapping[str, Block]
    constraints: Mapping[str, Block]
    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    cost_terms: Mapping[str, CostTerm]
    whole: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    constant: float = 0.0

    @cached_property
    def cost(self) -> Floats:
        """Cost of each column, all terms together."""
        total = np.zeros(self.shape[1])
        for term in self.cost_terms.values():
            term.add_to(total)
        return total

    def cost_of(self, values: Floats) -> float:
        """What values of the columns, (n,), cost together."""
        return inner(self.cost, values) + self.constant

    @property
    def relaxed(self) -> LinearProgram:
        """The programme with fractions allowed in every column."""
        return replace(self, whole=self.whole[:0]) if len(self.whole) else self

    @cached_property
    def sizes(self) -> Sizes:
        """How large its rows, its columns and its money are by nature."""
        matrix = self.matrix
        return natural_sizes(
            MatrixMap(_with_entries(matrix, np.ones_like(matrix.data))),
            MatrixMap(_with_entries(matrix, np.log2(np.abs(matrix.data)))),
            larger_side(self.row_lower, self.row_upper),
            larger_side(self.lower, self.upper),
            self.cost,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.matrix.shape

    def within(self, limits: SidesAndBounds) -> LinearProgram:
        """The same programme within other limits."""
        return replace(self, **vars(limits))

    def values(self, family: str, vector: Floats) -> Floats:
        """A variable family's part of a vector over all columns, shaped like its index sets.

        A family that the problem does not use is 0 everywhere.
        """
        return self._part(self.variables[family], vector)

    def quantities(self, vector: Floats) -> dict[str, Floats]:
        """A vector over all columns by variable family, each in the shape of its index sets."""
        return {name: self._part(block, vector) for name, block in self.variables.items()}

    def prices(self, vector: Floats) -> dict[str, Floats]:
        """A vector over all rows by constraint family, each in the shape of its index sets."""
        return {name: self._part(block, vector) for name, block in self.constraints.items()}

    def of_columns(self, quantities: Mapping[str, Floats]) -> Floats:
        """The vector over all columns that quantities by variable family come to, (n,)."""
        return _joined(self.variables, quantities)

    def of_rows(self, prices: Mapping[str, Floats]) -> Floats:
        """The vector over all rows that prices by constraint family come to, (m,)."""
        return _joined(self.constraints, prices)

    def member(self, block: Block, index: int) -> dict[str, str]:
        """The labels of one column or row, by axis."""
        return named_member(self.labels, block.axes, index - block.slice.start)

    def names(self, blocks: Mapping[str, Block]) -> list[str]:
        """A readable name for each column or row, such as `stock(10,3,2024.07)`.

        Only characters an LP file allows; where that makes two names equal, their position is
        added to all.
        """
        names = [name for block in blocks.values() for name in self._block_names(block)]
        if len(set(names)) < len(names):
            return [f"{name}#{index}" for index, name in enumerate(names)]
        return names

    def block_of(self, blocks: Mapping[str, Block], index: int) -> Block:
        """The family a column or row belongs to."""
        return next(b for b in blocks.values() if b.slice.start <= index < b.slice.stop)

    def _part(self, block: Block, vector: Floats) -> Floats:
        if not block.size:
            return np.zeros([len(self.labels[axis]) for axis in block.axes])
        return block.values(vector)

    def _block_names(self, block: Block) -> list[str]:
        if not block.size:
            return []
        members = [[_plain(label) for label in self.labels[axis]] for axis in block.axes]
        return [f"{block.name}({','.join(member)})" for member in product(*members)]


@dataclass(frozen=True)
class MatrixMap:
    """A matrix by what it does."""

    matrix: sparse.csr_array

    def times(self, columns: Floats) -> Floats:
        """A x, (m,)."""
        return self.matrix @ columns

    def transposed(self, rows: Floats) -> Floats:
        """A'y, (n,)."""
        return self.matrix.T @ rows


def named_member(labels: Mapping[str, Axis], axes: tuple[str, ...], offset: int) -> dict[str, str]:
    """The labels of a family's member, by axis.

    Args:
        labels: The members of every axis, by name.
        axes: The family's index sets.
        offset: Which member, counted over all of them, the last axis fastest.
    """
    places = np.unravel_index(offset, [len(labels[axis]) for axis in axes])
    return {axis: labels[axis][int(place)] for axis, place in zip(axes, places, strict=True)}


def finite_or_zero(values: Floats) -> Floats:
    """The values, 0 for those that are infinite."""
    return np.where(np.isfinite(values), values, 0.0)


def larger_side(lower: Floats, upper: Floats) -> Floats:
    """The finite side farther from 0; 0 where there is none."""
    return np.maximum(np.abs(finite_or_zero(lower)), np.abs(finite_or_zero(upper)))


def _with_entries(matrix: sparse.csr_array, entries: Floats) -> sparse.csr_array:
    return sparse.csr_array((entries, matrix.indices, matrix.indptr), shape=matrix.shape)


def _joined(blocks: Mapping[str, Block], values: Mapping[str, Floats]) -> Floats:
    return np.concatenate([values[block.name].ravel() for block in blocks.values() if block.size])


def _plain(label: str) -> str:
    """A label in the characters an LP file allows in a name."""
    return re.sub(r"[^A-Za-z0-9.,_]", "_", label.replace("-", "."))
