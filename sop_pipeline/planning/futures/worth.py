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
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.ties import optimal_plans


def own_best(models: Sequence[PlanningModel], certified: Certified) -> Floats:
    """The least cost of each of several problems, each solved by itself, in currency, (M,).

    Args:
        models: The problems.
        certified: What solves them.

    Raises:
        NoFeasiblePlan: One of them has no plan.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    return np.array([_least(model, certified) for model in models])


def _least(model: PlanningModel, certified: Certified) -> float:
    asked = _in_order(model, certified)
    _, optimum = certified.optimum(asked)
    return total_cost(asked.problem, optimum.quantities)


def _in_order(model: PlanningModel, certified: Certified) -> PlanningModel:
    """The problem with what its priorities go short of held."""
    asked = served_in_order(model.problem, certified.solve)
    return model if asked is model.problem else PlanningModel(asked)


def mean_plan(
    models: Sequence[PlanningModel],
    mean: PlanningModel,
    probabilities: Floats,
    committed: int,
    certified: Certified,
) -> JointPlan | None:
    """The futures with the build of a plan that is cheapest for mean demand; None if impossible.

    Of the plans that are cheapest for mean demand it is the one whose build up to the commit
    period is best over the futures, so that a tie claims nothing.

    Args:
        models: One for each future.
        mean: That of mean demand.
        probabilities: How probable each future is, (M,).
        committed: How many periods have one build for all.
        certified: What solves that of mean demand.

    Raises:
        NoFeasiblePlan: Mean demand has no plan itself.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    model, cheapest = certified.optimum(_in_order(mean, certified))
    lp = model.programme
    beside = optimal_plans(lp, cheapest.of_programme(lp))
    found = joint_plan(
        models, Weighing(probabilities), committed, certified.policy, beside=beside, settle=False
    )
    return None if isinstance(found, Infeasible) else found
