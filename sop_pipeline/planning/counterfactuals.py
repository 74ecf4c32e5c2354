"""What the cheapest plan would be, and cost, were some of a problem's limits others.

An optimal plan says what is done; only another optimal plan says what would be done instead. Each
is solved from the first one's vertex, its ties broken alike, and certified like any plan.
Belongs here: moving limits and solving again, in the linear plan before whole units.
Does not belong here: which limits are worth moving, and what follows from it (`insight`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sop_pipeline.planning.allocation import served_in_order
from sop_pipeline.planning.arrays import Floats, inner
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import no_feasible_plan
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import PREPARE
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible, ProgrammeSolution, Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import EXACT, HighsModel
from sop_pipeline.planning.ties import break_ties

NO_MONEY = 1e-9
"""Share of the cost below which a difference of two costs is arithmetic, not money."""


@dataclass(frozen=True)
class Limits:
    """Limits in place of a problem's own; None leaves them as they are.

    Attributes:
        tier_use: Capacity of each tier, capacity units, infinite where unlimited, (K, T).
        stock: Most that may be in stock at the end of each period, units, (P, S, T).
        threshold: Pallets above which a warehouse overflows, (S, T).
    """

    tier_use: Floats | None = None
    stock: Floats | None = None
    threshold: Floats | None = None

    def laid_over(self, lp: LinearProgram, problem: Problem) -> LinearProgram:
        """The programme of the problem with these limits."""
        upper, row_upper = lp.upper.copy(), lp.row_upper.copy()
        for family, limit in (("tier_use", self.tier_use), ("stock", self.stock)):
            if limit is not None:
                upper[lp.variables[family].indices] = limit
        if self.threshold is not None:
            room = self.threshold - problem.base_load[:, None]
            row_upper[lp.constraints["warehouse_storage"].indices] = room
        return replace(lp, upper=upper, row_upper=row_upper)


@dataclass(frozen=True)
class Alternative:
    """The cheapest plan under other limits.

    Attributes:
        plan: Its quantities, before whole units.
        dearer: What it costs more than the plan under the problem's own limits, currency;
            negative where it costs less, 0 where the difference is none that arithmetic can tell.
    """

    plan: PlannedQuantities
    dearer: float


@dataclass(frozen=True)
class Counterfactuals:
    """A problem's optimal plan, and those under other limits.

    Attributes:
        model: The problem.
        optimum: Its optimal plan.
    """

    model: PlanningModel
    optimum: Solution

    @classmethod
    def of(cls, inputs: PlanningInputs, policy: Policy) -> Counterfactuals:
        """Solve the linear plan of a scenario; whole units, tables and prices are left out.

        Raises:
            InputRefused: The input breaks a rule only planning can see.
            NoFeasiblePlan: No plan satisfies the hard constraints.
            PlanNotCertified: The solver stopped early, or its plan is not proven optimal.
        """
        solver = solver_of(policy.solver)
        problem = PREPARE[policy.grain](inputs, policy).problem
        model = PlanningModel(served_in_order(problem, Certified(solver, policy).solve))
        decided = take_decisions(model, policy)
        found = decided if isinstance(decided, Infeasible) else solver.solve(decided.model)
        if isinstance(decided, Infeasible) or isinstance(found, Infeasible):
            raise no_feasible_plan(model.problem, model.programme)
        model = decided.model
        return cls(model, found if solver.break_ties is None else solver.break_ties(model, found))

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.model.problem

    @cached_property
    def plan(self) -> PlannedQuantities:
        """Its optimal plan, before whole units."""
        return PlannedQuantities(self.problem, self.optimum.quantities)

    def under(self, limits: Limits) -> Alternative | None:
        """The cheapest plan under other limits; None where there is none.

        Its cost is exact to a billionth of the plan's, or to its certificate where that is wider.

        Raises:
            PlanNotCertified: The plan could not be proved the cheapest.
        """
        lp = self.model.programme
        changed = limits.laid_over(lp, self.problem)
        scaled = scale(changed, lp.sizes)
        highs = HighsModel(scaled.programme, EXACT)
        highs.start_from(scaled.scaled(self.optimum.of_programme(lp)))
        found = scaled.original(highs.solve())
        if not isinstance(found, ProgrammeSolution):
            return None
        settled = break_ties(self.problem, changed, found)
        certificate = certify(changed, settled)
        certificate.require(settled.solver)
        plan = PlannedQuantities(self.problem, lp.quantities(settled.primal))
        dearer = inner(lp.cost, settled.primal - lp.of_columns(self.optimum.quantities))
        exact = max(NO_MONEY, 2 * certificate.relative_gap) * max(1.0, self.plan.cost)
        return Alternative(plan, 0.0 if abs(dearer) <= exact else dearer)


def unsold(problem: Problem) -> Floats:
    """Opening stock and receipts that their own warehouse has not sold yet, units, (P, S, T).

    They stand there at the end of each period at the least, unless they are sent elsewhere.
    """
    left = np.zeros(problem.shape)
    there = problem.opening_stock
    for t in range(problem.shape[2]):
        there = np.maximum(0.0, there + problem.receipts[..., t] - problem.demand[..., t])
        left[..., t] = there
    return left
