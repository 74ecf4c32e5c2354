"""The hedge of the shared company: every figure as stated, and what it builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sop_pipeline.planning import SolvedPlan, plan_hedge
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.hedges import hedge_of_folder

CASES = Path(__file__).parents[3] / "shared" / "cases"
WITHIN = 1e-6

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


@pytest.fixture(scope="module")
def stated() -> dict[str, Any]:
    """What an independent extensive form comes to."""
    return json.loads((CASES / "sop_hedge_a.json").read_text("utf-8"))["oracle"]


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    """The plan."""
    hedge, policy = hedge_of_folder(CASES / "sop_hedge_a")
    settings = load_policy(policy, {"demand_source": "base"})
    return plan_hedge(hedge, settings, policy_name="case", input_hash="0", prices="none")


def test_its_figures_are_those_of_an_independent_extensive_form(
    stated: dict[str, Any], solved: SolvedPlan
) -> None:
    for name in ("objective", "expected_cost", "wait_and_see_cost", "mean_plan_cost", "cvar"):
        assert solved.report[name] == pytest.approx(stated[name], rel=WITHIN)
    for name in ("evpi", "vss"):
        within = WITHIN * stated["expected_cost"]
        assert solved.report[name] == pytest.approx(stated[name], abs=within)
    assert solved.report["commit_until"] == stated["commit_until"]


def test_each_future_costs_what_is_stated_beside_its_own_best(
    stated: dict[str, Any], solved: SolvedPlan
) -> None:
    for one in solved.report["futures"]:
        code = one["scenario_code"]
        assert one["cost"] == pytest.approx(stated["member_cost"][code], rel=WITHIN)
        assert one["own_best_cost"] == pytest.approx(stated["own_best"][code], rel=WITHIN)


def test_it_builds_what_is_stated(stated: dict[str, Any], solved: SolvedPlan) -> None:
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"]
    built = rows[rows["COMMITTED"]].groupby("PRODUCTION_WEEK")["RECOMMENDED_QUANTITY"].sum()
    assert {str(day)[:10]: units for day, units in built.items()} == pytest.approx(
        stated["build_by_period"], rel=1e-3
    )
