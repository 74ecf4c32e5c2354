"""Builds of one plan carried out under other inputs: the least it costs, with all else free.

Belongs here: one certified linear programme with builds that are decided.
Does not belong here: which builds are carried out under which inputs (`regret`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from sop_pipeline.planning.allocation import served_in_order
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import no_feasible_plan
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.money import CENTS
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.optimum import PREPARE
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.sales import Sold, StockFlows, earnings
from sop_pipeline.planning.service import sold_by_class
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solver import solver_of


@dataclass(frozen=True)
class Future:
    """What may come to pass.

    Attributes:
        scenario_code: The scenario.
        inputs: Its checked inputs.
        policy: What it is planned with.
    """

    scenario_code: str
    inputs: PlanningInputs
    policy: Policy

    def problem(self, builds: pd.DataFrame | None = None, products: Sequence[int] = ()) -> Problem:
        """Its planning problem.

        Args:
            builds: Rows of RECOMMENDED_BUILD_PLAN that are decided; None for none.
            products: Products to plan whether or not anything is demanded of them.
        """
        inputs = replace(self.inputs, held_builds=builds, further_products=tuple(products))
        return PREPARE[self.policy.grain](inputs, self.policy).problem

    @property
    def naming(self) -> Naming:
        """What its products and places are called."""
        return Naming() if self.policy.grain == "aggregate" else Naming.of(self.inputs)


@dataclass(frozen=True)
class Outcome:
    """What a plan in fractions comes to.

    Attributes:
        cost: All terms of the objective, in currency.
        margin: Revenue less what is spent, in currency.
        spent: What is spent, in currency, to the cent.
        lost_units: Units lost.
        overflow_pallets: Largest overflow of one warehouse in one period, in pallets.
    """

    cost: float
    margin: float
    spent: float
    lost_units: float
    overflow_pallets: float


def outcome_of(problem: Problem, solver: str, naming: Naming) -> Outcome:
    """The least-cost plan of a problem, certified.

    Each is solved from nothing: where a build does not suit a demand, the optimum is too far from
    that of another pair for it to be a start.

    Args:
        problem: The problem.
        solver: The solver the policy names.
        naming: What products and places are called where there is no plan.

    Raises:
        NoFeasiblePlan: No plan satisfies the hard constraints; the conflict is named.
        PlanNotCertified: The solver stopped early, or its plan is not proven optimal.
    """
    chosen, policy = solver_of(solver), Policy.parse({"solver": solver}, "of these plans")
    problem = served_in_order(problem, Certified(chosen, policy).solve)
    model = PlanningModel(problem)
    decided = take_decisions(model, policy)
    found = decided if isinstance(decided, Infeasible) else chosen.solve(decided.model)
    if isinstance(decided, Infeasible) or isinstance(found, Infeasible):
        raise no_feasible_plan(problem, model.programme, naming)
    model = decided.model
    certify_plan(model.asked, found).require(found.solver)
    return _outcome(PlannedQuantities(problem, found.quantities))


def _outcome(plan: PlannedQuantities) -> Outcome:
    flows, problem = StockFlows.of_plan(plan), plan.problem
    without_classes = problem.classes is None
    sold = Sold.of_products(problem, flows) if without_classes else sold_by_class(plan, flows)
    overflow = plan.overflow_pallets
    return Outcome(
        cost=plan.cost,
        margin=earnings(problem, sold, plan.cents)["margin"],
        spent=sum(plan.cents.get(cost.name, 0) for cost in COSTS if cost.is_spent) / CENTS,
        lost_units=float(plan.family("lost_sales").sum()),
        overflow_pallets=float(overflow.max()) if overflow.size else 0.0,
    )
