"""A sweep gives the plans of solving each scenario on its own, whatever it starts from."""

from __future__ import annotations

import pandas as pd

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import SolvedPlan, plan_sweep
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.sweep import WarmSolver, same_matrix
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

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


def test_scenarios_of_another_structure_are_solved_from_nothing() -> None:
    def programme(products: int):
        return planning_model(
            prepare_network(one_line([5, 6], products=products), policy_of()).problem
        )

    one, two = programme(1), programme(2)
    assert not same_matrix(one, two)
    warm = WarmSolver()
    assert warm.solve(one).objective == WarmSolver().solve(one).objective  # type: ignore[union-attr]
    assert warm.solve(two).objective == WarmSolver().solve(two).objective  # type: ignore[union-attr]
