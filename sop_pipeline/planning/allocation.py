"""Who goes short: priorities one after the other before money counts, and what a rule costs.

Belongs here: the problems that a rule of allocation leads through.
Does not belong here: solving them (`planner`), what classes are in the model (`classes`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sop_pipeline.planning.classes import is_apart
from sop_pipeline.planning.costs import cost_terms, total_cost
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import DemandClasses
from sop_pipeline.planning.solution import Solution

KEPT_WITHIN = 1e-7
"""Share by which what a priority goes short of may be above its least, and that much of 1."""

DEARER = 2.0
"""How much dearer in whole units each priority is than the next one."""
MOST_STEPS = 10
"""Priorities from which on they are all alike, so that costs stay of one magnitude."""

Solve = Callable[[Problem], Solution]
"""Solves a problem and certifies its optimum."""
SolveFrom = Callable[[Problem, Quantities], Solution]
"""The same with a plan of the problem known."""


def served_in_order(problem: Problem, solve: Solve) -> Problem:
    """The problem with what each priority goes short of held at its least, the first one first.

    What counts is the revenue of the units lost or late, each period late anew. The programme of a
    priority holds those before it.
    """
    classes = problem.classes
    if classes is None or not classes.by_priority or not is_apart(problem):
        return problem
    held = np.zeros(0)
    for number in range(len(classes.priorities)):
        stage = replace(problem, classes=replace(classes, held=held, least=number))
        least = total_cost(stage, solve(stage).quantities)
        held = np.append(held, kept_within(least))
    return replace(problem, classes=replace(classes, held=held))


def kept_within(least: float) -> float:
    """What a priority may go short of, once the least is found, in currency."""
    least = max(0.0, least)
    return least + KEPT_WITHIN * max(1.0, least)


def by_cost(classes: DemandClasses) -> DemandClasses:
    """The classes where cost alone says who goes short."""
    return replace(
        classes,
        held=np.zeros(0),
        by_priority=False,
        fair_share_weight=None,
        least=None,
        excess_cost=None,
    )


def rule_cost(problem: Problem, optimum: Solution, solve: SolveFrom) -> float:
    """What a plan costs more than the cheapest one, its fair-share term aside, currency.

    The plan is one of those that the cheapest is among.
    """
    classes = problem.classes
    if classes is None or not is_apart(problem):
        return 0.0
    terms = cost_terms(problem, optimum.quantities)
    paid = sum(terms.values()) - terms.get("fair_share", 0.0)
    alone, plan = replace(problem, classes=by_cost(classes)), optimum.quantities
    lost = plan["lost_by_class"].sum(axis=1, keepdims=True)
    return paid - total_cost(alone, solve(alone, {**plan, "lost_by_class": lost}).quantities)


def with_excess(model: PlanningModel, optimum: Solution) -> PlanningModel:
    """The same problem, in which a priority may go short of more than its least, dearly.

    Whole units may cost a priority a fraction of a unit. What that saves is worth the price of the
    row that holds the priority, so at twice the price the plan is of least cost here too; the first
    priorities pay most.
    """
    problem = model.problem
    classes = problem.classes
    if classes is None or not classes.held.size:
        return model
    prices = -np.minimum(0.0, optimum.prices["priority_kept"])
    steps = np.minimum(len(prices) - 1 - np.arange(len(prices)), MOST_STEPS)
    cost = (2.0 * prices + _dearest_share(classes)) * DEARER**steps
    return PlanningModel(replace(problem, classes=replace(classes, excess_cost=cost)))


def _dearest_share(classes: DemandClasses) -> float:
    """The most that a unit of revenue costs to lose, at least 1, currency."""
    earns = classes.unit_revenue > 0
    shares = classes.lost_sale_cost[earns] / classes.unit_revenue[earns]
    return float(shares.max(initial=1.0))
