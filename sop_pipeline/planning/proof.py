"""What is known of a plan's cost: how near it is to the least there can be, and who says so.

A bound recomputed here is a proof, one that only a solver knows is a claim.
Does not belong here: how a bound is recomputed (`certificate`), where it comes from (`solver`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["optimal", "claimed", "within_gap"]
"""Optimal: a proven bound is met. Claimed: only a claimed one is. Within gap: neither is."""


@dataclass(frozen=True)
class Proof:
    """What a plan costs beside what any plan must cost, in currency.

    Attributes:
        cost: Cost of the plan.
        proven: A cost that no plan is below, proven.
        scale: What differences of cost are measured against.
        within: Share of the scale up to which a plan meets a bound.
        claimed: A cost that no plan is below, as a solver claims; None where it claims nothing.
    """

    cost: float
    proven: float
    scale: float
    within: float
    claimed: float | None = None

    @property
    def grade(self) -> Grade:
        """What may be said of the plan."""
        if self._meets(self.proven):
            return "optimal"
        return "claimed" if self._meets(self._best_bound) else "within_gap"

    @property
    def avoidable(self) -> float:
        """What another plan could save at most, as far as anybody knows."""
        return max(0.0, self.cost - self._best_bound)

    @property
    def _best_bound(self) -> float:
        return self.proven if self.claimed is None else max(self.proven, self.claimed)

    def _meets(self, bound: float) -> bool:
        return self.cost - bound <= self.within * self.scale
