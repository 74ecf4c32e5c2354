"""Programmes of several futures as one, with the columns that they decide together in common.

Each future keeps its own rows and its own columns; what is decided before anyone knows which
future comes is one column for all of them, so there is no row that says that they agree.
Does not belong here: which columns those are, and what the futures mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.linear_program import Axis, Block, CostTerm, LinearProgram
from sop_pipeline.planning.sizes import LinearMap
from sop_pipeline.planning.statement import Statement


@dataclass(frozen=True)
class Part:
    """One future of a joint programme.

    Attributes:
        programme: Its own programme.
        weight: What its costs count.
        common: Its columns that are decided for all futures, in the order of the first future's; a
            later one may have fewer of them, the first ones.
    """

    programme: LinearProgram
    weight: float
    common: Integers


@dataclass(frozen=True)
class Tie:
    """Rows over all futures, and columns of their own that they may have.

    Attributes:
        matrix: Coefficients, of the joint columns and then of their own, (k, n + own).
        row_lower: Least value of each row, (k,).
        row_upper: Greatest value of each row, (k,).
        costs: Cost of each own column, all at least 0 and without a limit, (own,).
        term: The cost term that own columns pay.
    """

    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    costs: Floats
    term: str


@dataclass(frozen=True)
class Joint:
    """Several programmes as one.

    Attributes:
        parts: The programmes.
        places: Which joint column each column of each programme is.
        columns: How many joint columns they have together.
        tie: Rows over all of them; None where there are none.
    """

    parts: tuple[Part, ...]
    places: tuple[Integers, ...]
    columns: int
    tie: Tie | None = None

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Joint:
        """Put programmes beside each other; columns in common stand where the first has them."""
        first = parts[0]
        places, columns = [np.arange(first.programme.shape[1])], first.programme.shape[1]
        for part in parts[1:]:
            place = np.full(part.programme.shape[1], -1)
            place[part.common] = first.common[: len(part.common)]
            own = np.flatnonzero(place < 0)
            place[own] = columns + np.arange(len(own))
            columns += len(own)
            places.append(place)
        return cls(tuple(parts), tuple(places), columns)

    @cached_property
    def programme(self) -> LinearProgram:
        """All rows and columns as one programme; costs are weighted, term by term."""
        lower, upper = self._bounds([(p.programme.lower, p.programme.upper) for p in self.parts])
        whole = [place[p.programme.whole] for p, place in self._placed]
        alone = LinearProgram(
            labels={},
            variables={},
            constraints={},
            matrix=self._matrix,
            row_lower=np.concatenate([part.programme.row_lower for part in self.parts]),
            row_upper=np.concatenate([part.programme.row_upper for part in self.parts]),
            lower=lower,
            upper=upper,
            cost_terms=self._cost_terms,
            whole=np.unique(np.concatenate(whole)),
        )
        return _numbered(alone if self.tie is None else _tied(alone, self.tie))

    def statement(self, asked: Sequence[Statement]) -> Statement:
        """What all futures ask for together, of what each asks for; no matrix of theirs is used."""
        lower, upper = self._bounds([(each.lower, each.upper) for each in asked])
        stated = Statement(
            exact=_JointMap(self, tuple(each.exact for each in asked)),
            magnitude=_JointMap(self, tuple(each.magnitude for each in asked)),
            row_lower=np.concatenate([each.row_lower for each in asked]),
            row_upper=np.concatenate([each.row_upper for each in asked]),
            lower=lower,
            upper=upper,
            cost=self._weighted([each.cost for each in asked]),
            lost_cost=self._weighted([each.lost_cost for each in asked]),
            sizes=self.programme.sizes,
        )
        return stated if self.tie is None else _tied_statement(stated, self.tie)

    def of_parts(self, vectors: Sequence[Floats]) -> Floats:
        """The joint columns of each programme's, (n,); what is common is taken from the last."""
        joint = np.zeros(self.columns)
        for place, vector in zip(self.places, vectors, strict=True):
            joint[place] = vector
        return joint

    def of_part(self, number: int, joint: Floats) -> Floats:
        """A programme's columns of the joint ones."""
        return joint[self.places[number]]

    @property
    def rows(self) -> int:
        """How many rows the programmes have together, those over all of them not counted."""
        return sum(part.programme.shape[0] for part in self.parts)

    def rows_of(self, number: int) -> slice:
        """The joint rows that are a programme's."""
        starts = np.cumsum([0, *(part.programme.shape[0] for part in self.parts)]).tolist()
        return [slice(*both) for both in pairwise(starts)][number]

    @property
    def _placed(self) -> list[tuple[Part, Integers]]:
        return list(zip(self.parts, self.places, strict=True))

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        placed: list[sparse.csr_array] = []
        for part, place in self._placed:
            own = part.programme.matrix
            entries = (own.data, place[own.indices], own.indptr)
            placed.append(sparse.csr_array(entries, shape=(own.shape[0], self.columns)))
        matrix = sparse.csr_array(sparse.vstack(placed, format="csr"))
        matrix.sort_indices()
        return matrix

    @property
    def _cost_terms(self) -> Mapping[str, CostTerm]:
        terms: dict[str, list[tuple[Integers, Floats]]] = {}
        for part, place in self._placed:
            for name, term in part.programme.cost_terms.items():
                paid = ((place[columns], part.weight * costs) for columns, costs in term.parts)
                terms.setdefault(name, []).extend(paid)
        return {name: CostTerm(tuple(paid)) for name, paid in terms.items()}

    def _bounds(self, own: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
        lower, upper = np.full(self.columns, -np.inf), np.full(self.columns, np.inf)
        for place, (least, most) in zip(self.places, own, strict=True):
            lower[place] = np.maximum(lower[place], least)
            upper[place] = np.minimum(upper[place], most)
        return lower, upper

    def _weighted(self, own: Sequence[Floats]) -> Floats:
        total = np.zeros(self.columns)
        for (part, place), costs in zip(self._placed, own, strict=True):
            total[place] += part.weight * costs
        return total


@dataclass(frozen=True)
class _JointMap:
    """The rows of all futures by what each future's do."""

    joint: Joint
    maps: tuple[LinearMap, ...]

    def times(self, columns: Floats) -> Floats:
        """A x, (m,)."""
        own = zip(self.maps, self.joint.places, strict=True)
        return np.concatenate([each.times(columns[place]) for each, place in own])

    def transposed(self, rows: Floats) -> Floats:
        """A'y, (n,)."""
        total = np.zeros(self.joint.columns)
        for number, (each, place) in enumerate(zip(self.maps, self.joint.places, strict=True)):
            total[place] += each.transposed(rows[self.joint.rows_of(number)])
        return total


@dataclass(frozen=True)
class _TiedMap:
    """Rows of the futures, and below them those over all futures."""

    alone: LinearMap
    tying: sparse.csr_array
    columns: int

    def times(self, columns: Floats) -> Floats:
        """A x, (m,)."""
        return np.concatenate([self.alone.times(columns[: self.columns]), self.tying @ columns])

    def transposed(self, rows: Floats) -> Floats:
        """A'y, (n,)."""
        alone = len(rows) - self.tying.shape[0]
        total = self.tying.T @ rows[alone:]
        total[: self.columns] += self.alone.transposed(rows[:alone])
        return total


def _tied(alone: LinearProgram, tie: Tie) -> LinearProgram:
    """A programme with the rows of a tie below its own, and their columns behind its own."""
    rows, columns = alone.shape
    own = np.arange(columns, columns + len(tie.costs))
    wider = sparse.csr_array(
        (alone.matrix.data, alone.matrix.indices, alone.matrix.indptr),
        shape=(rows, columns + len(own)),
    )
    paid = {tie.term: CostTerm(((own, tie.costs),))} if len(own) else {}
    return replace(
        alone,
        matrix=sparse.csr_array(sparse.vstack([wider, tie.matrix], format="csr")),
        row_lower=np.append(alone.row_lower, tie.row_lower),
        row_upper=np.append(alone.row_upper, tie.row_upper),
        lower=np.append(alone.lower, np.zeros(len(own))),
        upper=np.append(alone.upper, np.full(len(own), np.inf)),
        cost_terms={**alone.cost_terms, **paid},
    )


def _tied_statement(alone: Statement, tie: Tie) -> Statement:
    own, columns = len(tie.costs), len(alone.cost)
    return replace(
        alone,
        exact=_TiedMap(alone.exact, tie.matrix, columns),
        magnitude=_TiedMap(alone.magnitude, abs(tie.matrix), columns),
        row_lower=np.append(alone.row_lower, tie.row_lower),
        row_upper=np.append(alone.row_upper, tie.row_upper),
        lower=np.append(alone.lower, np.zeros(own)),
        upper=np.append(alone.upper, np.full(own, np.inf)),
        cost=np.append(alone.cost, tie.costs),
        lost_cost=np.append(alone.lost_cost, np.zeros(own)),
    )


def _numbered(lp: LinearProgram) -> LinearProgram:
    """The programme with its rows and columns called by their numbers."""
    rows, columns = (np.arange(size) for size in lp.shape)
    return replace(
        lp,
        labels={name: _numbers(len(of)) for name, of in (("row", rows), ("column", columns))},
        variables={"column": Block("column", ("column",), columns)},
        constraints={"row": Block("row", ("row",), rows)},
    )


def _numbers(size: int) -> Axis:
    return Axis(size, lambda: [str(number) for number in range(size)])
