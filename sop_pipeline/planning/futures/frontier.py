"""The efficient frontier of a hedge: what its costliest futures cost, and what sparing them costs.

Each point is the plan of least (1 - w) x expected cost + w x mean of the costliest futures for one
weight w, in fractions. No plan has a lower expected cost at the same mean of the costliest
(Rockafellar and Uryasev 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sop_pipeline.planning.futures.conflict import no_joint_plan
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.futures.joint_plan import Weighing, joint_plan
from sop_pipeline.planning.futures.preparation import PreparedHedge, prepared_hedge
from sop_pipeline.planning.futures.risk import conditional_value_at_risk
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.solution import Infeasible

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 0.95)
"""Weights of risk that the frontier is drawn at."""


@dataclass(frozen=True)
class FrontierPoint:
    """What a hedge comes to at one weight of risk.

    Attributes:
        risk_weight: What the costliest futures count beside what is expected.
        expected_cost: What the futures cost on average, currency.
        cvar: What the costliest cost on average, currency.
    """

    risk_weight: float
    expected_cost: float
    cvar: float


def efficient_frontier(
    hedge: HedgeInputs,
    policy: Policy,
    weights: Sequence[float] = WEIGHTS,
    progress: Progress | None = None,
) -> tuple[FrontierPoint, ...]:
    """Plan a hedge at several weights of risk; each plan is certified.

    Args:
        hedge: The checked inputs of its futures.
        policy: How to plan; its own weight does not count, its `risk_level` does.
        weights: The weights, ascending.
        progress: Called with a sentence before each.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data, or its solver is not available.
        NoFeasiblePlan: No plan satisfies the hard constraints of every future.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    prepared = prepared_hedge(hedge, policy)
    points: list[FrontierPoint] = []
    for weight in weights:
        if progress is not None:
            progress(f"Planning {hedge.scenario_code} at a weight of risk of {weight:g}")
        points.append(_point(prepared, policy, weight))
    return tuple(points)


def _point(prepared: PreparedHedge, policy: Policy, weight: float) -> FrontierPoint:
    probabilities = prepared.probabilities
    weighing = Weighing(probabilities, weight, policy.risk_level)
    models = [PlanningModel(future.problem) for future in prepared.futures]
    found = joint_plan(models, weighing, prepared.committed, policy, settle=False)
    if isinstance(found, Infeasible):
        raise no_joint_plan(prepared, policy)
    cvar = conditional_value_at_risk(found.costs, probabilities, policy.risk_level)
    return FrontierPoint(weight, float(found.costs @ probabilities), cvar)
