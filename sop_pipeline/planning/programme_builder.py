"""Gathering a linear programme, by index set: variables, constraints, coefficients, costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.families import Family
from sop_pipeline.planning.linear_program import Axis, Block, CostTerm, LinearProgram


class LinearProgramBuilder:
    """Gathers the blocks of a linear programme; everything broadcasts as numpy does.

    A family that is not used has no members: it is there by name, and its terms and costs add
    nothing.
    """

    def __init__(self, labels: Mapping[str, Axis]) -> None:
        """Start an empty programme over the given axes."""
        self.labels = labels
        self._variables: dict[str, Block] = {}
        self._constraints: dict[str, Block] = {}
        self._bounds: tuple[list[Floats], list[Floats]] = ([], [])
        self._sides: tuple[list[Floats], list[Floats]] = ([], [])
        self._entries: list[tuple[Integers, Integers, Floats]] = []
        self._costs: dict[str, list[tuple[Integers, Floats]]] = {}
        self._whole: list[Integers] = [np.empty(0, np.int64)]

    def variables(
        self,
        family: Family,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        used: bool = True,
        whole: bool = False,
    ) -> Integers:
        """Add a family of variables and return their columns.

        Args:
            family: The family; it has one variable per combination of its index sets.
            lower: Lower bounds, broadcast over the family.
            upper: Upper bounds, likewise.
            used: Whether the problem uses the family.
            whole: Whether they must be whole numbers.

        Raises:
            ValueError: There is a family of variables of this name.
        """
        columns = self._add(self._variables, self._bounds, family, (lower, upper), used)
        if whole:
            self._whole.append(columns.ravel())
        return columns

    def constraints(
        self,
        family: Family,
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        used: bool = True,
    ) -> Integers:
        """Add a family of constraints, lower <= ... <= upper, and return their rows.

        Raises:
            ValueError: There is a family of constraints of this name.
        """
        return self._add(self._constraints, self._sides, family, (lower, upper), used)

    def terms(self, rows: Integers, columns: Integers, coefficients: ArrayLike) -> None:
        """Add coefficient x column to each row; repeated entries add up."""
        if not (rows.size and columns.size):
            return
        row, column, value = np.broadcast_arrays(rows, columns, coefficients)
        self._entries.append((row.ravel(), column.ravel(), _flat(value)))

    def costs(self, term: str, columns: Integers, costs: ArrayLike) -> None:
        """Add cost x column to a named term; columns are unique within one call."""
        if not columns.size:
            return
        column, value = np.broadcast_arrays(columns, costs)
        self._costs.setdefault(term, []).append((column.ravel(), _flat(value)))

    def declare_cost_terms(self, names: Sequence[str]) -> None:
        """Make every cost term appear, in this order, also where nothing pays it."""
        self._costs = {name: self._costs.get(name, []) for name in names}

    def build(self) -> LinearProgram:
        """Assemble the arrays."""
        lower, upper = (np.concatenate(parts) for parts in self._bounds)
        row_lower, row_upper = (np.concatenate(parts) for parts in self._sides)
        return LinearProgram(
            labels=self.labels,
            variables=self._variables,
            constraints=self._constraints,
            matrix=self._matrix((len(row_lower), len(lower))),
            row_lower=row_lower,
            row_upper=row_upper,
            lower=lower,
            upper=upper,
            cost_terms={name: CostTerm(tuple(parts)) for name, parts in self._costs.items()},
            whole=np.concatenate(self._whole),
        )

    def _add(
        self,
        blocks: dict[str, Block],
        limits: tuple[list[Floats], list[Floats]],
        family: Family,
        between: tuple[ArrayLike, ArrayLike],
        used: bool,
    ) -> Integers:
        if family.name in blocks:
            msg = f"Expected families of different names; got {family.name} twice"
            raise ValueError(msg)
        shape = tuple(len(self.labels[axis]) for axis in family.axes)
        if not used:
            shape = (0, *shape[1:])
        start = sum(block.size for block in blocks.values())
        indices = np.arange(start, start + int(np.prod(shape)), dtype=np.int64).reshape(shape)
        blocks[family.name] = Block(family.name, family.axes, indices)
        if used:
            for limit, values in zip(limits, between, strict=True):
                limit.append(np.broadcast_to(np.asarray(values, np.float64), shape).ravel())
        return indices

    def _matrix(self, shape: tuple[int, int]) -> sparse.csr_array:
        rows, columns, values = (
            np.concatenate([entry[part] for entry in self._entries]) for part in range(3)
        )
        matrix = sparse.coo_array((values, (rows, columns)), shape=shape).tocsr()
        matrix.sum_duplicates()
        if not matrix.data.all():
            matrix.eliminate_zeros()
        return matrix


def _flat(values: NDArray[Any]) -> Floats:
    return values.ravel().astype(np.float64, copy=False)
