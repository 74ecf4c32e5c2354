"""A separable problem's plan with its prices, by the structured interior point method."""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats, inner
from sop_pipeline.planning.linear_program import finite_or_zero
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers.structured import interior
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.middle import Middle
from sop_pipeline.planning.solvers.structured.normal import NotSolved, Rows
from sop_pipeline.planning.solvers.structured.one_thread import one_thread
from sop_pipeline.planning.solvers.structured.plan import plan
from sop_pipeline.planning.solvers.structured.prices import prices
from sop_pipeline.planning.solvers.structured.start import Sizes, anywhere
from sop_pipeline.planning.statement import ProblemStatement
from sop_pipeline.version import __version__

TOLERANCE = 1e-13
"""Gap, relative to the cost that can be avoided, that the method is to reach: then all that lies at
a bound in every optimal plan is told from the rest."""
NEAR_ENOUGH = 1e-7
"""Gap above which it is not told, and there is no use in going on."""


def solve(model: PlanningModel) -> Solution:
    """A plan in the middle of the optimal ones, and the prices in the middle of the optimal prices.

    Raises:
        NotSolved: The method lost its way.
        PlanNotCertified: There was no time left.
    """
    lines = Lines.of(model.problem)
    with one_thread():
        found, sizes, last = _optimal(lines)
        middle, final = found.settled(sizes, last)
    priced = prices(lines, final)
    return Solution(
        quantities=plan(lines, middle.values),
        prices=priced,
        bound=_bound(model.asked, model.asked.rows.joined(priced)),
        solver=f"sop_pipeline {__version__}, structured",
        middle=middle,
    )


def _optimal(lines: Lines) -> tuple[Middle, Sizes, Rows]:
    """The optimal plans, what is ordinary, and the prices; the way to them is left behind."""
    begin = anywhere(lines)
    last = interior.solve(lines, begin, TOLERANCE)
    if last.distance > NEAR_ENOUGH:
        msg = f"the structured method came no nearer to the optimum than {last.distance:.0e}"
        raise NotSolved(msg)
    middle = Middle.of(lines, lines.own_cost, begin.sizes, last)
    return middle, begin.sizes, last.prices


def _bound(asked: ProblemStatement, prices: Floats) -> float:
    """The cost that no plan is below, by weak duality."""
    stated = asked.statement
    reduced = stated.cost - stated.exact.transposed(prices)
    rows = _at_sides(prices, stated.row_lower, stated.row_upper)
    return rows + _at_sides(reduced, stated.lower, stated.upper)


def _at_sides(prices: Floats, lower: Floats, upper: Floats) -> float:
    """What prices come to at the sides they speak for."""
    return inner(prices, finite_or_zero(np.where(prices > 0.0, lower, upper)))
