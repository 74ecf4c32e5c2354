"""The second stage: of all plans of least cost, the one that ties are broken for.

Every optimal plan satisfies the same complementary-slackness conditions with any optimal prices,
so holding columns with a reduced cost and rows with a price where they are leaves exactly the
optimal plans. Among those, one preference after another is optimised and held; the last leaves
nothing to choose. The result depends on neither the solver nor the vertex it stopped at.
Does not belong here: the cost of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.certificate import Prices, certify
from sop_pipeline.planning.classes import apart_of, slices_of
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel, basis_of
from sop_pipeline.planning.statement import Statement

PRICED = 1e-9
"""A reduced cost or price above this, relative to the costs in its own column or row, is no tie."""

AFRESH = 0.5
"""Dimensions to choose in, per row, beyond which a presolve and a new start take less time."""

AT_SIDE = 1e-7
"""Values this close to a side, in natural sizes, lie there."""

# SplitMix64's constants.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def break_ties(problem: Problem, lp: LinearProgram, found: ProgrammeSolution) -> ProgrammeSolution:
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
    return settled(lp, preferences(problem, lp), found)


def settled(
    lp: LinearProgram, preferred: Iterable[Floats], found: ProgrammeSolution
) -> ProgrammeSolution:
    """Refine a solution to full precision and choose among those of its cost.

    Args:
        lp: The programme.
        preferred: What decides between them, most important first; costs of the columns.
        found: An optimal solution; its prices need not be exact.

    Returns:
        See `break_ties`.

    Raises:
        PlanNotCertified: The optimal plans could not be searched.
    """
    scaled = scale(lp)
    programme = scaled.programme
    face = Face(programme, scaled.scaled(found))
    optimal = face.narrow(programme.cost)
    if not certify(programme, optimal).holds:
        # Where figures are far apart, what was found may lead to a vertex that is not the optimum.
        face = Face(programme)
        optimal = face.narrow(programme.cost)
    for preference in preferred:
        face.narrow(ordinary(preference * scaled.sizes.columns))
    chosen = face.choose(ordinary(patternless(lp.shape[1]) * scaled.sizes.columns))
    settled = scaled.original(replace(optimal, primal=chosen.primal, basis=chosen.basis))
    return replace(settled, objective=found.objective, solver=found.solver)


def optimal_plans(lp: LinearProgram, found: ProgrammeSolution) -> LinearProgram:
    """The programme whose plans are the optimal ones of another.

    Args:
        lp: The other.
        found: One of its optimal plans.

    Raises:
        PlanNotCertified: The optimal plans could not be searched.
    """
    scaled = scale(lp)
    face = Face(scaled.programme, scaled.scaled(found))
    face.narrow(scaled.programme.cost)
    rows, columns = scaled.sizes.rows, scaled.sizes.columns
    return replace(
        lp,
        lower=face.lower * columns,
        upper=face.upper * columns,
        row_lower=face.row_lower * rows,
        row_upper=face.row_upper * rows,
    )


def preferences(problem: Problem, lp: LinearProgram) -> Iterator[Floats]:
    """What decides between equally cheap plans, most important first; costs of the columns.

    Least scrap; least stock-periods, so that nothing is built earlier than the cost asks; then the
    routing, plant, warehouse and product that sorts first, earliest periods first; then the class
    that sorts first is served.
    """
    routings, lanes = problem.routings, problem.lanes
    periods = len(problem.periods)
    earlier = (periods - np.arange(periods)) / periods
    codes = np.unique(np.array(routings.codes), return_inverse=True)[1]
    warehouse = lanes.to_warehouse[lanes.flow_lane]
    if problem.ages is not None:
        yield _costs(lp, "scrap", np.ones(lp.variables["scrap"].indices.shape))
    yield _costs(lp, "stock", np.ones(problem.shape))
    for family, rank in (
        ("build", codes),
        ("build", routings.plant),
        ("shipment", warehouse),
        ("build", routings.product),
    ):
        yield _costs(lp, family, _share(rank)[:, None] * earlier)
    if lp.variables["lost_by_class"].size:
        yield _costs(lp, "lost_by_class", _losing_first(problem) * earlier)


def patternless(size: int) -> Floats:
    """Costs between 1 and 2 that decide what no preference touches, the same everywhere.

    They have no pattern in which exchanges of goods would cancel, not even a polynomial one: an
    exchange of eight goods is a third difference. They are the fractions of the SplitMix64
    generator (Steele, Lea and Flood 2014) at 0, 1, 2 ...
    """
    mixed = (np.arange(size, dtype=np.uint64) + np.uint64(1)) * GOLDEN
    for shift, factor in MIXING:
        mixed = (mixed ^ (mixed >> shift)) * factor
    digits = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)
    return 1.0 + digits.astype(np.float64) * 2.0**-53


class Face:
    """The plans still to choose from: the programme with what is decided held in place.

    Attributes:
        lower: Least value of each column that is left, (n,).
        upper: Greatest value of each column.
        row_lower: Least value of each row, (m,).
        row_upper: Greatest value of each row.
    """

    def __init__(
        self,
        programme: LinearProgram,
        found: ProgrammeSolution | None = None,
        held: LinearProgram | None = None,
        options: Mapping[str, Any] = EXACT,
    ) -> None:
        """Begin with every plan of a programme, next to one that was found or anywhere.

        Args:
            programme: The programme, in natural sizes.
            found: Where to begin; None for anywhere.
            held: The programme with what is decided already; None where nothing is.
            options: Options of the solver that narrows and chooses.
        """
        begun = programme if held is None else held
        self._programme, self._statement = programme, Statement.of_programme(programme)
        self.lower, self.upper = begun.lower.copy(), begun.upper.copy()
        self.row_lower, self.row_upper = begun.row_lower.copy(), begun.row_upper.copy()
        self._options = options
        self._model = HighsModel(begun, options)
        if found is not None:
            self._model.start_from(found)
            self._model.prefer_primal_simplex()

    def narrow(self, cost: Floats) -> ProgrammeSolution:
        """Keep only the plans that cost least; one of them, with its prices."""
        self._model.set_costs(cost)
        best = _solved(self._model)
        self._model.prefer_primal_simplex()
        self._hold(Prices.of(self._statement, cost, best.row_dual), best)
        return best

    def choose(self, cost: Floats) -> ProgrammeSolution:
        """The one plan left that costs least, with its vertex in the whole programme."""
        if self._freedom > AFRESH * len(self.row_lower):
            self._model = HighsModel(self._with(cost), self._options)
        self._model.set_costs(cost)
        best = _solved(self._model)
        vertex = basis_of(self._programme, best.primal, self._model.basic_variables())
        return replace(best, basis=vertex)

    @property
    def _freedom(self) -> int:
        """Dimensions in which the plans still differ, if no limit is met by chance."""
        columns = np.count_nonzero(self.lower < self.upper)
        rows = np.count_nonzero(self.row_lower < self.row_upper)
        return int(columns + rows) - len(self.row_lower)

    def _with(self, cost: Floats) -> LinearProgram:
        return replace(
            self._programme,
            lower=self.lower,
            upper=self.upper,
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            cost_terms=all_costs(cost),
        )

    def _hold(self, prices: Prices, solution: ProgrammeSolution) -> None:
        columns, value = _spoken_for(
            solution.primal, self.lower, self.upper, prices.columns, prices.column_shares
        )
        self.lower[columns] = self.upper[columns] = value
        self._model.set_bounds(columns, value, value)
        activity = self._programme.matrix @ solution.primal
        rows, value = _spoken_for(
            activity, self.row_lower, self.row_upper, prices.rows, prices.row_shares
        )
        self.row_lower[rows] = self.row_upper[rows] = value
        self._model.set_sides(rows, value, value)


def _spoken_for(
    values: Floats, lower: Floats, upper: Floats, prices: Floats, shares: Floats
) -> tuple[Integers, Floats]:
    """Which values a price holds at the side where they lie, and that side."""
    side = np.where(prices > 0.0, lower, upper)
    lies_there = np.abs(values - side) <= AT_SIDE * np.maximum(1.0, np.abs(values))
    held = np.flatnonzero((shares > PRICED) & (lower < upper) & lies_there)
    return held, side[held]


def _solved(model: HighsModel) -> ProgrammeSolution:
    outcome = model.solve()
    if not isinstance(outcome, ProgrammeSolution):
        msg = f"{model.name} lost the optimal plan while breaking ties. Nothing is published"
        raise PlanNotCertified(msg)
    return outcome


def ordinary(cost: Floats) -> Floats:
    """Costs of which the largest is 1, unless all are 0."""
    return cost / (cost.max(initial=0.0) or 1.0)


def _costs(lp: LinearProgram, family: str, values: Floats) -> Floats:
    cost = np.zeros(lp.shape[1])
    cost[lp.variables[family].slice] = values.ravel()
    return cost


def _losing_first(problem: Problem) -> Floats:
    """What a unit lost by each place planned by class counts, (M, slices, 1)."""
    places = apart_of(problem).site.size
    each = np.full((places, slices_of(problem.classes)), 1.0)
    return (each * _share(np.arange(places)[::-1])[:, None])[..., None]


def _share(rank: Integers) -> Floats:
    """Ranks as shares of the highest, so that every preference is of the same magnitude."""
    return rank / max(1, int(rank.max(initial=0)))
