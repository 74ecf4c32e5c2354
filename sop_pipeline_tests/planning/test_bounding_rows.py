"""Without the rows that only bound one column, the programme stays the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import EXACT, HighsModel, WithoutBoundingRows
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic


def safe(inputs: PlanningInputs, policy: Policy) -> LinearProgram:
    """A programme whose safety stock may not be missing, so that its rows bound the stock."""
    problem = prepare_network(inputs, policy.model_copy(update={"safety_stock": "hard"})).problem
    return planning_model(replace(problem, safety_stock=np.minimum(problem.safety_stock, 1.0)))


@settings(deterministic, max_examples=10)
@given(companies())
def test_its_optimum_with_the_prices_of_the_rows_left_out_is_certified(
    company: tuple[PlanningInputs, Policy],
) -> None:
    try:
        lp = safe(*company)
    except SopError:
        reject()
    forms = WithoutBoundingRows.of(lp)
    short = forms.short(lp)
    found = HighsModel(short, EXACT).solve()
    assert isinstance(found, ProgrammeSolution) == isinstance(
        HighsModel(lp, EXACT).solve(), ProgrammeSolution
    )
    if isinstance(found, ProgrammeSolution):
        prices = forms.prices(lp, short, found.row_dual)
        certify(lp, replace(found, row_dual=prices)).require("HiGHS")


def test_only_rows_with_one_entry_go_and_what_binds_is_priced() -> None:
    """Two units of safety stock cost their holding: one unit less of it saves a period's."""
    inputs = one_line([5, 9, 4, 8], capacity=20, opening=4)
    policy = policy_of(safety_stock="hard", safety_stock_ratio=0.5, holding_cost_per_unit_month=3.0)
    lp = planning_model(prepare_network(inputs, policy).problem)
    forms = WithoutBoundingRows.of(lp)
    safety = lp.constraints["safety_stock"].indices.ravel()
    gone = np.flatnonzero(~forms.kept)
    assert set(safety) <= set(gone)
    assert (np.diff(lp.matrix.indptr)[gone] == 1).all()
    short = forms.short(lp)
    found = HighsModel(short).solve()
    assert isinstance(found, ProgrammeSolution)
    prices = forms.prices(lp, short, found.row_dual)
    assert prices[safety].max() == pytest.approx(3.0)
