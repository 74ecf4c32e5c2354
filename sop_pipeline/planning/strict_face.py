"""The optimal face of a plan whose prices are strict, and the vertices that are wanted of it.

An interior point method ends in the middle of the optimal plans and of the optimal prices, where
each variable is either away from its bound or priced there: strictly complementary (Goldman and
Tucker 1956). The priced ones lie at their bounds in every optimal plan. Held there, what is left
of a large programme is small enough for a simplex or crossover, in its shorter form.

Where a column is neither clearly priced nor clearly away from its bound it stays free: the cost is
then minimised among a few plans more than the optimal ones.
Does not belong here: where such prices come from, and what decides between the plans (`ties`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import Protocol

import numpy as np
from scipy import sparse

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.certificate import Prices
from sop_pipeline.planning.linear_program import LinearProgram, SidesAndBounds, all_costs
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import Scaled, scale
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel, basis_within, substitute
from sop_pipeline.planning.solvers.substitution import Substituted
from sop_pipeline.planning.statement import Statement
from sop_pipeline.planning.ties import Face, ordinary, patternless, preferences

PRICED = 1e-6
"""Share of the costs in its column or row above which a price is one."""
AT_SIDE = 1e-4
"""Distance, in natural sizes, up to which a priced value lies at its side."""
AT_REST = 1e-8
"""The same of a value in the middle of plans among which no price holds it."""
DEARER = 1e-9
"""Share of the cost by which a plan may be dearer for rounding."""
CROSSOVER = {**EXACT, "solver": "ipx"}


class Middle(Protocol):
    """A plan in the middle of those that are left to choose from."""

    @property
    def quantities(self) -> Mapping[str, Floats]:
        """The plan, by variable family."""
        ...

    def narrowed(self, preferences: Iterable[Mapping[str, Floats]]) -> tuple[Middle, int]:
        """The plans that preferences leave, and how many of these it took to leave few."""
        ...


def vertex(lp: LinearProgram, found: ProgrammeSolution) -> ProgrammeSolution:
    """An optimal vertex, exact, with the prices found.

    Args:
        lp: The programme.
        found: Figures near the middle of the optimal plans and prices, of which none is exact.

    Raises:
        PlanNotCertified: No plan is left where the prices say that the optimal ones are.
    """
    face = _StrictFace.of(lp, found)
    return face.restored(face.plans().choose(face.scaled.programme.cost[face.free]), found)


def optimum(lp: LinearProgram, at: ProgrammeSolution) -> ProgrammeResult:
    """The optimum of the whole programme by a simplex that starts at a vertex of the face.

    Args:
        lp: The programme.
        at: The vertex.

    Raises:
        PlanNotCertified: The solver stopped before it had an answer.
    """
    substituted = substitute(lp)
    scaled = scale(substituted.programme)
    model = HighsModel(scaled.programme, EXACT)
    model.start_from(scaled.scaled(substituted.shortened(at)))
    outcome = scaled.original(model.solve())
    return substituted.restore(outcome) if isinstance(outcome, ProgrammeSolution) else outcome


def break_ties(
    problem: Problem, lp: LinearProgram, found: ProgrammeSolution, middle: Middle
) -> ProgrammeSolution:
    """Break the ties of a solution whose prices are strict; see `ties.break_ties`.

    Where there is much to choose, preferences narrow the plans from their middle; a simplex or
    crossover chooses among the few that are left.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        found: An optimal solution, and strict prices.
        middle: The optimal plans around it.

    Raises:
        PlanNotCertified: The optimal plans could not be searched.
    """
    face = _StrictFace.of(lp, found)
    wanted = chain(preferences(problem, lp), [patternless(lp.shape[1])])
    narrow, decided = middle.narrowed(lp.quantities(preference) for preference in wanted)
    near = replace(found, primal=lp.of_columns(narrow.quantities))
    chosen = _among_few(face.at_rest(near), problem, decided, found) if decided else None
    return face.chosen(preferences(problem, lp), found) if chosen is None else chosen


def _among_few(
    few: _StrictFace, problem: Problem, decided: int, found: ProgrammeSolution
) -> ProgrammeSolution | None:
    """The plan that the other preferences choose; None where rounding has closed it out."""
    lp = few.substituted.original
    try:
        chosen = few.chosen(islice(preferences(problem, lp), decided, None), found)
    except PlanNotCertified:
        return None
    dearer = float(lp.cost @ (chosen.primal - found.primal))
    return chosen if dearer <= DEARER * abs(found.objective) else None


@dataclass(frozen=True)
class _StrictFace:
    """The optimal plans as a programme in its shorter form and in natural sizes."""

    substituted: Substituted
    scaled: Scaled
    held: LinearProgram

    @classmethod
    def of(cls, lp: LinearProgram, found: ProgrammeSolution) -> _StrictFace:
        substituted = substitute(lp)
        scaled = scale(substituted.programme)
        near = scaled.scaled(substituted.shortened(found))
        return cls(substituted, scaled, _held(scaled.programme, near))

    def at_rest(self, near: ProgrammeSolution) -> _StrictFace:
        """The face with all that lies at its side in the middle of other plans held there."""
        held, at = self.held, self.scaled.scaled(self.substituted.shortened(near))
        lower, upper = _resting(at.primal, held.lower, held.upper)
        activity = held.matrix @ at.primal
        row_lower, row_upper = _resting(activity, held.row_lower, held.row_upper)
        resting = replace(held, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
        return replace(self, held=resting)

    def chosen(self, preferred: Iterable[Floats], found: ProgrammeSolution) -> ProgrammeSolution:
        """The plan that preferences choose, and one without a pattern where they leave several."""
        return self.restored(self._narrowed(preferred, len(found.primal)), found)

    def _narrowed(self, preferred: Iterable[Floats], columns: int) -> ProgrammeSolution:
        plans = self.plans()
        plans.narrow(self.scaled.programme.cost[self.free])
        for preference in preferred:
            plans.narrow(self.cost(preference))
        return plans.choose(self.cost(patternless(columns)))

    def plans(self) -> Face:
        """The plans of the face, to choose from, in the columns that are not held."""
        programme, free = self.scaled.programme, self.free
        taken = programme.matrix @ self._held_values
        every, left = (_without(each, taken, free) for each in (programme, self.held))
        within = LinearProgram(
            labels=programme.labels,
            variables={},
            constraints={},
            matrix=sparse.csr_array(programme.matrix[:, free]),
            cost_terms=all_costs(programme.cost[free]),
            **vars(every),
        )
        return Face(within, held=within.within(left), options=CROSSOVER)

    def cost(self, original: Floats) -> Floats:
        """Costs of the original columns as costs of those that are not held."""
        shorter = np.asarray(self.substituted.expand.T @ original)
        return ordinary((shorter * self.scaled.sizes.columns)[self.free])

    def restored(self, chosen: ProgrammeSolution, found: ProgrammeSolution) -> ProgrammeSolution:
        """A plan of the face as a solution of the original programme, with the prices found."""
        primal = self._held_values
        primal[self.free] = chosen.primal
        basis = basis_within(self.scaled.programme, primal, chosen.basis, self.free)
        whole = replace(chosen, primal=primal, basis=basis)
        original = self.substituted.restore(self.scaled.original(whole))
        return replace(found, primal=original.primal, basis=original.basis)

    @cached_property
    def free(self) -> Integers:
        """Columns that are not held; all of them where none is left to state a programme in."""
        moves = self.held.lower < self.held.upper
        return np.flatnonzero(moves | ~moves.any())

    @property
    def _held_values(self) -> Floats:
        """Values of those that are; 0 of the others."""
        values = self.held.lower.copy()
        values[self.free] = 0.0
        return values


def _without(programme: LinearProgram, taken: Floats, free: Integers) -> SidesAndBounds:
    """Between what rows and free columns are, what the other columns take taken off."""
    return SidesAndBounds(
        row_lower=programme.row_lower - taken,
        row_upper=programme.row_upper - taken,
        lower=programme.lower[free],
        upper=programme.upper[free],
    )


def _held(programme: LinearProgram, near: ProgrammeSolution) -> LinearProgram:
    """The programme with all that is priced held at its side."""
    prices = Prices.of(Statement.of_programme(programme), programme.cost, near.row_dual)
    activity = programme.matrix @ near.primal
    lower, upper = _sides(
        near.primal, programme.lower, programme.upper, prices.columns, prices.column_shares
    )
    row_lower, row_upper = _sides(
        activity, programme.row_lower, programme.row_upper, prices.rows, prices.row_shares
    )
    return replace(programme, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _sides(
    values: Floats, lower: Floats, upper: Floats, prices: Floats, shares: Floats
) -> tuple[Floats, Floats]:
    """Lower and upper sides, brought together where a price holds the value at one of them."""
    side = np.where(prices > 0.0, lower, upper)
    lies_there = np.abs(values - side) <= AT_SIDE * np.maximum(1.0, np.abs(values))
    held = (shares > PRICED) & lies_there
    return np.where(held, side, lower), np.where(held, side, upper)


def _resting(values: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Lower and upper sides, brought together where a value lies at one of them."""
    near = AT_REST * np.maximum(1.0, np.abs(values))
    below, above = values - lower <= near, upper - values <= near
    return np.where(above & ~below, upper, lower), np.where(below, lower, upper)
