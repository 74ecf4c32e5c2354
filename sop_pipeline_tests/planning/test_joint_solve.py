"""A joint programme solved in fewer rows has the optimum, prices and vertex of the whole one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings

from sop_pipeline.errors import SopError
from sop_pipeline.planning import Policy, plan_hedge
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.futures import joint_solve
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.futures.joint import Joint
from sop_pipeline.planning.futures.joint_solve import definitions, solve_joint
from sop_pipeline.planning.futures.preparation import prepared_hedge
from sop_pipeline.planning.futures.together import Weighing, joined
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.solution import Infeasible, ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel, solve
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.hedges import hedge_of
from sop_pipeline_tests.planning.random_hedges import hedges
from sop_pipeline_tests.planning.test_random_companies import deterministic

MONTHS = (10, 20, 30, 40, 60, 60)
PUSH = (10, 20, 30, 40, 90, 95)
COMMITTED = 3


def _joint(hedge: HedgeInputs, policy: Policy, committed: int | None = None) -> Joint:
    prepared = prepared_hedge(hedge, policy)
    programmes = [planning_model(future.problem) for future in prepared.futures]
    weighing = Weighing(prepared.probabilities, policy.risk_weight, policy.risk_level)
    return joined(programmes, weighing, prepared.committed if committed is None else committed)


def _two_futures(**fields: object) -> Joint:
    policy = policy_of(safety_stock_ratio=0.5, **fields)
    futures = [one_line(demand, capacity=50.5) for demand in (MONTHS, PUSH)]
    return _joint(hedge_of(futures, (0.5, 0.5)), policy, COMMITTED)


def test_rows_that_say_what_a_variable_of_one_future_is_go_and_committed_builds_keep_theirs() -> (
    None
):
    joint = _two_futures()
    gone = definitions(joint)
    months = len(MONTHS)
    assert gone.safety.size == 2 * months
    assert gone.balance.size == 2 * (months - COMMITTED)
    assert not np.isin(gone.build, joint.parts[0].common).any()


def test_every_row_stays_where_rows_over_the_futures_speak_of_its_columns() -> None:
    assert definitions(_two_futures(risk_weight=0.5)).safety.size == 0


def test_a_future_that_is_held_to_few_plans_keeps_its_rows() -> None:
    prepared = prepared_hedge(hedge_of([one_line(MONTHS)], (1.0,)), policy_of())
    lp = planning_model(prepared.futures[0].problem)
    joint = joined([lp], Weighing(np.ones(1)), COMMITTED, beside=lp)
    gone = definitions(joint)
    assert gone.safety.size
    assert (np.append(gone.safety, gone.balance) < lp.shape[0]).all()


@settings(deterministic, max_examples=8)
@given(hedges())
def test_it_comes_to_the_optimum_of_the_whole_programme_proven_and_at_a_vertex_of_it(
    drawn: tuple[HedgeInputs, Policy],
) -> None:
    try:
        joint = _joint(*drawn)
    except SopError:
        assume(False)
        raise
    lp, found = joint.programme, solve_joint(joint, "highs")
    whole = solve(lp, "highs")
    if isinstance(whole, Infeasible):
        assert isinstance(found, Infeasible)
        return
    assert isinstance(found, ProgrammeSolution)
    assert found.objective == pytest.approx(whole.objective, rel=1e-9, abs=1e-6)
    certify(lp, found).require("HiGHS")
    model = HighsModel(lp)
    model.start_from(found)
    again = model.solve()
    assert isinstance(again, ProgrammeSolution)
    assert model._highs.getInfo().simplex_iteration_count == 0


def test_a_large_one_comes_to_the_plan_that_a_small_one_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    futures = [one_line(demand, capacity=155.0, products=3) for demand in (MONTHS, PUSH)]
    hedge, policy = hedge_of(futures, (0.5, 0.5)), policy_of(holding_cost_per_unit_month=1.0)
    small = plan_hedge(hedge, policy, policy_name="test", input_hash="0")
    monkeypatch.setattr(joint_solve, "INTERIOR_COLUMNS", 0)
    large = plan_hedge(hedge, policy, policy_name="test", input_hash="0")
    build = "RECOMMENDED_BUILD_PLAN"
    pd.testing.assert_frame_equal(large.tables[build], small.tables[build])
    assert large.report["objective"] == pytest.approx(small.report["objective"], rel=1e-9)
