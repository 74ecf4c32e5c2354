"""What not knowing the future costs: beside the hedge, what knowing and what averaging would.

RP is the expected cost of the hedge. WS, wait and see, is what the futures cost on average where
each is planned for itself. EEV is what they cost with the build that is cheapest for mean demand.
EVPI = RP - WS, VSS = EEV - RP (Birge and Louveaux, Introduction to Stochastic Programming, 2011,
chapter 4).
Does not belong here: the hedge's own plan (`joint_plan`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sop_pipeline.planning.allocation import served_in_order
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.futures.joint_plan import JointPlan, joint_plan
from sop_pipeline.planning.futures.together import Weighing
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.ties import optimal_plans


def own_best(problems: Sequence[Problem], certified: Certified) -> Floats:
    """The least cost of each of several problems, each solved by itself, in currency, (M,).

    Args:
        problems: The problems.
        certified: What solves them.

    Raises:
        NoFeasiblePlan: One of them has no plan.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    return np.array([_least(problem, certified) for problem in problems])


def _least(problem: Problem, certified: Certified) -> float:
    asked = served_in_order(problem, certified.solve)
    return total_cost(asked, certified.solve(asked).quantities)


def mean_plan(
    problems: Sequence[Problem],
    mean: Problem,
    probabilities: Floats,
    committed: int,
    certified: Certified,
) -> JointPlan | None:
    """The futures with the build of a plan that is cheapest for mean demand; None if impossible.

    Of the plans that are cheapest for mean demand it is the one whose build up to the commit
    period is best over the futures, so that a tie claims nothing.

    Args:
        problems: One for each future.
        mean: That of mean demand.
        probabilities: How probable each future is, (M,).
        committed: How many periods have one build for all.
        certified: What solves that of mean demand.

    Raises:
        NoFeasiblePlan: Mean demand has no plan itself.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    model, cheapest = certified.optimum(served_in_order(mean, certified.solve))
    lp = model.programme
    beside = optimal_plans(lp, cheapest.of_programme(lp))
    found = joint_plan(
        problems, Weighing(probabilities), committed, certified.policy, beside=beside, settle=False
    )
    return None if isinstance(found, Infeasible) else found
