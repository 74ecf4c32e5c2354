"""A sweep gives the plans of solving each scenario on its own, whatever it starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import (
    PlanningInputs,
    Policy,
    SolvedPlan,
    plan,
    plan_base,
    plan_sweep,
)
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.sweep import WarmStart, same_matrix
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_costs import drawn_model
from sop_pipeline_tests.planning.test_random_companies import deterministic

NAMED: dict[str, Any] = {"policy_name": "test", "input_hash": "test"}
DEMANDS = ([5, 9, 4, 8], [6, 10, 5, 3], [1, 1, 20, 9], [7, 7, 7, 7])


def test_a_sweep_gives_the_same_plans_as_one_at_a_time() -> None:
    policy = policy_of(shortage="lost_sales")
    scenarios = [one_line(demand, capacity=7, places=9, products=2) for demand in DEMANDS]
    swept = plan_sweep(
        scenarios, policy, policy_name="test", input_hashes=["test"] * len(scenarios)
    )
    for inputs, result in zip(scenarios, swept, strict=True):
        assert isinstance(result, SolvedPlan)
        alone = planned(inputs, policy)
        assert abs(result.report["objective"] - alone.report["objective"]) < 1e-6
        for name in ("RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_INVENTORY", "BUILD_PLAN_SHIPMENT"):
            pd.testing.assert_frame_equal(result.tables[name], alone.tables[name])


def test_an_impossible_scenario_leaves_the_others_planned() -> None:
    demands = ([5, 5], [500, 500], [6, 6])
    results = plan_sweep(
        [one_line(demand, capacity=7) for demand in demands],
        policy_of(),
        policy_name="test",
        input_hashes=["test"] * 3,
    )
    assert [type(result) for result in results] == [SolvedPlan, NoFeasiblePlan, SolvedPlan]


def test_a_changed_scenario_is_planned_from_its_base_as_from_nothing() -> None:
    policy = policy_of(shortage="backorder", safety_stock_ratio=0.2)
    base, *changed = (one_line(demand, capacity=9, places=9, products=2) for demand in DEMANDS)
    _, start = plan_base(base, policy, **NAMED)
    for inputs in [base, *changed, one_line([5, 6], products=3), replace_cost(base, 12.0)]:
        alone, warm = plan(inputs, policy, **NAMED), plan(inputs, policy, **NAMED, start=start)
        assert warm.report["objective"] == pytest.approx(alone.report["objective"], rel=1e-9)
        assert warm.report["shadow_prices"] == alone.report["shadow_prices"]
        for name in ("RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_INVENTORY", "BUILD_PLAN_SHIPMENT"):
            pd.testing.assert_frame_equal(warm.tables[name], alone.tables[name])


def replace_cost(inputs: PlanningInputs, unit_cost: float) -> PlanningInputs:
    return replace(inputs, product_master=inputs.product_master.assign(UNIT_COST=unit_cost))


@settings(deterministic, max_examples=12)
@given(companies(), st.floats(0.8, 1.2))
def test_more_or_less_demand_is_solved_warm_at_the_cost_of_a_cold_solve(
    company: tuple[PlanningInputs, Policy], factor: float
) -> None:
    model, solver = drawn_model(company), solver_of("highs")
    found = solver.solve(model)
    if not isinstance(found, Solution):
        return
    assert solver.break_ties is not None
    start = WarmStart.of(model, solver.break_ties(model, found), solver)
    changed = PlanningModel(replace(model.problem, demand=factor * model.problem.demand))
    cold, warm = solver.solve(changed), start.solve(changed)
    assert type(warm) is type(cold)
    if isinstance(cold, Solution) and isinstance(warm, Solution):
        assert warm.bound == pytest.approx(cold.bound, rel=1e-9, abs=1e-9)
        assert certify_plan(changed.asked, solver.break_ties(changed, warm)).holds


def test_a_problem_of_another_structure_is_solved_from_nothing() -> None:
    one, two = (
        PlanningModel(prepare_network(one_line([5, 6], products=n), policy_of()).problem)
        for n in (1, 2)
    )
    assert not same_matrix(one.programme, two.programme)
    solver = solver_of("highs")
    found = solver.solve(one)
    assert isinstance(found, Solution)
    warm, cold = WarmStart.of(one, found, solver).solve(two), solver.solve(two)
    assert isinstance(warm, Solution)
    assert isinstance(cold, Solution)
    assert warm.bound == cold.bound
