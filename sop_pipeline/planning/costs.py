"""What a plan costs: the terms of the objective, from a problem and quantities alone.

Belongs here: which family pays which rate. The programme takes its objective from here too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.arrays import Floats, inner
from sop_pipeline.planning.classes import (
    apart_of,
    excess_costs,
    is_apart,
    is_fair,
    surcharges,
    without_sites,
)
from sop_pipeline.planning.index_sets import arrival_period, cost_terms_used
from sop_pipeline.planning.limits import free_start
from sop_pipeline.planning.money import apportion, to_cents
from sop_pipeline.planning.problem import Problem, Quantities


@dataclass(frozen=True)
class Costs:
    """What is paid, term by term.

    Attributes:
        terms: Each term of the objective, in currency.
    """

    terms: dict[str, float]

    @cached_property
    def total(self) -> float:
        """All terms together, in currency."""
        return math.fsum(self.terms.values())

    @cached_property
    def cents(self) -> dict[str, int]:
        """Each term in cents, such that they add up to the total in cents."""
        paid = [max(0.0, term) for term in self.terms.values()]
        return dict(zip(self.terms, apportion(paid, to_cents(self.total)).tolist(), strict=True))


@dataclass(frozen=True)
class Rate:
    """What a variable family pays of a cost term.

    Attributes:
        term: Term of the objective.
        family: Variable family that pays it.
        per_unit: Currency per unit of the family, broadcast over its shape.
    """

    term: str
    family: str
    per_unit: Floats

    def of(self, quantities: Quantities) -> Floats:
        """What each member of the family pays, in currency, in the family's shape."""
        return self.per_unit * quantities[self.family]


def rates(problem: Problem) -> tuple[Rate, ...]:
    """Every rate of the objective; goods in transit cost nothing while they travel."""
    if problem.classes is not None and problem.classes.least is not None:
        return _unserved_revenue(problem, problem.classes.least)
    lanes = problem.lanes
    rise = np.where(free_start(problem), 0.0, problem.load_increase_cost)
    fall = np.full(rise.shape, problem.load_decrease_cost)
    ages = problem.ages
    scrap = () if ages is None else (Rate("scrap", "scrap", ages.scrap_cost[:, None, None]),)
    return (
        Rate("production", "build", problem.routings.unit_cost),
        Rate("tier_premium", "tier_use", problem.tiers.premium),
        Rate("transport", "shipment", lanes.unit_cost[lanes.flow_lane][:, None]),
        Rate("handling", "shipment", _handling_on_arrival(problem)),
        Rate("holding", "stock", problem.holding_cost),
        Rate("overflow", "overflow", problem.overflow.penalty),
        Rate("lost_sales", "lost_sales", without_sites(problem, problem.lost_sale_cost)),
        Rate("backorder", "backorder", without_sites(problem, problem.backorder_cost)),
        Rate("safety_stock", "safety_stock_shortfall", problem.safety_stock_shortfall_cost),
        Rate("load_change", "increase", rise),
        Rate("load_change", "decrease", fall),
        *_rates_of_decisions(problem),
        *_plan_change(problem),
        *scrap,
        *(_of_classes(problem) if is_apart(problem) else ()),
    )


def _of_classes(problem: Problem) -> tuple[Rate, ...]:
    """What classes pay: the lost sale, what its slice costs above it, and lateness."""
    apart = apart_of(problem)
    lost = apart.lost_sale_cost[:, None, :]
    uneven = Rate("fair_share", "lost_by_class", lost * surcharges(problem))
    return (
        Rate("lost_sales", "lost_by_class", lost),
        *((uneven,) if is_fair(problem) else ()),
        Rate("backorder", "late_by_class", apart.backorder_cost),
        Rate("lost_sales", "priority_excess", excess_costs(problem)),
    )


def _unserved_revenue(problem: Problem, priority: int) -> tuple[Rate, ...]:
    """The revenue of the units of one priority that are lost or late, nothing else.

    It is no lost sale that no decision could avoid: avoiding it is what is asked for.
    """
    apart = apart_of(problem)
    revenue = np.where(apart.rank == priority, apart.revenue, 0.0)
    return (
        Rate("backorder", "lost_by_class", revenue[:, None, :]),
        Rate("backorder", "late_by_class", revenue),
    )


def _rates_of_decisions(problem: Problem) -> tuple[Rate, ...]:
    decisions = problem.decisions
    if decisions is None:
        return ()
    rates_of = (
        Rate("activation", "activation", decisions.fixed_cost),
        Rate("setup", "setup", decisions.setup_cost),
    )
    return tuple(rate for rate in rates_of if len(rate.per_unit))


def _plan_change(problem: Problem) -> tuple[Rate, ...]:
    if problem.last_plan is None:
        return ()
    per_unit = np.array(problem.last_plan.change_cost)
    return tuple(Rate("plan_change", family, per_unit) for family in ("more", "less"))


def cost_terms(problem: Problem, quantities: Quantities) -> dict[str, float]:
    """Each term of the objective that the problem has, in currency."""
    terms = dict.fromkeys(cost_terms_used(problem), 0.0)
    for rate in rates(problem):
        if rate.term not in terms:
            continue
        quantity = quantities[rate.family]
        per_unit = np.broadcast_to(rate.per_unit, quantity.shape)
        terms[rate.term] += inner(per_unit, quantity)
    return terms


def total_cost(problem: Problem, quantities: Quantities) -> float:
    """All terms together, in currency."""
    return math.fsum(cost_terms(problem, quantities).values())


def _handling_on_arrival(problem: Problem) -> Floats:
    arrival = np.minimum(arrival_period(problem), len(problem.periods) - 1)
    lanes = problem.lanes
    warehouse = lanes.to_warehouse[lanes.flow_lane]
    return problem.handling_cost[lanes.flow_product[:, None], warehouse[:, None], arrival]
