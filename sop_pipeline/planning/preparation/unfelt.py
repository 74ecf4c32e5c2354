"""Figures a policy gives for nothing: every row they stand in for has its own.

Where a figure of the policy is taken, its field is noted in `Notes.felt`: mostly by
`PreparationContext.own_or_policy`, where the order of precedence is applied.
Belongs here: which fields are such figures, and what is told of one that nothing feels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.preparation.stock import ProductFigures
from sop_pipeline.planning.problem import Problem

WHY_UNFELT: Mapping[str, str] = {
    "units_per_pallet": "every planned product has its own UNITS_PER_PALLET",
    "working_days_per_month": "the calendar has the days or the capacity of every work centre "
    "and period",
    "storage_days_per_month": "nothing is priced by the day",
    "production_cost_per_unit": "every routing has its own UNIT_COST",
    "holding_cost_per_unit_month": "every planned product has its own HOLDING_COST_PER_MONTH",
    "safety_stock_ratio": "every planned product has its own SAFETY_STOCK_RATIO",
    "safety_stock_penalty_per_unit": "no safety stock may be missing, or there is none",
    "lost_sale_cost_per_unit": "no sale may be lost, or every planned product has its own "
    "LOST_SALE_COST",
    "lost_sale_revenue_factor": "no sale may be lost, or every lost sale has a cost of its own",
    "backorder_cost_per_unit_month": "nothing may be late, or every planned product has its own "
    "BACKORDER_COST_PER_PERIOD",
    "fair_share_weight": "allocation is not fair, or no sale may be lost",
    "max_age_days": "every planned product has its own MAX_AGE_DAYS",
    "overflow_limit_pct": "no overflow is allowed",
    "initial_load_units": "changing the load costs nothing",
    "change_cost_periods": "changing the last plan costs nothing",
}
"""Per field, what is the case where nothing feels it."""


def note_priced(policy: Policy, problem: Problem, figures: ProductFigures, notes: Notes) -> None:
    """Note the figures that count only under some of the policy's choices."""
    may_overflow = policy.overflow == "priced"
    by_the_day = np.isnan(figures.holding_cost).any() or (
        may_overflow and bool(problem.overflow_rate.any())
    )
    may_be_missing = policy.safety_stock == "soft" and bool(problem.safety_stock.any())
    may_lose = policy.shortage != "forbid"
    by_revenue = may_lose and np.isnan(figures.lost_sale_cost).any()
    load_costs = problem.load_increase_cost > 0 or problem.load_decrease_cost > 0
    felt = {
        "storage_days_per_month": by_the_day,
        "safety_stock_penalty_per_unit": may_be_missing,
        "lost_sale_revenue_factor": by_revenue,
        "fair_share_weight": may_lose and policy.allocation == "fair",
        "overflow_limit_pct": may_overflow,
        "initial_load_units": load_costs,
        "change_cost_periods": policy.change_cost_per_unit > 0,
    }
    notes.felt.update(field for field, is_felt in felt.items() if is_felt)


def warn_of_unfelt(policy: Policy, notes: Notes) -> None:
    """Warn of each figure the policy gives, other than by default, that nothing felt."""
    for field, why in WHY_UNFELT.items():
        value = getattr(policy, field)
        given = field in policy.model_fields_set and value != Policy.model_fields[field].default
        if given and field not in notes.felt:
            notes.warn(f"The policy's {field} changes nothing in this plan: {why}")
