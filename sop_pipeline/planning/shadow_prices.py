"""What one unit more or less of a scarce resource is worth, by solving again.

A dual value of a degenerate plan is right for one direction at most, and solvers return either
end, so each direction is measured: one unit more or less, solved again from the optimal basis.
Does not belong here: what to do about a scarce resource.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sop_pipeline.planning.linear_program import Floats, LinearProgram
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solvers import HighsModel

Scope = Literal["binding", "all", "none"]
INFEASIBLE = "infeasible"
BINDING = 1e-6
PRICE_DECIMALS = 6


@dataclass(frozen=True)
class Resource:
    """One limit that can be eased or tightened.

    Attributes:
        kind: Column (an upper bound) or row (an upper side) of the programme.
        position: Which one.
        limit: Its limit.
        slack: What is left of it in the plan.
        name: What it is, for the report.
    """

    kind: Literal["column", "row"]
    position: int
    limit: float
    slack: float
    name: dict[str, Any]


def shadow_prices(
    problem: Problem,
    lp: LinearProgram,
    solution: Solution,
    scope: Scope = "binding",
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Price one unit more and one less of work-centre capacity and of warehouse storage.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        solution: Its optimal solution.
        scope: The resources that bind, all that are limited, or none.
        progress: Called with a sentence before each resource.

    Returns:
        Per resource: its name, `one_more_saves` and `one_less_costs` in currency; a value is
        "infeasible" where no plan is left, and None where there is not one unit to take away.
    """
    if scope == "none":
        return []
    chosen = [r for r in resources(problem, lp, solution) if scope == "all" or r.slack <= BINDING]
    model = HighsModel(lp)
    model.start_from(solution)
    base = float(lp.cost @ solution.primal)
    prices: list[dict[str, Any]] = []
    for number, resource in enumerate(chosen, start=1):
        if progress is not None:
            progress(f"Shadow price {number:,} of {len(chosen):,}")
        more = _cost_at(model, lp, resource, 1.0, solution)
        less = _cost_at(model, lp, resource, -1.0, solution)
        prices.append(
            {
                **resource.name,
                "one_more_saves": _difference(base, more),
                "one_less_costs": _difference(less, base),
            }
        )
    return prices


def resources(problem: Problem, lp: LinearProgram, solution: Solution) -> list[Resource]:
    """Every limited capacity tier and every warehouse, per period."""
    return [*_capacities(problem, lp, solution.primal), *_storages(problem, lp, solution.primal)]


def _capacities(problem: Problem, lp: LinearProgram, primal: Floats) -> list[Resource]:
    tiers = problem.tiers
    starts = [start.isoformat() for start in problem.periods.starts]
    columns = lp.variables["tier_use"].positions
    return [
        Resource(
            kind="column",
            position=int(columns[k, t]),
            limit=float(tiers.capacity[k, t]),
            slack=float(tiers.capacity[k, t] - primal[columns[k, t]]),
            name={
                "constraint": "work_center_capacity",
                "work_center_id": int(problem.work_centers[tiers.work_center[k]]),
                "tier_code": tiers.codes[k],
                "period": starts[t],
                "unit": "capacity unit",
            },
        )
        for k, t in np.argwhere(np.isfinite(tiers.capacity)).tolist()
    ]


def _storages(problem: Problem, lp: LinearProgram, primal: Floats) -> list[Resource]:
    rows = lp.constraints["warehouse_storage"].positions
    starts = [start.isoformat() for start in problem.periods.starts]
    slack = lp.row_upper - lp.matrix @ primal
    return [
        Resource(
            kind="row",
            position=int(rows[s, t]),
            limit=float(problem.threshold[s, t]),
            slack=float(slack[rows[s, t]]),
            name={
                "constraint": "warehouse_storage",
                "site_id": int(problem.warehouses[s]),
                "period": starts[t],
                "unit": "pallet",
            },
        )
        for s, t in np.ndindex(*rows.shape)
    ]


def _cost_at(
    model: HighsModel, lp: LinearProgram, resource: Resource, change: float, start: Solution
) -> float | str | None:
    """Least cost with the limit changed; the model is left as it was."""
    if resource.limit + change < 0:
        return None
    where = np.array([resource.position])
    sides = (lp.lower, lp.upper) if resource.kind == "column" else (lp.row_lower, lp.row_upper)
    move = model.set_bounds if resource.kind == "column" else model.set_sides
    lower, upper = sides[0][where], sides[1][where]
    move(where, lower, upper + change)
    outcome = model.solve()
    move(where, lower, upper)
    model.start_from(start)
    return INFEASIBLE if isinstance(outcome, Infeasible) else outcome.objective


def _difference(high: float | str | None, low: float | str | None) -> float | str | None:
    if isinstance(high, str) or isinstance(low, str):
        return INFEASIBLE
    if high is None or low is None:
        return None
    return round(high - low, PRICE_DECIMALS) + 0.0
