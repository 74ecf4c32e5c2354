"""Whether a plan survives a draw of demand: its committed build, the rest planned at least cost.

The judging programme is the planning model itself with the draw's demand, the builds of the first
periods held, and neither safety nor terminal stock asked for; prices are the forecast's. It is
linear: set-ups, lots and activations are not asked for either, those of the held builds are in
them. Where storage or demand cannot hold, the programme that gives way least says where, and its
optimum is the proof.
Does not belong here: what is drawn (`draws`), and how many survive (`measure`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.allocation import by_cost
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.confidence.warm import WarmProgramme
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.problem import OverflowTiers, Problem
from sop_pipeline.planning.problem_options import EarlierBuilds
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.statement import ProblemStatement

TOLERANCE = 1e-6
"""Share of the demand that the figures of a programme may be off by, as its certificate."""
NOTHING = 1e-8
"""Share of what there is below which units lost, or pallets too many, are none."""
SERVED_FIRST = 1e-6
"""How much more a lost or late unit counts, so that of equally cheap plans one with fewest of them
is judged."""
LATEST_FIRST = 1e-3
"""How much more a pallet in the first period counts than in the last, so that which warehouse gives
way is not left to the solver."""


@dataclass(frozen=True, order=True)
class Failure:
    """Where a draw fails first.

    Attributes:
        period: Index of the earliest period with a loss, or in which storage does not hold.
        warehouse: Index of the warehouse whose storage does not hold; -1 where units are lost.
        family: Family with most units lost there; -1 where storage does not hold.
    """

    period: int
    warehouse: int
    family: int


class Judge:
    """Judges draws of demand on the build of a published plan; threads may share it."""

    def __init__(
        self, problem: Problem, build: Floats, held: int, family: Integers, survival: float
    ) -> None:
        """Hold the build of a plan.

        Args:
            problem: The problem that draws are of.
            build: Units built by routing in the plan, whole, (R, T).
            held: In how many periods, from the first on, its build is held.
            family: Family of each product, counted from 0, (P,).
            survival: Least fill rate at which a draw is survived.
        """
        self._problem = _judged(problem, build, held)
        self._family, self._survival = family, survival
        self._planned = WarmProgramme(planning_model(self._problem))

    def failure(self, factors: Floats) -> Failure | None:
        """Where demand times these factors fails first; None where the plan survives it.

        Args:
            factors: Factor of each product, warehouse and period, (P, S, T).

        Raises:
            PlanNotCertified: A programme was not solved, or is not proven optimal.
        """
        problem = _drawn(self._problem, factors)
        asked = ProblemStatement(problem)
        found = self._planned.solve(asked.limits)
        if not isinstance(found, ProgrammeSolution):
            return self._broken(factors)
        plan = PlannedQuantities(problem, asked.columns.split(found.primal))
        missed, demand = problem.demand - plan.served_in_period, float(problem.demand.sum())
        if missed.sum() <= (1.0 - self._survival + TOLERANCE) * demand:
            return None
        return self._first_loss(missed)

    @cached_property
    def _giving(self) -> tuple[Problem, WarmProgramme]:
        """The programme in which storage and demand give way, as little as can be."""
        problem = _giving(self._problem)
        return problem, WarmProgramme(_least_given(problem, self._problem))

    def _broken(self, factors: Floats) -> Failure:
        giving, programme = self._giving
        problem = _drawn(giving, factors)
        asked = ProblemStatement(problem)
        found = programme.solve(asked.limits)
        if not isinstance(found, ProgrammeSolution):
            msg = f"{found.solver} finds no plan for a draw of demand though every limit may give"
            raise PlanNotCertified(msg)
        plan = PlannedQuantities(problem, asked.columns.split(found.primal))
        pallets = plan.family("overflow")[len(self._problem.overflow.warehouse) :]
        broken = np.argwhere(NOTHING * max(1.0, float(plan.pallets.max())) < pallets.T)
        missed = problem.demand - plan.served_in_period
        forbidden = (
            self._problem.shortage == "forbid" and missed.sum() > NOTHING * problem.demand.sum()
        )
        failures = [self._first_loss(missed)] if forbidden else []
        failures += [Failure(int(t), int(s), -1) for t, s in broken[:1]]
        if not failures:
            msg = f"{found.solver} finds a plan for a draw of demand of which it says there is none"
            raise PlanNotCertified(msg)
        return min(failures)

    def _first_loss(self, missed: Floats) -> Failure:
        """The earliest period in which units are not served, and the family that most are of."""
        by_period = missed.sum(axis=1)
        period = int(np.argmax(by_period.sum(axis=0) > NOTHING * missed.sum()))
        by_family = np.bincount(self._family, weights=by_period[:, period])
        most = by_family.max()
        return Failure(period, -1, int(np.argmax(by_family >= most * (1.0 - NOTHING))))


def _judged(problem: Problem, build: Floats, held: int) -> Problem:
    nothing, dearer = np.zeros(problem.shape), 1.0 + SERVED_FIRST
    classes = problem.classes
    if classes is not None:
        classes = replace(
            by_cost(classes),
            lost_sale_cost=classes.lost_sale_cost * dearer,
            backorder_cost=classes.backorder_cost * dearer,
        )
    return replace(
        problem,
        safety_stock=nothing,
        safety_stock_shortfall_cost=nothing,
        safety_stock_is_hard=True,
        terminal_stock=np.zeros(len(problem.products)),
        lost_sale_cost=problem.lost_sale_cost * dearer,
        backorder_cost=problem.backorder_cost * dearer,
        held=_held(problem, build, held),
        build_bounds=None,
        decisions=None,
        classes=classes,
    )


def _drawn(problem: Problem, factors: Floats) -> Problem:
    """The problem with its demand times factors, of every class alike."""
    classes = problem.classes
    if classes is not None:
        own = factors[classes.product, classes.warehouse]
        classes = replace(classes, demand=classes.demand * own)
    return replace(problem, demand=problem.demand * factors, classes=classes)


def _held(problem: Problem, build: Floats, periods: int) -> EarlierBuilds:
    """The builds of the first periods, and of those in which they were decided before."""
    routings, before = problem.routings, problem.held
    decided = np.arange(periods)
    if before is not None:
        decided = np.union1d(decided, before.periods)
    centers = len(problem.work_centers)
    places, place = np.unique(
        routings.product * centers + routings.work_center, return_inverse=True
    )
    nothing = np.zeros((len(places), len(decided)))
    builds = EarlierBuilds(
        product=problem.products[places // centers],
        work_center=problem.work_centers[places % centers],
        place=place,
        periods=decided,
        units=nothing,
    )
    return replace(builds, units=builds.at_places(build))


def _giving(problem: Problem) -> Problem:
    """The same with storage without end in every warehouse, and sales that may be lost."""
    overflow, shape = problem.overflow, (len(problem.warehouses), len(problem.periods))
    return replace(
        problem,
        overflow=OverflowTiers(
            warehouse=np.concatenate([overflow.warehouse, np.arange(shape[0])]),
            capacity=np.vstack([overflow.capacity, np.full(shape, np.inf)]),
            penalty=np.vstack([overflow.penalty, np.zeros(shape)]),
        ),
        shortage="lost_sales" if problem.shortage == "forbid" else problem.shortage,
    )


def _least_given(problem: Problem, asked: Problem) -> LinearProgram:
    """The programme whose cost is what is given up of the limits of the problem asked for.

    Pallets beyond its overflow tiers count, and units lost where none may be, by their pallets. Of
    equally little the latest gives, in the warehouse with the lowest id.
    """
    lp = planning_model(problem)
    cost = np.zeros(lp.shape[1])
    beyond = lp.variables["overflow"].indices[len(asked.overflow.warehouse) :]
    rank = np.arange(beyond.size).reshape(beyond.T.shape)[::-1].T
    # Latest first; in a period the warehouses by id.
    cost[beyond] = 1.0 + LATEST_FIRST * rank / beyond.size
    if asked.shortage == "forbid":
        pallets = np.where(problem.pallets_per_unit > 0, problem.pallets_per_unit, 1.0)
        cost[lp.variables["lost_sales"].indices] = pallets[:, None, None]
    return replace(lp, cost_terms=all_costs(cost))
