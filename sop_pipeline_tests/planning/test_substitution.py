"""Without the rows that only say what a variable is, the programme stays the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy, solvers
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel, solve, substitute
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic


def _programme(inputs: PlanningInputs, policy: Policy) -> LinearProgram | None:
    try:
        return planning_model(prepare_network(inputs, policy).problem)
    except SopError:
        return None


@settings(deterministic, max_examples=8)
@given(companies())
def test_its_optimum_is_certified_and_its_vertex_is_one_of_the_original(
    company: tuple[PlanningInputs, Policy],
) -> None:
    lp = _programme(*company)
    assume(lp is not None)
    assert lp is not None
    substituted = substitute(lp)
    assume(substituted is not None)
    assert substituted is not None
    found, whole = HighsModel(substituted.programme).solve(), HighsModel(lp)
    assume(isinstance(found, ProgrammeSolution))
    assert isinstance(found, ProgrammeSolution)
    restored = substituted.restore(found)
    certify(lp, restored).require("HiGHS")
    whole.start_from(restored)
    outcome = whole.solve()
    assert isinstance(outcome, ProgrammeSolution)
    assert outcome.objective == pytest.approx(restored.objective, rel=1e-9, abs=1e-6)
    assert whole._highs.getInfo().simplex_iteration_count == 0


def test_only_rows_that_say_more_than_what_a_variable_is_are_left() -> None:
    lp = _programme(one_line([5, 9, 4, 8], capacity=7), policy_of(safety_stock_ratio=0.5))
    assert lp is not None
    gone = [lp.constraints[family].indices.size for family in ("safety_stock", "plant_balance")]
    assert gone == [4, 4]
    assert substitute(lp).programme.shape == (lp.shape[0] - sum(gone), lp.shape[1])


def test_a_build_that_shares_its_plant_balance_keeps_it() -> None:
    routings = [
        {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": 1.0}
        for code in ("A", "B")
    ]
    lp = _programme(one_line([3, 3], product_routings=routings), policy_of())
    assert lp is not None
    assert substitute(lp).definitions.balance.size == 0


@pytest.mark.parametrize(
    "fields", [{"safety_stock": "hard"}, {"safety_stock_penalty_per_unit": 0.0}]
)
def test_safety_stock_that_is_not_paid_for_keeps_its_rows(fields: dict[str, object]) -> None:
    lp = _programme(one_line([1, 2, 1], capacity=7), policy_of(**fields))
    assert lp is not None
    assert substitute(lp).definitions.safety.size == 0


@settings(deterministic, max_examples=10)
@given(companies())
def test_a_large_programme_is_solved_in_fewer_rows(company: tuple[PlanningInputs, Policy]) -> None:
    lp = _programme(*company)
    assume(lp is not None)
    assert lp is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solvers, "SUBSTITUTED_COLUMNS", 0)
        large, nameless = solve(lp, "highs"), solve(replace(lp, variables={}), "highs")
    whole = solve(lp, "highs")
    assert type(large) is type(nameless) is type(whole)
    if isinstance(whole, ProgrammeSolution) and isinstance(large, ProgrammeSolution):
        assert large.objective == pytest.approx(whole.objective, rel=1e-9, abs=1e-9)
        certify(lp, large).require("HiGHS")
