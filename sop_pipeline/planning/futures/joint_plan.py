"""The least-cost plan of several futures with one build up to the commit period, certified.

Belongs here: the steps from the futures' problems to that plan.
Does not belong here: which futures, and what is told of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import Certificate, certificate_of
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.decisions.bounds import Bounds
from sop_pipeline.planning.decisions.in_memory import Progress
from sop_pipeline.planning.decisions.search import (
    as_planned,
    is_open,
    search,
    whole_periods,
)
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.futures.allocation import asks_for_order, served_in_order_by_all
from sop_pipeline.planning.futures.joint import Joint
from sop_pipeline.planning.futures.joint_solve import solve_joint
from sop_pipeline.planning.futures.together import Weighing, joined
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import Stopwatch, settled_optimum
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import (
    Infeasible,
    ProgrammeSolution,
    Solution,
)
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.statement import ProblemStatement, Statement
from sop_pipeline.planning.ties import preferences, settled


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
    models: Sequence[PlanningModel],
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
        models: One problem for each future, of the same products, routings and periods.
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
    if len(models) == 1 and beside is None:
        return _alone(models[0], weighing, committed, policy, progress)
    problems = [model.problem for model in models]
    if asks_for_order(problems):

        def least_costs(stage: Sequence[Problem]) -> Floats | None:
            staged = [PlanningModel(one) for one in stage]
            found = joint_plan(
                staged, weighing, committed, policy, progress, beside=beside, settle=False
            )
            return None if isinstance(found, Infeasible) else found.costs

        ordered = served_in_order_by_all(problems, least_costs)
        if ordered is None:
            return Infeasible(policy.solver)
        problems, models = ordered, [PlanningModel(one) for one in ordered]
    bounds = None
    if is_open(problems[0]):
        programmes = [strengthened(one.problem, one.programme) for one in models]
        joint = joined(programmes, weighing, committed, beside)
        taken = _decided(problems, programmes, joint, policy, progress)
        if isinstance(taken, Infeasible):
            return taken
        decided, bounds = taken
        models = [PlanningModel(one) for one in decided]
    joint = joined([model.programme for model in models], weighing, committed, beside)
    found = solve_joint(joint, policy.solver)
    if isinstance(found, Infeasible):
        return found
    if settle:
        found = settled(joint.programme, _preferences(models, joint, weighing), found)
    solutions = _parts(models, joint, found)
    certificate = _certificate(models, solutions, joint, found)
    certificate.require(found.solver)
    if bounds is not None:
        bounds.require(certificate.proof.cost, found.solver)
    return JointPlan(tuple(models), solutions, joint, found, certificate, bounds)


def _alone(
    model: PlanningModel,
    weighing: Weighing,
    committed: int,
    policy: Policy,
    progress: Progress | None,
) -> JointPlan | Infeasible:
    """The plan of a future that is the only one: that of its scenario."""
    solver = solver_of(policy.solver)
    found = settled_optimum(model, solver, Certified(solver, policy), Stopwatch(progress))
    if isinstance(found, Infeasible):
        return found
    programme = found.model.programme
    joint = joined([programme], replace(weighing, risk_weight=0.0), committed)
    return JointPlan(
        (found.model,),
        (found.solution,),
        joint,
        found.solution.of_programme(programme),
        found.certificate,
        found.bounds,
    )


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
