"""What rules cost a hedge: the freeze of its last plan, and who goes short.

Does not belong here: what the rules are in the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.futures.allocation import under_cost
from sop_pipeline.planning.futures.joint_plan import joint_plan
from sop_pipeline.planning.futures.optimum import HedgeOptimum
from sop_pipeline.planning.futures.preparation import prepared_hedge
from sop_pipeline.planning.futures.together import Weighing
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.money import more_than
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solved_plan import Rounded, nervousness_of


def cost_of_rules(found: HedgeOptimum, rounded: Rounded) -> dict[str, Any]:
    """How much of the last plan a hedge keeps, and what its freeze and its allocation cost.

    Each stands there where the policy asks for it.

    Raises:
        PlanNotCertified: The plan without a rule is not proven optimal.
    """
    return {**_kept(found, rounded), **_allocated(found)}


def _kept(found: HedgeOptimum, rounded: Rounded) -> dict[str, Any]:
    policy, hedge = found.policy, found.prepared
    if not policy.keeps_last_plan:
        return {}
    prepared = hedge.futures[hedge.reference].prepared
    changes, cost = nervousness_of(prepared, rounded, policy), 0.0
    if rounded.published.problem.held is not None:
        with found.watch.step("freeze", "Solving without the freeze"):
            without = policy.model_copy(update={"frozen_periods": 0})
            free = prepared_hedge(hedge.inputs, without)
            cost = more_than(
                found.objective.total, _least(found, [one.problem for one in free.futures])
            )
    return {"nervousness": changes, "freeze_cost": cost}


def _allocated(found: HedgeOptimum) -> dict[str, float]:
    if found.policy.allocation == "cost":
        return {}
    paid = found.objective.total - found.objective.terms.get("fair_share", 0.0)
    problems = [future.problem for future in found.prepared.futures]
    with found.watch.step("solve", "Comparing with the cheapest plan"):
        return {"rule_cost": more_than(paid, _least(found, under_cost(problems)))}


def _least(found: HedgeOptimum, problems: Sequence[Problem]) -> float:
    """The least weighed cost of futures like those of a hedge, in currency."""
    policy, hedge = found.policy, found.prepared
    weighing = Weighing(hedge.probabilities, policy.risk_weight, policy.risk_level)
    plan = joint_plan(
        [PlanningModel(one) for one in problems], weighing, hedge.committed, policy, settle=False
    )
    if isinstance(plan, Infeasible):
        msg = f"{plan.solver} finds no plan without a rule where there is one with it"
        raise PlanNotCertified(msg)
    return plan.certificate.proof.cost
