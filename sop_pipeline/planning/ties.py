"""The second stage: of all plans of least cost, the one that ties are broken for.

Every optimal plan satisfies the same complementary-slackness conditions with any optimal prices,
so holding columns with a reduced cost and rows with a price where they are leaves exactly the
optimal plans. Among those, one preference after another is optimised and held; the last leaves
nothing to choose. The result depends on neither the solver nor the vertex it stopped at.
Does not belong here: the cost of a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.certificate import Prices
from sop_pipeline.planning.linear_program import Floats, Integers, LinearProgram
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers import HighsModel

PRICED = 1e-9
"""A reduced cost or price above this, relative to the costs in its own column or row, is no tie."""

EXACT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
"""In natural sizes: below what is told from a tie, so that no vertex passes for optimal nearly."""

AT_SIDE = 1e-7
"""Values this close to a side, in natural sizes, lie there."""

GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def settle(problem: Problem, lp: LinearProgram, found: Solution) -> Solution:
    """Refine a solution to full precision and break its ties.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        found: An optimal solution; its prices need not be exact.

    Returns:
        The solution of least cost that the preferences choose, with exact prices, and the
        objective the solver claimed.

    Raises:
        PlanNotCertified: The optimal plans could not be searched.
    """
    scaled = scale(lp)
    model = HighsModel(scaled.programme, EXACT)
    model.start_from(scaled.scaled(found))
    model.prefer_primal_simplex()
    optimal = _solved(model)
    held = _Face(scaled.programme, model)
    held.hold(scaled.programme.cost, optimal)
    chosen = optimal
    for preference in preferences(problem, lp):
        cost = preference * scaled.sizes.columns
        cost /= cost.max() or 1.0
        model.set_costs(cost)
        chosen = _solved(model)
        held.hold(cost, chosen)
    settled = scaled.original(replace(optimal, primal=chosen.primal, basis=chosen.basis))
    return replace(settled, objective=found.objective, solver=found.solver)


def preferences(problem: Problem, lp: LinearProgram) -> Iterator[Floats]:
    """What decides between equally cheap plans, most important first; costs of the columns.

    Least stock-periods, so that nothing is built earlier than the cost asks; then the routing,
    plant, warehouse and product that sorts first, earliest periods first; then, for what none of
    these touches, an order without meaning that is the same everywhere.
    """
    routings, lanes = problem.routings, problem.lanes
    periods = len(problem.periods)
    earlier = (periods - np.arange(periods)) / periods
    codes = np.unique(np.array(routings.codes), return_inverse=True)[1]
    warehouse = lanes.to_warehouse[lanes.flow_lane]
    yield _costs(lp, "stock", np.ones(problem.shape))
    for family, rank in (
        ("build", codes),
        ("build", routings.plant),
        ("shipment", warehouse),
        ("build", routings.product),
    ):
        yield _costs(lp, family, _share(rank)[:, None] * earlier)
    yield _patternless(lp.shape[1])


class _Face:
    """The plans still to choose from: the programme with what is decided held in place."""

    def __init__(self, lp: LinearProgram, model: HighsModel) -> None:
        self._lp = lp
        self._model = model
        self._lower, self._upper = lp.lower.copy(), lp.upper.copy()
        self._row_lower, self._row_upper = lp.row_lower.copy(), lp.row_upper.copy()

    def hold(self, cost: Floats, solution: Solution) -> None:
        """Keep only the plans that are as good as this one."""
        prices = Prices.of(self._lp, cost, solution.row_dual)
        columns, value = _spoken_for(
            solution.primal, self._lower, self._upper, prices.columns, prices.column_shares
        )
        self._lower[columns] = self._upper[columns] = value
        self._model.set_bounds(columns, value, value)
        rows, value = _spoken_for(
            self._lp.matrix @ solution.primal,
            self._row_lower,
            self._row_upper,
            prices.rows,
            prices.row_shares,
        )
        self._row_lower[rows] = self._row_upper[rows] = value
        self._model.set_sides(rows, value, value)


def _spoken_for(
    values: Floats, lower: Floats, upper: Floats, prices: Floats, shares: Floats
) -> tuple[Integers, Floats]:
    """Which values a price holds at the side where they lie, and that side."""
    side = np.where(prices > 0.0, lower, upper)
    lies_there = np.abs(values - side) <= AT_SIDE * np.maximum(1.0, np.abs(values))
    held = np.flatnonzero((shares > PRICED) & (lower < upper) & lies_there)
    return held, side[held]


def _solved(model: HighsModel) -> Solution:
    outcome = model.solve()
    if not isinstance(outcome, Solution):
        msg = f"{model.name} lost the optimal plan while breaking ties. Nothing is published"
        raise PlanNotCertified(msg)
    return outcome


def _costs(lp: LinearProgram, family: str, values: Floats) -> Floats:
    cost = np.zeros(lp.shape[1])
    cost[lp.variables[family].slice] = values.ravel()
    return cost


def _patternless(size: int) -> Floats:
    """Costs between 1 and 2 without a linear pattern, in which exchanges of goods would cancel."""
    index = np.arange(size, dtype=np.float64)
    return 1.0 + (index * index * GOLDEN) % 1.0


def _share(rank: Integers) -> Floats:
    """Ranks as shares of the highest, so that every preference is of the same magnitude."""
    return rank / max(1, int(rank.max(initial=0)))
