"""The least-cost plan of several futures with one build up to the commit period, certified.

Belongs here: what the futures decide together, and the steps from their problems to that plan.
Does not belong here: which futures, and what is told of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from sop_pipeline.planning.allocation import served_in_order
from sop_pipeline.planning.certificate import Certificate, certificate_of, certify_plan
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.decisions.bounds import Bounds
from sop_pipeline.planning.decisions.search import (
    Progress,
    as_planned,
    is_open,
    search,
    take_decisions,
    whole_periods,
)
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.families import ACTIVATION, BUILD, LOTS, SETUP, VariableFamily
from sop_pipeline.planning.futures.allocation import asks_for_order, served_in_order_by_all
from sop_pipeline.planning.futures.joint import Joint, Part
from sop_pipeline.planning.futures.risk import risk_tie
from sop_pipeline.planning.linear_program import Floats, Integers, LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import (
    Infeasible,
    ProgrammeSolution,
    Solution,
)
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.statement import ProblemStatement, Statement
from sop_pipeline.planning.ties import preferences, settled

COMMITTED = (BUILD, ACTIVATION, SETUP, LOTS)
"""Families of which one plan serves all futures up to the commit period."""


@dataclass(frozen=True)
class Weighing:
    """How the costs of futures are weighed against each other.

    Attributes:
        probabilities: How probable each future is; they add up to 1, (M,).
        risk_weight: What the costliest futures count beside what is expected, lambda.
        risk_level: Share of the futures that are not among the costliest, alpha.
    """

    probabilities: Floats
    risk_weight: float = 0.0
    risk_level: float = 0.0


@dataclass(frozen=True)
class JointPlan:
    """One plan for several futures.

    Attributes:
        models: The problem of each future, its whole decisions taken.
        solutions: Each future's part of the plan, at prices of its own costs.
        joint: The programme of all of them.
        found: Its optimum.
        certificate: The proof.
        bounds: What any plan must cost; None where nothing is decided whole.
    """

    models: tuple[PlanningModel, ...]
    solutions: tuple[Solution, ...]
    joint: Joint
    found: ProgrammeSolution
    certificate: Certificate
    bounds: Bounds | None

    @property
    def costs(self) -> Floats:
        """What each future costs, currency, (M,)."""
        each = zip(self.models, self.solutions, strict=True)
        return np.array([total_cost(model.problem, one.quantities) for model, one in each])


def joint_plan(
    problems: Sequence[Problem],
    weighing: Weighing,
    committed: int,
    policy: Policy,
    progress: Progress | None = None,
    *,
    beside: LinearProgram | None = None,
    settle: bool = True,
) -> JointPlan | Infeasible:
    """Find and certify the plan of least weighed cost.

    Args:
        problems: One problem for each future, of the same products, routings and periods.
        weighing: How their costs are weighed.
        committed: How many periods have one build for all.
        policy: Its solver, and how whole decisions are searched for.
        progress: Called with a sentence from time to time.
        beside: Programme of another future that builds the same up to then and whose cost does not
            count; None for none.
        settle: Whether to choose between plans of equal cost.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: The solver stopped early, or the plan is not proven optimal.
    """
    if len(problems) == 1 and beside is None:
        return _alone(PlanningModel(problems[0]), weighing, committed, policy, progress)
    if asks_for_order(problems):

        def least_costs(stage: Sequence[Problem]) -> Floats | None:
            found = joint_plan(
                stage, weighing, committed, policy, progress, beside=beside, settle=False
            )
            return None if isinstance(found, Infeasible) else found.costs

        ordered = served_in_order_by_all(problems, least_costs)
        if ordered is None:
            return Infeasible(policy.solver)
        problems = ordered
    bounds = None
    if is_open(problems[0]):
        programmes = [strengthened(one, PlanningModel(one).programme) for one in problems]
        joint = joined(programmes, weighing, committed, beside)
        taken = _decided(problems, programmes, joint, policy, progress)
        if isinstance(taken, Infeasible):
            return taken
        problems, bounds = taken
    models = tuple(PlanningModel(problem) for problem in problems)
    joint = joined([model.programme for model in models], weighing, committed, beside)
    found = solve(joint.programme, policy.solver)
    if isinstance(found, Infeasible):
        return found
    if settle:
        found = settled(joint.programme, _preferences(models, joint, weighing), found)
    solutions = _parts(models, joint, found)
    certificate = _certificate(models, solutions, joint, found)
    certificate.require(found.solver)
    if bounds is not None:
        bounds.require(certificate.proof.cost, found.solver)
    return JointPlan(models, solutions, joint, found, certificate, bounds)


def _alone(
    model: PlanningModel,
    weighing: Weighing,
    committed: int,
    policy: Policy,
    progress: Progress | None,
) -> JointPlan | Infeasible:
    """The plan of a future that is the only one: that of its scenario."""
    solver = solver_of(policy.solver)
    asked = served_in_order(model.problem, Certified(solver, policy).solve)
    model = model if asked is model.problem else PlanningModel(asked)
    decided = take_decisions(model, policy, progress)
    if isinstance(decided, Infeasible):
        return decided
    found = solver.solve(decided.model)
    if isinstance(found, Infeasible):
        return found
    model, bounds = decided.model, decided.bounds
    chosen = found if solver.break_ties is None else solver.break_ties(model, found)
    certificate = certify_plan(model.asked, chosen)
    certificate.require(chosen.solver)
    if bounds is not None:
        bounds.require(certificate.proof.cost, chosen.solver)
    joint = joined([model.programme], replace(weighing, risk_weight=0.0), committed)
    optimum = chosen.of_programme(model.programme)
    return JointPlan((model,), (chosen,), joint, optimum, certificate, bounds)


def joined(
    programmes: Sequence[LinearProgram],
    weighing: Weighing,
    committed: int,
    beside: LinearProgram | None = None,
) -> Joint:
    """The programmes of several futures as one, their committed decisions in common.

    Of the one beside them only builds are in common, and its cost does not count.
    """
    weights = (1.0 - weighing.risk_weight) * weighing.probabilities
    parts = [
        Part(lp, float(weight), committed_columns(lp, committed, COMMITTED))
        for lp, weight in zip(programmes, weights, strict=True)
    ]
    if beside is not None:
        parts.append(Part(beside, 0.0, committed_columns(beside, committed, (BUILD,))))
    joint = Joint.of(parts)
    if not weighing.risk_weight:
        return joint
    tie = risk_tie(joint, weighing.probabilities, weighing.risk_weight, weighing.risk_level)
    return replace(joint, tie=tie)


def committed_columns(
    lp: LinearProgram, periods: int, families: Sequence[VariableFamily]
) -> Integers:
    """Columns of a problem's programme that are decided in its first periods for all futures."""
    blocks = [lp.variables[family.name] for family in families]
    decided = [block.indices[..., :periods].ravel() for block in blocks if block.size]
    return np.concatenate([*decided, np.empty(0, np.int64)])


def _decided(
    problems: Sequence[Problem],
    programmes: Sequence[LinearProgram],
    joint: Joint,
    policy: Policy,
    progress: Progress | None,
) -> tuple[list[Problem], Bounds] | Infeasible:
    """The problems with their whole decisions as the best joint plan found takes them."""
    period = np.zeros(joint.columns, dtype=np.int64)
    for problem, lp, place in zip(problems, programmes, joint.places, strict=False):
        period[place[lp.whole]] = whole_periods(problem, lp)
    found = search(joint.programme, period[joint.programme.whole], policy, progress)
    if isinstance(found, Infeasible):
        return found
    own = [joint.of_part(number, found.values) for number in range(len(problems))]
    taken = [as_planned(*each) for each in zip(problems, programmes, own, strict=True)]
    return taken, found.bounds


def _preferences(
    models: Sequence[PlanningModel], joint: Joint, weighing: Weighing
) -> Iterator[Floats]:
    """What decides between plans of equal cost: in each future as in a plan, by its probability."""
    each = [preferences(model.problem, model.programme) for model in models]
    for ranked in zip_longest(*each):
        total = np.zeros(joint.programme.shape[1])
        for number, costs in enumerate(ranked):
            if costs is not None:
                total[joint.places[number]] += weighing.probabilities[number] * costs
        yield total


def _parts(
    models: Sequence[PlanningModel], joint: Joint, found: ProgrammeSolution
) -> tuple[Solution, ...]:
    """Each future's part of a joint plan, at prices of its own costs."""
    solutions: list[Solution] = []
    for number, model in enumerate(models):
        quantities = model.programme.quantities(joint.of_part(number, found.primal))
        prices = found.row_dual[joint.rows_of(number)] / _weight(joint, found, number)
        solutions.append(
            Solution(
                quantities=quantities,
                prices=model.programme.prices(prices),
                bound=total_cost(model.problem, quantities),
                solver=found.solver,
            )
        )
    return tuple(solutions)


def _weight(joint: Joint, found: ProgrammeSolution, number: int) -> float:
    """What a unit of money in a future counts, as one of the costliest too."""
    weight = joint.parts[number].weight
    if joint.tie is None:
        return weight
    return weight - float(found.row_dual[joint.rows + number])


def _certificate(
    models: Sequence[PlanningModel],
    solutions: Sequence[Solution],
    joint: Joint,
    found: ProgrammeSolution,
) -> Certificate:
    """The proof of a joint plan, recomputed from the futures' problems without a matrix of theirs.

    A programme beside them, and rows over all of them, are held as they were stated.
    """
    asked: list[ProblemStatement] = [model.asked for model in models]
    each = list(zip(asked, solutions, strict=True))
    others = [part.programme for part in joint.parts[len(models) :]]
    columns = [one.columns.joined(solution.quantities) for one, solution in each]
    columns += [found.primal[place] for place in joint.places[len(models) :]]
    prices = [
        _weight(joint, found, number) * one.rows.joined(solution.prices)
        for number, (one, solution) in enumerate(each)
    ]
    rows = sum(len(each) for each in prices)
    statements = [one.statement for one in asked]
    return certificate_of(
        joint.statement([*statements, *(Statement.of_programme(lp) for lp in others)]),
        np.append(joint.of_parts(columns), found.primal[joint.columns :]),
        np.concatenate([*prices, found.row_dual[rows:]]),
        found.objective,
    )
