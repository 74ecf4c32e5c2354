"""Whatever the company and the changes: the plan is a cold plan of the changed inputs."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused, NoFeasiblePlan, UsageError
from sop_pipeline.insight.change_language import all_changes
from sop_pipeline.insight.changes import made
from sop_pipeline.insight.company_frames import CompanyFrames
from sop_pipeline.insight.differences import plan_difference
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.planning.planner import PlanRequest, plan_with_change
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

amounts = st.sampled_from(["+10%", "-30%", "+100%", "+4", "-2", "=6", "+0%"])
periods = st.sampled_from(["", " from 2025-02", " to 2025-01", " from 2025-01 to 2025-02"])
products = st.sampled_from(["", " product P1", " product P2", " site S11"])
places = st.sampled_from(["WC101", "WC102", "WC201", "WC201/OVERTIME"])
changes = st.one_of(
    st.builds("demand {}{}{}".format, amounts, products, periods),
    st.builds("price {}{}{}".format, amounts, products, periods),
    st.builds("cost {}".format, amounts),
    st.builds("opening {}{}".format, amounts, products),
    st.builds("capacity {}:{}{}".format, places, amounts, periods),
    st.builds("capacity WC201:+1shift{}".format, periods),
    st.builds("close {}{}".format, st.sampled_from(["S1", "WC201", "S11", "S12"]), periods),
    st.builds("rate storage:{}{}".format, amounts, periods),
    st.builds("rate S11:transport:{}".format, amounts),
    st.builds("lead-time S11:{}".format, st.sampled_from(["+30", "=15", "-10days"])),
)


@settings(deterministic, max_examples=15)
@given(companies(), st.lists(changes, min_size=1, max_size=3))
def test_changed_plans_are_cold_plans_of_the_changed_inputs(
    company: tuple[PlanningInputs, Policy], texts: list[str]
) -> None:
    inputs, policy = company
    try:
        frames, sentences = made(all_changes(texts), CompanyFrames(inputs, policy))
    except UsageError:
        return  # a slip, as another test holds
    assert len(sentences) == len(texts)
    cold = _plan(frames.inputs, policy)
    asked = [PlanRequest(one, policy, "test", "test") for one in (inputs, frames.inputs)]
    if _plan(inputs, policy) is None or cold is None:
        with pytest.raises((NoFeasiblePlan, InputRefused)):
            plan_with_change(*asked)
        return
    _, changed = plan_with_change(*asked)
    assert changed.report["objective"] == pytest.approx(cold.report["objective"], rel=1e-9)
    for name in ("RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_INVENTORY", "BUILD_PLAN_SHIPMENT"):
        pd.testing.assert_frame_equal(changed.tables[name], cold.tables[name])
    assert plan_difference(cold.tables, changed.tables).is_nothing


def _plan(inputs: PlanningInputs, policy: Policy) -> SolvedPlan | None:
    try:
        return plan(inputs, policy, policy_name="test", input_hash="test")
    except (NoFeasiblePlan, InputRefused):
        return None
