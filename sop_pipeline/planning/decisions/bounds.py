"""What is known of the cost of any plan, whichever whole decisions it takes.

Belongs here: the bound that row prices of the strengthened relaxation prove, recomputed without
the solver, and both gaps beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.certificate import TOLERANCE, certify
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.proof import Proof
from sop_pipeline.planning.solution import ProgrammeSolution

FIGURES = ("proven_bound", "claimed_bound", "proven_gap", "claimed_gap")
"""What a summary tells of a plan with whole decisions, beside its status."""


@dataclass(frozen=True)
class Bounds:
    """A plan with whole decisions beside what any plan must cost, in currency.

    Attributes:
        proven: A cost that no plan is below, recomputed from prices.
        claimed: A cost that no plan is below, as the solver's search says.
        by_clock: Whether time ended the search: another run may find another plan.
        within: Gap at which a plan counts as optimal.
        acceptable: Largest gap of a plan that may be published.
    """

    proven: float
    claimed: float
    by_clock: bool
    within: float
    acceptable: float

    def proof(self, cost: float) -> Proof:
        """What is known of a plan of some cost, before rounding."""
        return Proof(cost, self.proven, max(1.0, abs(cost)), self.within, self.claimed)

    def figures(self, cost: float) -> dict[str, float]:
        """Both bounds and both gaps of a plan of some cost, by name."""
        proof = self.proof(cost)
        return {
            "proven_bound": self.proven,
            "claimed_bound": self.claimed,
            "proven_gap": max(0.0, cost - self.proven) / proof.scale,
            "claimed_gap": max(0.0, cost - self.claimed) / proof.scale,
        }

    @property
    def warnings(self) -> list[str]:
        """A sentence where the clock decided."""
        if not self.by_clock:
            return []
        warning = (
            "The search for whole decisions was ended by its time limit (solve_seconds): another "
            "run may find another plan"
        )
        return [warning]

    @property
    def assumptions(self) -> dict[str, str]:
        """What holds of plans with whole decisions, by name."""
        assumption = (
            "No set-up is carried over from period to period; shadow prices, and the choice "
            "between equally cheap plans, hold with the whole decisions as planned"
        )
        return {"whole_decisions": assumption}

    def require(self, cost: float, solver: str) -> None:
        """Refuse a plan whose gap is above what is acceptable.

        Raises:
            PlanNotCertified: It is; both gaps are told.
        """
        gaps = self.figures(cost)
        if gaps["claimed_gap"] <= self.acceptable:
            return
        msg = (
            f"The search for whole decisions ended with a plan that may cost {cost:,.2f} where "
            f"another might cost {self.claimed:,.2f}: a gap of {gaps['claimed_gap']:.2%} as "
            f"{solver} claims, {gaps['proven_gap']:.2%} proven; acceptable_gap is "
            f"{self.acceptable:.2%}. Nothing is published. Raise solve_seconds or acceptable_gap"
        )
        raise PlanNotCertified(msg)


def proven_bound(lp: LinearProgram, relaxed: ProgrammeSolution) -> float:
    """The cost that the row prices of a relaxation prove no plan to be below: weak duality.

    Raises:
        PlanNotCertified: The prices prove nothing: one has a sign its side does not allow.
    """
    certificate = certify(lp.relaxed, relaxed)
    if not certificate.dual_violation <= TOLERANCE:
        msg = (
            f"The prices of {relaxed.solver} prove no bound for the whole decisions: dual "
            f"violation {certificate.dual_violation:.2e}. Nothing is published"
        )
        raise PlanNotCertified(msg)
    return certificate.proof.proven
