"""Whatever the company: certified, as cheap as an independent solve, every table as it follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings

from sop_pipeline.errors import NoFeasiblePlan, SopError
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS, INPUTS
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline.validation.schema_faults import schema_faults
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.published_tables import findings
from sop_pipeline_tests.planning.random_companies import companies

deterministic = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,  # a company is thousands of figures: the blob alone draws it again
    phases=[Phase.explicit, Phase.generate],  # shrinking a company takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def made_of_drawn_companies[T](count: int, make: Callable[[PlanningInputs, Policy], T]) -> list[T]:
    """What is made of companies drawn at random, once for all the tests that look at it.

    Args:
        count: How many companies; those of which nothing can be made do not count.
        make: Makes it of one.
    """
    made: list[T] = []

    @settings(deterministic, max_examples=count)
    @given(companies())
    def draw(company: tuple[PlanningInputs, Policy]) -> None:
        try:
            made.append(make(*company))
        except SopError:
            reject()

    draw()
    return made


@settings(deterministic, max_examples=20)
@given(companies())
def test_every_table_of_a_company_drawn_is_one_the_schemas_accept(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, _ = company
    for name in inputs.table_names():
        table, rows = INPUTS[name], getattr(inputs, name)
        if table == DEMAND_FORECASTS:
            rows = rows.assign(SCENARIO_ID=inputs.scenario_id)
        assert rows.empty or schema_faults(table, rows) == []


@pytest.mark.long
@settings(deterministic, max_examples=300)
@given(companies())
def test_cost_and_tables_are_those_of_independent_means_in_300_companies(
    company: tuple[PlanningInputs, Policy],
) -> None:
    require_right(*company)


@deterministic
@given(companies())
def test_cost_and_tables_are_those_of_independent_means(
    company: tuple[PlanningInputs, Policy],
) -> None:
    require_right(*company)


def require_right(inputs: PlanningInputs, policy: Policy) -> None:
    """Cost and status are those of the independent solve, and every published figure follows."""
    company = Company(inputs, policy)
    expected = programme_of(company).solve()
    if expected is None:
        with pytest.raises(NoFeasiblePlan):
            _plan(inputs, policy)
        return
    try:
        solved = _plan(inputs, policy)
    except NoFeasiblePlan as impossible:
        if "No plan in whole units" not in str(impossible):
            raise
        return
    assert solved.report["objective"] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert sum(solved.report["cost_terms"].values()) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert max(solved.report["certificate"].values()) <= 1e-6
    assert solved.report["rounding_cost"] >= -1e-6 * max(1.0, abs(expected))
    blocking = [outcome for outcome in check_plan(solved) if outcome.blocks]
    assert [str(fault) for outcome in blocking for fault in outcome.faults] == []
    assert findings(solved.tables, company) == []
    (objective,) = solved.tables["BUILD_PLAN_SUMMARY"]["OBJECTIVE"]
    assert objective == pytest.approx(expected, rel=1e-6, abs=0.006)
    terms = solved.report["published_cost_terms"]
    assert sum(terms.values()) == pytest.approx(solved.report["published_cost"], abs=0.006)


def _plan(inputs: PlanningInputs, policy: Policy) -> SolvedPlan:
    return plan(inputs, policy, policy_name="random", input_hash="test", prices="none")
