"""The terms of the objective."""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.planning.families.family import ACTIVATED, SET_UP


@dataclass(frozen=True)
class Cost:
    """A term of the objective.

    Attributes:
        name: Name of the term.
        title: What a report calls it.
        is_spent: Whether it is money that the plan spends; the others only steer the plan.
        used: When a problem has the term; empty for always.
    """

    name: str
    title: str
    is_spent: bool = True
    used: str = ""

    @property
    def column(self) -> str:
        """Column of BUILD_PLAN_SUMMARY that holds it."""
        return f"{self.name.upper()}_COST"


COSTS = (
    Cost("production", "Production"),
    Cost("tier_premium", "Tier premiums"),
    Cost("transport", "Transport"),
    Cost("handling", "Handling"),
    Cost("holding", "Holding"),
    Cost("overflow", "Overflow penalty"),
    Cost("lost_sales", "Lost sales", is_spent=False),
    Cost("backorder", "Late delivery", is_spent=False),
    Cost("safety_stock", "Safety stock missing", is_spent=False),
    Cost("load_change", "Load changes", is_spent=False),
    Cost("activation", "Tier activation", used=ACTIVATED),
    Cost("setup", "Set-ups", used=SET_UP),
    Cost("scrap", "Scrap", used="a product has MAX_AGE_DAYS"),
    Cost("plan_change", "Plan changes", is_spent=False, used="changing the last plan costs"),
    Cost("fair_share", "Uneven shortage", is_spent=False, used="`allocation: fair`"),
    Cost("risk", "Risk", is_spent=False, used="a hedge with `risk_weight`"),
)
COST_TERMS = tuple(cost.name for cost in COSTS)
"""The terms of the objective, in order; they add up to it."""
