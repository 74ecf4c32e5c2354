"""Whatever the hedge: its figures are those of an independent extensive form, and in order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from sop_pipeline.errors import NoFeasiblePlan, SopError
from sop_pipeline.planning.futures.frontier import efficient_frontier
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.futures.optimum import HedgeOptimum, find_hedge_optimum
from sop_pipeline.planning.futures.preparation import prepared_hedge
from sop_pipeline.planning.optimum import Stopwatch
from sop_pipeline.planning.policy import Policy
from sop_pipeline_tests.planning.independent_hedge import HedgedCompany
from sop_pipeline_tests.planning.random_hedges import hedges
from sop_pipeline_tests.planning.test_random_companies import deterministic

WITHIN = 1e-6


def _optimum(hedge: HedgeInputs, policy: Policy) -> HedgeOptimum:
    try:
        prepared = prepared_hedge(hedge, policy)
    except SopError:
        assume(False)
        raise
    return find_hedge_optimum(prepared, policy, Stopwatch(None))


def require_right(hedge: HedgeInputs, policy: Policy) -> None:
    """There is a plan where independent means find one, and its figures are theirs."""
    try:
        prepared_hedge(hedge, policy)
    except SopError:
        assume(False)
    judge = HedgedCompany(hedge, policy)
    if judge.objective(policy.risk_weight, policy.risk_level) is None:
        with pytest.raises(NoFeasiblePlan):
            _optimum(hedge, policy)
        return
    require_figures(_optimum(hedge, policy), judge)


def require_figures(found: HedgeOptimum, judge: HedgedCompany) -> None:
    """Every figure is that of independent means, and WS <= RP <= EEV."""
    policy = found.policy

    def near(expected: Any) -> Any:
        return pytest.approx(expected, rel=WITHIN, abs=WITHIN)

    assert found.prepared.committed == judge.committed
    assert found.objective.total == near(judge.objective(policy.risk_weight, policy.risk_level))
    assert found.own_best == near(np.array(judge.own_best(), dtype=float))
    assert found.mean_plan_cost == (
        None if (expected := judge.mean_plan_cost()) is None else near(expected)
    )
    slack = WITHIN * max(1.0, found.expected_cost)
    assert found.wait_and_see_cost <= found.expected_cost + slack
    if not policy.risk_weight:
        assert found.expected_cost == near(found.objective.total)
        assert found.mean_plan_cost is None or found.expected_cost <= found.mean_plan_cost + slack
    else:
        assert found.fearless == near(judge.objective())


@settings(deterministic, max_examples=12)
@given(hedges())
def test_the_figures_of_a_hedge_are_those_of_an_independent_extensive_form(
    drawn: tuple[HedgeInputs, Policy],
) -> None:
    require_right(*drawn)


@settings(deterministic, max_examples=5)
@given(hedges())
def test_along_the_frontier_the_costliest_futures_cost_less_and_all_together_more(
    drawn: tuple[HedgeInputs, Policy],
) -> None:
    hedge, policy = drawn
    judge = HedgedCompany(hedge, policy)
    try:
        points = efficient_frontier(hedge, policy, (0.0, 0.3, 0.9))
    except SopError:
        assume(False)
        raise
    slack = WITHIN * max(1.0, points[0].cvar)
    for one, other in pairwise(points):
        assert other.expected_cost >= one.expected_cost - slack
        assert other.cvar <= one.cvar + slack
    for point in points:
        weighed = (1 - point.risk_weight) * point.expected_cost + point.risk_weight * point.cvar
        expected = judge.objective(point.risk_weight, policy.risk_level)
        assert weighed == pytest.approx(expected, rel=WITHIN, abs=WITHIN)


@pytest.mark.long
@settings(deterministic, max_examples=200)
@given(hedges())
def test_the_figures_of_200_hedges_are_those_of_an_independent_extensive_form(
    drawn: tuple[HedgeInputs, Policy],
) -> None:
    require_right(*drawn)
