"""The programme without its safety-stock rows is the same programme, whatever the company."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers import HighsModel, condense
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic


def _programme(inputs: PlanningInputs, policy: Policy) -> LinearProgram | None:
    try:
        return planning_model(prepare_network(inputs, policy).problem)
    except SopError:
        return None


@settings(deterministic, max_examples=15)
@given(companies())
def test_its_optimum_is_certified_and_its_vertex_is_one_of_the_original(
    company: tuple[PlanningInputs, Policy],
) -> None:
    lp = _programme(*company)
    assume(lp is not None)
    assert lp is not None
    condensed = condense(lp)
    assume(condensed is not None)
    assert condensed is not None
    found, whole = HighsModel(condensed.programme).solve(), HighsModel(lp)
    assume(isinstance(found, Solution))
    assert isinstance(found, Solution)
    restored = condensed.restore(found)
    certify(lp, restored).require("HiGHS")
    whole.start_from(restored)
    outcome = whole.solve()
    assert isinstance(outcome, Solution)
    assert outcome.objective == pytest.approx(restored.objective, rel=1e-9, abs=1e-6)
    assert whole._highs.getInfo().simplex_iteration_count == 0


def test_it_has_a_row_less_for_each_safety_stock_target() -> None:
    lp = _programme(one_line([5, 9, 4, 8], capacity=7), policy_of(safety_stock_ratio=0.5))
    assert lp is not None
    condensed = condense(lp)
    assert condensed is not None
    targets = lp.constraints["safety_stock"].positions.size
    assert condensed.programme.shape == (lp.shape[0] - targets, lp.shape[1])


@pytest.mark.parametrize(
    "fields", [{"safety_stock": "hard"}, {"safety_stock_penalty_per_unit": 0.0}]
)
def test_a_programme_whose_missing_stock_is_not_paid_for_stays_as_it_is(
    fields: dict[str, object],
) -> None:
    lp = _programme(one_line([1, 2, 1], capacity=7), policy_of(**fields))
    assert lp is not None
    assert condense(lp) is None
