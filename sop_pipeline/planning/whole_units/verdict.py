"""What whole units cost, and whether that is in proportion.

Does not belong here: the certificate, which is of the plan in fractions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.planning.proof import Proof

PROPORTION = 0.01
"""Share of a plan's cost up to which whole units may cost more without being told."""


@dataclass(frozen=True)
class Verdict:
    """A plan in whole units beside the one in fractions.

    Attributes:
        optimum: Cost of the plan in fractions, in currency.
        published: Cost of the plan in whole units.
        bound: A cost that no plan in whole units is below.
        is_decided: Whether both take the same whole decisions, and the bound is of such plans.
    """

    optimum: float
    published: float
    bound: float
    is_decided: bool = False

    @property
    def cost(self) -> float:
        """What whole units cost more than the plan in fractions, in currency."""
        return self.published - self.optimum

    @property
    def proof(self) -> Proof:
        """Whether whole units are known to be close to as cheap as they can be."""
        return Proof(self.published, self.bound, abs(self.published), PROPORTION)

    def warnings(self, currency: str) -> list[str]:
        """A sentence where whole units cost more than their share."""
        if self.cost <= PROPORTION * abs(self.published):
            return []
        share = self.cost / abs(self.published)
        with_them = " with the set-ups, lots and activations as planned" if self.is_decided else ""
        rest = (
            f"the cheapest plan in whole units{with_them}, as the solver claims"
            if self.proof.avoidable <= PROPORTION * self.cost
            else f"another plan in whole units{with_them} may be up to "
            f"{self.proof.avoidable:,.2f} cheaper"
        )
        warning = (
            f"Whole units cost {self.cost:,.2f} {currency} more than the plan in fractions, "
            f"{share:.1%} of the plan: {rest}. Quantities are small beside one unit; plan in a "
            "smaller unit, such as pieces in place of boxes, where that is too coarse"
        )
        return [warning]
