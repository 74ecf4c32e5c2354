"""Plans in whole units to be judged, and their best by an integer programme of another solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.generator import SIZES, random_problem
from sop_pipeline.planning.certificate import plan_violation
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.whole_units import WholeUnits, whole_unit_plan

PERMILLE = 1e-3
random = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""How random companies are drawn, the same ones in every run."""


def independently(lp: LinearProgram) -> float | None:
    """Least cost with whole builds and shipments, by an integer programme of its own."""
    whole = np.zeros(lp.shape[1], dtype=np.int64)
    whole[lp.variables["build"].slice] = whole[lp.variables["shipment"].slice] = 1
    result: Any = milp(
        lp.cost,
        integrality=whole,
        bounds=Bounds(lp.lower, lp.upper),
        constraints=LinearConstraint(lp.matrix, lp.row_lower, lp.row_upper),
    )
    return None if result.x is None else float(result.fun)


def assert_whole(model: PlanningModel, whole: WholeUnits) -> None:
    assert plan_violation(model.asked, whole.quantities) <= 1e-8
    for family in ("build", "shipment"):
        made = whole.quantities[family]
        assert np.array_equal(made, made.round())


def unequal_shares(seed: int, scale: float) -> Problem:
    """Products that take unequal shares of work centres that are too small, demand in fractions."""
    problem = random_problem(SIZES["S"], seed)
    rng = np.random.default_rng(seed)
    routings, tiers = problem.routings, problem.tiers
    share = rng.uniform(0.5, 1.5, (len(routings.operation_routing), 1)).round(2)
    return replace(
        problem,
        demand=problem.demand + rng.random(problem.demand.shape),
        routings=replace(routings, operation_capacity=share * routings.operation_capacity),
        tiers=replace(tiers, capacity=scale * tiers.capacity),
    )


def optimum_of(model: PlanningModel) -> Solution:
    solver = solver_of("highs")
    found = solver.solve(model)
    assert isinstance(found, Solution)
    assert solver.break_ties is not None
    return solver.break_ties(model, found)


def rounded(
    problem: Problem, progress: Callable[[str], None] | None = None
) -> tuple[PlanningModel, Solution, WholeUnits]:
    model = PlanningModel(problem)
    optimum = optimum_of(model)
    return model, optimum, whole_unit_plan(model, optimum, progress)


def rounding_cost(problem: Problem, optimum: Solution, whole: WholeUnits) -> float:
    """What whole units cost more than the optimum, as a share of it."""
    return total_cost(problem, whole.quantities) / optimum.bound - 1
