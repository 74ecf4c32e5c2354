"""What one unit more or less of a scarce resource is worth.

A dual value of a degenerate plan is right for one direction at most, and solvers return either
end, so each direction is proved by itself: by the duals where the plan moves along with the limit,
else by solving again (`vertex`; Chvatal, Linear Programming, 1983, chapter 10).
Does not belong here: what to do about a scarce resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Literal

import numpy as np
import pandas as pd

from sop_pipeline.planning.days import DAY
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.parallel import side_by_side
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.resources import Resource, resources
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.tables import QUANTITY_DECIMALS
from sop_pipeline.planning.vertex import INFEASIBLE, LESS, MORE, Cost, Vertex

PricedResources = Literal["binding", "all", "none"]
PRICE_DIGITS = 9
SIDE_BY_SIDE = 20_000
"""Columns from which on several limits are moved at once, each in a programme of its own."""


def shadow_prices(
    problem: Problem,
    lp: LinearProgram,
    solution: ProgrammeSolution,
    scope: PricedResources = "binding",
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Price one unit more and one less of work-centre capacity and of warehouse storage.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        solution: Its optimal solution.
        scope: The resources that bind, all that are limited, or none.
        progress: Called with a sentence each time the programme is solved again.

    Returns:
        Per resource: its name, its `limit`, `one_more_saves` and `one_less_costs` in currency; a
        value is "infeasible" where no plan is left, and None where there is not one unit to take
        away.

    Raises:
        PlanNotCertified: The solver no longer finds the plan.
    """
    if scope == "none":
        return []
    return prices_of(resources(problem, lp, solution.primal), lp, solution, scope, progress)


def prices_of(
    every: Sequence[Resource],
    lp: LinearProgram,
    solution: ProgrammeSolution,
    scope: PricedResources,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Price resources of a programme, arguments and result as of `shadow_prices`."""
    somewhere = [resource for resource in every if resource.places.size]
    chosen = [resource for resource in somewhere if scope == "all" or resource.binds]
    vertex = Vertex(lp, solution)
    costs: list[dict[float, Cost]] = [dict(vertex.followed(resource)) for resource in chosen]
    unproved = [
        (number, by)
        for number, resource in enumerate(chosen)
        for by in (MORE, LESS)
        if by not in costs[number] and resource.limit + by >= 0
    ]
    started = count(1)

    def solve_again(moved: tuple[int, float]) -> Cost:
        number, by = moved
        if progress is not None:
            step = f"Shadow price {next(started):,} of {len(unproved):,}"
            progress(f"{step} that moves to another vertex")
        return vertex.solved_again(chosen[number], by)

    many = lp.shape[1] > SIDE_BY_SIDE and len(unproved) > 1
    found = side_by_side(solve_again, unproved) if many else map(solve_again, unproved)
    for (number, by), cost in zip(unproved, found, strict=True):
        costs[number][by] = cost
    return [
        {
            **resource.name,
            "limit": resource.limit,
            "one_more_saves": _price(cost.get(MORE), MORE),
            "one_less_costs": _price(cost.get(LESS), LESS),
        }
        for resource, cost in zip(chosen, costs, strict=True)
    ]


def _price(cost: Cost | None, by: float) -> Cost | None:
    """What one unit more saves, or one less costs."""
    if cost is None or isinstance(cost, str):
        return cost
    return float(f"{-by * cost:.{PRICE_DIGITS}g}") + 0.0


def shadow_price_table(scenario_id: int, prices: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """BUILD_PLAN_SHADOW_PRICE: one row per priced resource and period.

    Args:
        scenario_id: Scenario of the plan.
        prices: As `shadow_prices` returns them.
    """

    def column(name: str) -> list[Any]:
        return [price.get(name) for price in prices]

    less = column("one_less_costs")
    return pd.DataFrame(
        {
            "SCENARIO_ID": np.full(len(prices), scenario_id),
            "CONSTRAINT_NAME": pd.array(column("constraint"), "string"),
            "WORK_CENTER_ID": pd.array(column("work_center_id"), "Int64"),
            "TIER_CODE": pd.array(column("tier_code"), "string"),
            "SITE_ID": pd.array(column("site_id"), "Int64"),
            "PERIOD_START": np.array(column("period"), dtype=DAY),
            "UNIT": pd.array([unit.replace(" ", "_") for unit in column("unit")], "string"),
            "LIMIT_VALUE": np.array(column("limit"), dtype=np.float64).round(QUANTITY_DECIMALS),
            "ONE_MORE_SAVES": np.array(column("one_more_saves"), dtype=np.float64),
            "ONE_LESS_COSTS": np.array(
                [np.nan if cost in (None, INFEASIBLE) else cost for cost in less]
            ),
            "ONE_LESS_INFEASIBLE": pd.array([cost == INFEASIBLE for cost in less], "boolean"),
        }
    )
