"""Whole units keep the whole decisions of a plan: lots, minimum lots, activations, set-ups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.generator import Size, random_problem
from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import DecisionsTaken, WholeDecisions
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.rounding import assert_whole, rounded

Draw = np.random.Generator
Array = np.ndarray[Any, np.dtype[Any]]
WITHIN = 1e-6


def drawn(seed: int) -> Problem:
    """A company with demand and capacities in fractions, and whole decisions of every kind."""
    rng = np.random.default_rng(seed)
    size = Size("tiny", int(rng.integers(1, 5)), 2, 4, 2, int(rng.integers(2, 5)), 30)
    problem = random_problem(size, seed)
    small = 0.02 * problem.demand + rng.random(problem.demand.shape)
    tiers, routings = problem.tiers, problem.routings
    taken = rng.choice([0.5, 1.0, 1.37], (len(routings.operation_routing), 1))
    return replace(
        problem,
        demand=small,
        opening_stock=0.02 * problem.opening_stock,
        safety_stock=0.02 * problem.safety_stock,
        shortage="backorder" if seed % 2 else "lost_sales",
        routings=replace(routings, operation_capacity=taken * routings.operation_capacity),
        tiers=replace(tiers, capacity=0.03 * tiers.capacity + rng.random(tiers.capacity.shape)),
        decisions=_decisions(rng, problem),
    )


def _decisions(rng: Draw, problem: Problem) -> WholeDecisions:
    periods, routings = len(problem.periods), len(problem.routings.codes)
    tiers = len(problem.tiers.codes)

    def some(members: int, least: int = 1) -> Array:
        count = int(rng.integers(least, members + 1))
        return np.sort(rng.choice(members, count, replace=False))

    def figures(members: int, *choices: float) -> Array:
        return np.repeat(rng.choice(choices, (members, 1)), periods, axis=1)

    activated, set_up = some(tiers), some(routings)
    multiple = figures(len(set_up), 1, 1, 2, 5)
    operation = set_up[rng.random(len(set_up)) < 0.5]
    return WholeDecisions(
        activated=activated,
        fixed_cost=figures(len(activated), 0, 30, 300),
        minimum_use=figures(len(activated), 0, 0.7, 2.3),
        set_up=set_up,
        setup_cost=figures(len(set_up), 0, 20, 200),
        minimum_lot=multiple * figures(len(set_up), 1, 2, 3),
        lot_multiple=multiple,
        setup_operation=operation,
        setup_capacity=figures(len(operation), 0.3, 1.1),
    )


def taken(problem: Problem) -> Problem | None:
    """The problem with its decisions taken at least cost; None where no plan is."""
    lp = PlanningModel(problem).programme
    whole = np.zeros(lp.shape[1], dtype=np.int64)
    whole[lp.whole] = 1
    found: Any = milp(
        lp.cost,
        integrality=whole,
        bounds=Bounds(lp.lower, lp.upper),
        constraints=LinearConstraint(lp.matrix, lp.row_lower, lp.row_upper),
        options={"mip_rel_gap": 1e-3, "time_limit": 5},
    )
    if found.x is None:
        return None
    plan = lp.quantities(found.x)
    decided = DecisionsTaken(*(plan[name].round() for name in ("activation", "setup", "lots")))
    assert problem.decisions is not None
    return replace(problem, decisions=replace(problem.decisions, taken=decided))


def broken(problem: Problem, plan: Quantities) -> list[str]:
    """Which rules of whole decisions a plan breaks, each from the figures alone."""
    decisions = problem.decisions
    assert decisions is not None
    assert decisions.taken is not None
    kept = {
        "load is capacity used": np.abs(_load_over(problem, decisions, plan)).max() <= WITHIN,
        **_set_ups_kept(decisions, decisions.taken, plan),
        **_tiers_kept(problem, decisions, decisions.taken, plan),
        "as taken": all(
            np.array_equal(plan[name], getattr(decisions.taken, name))
            for name in ("activation", "setup", "lots")
        ),
    }
    return [rule for rule, is_kept in kept.items() if not is_kept]


def _load_over(problem: Problem, decisions: WholeDecisions, plan: Quantities) -> Array:
    """Capacity taken less capacity used, by work centre and period."""
    routings, load = problem.routings, np.zeros((len(problem.work_centers), len(problem.periods)))
    for n, (r, w) in enumerate(
        zip(routings.operation_routing, routings.operation_work_center, strict=True)
    ):
        load[w] += plan["build"][r] * routings.operation_capacity[n]
        if n in decisions.setup_operation:
            at = decisions.setup_operation.tolist().index(n)
            set_up = plan["setup"][decisions.set_up.tolist().index(r)]
            load[w] += decisions.setup_capacity[at] * set_up
    for k, w in enumerate(problem.tiers.work_center):
        load[w] -= plan["tier_use"][k]
    return load


def _set_ups_kept(
    decisions: WholeDecisions, taken: DecisionsTaken, plan: Quantities
) -> dict[str, bool]:
    units, is_on = plan["build"][decisions.set_up], taken.setup == 1
    return {
        "nothing without a set-up": not units[~is_on].any(),
        "minimum lot": bool((units[is_on] >= decisions.minimum_lot[is_on]).all()),
        "whole lots": not (units % decisions.lot_multiple).any(),
    }


def _tiers_kept(
    problem: Problem, decisions: WholeDecisions, taken: DecisionsTaken, plan: Quantities
) -> dict[str, bool]:
    used, is_on = plan["tier_use"][decisions.activated], taken.activation == 1
    capacity = problem.tiers.capacity[decisions.activated] * is_on
    return {
        "only activated tiers": bool((used <= capacity + WITHIN).all()),
        "minimum use": bool((used >= decisions.minimum_use * is_on - WITHIN).all()),
    }


@pytest.mark.parametrize("seed", range(25))
def test_whole_units_keep_every_decision(seed: int) -> None:
    problem = taken(drawn(seed))
    assert problem is not None
    model, _, whole = rounded(problem)
    assert_whole(model, whole)
    assert broken(problem, whole.quantities) == []


def _line(capacity: float, demand: list[float], **tables: Any) -> Problem:
    problem = taken(
        prepare_network(one_line(demand, capacity=capacity, **tables), policy_of()).problem
    )
    assert problem is not None
    return problem


def test_where_hard_limits_leave_no_whole_units_with_the_decisions_the_period_is_named() -> None:
    """4.5 capacity units are to be used at least and 4.6 at most, of which a unit takes one."""
    tiers = [
        {"WORK_CENTER_ID": 101, "TIER_CODE": "REGULAR", "PREMIUM_PER_UNIT": 0.0, "MIN_USE": 4.5}
    ]
    problem = _line(4.6, [4.5], capacity_tiers=tiers)
    with pytest.raises(NoFeasiblePlan, match=r"whole units.*period 2025-01"):
        rounded(problem)
