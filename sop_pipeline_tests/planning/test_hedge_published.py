"""Published stochastic problems: the hedge costs, and what knowing is worth, as stated there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sop_pipeline.planning import SolvedPlan, plan_hedge
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.hedges import hedge_of_folder

CASES = Path(__file__).parents[3] / "shared" / "cases"
NAMES = ("one_build", "vaccine", "gas_buying", "eev_impossible", "cvar_off", "sop_hedge_a")
WITHIN = 1e-6

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


@pytest.fixture(scope="module", params=NAMES)
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], SolvedPlan]:
    """What must come out, and the plan."""
    stated = json.loads((CASES / f"{request.param}.json").read_text())
    hedge, policy = hedge_of_folder(CASES / request.param)
    settings = load_policy(policy, {"demand_source": "base"})
    return stated, plan_hedge(hedge, settings, policy_name="case", input_hash="0", prices="none")


def test_the_figures_of_a_published_hedge_are_as_published(
    case: tuple[dict[str, Any], SolvedPlan],
) -> None:
    stated, solved = case
    report = solved.report
    oracle: dict[str, Any] = stated["oracle"]
    for name in ("objective", "expected_cost", "wait_and_see_cost", "mean_plan_cost", "cvar"):
        expected = oracle[name]
        assert report[name] == (None if expected is None else pytest.approx(expected, rel=WITHIN))
    assert report["commit_until"] == oracle["commit_until"]
    for name, value in stated.get("published", {}).items():
        if name in report:
            within = max(WITHIN, stated["tolerance"] if stated["tolerance"] != "1e-6" else 0)
            assert report[name] == (None if value is None else pytest.approx(value, abs=within))


def test_each_future_costs_as_published_beside_its_own_best(
    case: tuple[dict[str, Any], SolvedPlan],
) -> None:
    stated, solved = case
    futures = {one["scenario_code"]: one for one in solved.report["futures"]}
    for code, cost in stated["oracle"]["own_best"].items():
        assert futures[code]["own_best_cost"] == pytest.approx(cost, rel=WITHIN)
        assert futures[code]["regret"] == pytest.approx(
            futures[code]["cost"] - cost, rel=WITHIN, abs=WITHIN * cost
        )
    for code, cost in stated["oracle"]["member_cost"].items():
        assert futures[code]["cost"] == pytest.approx(cost, rel=WITHIN)


def test_the_committed_build_is_as_published(case: tuple[dict[str, Any], SolvedPlan]) -> None:
    stated, solved = case
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"]
    for key, units in stated["oracle"].get("committed_build", {}).items():
        product, center, day = key.split("|")
        at = rows.query(
            "PRODUCT_ID == @p and WORK_CENTER_ID == @w",
            local_dict={"p": int(product), "w": int(center)},
        )
        built = at[at["PRODUCTION_WEEK"] == day]["RECOMMENDED_QUANTITY"]
        assert built.tolist() == pytest.approx([units])
