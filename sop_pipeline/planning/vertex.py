"""The vertex of an optimal plan, and what it costs when one of its limits moves by a unit.

While a limit moves, the vertex moves with it; as long as that breaks no other limit, the duals
prove it the cheapest as before. Where it breaks one, the programme is solved again from there.
Belongs here: one limit, one move. Which limits, and what is told of them: `shadow_prices`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats, Integers, inner
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
    """How a plan changes as one limit moves, per size of the limit, where it changes at all.

    Attributes:
        columns: Columns that move, (k,).
        along_columns: By how much, (k,).
        rows: Rows whose activity moves, (l,).
        along_rows: By how much, (l,).
        price: What it costs, by the duals.
    """

    columns: Integers
    along_columns: Floats
    rows: Integers
    along_rows: Floats
    price: float

    @classmethod
    def none(cls) -> _Way:
        """Nothing changes."""
        nowhere, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(nowhere, nothing, nowhere, nothing, 0.0)


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
        self._at = outcome
        self._activity = self._lp.matrix @ outcome.primal
        self._by_column = self._lp.matrix.tocsc()
        self._reduced_cost = self._lp.cost - self._lp.matrix.T @ outcome.row_dual
        basic = self._model.basic_variables()
        self._is_basic_column = np.zeros(self._lp.shape[1], dtype=bool)
        self._is_basic_row = np.zeros(self._lp.shape[0], dtype=bool)
        self._is_basic_column[basic[basic >= 0]] = True
        self._is_basic_row[-1 - basic[basic < 0]] = True

        self._basis = BasisSystem(self._by_column, basic[basic >= 0], ~self._is_basic_row)

    def followed(self, resource: Resource) -> Mapping[float, float]:
        """Change in cost with one unit more and one less, where the same duals prove it."""
        way = self._way(resource)
        cost = float(self._lp.cost[way.columns] @ way.along_columns)
        if abs(cost - way.price) > NOUGHT * max(1.0, abs(way.price)):
            return {}
        cost = self._currency(way.price, resource)
        return {by: by * cost for by in (MORE, LESS) if self._stays(resource, by, way)}

    def solved_again(self, resource: Resource, by: float) -> Cost:
        """Change in cost with the limit moved, by solving; the model is left as it was."""
        at = resource.places
        lower, upper = self._sides(resource)
        move = self._model.set_bounds if resource.kind == "column" else self._model.set_sides
        move(at, lower[at], upper[at] + by / resource.sizes)
        outcome = self._model.solve()
        move(at, lower[at], upper[at])
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
        """How the plan changes per size of the limit, and what that costs.

        Where the limit does not hold the plan it may move alone.
        """
        is_column = resource.kind == "column"
        values, basic = (
            (self._at.primal, self._is_basic_column)
            if is_column
            else (self._activity, self._is_basic_row)
        )
        at = resource.places
        holds = (self._sides(resource)[1][at] - values[at] <= BINDING) & ~basic[at]
        at, steps = at[holds], resource.steps[holds]
        if not len(at):
            return _Way.none()
        if is_column:
            entering = self._by_column[:, at]
            leaving = -entering.data * np.repeat(steps, np.diff(entering.indptr))
            columns, along = self._basis.moves(entering.indices.astype(np.int64), leaving)
            columns, along = np.append(columns, at), np.append(along, steps)
        else:
            columns, along = self._basis.moves(at, steps)
        price = self._reduced_cost if is_column else self._at.row_dual
        return _Way(columns, along, *self._along_rows(columns, along), float(price[at] @ steps))

    def _along_rows(self, columns: Integers, along: Floats) -> tuple[Integers, Floats]:
        """Which rows the change of some columns moves, and by how much."""
        touched = self._by_column[:, columns]
        rows, of_entry = np.unique(touched.indices, return_inverse=True)
        moved = touched.data * np.repeat(along, np.diff(touched.indptr))
        return rows.astype(np.int64), np.bincount(of_entry, moved, len(rows))

    def _stays(self, resource: Resource, by: float, way: _Way) -> bool:
        """Whether the moved plan keeps every limit, the moved one included."""
        if resource.limit + by < 0:
            return False
        step, lp, nowhere = by / resource.size, self._lp, resource.places[:0]
        limits, still = (resource.places, resource.steps), (nowhere, resource.steps[:0])
        is_column = resource.kind == "column"
        columns = _Sides(self._at.primal, lp.lower, lp.upper)
        rows = _Sides(self._activity, lp.row_lower, lp.row_upper)
        gap = max(
            columns.gap(step, (way.columns, way.along_columns), limits if is_column else still),
            rows.gap(step, (way.rows, way.along_rows), still if is_column else limits),
        )
        return gap <= WITHIN * min(abs(step), 0.01) + ROUNDING

    def _sides(self, resource: Resource) -> tuple[Floats, Floats]:
        if resource.kind == "column":
            return self._lp.lower, self._lp.upper
        return self._lp.row_lower, self._lp.row_upper


_Moves = tuple[Integers, Floats]
"""Places that move, and how far each does per step."""


class _Sides(NamedTuple):
    """Values between their sides."""

    values: Floats
    lower: Floats
    upper: Floats

    def gap(self, step: float, values: _Moves, limits: _Moves) -> float:
        """Most that a value is outside after a step, of those that move or whose limit does."""
        at = np.union1d(values[0], limits[0])
        moved = self.values[at] + step * _spread(values, at)
        most = self.upper[at] + step * _spread(limits, at)
        return float(np.maximum(moved - most, self.lower[at] - moved).max(initial=0.0))


def _spread(moves: _Moves, among: Integers) -> Floats:
    """How far places in ascending order move; 0 for those that do not."""
    places, by = moves
    spread = np.zeros(len(among))
    spread[np.searchsorted(among, places)] = by
    return spread
