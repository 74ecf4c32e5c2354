"""Who goes short in a hedge: priorities one after the other, over all futures, before money counts.

What counts is the expected revenue of a priority's units lost or late. Once it is least, each
future is held to what it goes short of there.
Does not belong here: one future (`planning.allocation`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sop_pipeline.planning.allocation import by_cost, kept_within
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.classes import is_apart
from sop_pipeline.planning.problem import Problem

LeastCosts = Callable[[Sequence[Problem]], Floats | None]
"""What each of several problems costs in the plan that costs least together, currency, (M,); None
where there is no plan."""


def asks_for_order(problems: Sequence[Problem]) -> bool:
    """Whether priorities are still to be served before money counts."""
    return any(
        one.classes is not None
        and one.classes.by_priority
        and one.classes.least is None
        and not one.classes.held.size
        and is_apart(one)
        for one in problems
    )


def served_in_order_by_all(
    problems: Sequence[Problem], least_costs: LeastCosts
) -> list[Problem] | None:
    """The problems with what each priority goes short of held, the first one first.

    None where there is no plan.

    Args:
        problems: One for each future; a priority may be missing in some.
        least_costs: Plans the futures together.
    """
    levels = {
        level
        for one in problems
        if one.classes is not None and is_apart(one)
        for level in one.classes.priorities.tolist()
    }
    for level in sorted(levels):
        costs = least_costs([_stage(one, level) for one in problems])
        if costs is None:
            return None
        problems = [_held(one, level, cost) for one, cost in zip(problems, costs, strict=True)]
    return list(problems)


def under_cost(problems: Sequence[Problem]) -> list[Problem]:
    """The same futures where cost alone says who goes short."""
    return [
        one if one.classes is None else replace(one, classes=by_cost(one.classes))
        for one in problems
    ]


def _stage(problem: Problem, level: float) -> Problem:
    """The problem in which only what a priority goes short of counts, nothing where it has none."""
    classes = problem.classes
    if classes is None:
        return problem
    number = int(np.searchsorted(classes.priorities, level))
    there = level in classes.priorities
    least = number if there else len(classes.priorities)
    return replace(problem, classes=replace(classes, least=least))


def _held(problem: Problem, level: float, cost: float) -> Problem:
    classes = problem.classes
    if classes is None or level not in classes.priorities:
        return problem
    held = np.append(classes.held, kept_within(cost))
    return replace(problem, classes=replace(classes, held=held))
