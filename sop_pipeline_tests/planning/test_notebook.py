"""The reference notebook's plan is the model with one product, work centre and warehouse."""

from __future__ import annotations

import pytest

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.companies import SHARED_COMPANY, company_from_csv, fan_out

needs_shared_company = pytest.mark.skipif(
    not SHARED_COMPANY.exists(), reason="needs the shared reference data"
)

pytestmark = needs_shared_company

PUBLISHED = {
    "BASELINE": (833_037.78, [0, 0, 60_089, 219_712, 226_573, 190_319]),
    "Q4_PUSH": (1_094_854.56, [0, 0, 140_929, 285_275, 293_954, 247_306]),
    "CONSERVATIVE": (719_399.48, [0, 0, 0, 197_619, 203_909, 171_289]),
}


def _plan(scenario: str, **overrides: object) -> SolvedPlan:
    inputs = company_from_csv(SHARED_COMPANY, scenario)
    policy = load_policy("notebook", overrides)
    return plan(inputs, policy, policy_name="notebook", input_hash="test")


@pytest.mark.parametrize("scenario", PUBLISHED)
def test_cost_and_builds_are_the_notebooks(scenario: str) -> None:
    solved = _plan(scenario)
    cost, builds = PUBLISHED[scenario]
    assert round(solved.report["objective"], 2) == cost
    assert solved.report["published_cost"] == cost
    assert solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == builds


def test_demand_counted_several_times_gives_the_notebooks_own_figures() -> None:
    inputs = fan_out(company_from_csv(SHARED_COMPANY, "Q4_PUSH"))
    solved = plan(inputs, load_policy("notebook"), policy_name="notebook", input_hash="test")
    assert round(solved.report["objective"], 2) == 6_727_901.86
    assert solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == [
        613_776,
        969_401,
        1_081_349,
        1_327_868,
        1_380_396,
        1_155_206,
    ]


def test_the_conflict_of_an_impossible_plan_is_named_with_its_month_and_quantity() -> None:
    with pytest.raises(NoFeasiblePlan, match="2024-11: demand 294,484 needs 257,960 more units"):
        _plan("Q4_PUSH", max_hours_per_day=1)
