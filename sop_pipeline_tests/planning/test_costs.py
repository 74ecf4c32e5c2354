"""Quantities alone tell what the programme tells: cost terms, totals, sizes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import assume

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.costs import cost_terms, total_cost
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Quantities
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline_tests.planning.test_random_companies import made_of_drawn_companies


def drawn_model(company: tuple[PlanningInputs, Policy]) -> PlanningModel:
    """The model of a company that can be prepared."""
    try:
        return PlanningModel(prepare_network(*company).problem)
    except SopError:
        assume(False)
        raise


@cache
def drawn_models() -> list[PlanningModel]:
    """The models of companies drawn at random: drawing one takes as long as all asked of it."""
    return made_of_drawn_companies(
        80, lambda inputs, policy: PlanningModel(prepare_network(inputs, policy).problem)
    )


def drawn_quantities(model: PlanningModel) -> tuple[Floats, Quantities]:
    """Values of every column that no plan has, by column and by family."""
    values = np.random.default_rng(5).uniform(0.5, 9.0, model.programme.shape[1])
    return values, model.programme.quantities(values)


def test_cost_terms_from_quantities_are_those_of_the_programme() -> None:
    for model in drawn_models():
        values, quantities = drawn_quantities(model)
        terms = cost_terms(model.problem, quantities)
        lp = model.programme
        assert list(terms) == list(lp.cost_terms)
        for name, term in lp.cost_terms.items():
            assert terms[name] == pytest.approx(term.of(values), rel=1e-12)
        assert total_cost(model.problem, quantities) == pytest.approx(lp.cost @ values, rel=1e-12)
        assert programme_shape(model.problem) == lp.shape


def test_what_each_member_pays_adds_up_to_the_term() -> None:
    for model in drawn_models():
        _, quantities = drawn_quantities(model)
        plan = PlannedQuantities(model.problem, quantities)
        for name, term in plan.cost_terms.items():
            paid = sum(float(plan.money(family, name).sum()) for family in quantities)
            assert paid == pytest.approx(term, rel=1e-12)


def test_a_plan_by_family_is_the_vector_of_its_programme_and_back() -> None:
    for model in drawn_models():
        values, quantities = drawn_quantities(model)
        assert np.array_equal(model.programme.of_columns(quantities), values)
        prices = np.arange(model.programme.shape[0], dtype=np.float64)
        assert np.array_equal(model.programme.of_rows(model.programme.prices(prices)), prices)
