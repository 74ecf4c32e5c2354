"""Hedges over whole companies: every figure and regret as independent programmes say."""

from __future__ import annotations

import pytest

from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.futures.optimum import HedgeOptimum, find_hedge_optimum
from sop_pipeline.planning.futures.preparation import prepared_hedge
from sop_pipeline.planning.optimum import Stopwatch
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.planning.companies import SHARED_COMPANY, company_from_csv
from sop_pipeline_tests.planning.hedges import hedge_of
from sop_pipeline_tests.planning.independent_hedge import HedgedCompany
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.test_hedges import WITHIN, require_figures
from sop_pipeline_tests.reference import COMPANY
from sop_pipeline_tests.reference.cases import inputs_of

Hedge = tuple[HedgeInputs, Policy, HedgeOptimum]


@pytest.fixture(scope="module", params=["reference", "shared"])
def hedge(request: pytest.FixtureRequest) -> Hedge:
    """A hedge over all scenarios of a company, with its optimum."""
    if request.param == "reference":
        policy = load_policy("standard", {"demand_source": "base", "commit_until": "2026-02-01"})
        inputs = [inputs_of(COMPANY, code, policy) for code in ("BASE", "PUSH")]
        asked = hedge_of(inputs, (0.7, 0.3))
    elif SHARED_COMPANY.is_dir():
        policy = Policy()
        codes = ("BASELINE", "Q4_PUSH", "CONSERVATIVE")
        inputs = [company_from_csv(SHARED_COMPANY, code) for code in codes]
        asked = hedge_of(inputs, (0.5, 0.3, 0.2))
    else:
        pytest.skip("the shared company is not here")
    return asked, policy, find_hedge_optimum(prepared_hedge(asked, policy), policy, Stopwatch(None))


def test_its_figures_are_those_of_an_independent_extensive_form(hedge: Hedge) -> None:
    asked, policy, found = hedge
    require_figures(found, HedgedCompany(asked, policy))
    assert found.wait_and_see_cost < found.expected_cost


def test_each_future_costs_the_least_that_the_one_build_leaves_it(hedge: Hedge) -> None:
    asked, policy, found = hedge
    judge, problem = HedgedCompany(asked, policy), found.plan.models[0].problem
    built = found.plan.solutions[0].quantities["build"]
    products = problem.products[problem.routings.product].tolist()
    for future, cost, own_best in zip(judge.futures, found.plan.costs, found.own_best, strict=True):
        programme = programme_of(future)
        for p, code, units in zip(products, problem.routings.codes, built, strict=True):
            programme.equal += [
                ({programme.columns["x", p, code, t]: 1.0}, float(units[t]))
                for t in range(judge.committed)
                if ("x", p, code, t) in programme.columns
            ]
        assert cost == pytest.approx(programme.solve(), rel=WITHIN)
        assert own_best <= cost * (1 + WITHIN)
