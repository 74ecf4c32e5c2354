"""The optimum of a hedge, and what stands beside it: what knowing, averaging and caution are worth.

Belongs here: the order of the steps from prepared futures to those figures.
Does not belong here: whole units and tables (`hedge`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import Certificate
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.costs import Costs
from sop_pipeline.planning.families import COST_TERMS
from sop_pipeline.planning.futures.conflict import no_joint_plan
from sop_pipeline.planning.futures.joint_plan import JointPlan, joint_plan
from sop_pipeline.planning.futures.preparation import PreparedHedge
from sop_pipeline.planning.futures.risk import RISK, conditional_value_at_risk
from sop_pipeline.planning.futures.together import Weighing
from sop_pipeline.planning.futures.worth import mean_plan, own_best
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.money import more_than
from sop_pipeline.planning.optimum import Stopwatch
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solver import solver_of_many


@dataclass(frozen=True)
class HedgeOptimum:
    """The least-cost plan of a hedge in fractions, and the figures beside it.

    Attributes:
        prepared: The hedge.
        policy: How it is planned.
        plan: Its plan.
        own_best: What each future costs where it is planned for itself, currency, (M,).
        mean_plan: The futures with the build for mean demand; None where a limit forbids it.
        fearless: Expected cost of the hedge where risk counts nothing, currency.
        certificate: The proof, the worst of all programmes solved.
        watch: Durations so far.
    """

    prepared: PreparedHedge
    policy: Policy
    plan: JointPlan
    own_best: Floats
    mean_plan: JointPlan | None
    fearless: float
    certificate: Certificate
    watch: Stopwatch

    @property
    def plans(self) -> tuple[PlannedQuantities, ...]:
        """Each future's part of the plan."""
        each = zip(self.plan.models, self.plan.solutions, strict=True)
        return tuple(PlannedQuantities(model.problem, one.quantities) for model, one in each)

    @cached_property
    def expected_cost(self) -> float:
        """RP: what the futures cost on average, in currency."""
        return float(self.plan.costs @ self.prepared.probabilities)

    @property
    def wait_and_see_cost(self) -> float:
        """WS: what they cost on average where each is known in time, in currency."""
        return float(self.own_best @ self.prepared.probabilities)

    @property
    def mean_plan_cost(self) -> float | None:
        """EEV: what they cost on average with the build for mean demand; None if impossible."""
        held = self.mean_plan
        return None if held is None else float(held.costs @ self.prepared.probabilities)

    @property
    def cvar(self) -> float:
        """Mean cost of the costliest futures, in currency."""
        level = self.policy.risk_level
        return conditional_value_at_risk(self.plan.costs, self.prepared.probabilities, level)

    @cached_property
    def objective(self) -> Costs:
        """The terms of the expected cost, and what risk adds where it counts."""
        terms: dict[str, float] = {}
        for plan, probability in zip(self.plans, self.prepared.probabilities, strict=True):
            for name, paid in plan.cost_terms.items():
                terms[name] = terms.get(name, 0.0) + float(probability) * paid
        if self.policy.risk_weight:
            terms[RISK] = self.policy.risk_weight * (self.cvar - self.expected_cost)
        return Costs({name: terms[name] for name in COST_TERMS if name in terms})

    @property
    def figures(self) -> dict[str, float | None]:
        """What is told of the hedge's cost, by name."""
        eev = self.mean_plan_cost
        return {
            "expected_cost": self.expected_cost,
            "wait_and_see_cost": self.wait_and_see_cost,
            "evpi": more_than(self.expected_cost, self.wait_and_see_cost),
            "mean_plan_cost": eev,
            "vss": None if eev is None else more_than(eev, self.expected_cost),
            "cvar": self.cvar,
            "price_of_caution": more_than(self.expected_cost, self.fearless),
        }


def find_hedge_optimum(prepared: PreparedHedge, policy: Policy, watch: Stopwatch) -> HedgeOptimum:
    """Find and certify the least-cost plan of a hedge, and what stands beside it.

    Raises:
        NoFeasiblePlan: No plan satisfies the hard constraints of every future; the conflict is
            named.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    models = [PlanningModel(future.problem) for future in prepared.futures]
    probabilities, committed = prepared.probabilities, prepared.committed
    weighing = Weighing(probabilities, policy.risk_weight, policy.risk_level)
    with watch.step("solve", f"Solving one build for {len(models)} futures"):
        plan = joint_plan(models, weighing, committed, policy, watch.progress)
    if isinstance(plan, Infeasible):
        raise no_joint_plan(prepared, policy)
    certified = Certified(solver_of_many(policy.solver, models[0].problem), policy)
    with watch.step("futures", "Solving every future by itself"):
        best = own_best(models, certified)
    with watch.step("futures", "Solving for mean demand"):
        mean = PlanningModel(prepared.mean.problem)
        held = mean_plan(models, mean, probabilities, committed, certified)
    fearless = float(plan.costs @ probabilities)
    if policy.risk_weight:
        with watch.step("futures", "Solving without regard to risk"):
            alone = joint_plan(models, Weighing(probabilities), committed, policy, settle=False)
        if not isinstance(alone, Infeasible):
            certified.certificates.append(alone.certificate)
            fearless = float(alone.costs @ probabilities)
    if held is not None:
        certified.certificates.append(held.certificate)
    certificate = plan.certificate.with_worst_of(certified.certificates)
    return HedgeOptimum(prepared, policy, plan, best, held, fearless, certificate, watch)
