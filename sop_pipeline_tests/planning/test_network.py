"""The network plan of the shared company costs what an independent solve of the contract gives."""

from __future__ import annotations

import pytest

from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.companies import SHARED_COMPANY, company_from_csv

pytestmark = pytest.mark.skipif(
    not SHARED_COMPANY.exists(), reason="needs the shared reference data"
)

TERMS = {
    "production": 471_496_668.65,
    "tier_premium": 0.0,
    "transport": 384_056.98,
    "handling": 706_532.20,
    "holding": 3_155_603.28,
    "overflow": 0.0,
    "lost_sales": 0.0,
    "backorder": 0.0,
    "safety_stock": 140_307.23,
    "load_change": 0.0,
}


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    inputs = company_from_csv(SHARED_COMPANY, "Q4_PUSH")
    return plan(inputs, load_policy("standard"), policy_name="standard", input_hash="test")


def test_objective_and_terms(solved: SolvedPlan) -> None:
    assert round(solved.report["objective"], 2) == 475_883_168.35
    assert {k: round(v, 2) for k, v in solved.report["cost_terms"].items()} == TERMS


def test_the_bottleneck_stage_of_each_plant_is_assumed_to_make_everything(
    solved: SolvedPlan,
) -> None:
    assert set(solved.tables["RECOMMENDED_BUILD_PLAN"]["WORK_CENTER_ID"]) == {103, 204}
    assert any(note.startswith("assumed_routing") for note in solved.report["assumptions"])
