"""A solver whose optima are proven before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sop_pipeline.planning.certificate import Certificate, certify_plan
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import Naming, no_feasible_plan
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solver import Solver


@dataclass(frozen=True)
class Certified:
    """A solver of problems that certifies every optimum, and keeps the certificates.

    Attributes:
        solver: The solver.
        policy: How whole decisions are searched for.
        naming: What messages call products and places.
        remarks: What is told where there is no plan, beside why.
        certificates: Those of the optima found so far.
    """

    solver: Solver
    policy: Policy = field(default_factory=lambda: Policy.parse({}, "default"))
    naming: Naming = field(default_factory=Naming)
    remarks: Sequence[str] = ()
    certificates: list[Certificate] = field(default_factory=list[Certificate])

    def solve(self, problem: Problem, known: Quantities | None = None) -> Solution:
        """The optimum of a problem, of which a plan may be known.

        Raises:
            NoFeasiblePlan: It has none.
            PlanNotCertified: It is not proven optimal.
        """
        return self.optimum(PlanningModel(problem), known)[1]

    def optimum(
        self, model: PlanningModel, known: Quantities | None = None
    ) -> tuple[PlanningModel, Solution]:
        """A problem with its whole decisions taken, and its optimum; a plan of it may be known.

        Raises:
            NoFeasiblePlan: It has none.
            PlanNotCertified: It is not proven optimal.
        """
        decided = take_decisions(model, self.policy, known=known)
        found = decided if isinstance(decided, Infeasible) else self.solver.solve(decided.model)
        if isinstance(decided, Infeasible) or isinstance(found, Infeasible):
            raise no_feasible_plan(model.problem, model.programme, self.naming, self.remarks)
        model = decided.model
        certificate = certify_plan(model.asked, found)
        if not certificate.holds and self.solver.break_ties is not None:
            found = self.solver.break_ties(model, found)
            certificate = certify_plan(model.asked, found)
        certificate.require(found.solver)
        self.certificates.append(certificate)
        return model, found
