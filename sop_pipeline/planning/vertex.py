"""The vertex of an optimal plan, and what it costs when one of its limits moves by a unit.

While a limit moves, the vertex moves with it; as long as that breaks no other limit, the duals
prove it the cheapest as before. Where it meets one on the way the plan turns there: what keeps that
limit at least cost, by the ratio test of the dual simplex, moves as well. Where that does not do
either, the programme is solved again from the vertex.
Belongs here: one limit, one move. Which limits, and what is told of them: `shadow_prices`. Values
between their limits: `between_limits`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import inner
from sop_pipeline.planning.between_limits import (
    KINDS,
    BetweenLimits,
    Kept,
    Kind,
    Met,
    Moves,
    together,
)
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.resources import BINDING, Resource
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible, ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel
from sop_pipeline.planning.solvers.basis_system import BasisSystem

INFEASIBLE = "infeasible"
FINER = {
    **EXACT,
    "primal_feasibility_tolerance": 1e-10,
    "simplex_dual_edge_weight_strategy": 1,
}
"""A unit may be a billionth of its limit. Exact steepest edge, the default, passes over every row
whenever it starts from the vertex."""
WITHIN = 1e-5
"""Share of a move, up to a hundredth of a size, by which a moved plan may lie outside a limit."""
ROUNDING = 1e-13
"""And what arithmetic may add to that, in natural sizes."""
NOUGHT = 1e-9
"""Prices below this, in natural sizes, are 0."""
MORE, LESS = 1.0, -1.0

Cost = float | str
"""Change in cost, in currency; "infeasible" where no plan is left."""


@dataclass(frozen=True)
class _Way:
    """How a plan changes as one limit moves.

    Attributes:
        columns: Columns that move, and by how much.
        rows: Rows whose activity moves, and by how much.
        price: What that costs, by the duals.
    """

    columns: Moves
    rows: Moves
    price: float

    def times(self, step: float) -> _Way:
        """The same, so many times as far."""
        (columns, by_column), (rows, by_row) = self.columns, self.rows
        return _Way((columns, step * by_column), (rows, step * by_row), step * self.price)

    def and_then(self, other: _Way) -> _Way:
        """The same, and another change after it."""
        return _Way(
            together(self.columns, other.columns),
            together(self.rows, other.rows),
            self.price + other.price,
        )


class Vertex:
    """The optimal vertex of a programme, and what it costs when one limit moves by a unit.

    Everything within is in the programme's natural sizes.
    """

    def __init__(self, lp: LinearProgram, solution: ProgrammeSolution) -> None:
        """Find the vertex of a solution, and the duals that prove it optimal."""
        scaled = scale(lp)
        self._money, self._lp = scaled.sizes.money, scaled.programme
        self._of_thread = threading.local()
        self._of_thread.model = HighsModel(self._lp, FINER)
        self._model.start_from(scaled.scaled(solution))
        outcome = self._model.solve()
        if isinstance(outcome, Infeasible):
            msg = f"{outcome.solver} finds no plan where {solution.solver} has found one"
            raise PlanNotCertified(msg)
        self._at, lp = outcome, self._lp
        self._by_row, self._by_column = lp.matrix, lp.matrix.tocsc()
        basic = self._model.basic_variables()
        columns, rows = basic[basic >= 0], -1 - basic[basic < 0]
        reduced_cost = lp.cost - lp.matrix.T @ outcome.row_dual
        self._of: Mapping[Kind, BetweenLimits] = {
            "column": BetweenLimits.of(outcome.primal, lp.lower, lp.upper, columns, reduced_cost),
            "row": BetweenLimits.of(
                lp.matrix @ outcome.primal, lp.row_lower, lp.row_upper, rows, outcome.row_dual
            ),
        }
        self._basis = BasisSystem(self._by_column, columns, ~self._of["row"].is_basic)

    def followed(self, resource: Resource) -> Mapping[float, float]:
        """Change in cost with one unit more and one less, where duals prove it."""
        way = self._way(resource)
        costs = {by: self._cost_along(way, resource, by) for by in (MORE, LESS)}
        return {by: cost for by, cost in costs.items() if cost is not None}

    def solved_again(self, resource: Resource, by: float) -> Cost:
        """Change in cost with the limit moved, by solving; the model is left as it was."""
        at, of = resource.places, self._of[resource.kind]
        move = self._model.set_bounds if resource.kind == "column" else self._model.set_sides
        move(at, of.lower[at], of.upper[at] + by / resource.sizes)
        outcome = self._model.solve()
        move(at, of.lower[at], of.upper[at])
        self._model.start_from(self._at)
        if isinstance(outcome, Infeasible):
            return INFEASIBLE
        change = inner(self._lp.cost, outcome.primal - self._at.primal)
        return self._currency(change * resource.size, resource)

    def _currency(self, price: float, resource: Resource) -> float:
        """A price per size of the limit, in currency per unit."""
        return 0.0 if abs(price) < NOUGHT else price * self._money / resource.size

    @property
    def _model(self) -> HighsModel:
        """The programme in HiGHS at the vertex, one object for each thread."""
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = HighsModel(self._lp, FINER)
            self._of_thread.model.start_from(self._at)
        return self._of_thread.model

    def _way(self, resource: Resource) -> _Way:
        """How the plan changes per size of the limit.

        Where the limit does not hold the plan it may move alone.
        """
        at, of = resource.places, self._of[resource.kind]
        holds = (of.upper[at] - of.values[at] <= BINDING) & ~of.is_basic[at]
        return self._moved(resource.kind, (at[holds], resource.steps[holds]))

    def _moved(self, kind: Kind, moves: Moves) -> _Way:
        """How the plan changes where columns that are not basic, or sides of rows, move."""
        at, by = moves
        price = float(self._of[kind].price[at] @ by)
        if kind == "row":
            columns = self._basis.moves(at, by)
            return _Way(columns, self._activities(columns), price)
        rows, leaving = self._activities(moves)
        columns = together(self._basis.moves(rows, -leaving), moves)
        return _Way(columns, self._activities(columns), price)

    def _activities(self, columns: Moves) -> Moves:
        """Which rows the change of some columns moves, and by how much."""
        touched = self._by_column[:, columns[0]]
        by = touched.data * np.repeat(columns[1], np.diff(touched.indptr))
        return together((touched.indices.astype(np.int64), by))

    def _cost_along(self, way: _Way, resource: Resource, by: float) -> float | None:
        """Change in cost where the plan goes along, and turns once if need be; None if not so."""
        if resource.limit + by < 0:
            return None
        step = by / resource.size
        moved: _Way | None = way.times(step)
        if not self._stays(resource, step, moved):
            moved = self._turned(resource, step, moved)
        if moved is None or not self._is_proved(moved, step):
            return None
        return by * self._currency(moved.price / step, resource)

    def _is_proved(self, moved: _Way, step: float) -> bool:
        """Whether a change costs what its duals say, up to rounding: then none costs less."""
        columns, along = moved.columns
        cost = float(self._lp.cost[columns] @ along)
        return abs(cost - moved.price) <= NOUGHT * max(abs(step), abs(moved.price))

    def _stays(self, resource: Resource, step: float, moved: _Way) -> bool:
        """Whether the moved plan keeps every limit, the moved one included."""
        limits = {resource.kind: (resource.places, step * resource.steps)}
        gap = max(
            self._of["column"].gap(moved.columns, limits.get("column")),
            self._of["row"].gap(moved.rows, limits.get("row")),
        )
        return gap <= _tolerance(step)

    def _turned(self, resource: Resource, step: float, moved: _Way) -> _Way | None:
        """The move that turns where it meets the first limit; None where that is not enough."""
        moves: Mapping[Kind, Moves] = {"column": moved.columns, "row": moved.rows}
        limits: list[tuple[Met, Kind]] = [
            (met, each)
            for each in KINDS
            if (met := self._of[each].met(moves[each], _tolerance(step))) is not None
        ]
        if not limits:
            return None
        first, kind = min(limits)
        if kind == resource.kind and first.place in resource.places:
            return None  # That limit moves as well.
        serves = self._keeping(kind, first)
        turned = None if serves is None else moved.and_then(serves)
        return turned if turned is not None and self._stays(resource, step, turned) else None

    def _keeping(self, kind: Kind, met: Met) -> _Way | None:
        """The change by which a limit is kept at least cost; None where none does that."""
        at = np.array([met.place]), np.ones(1)
        own = at if kind == "column" else self._coefficients(at, 1.0)
        rows = self._basis.weights(*own)
        of_rows = self._coefficients(rows, -1.0)
        columns = of_rows if kind == "column" else together(own, of_rows)
        rates: Mapping[Kind, Moves] = {"column": columns, "row": rows}
        possible: list[tuple[Kept, Kind]] = [
            (kept, each)
            for each in KINDS
            if (kept := self._of[each].keeping(rates[each], met.excess)) is not None
        ]
        if not possible:
            return None
        cheapest, moves = min(possible)
        return self._moved(moves, (np.array([cheapest.place]), np.array([cheapest.by])))

    def _coefficients(self, rows: Moves, sign: float) -> Moves:
        """What some rows, each times a figure, come to in the columns."""
        touched = self._by_row[rows[0]]
        by = sign * touched.data * np.repeat(rows[1], np.diff(touched.indptr))
        return together((touched.indices.astype(np.int64), by))


def _tolerance(step: float) -> float:
    """How far a value may lie outside after a step."""
    return WITHIN * min(abs(step), 0.01) + ROUNDING
