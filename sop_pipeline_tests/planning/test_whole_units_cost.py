"""Whole units cost little more than the optimum, are the best there are, and say what they cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from sop_pipeline.errors import NoFeasiblePlan, PlanNotCertified
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers.limit import solving_within
from sop_pipeline.planning.whole_units import AT_ONCE, Verdict, whole_unit_plan
from sop_pipeline.planning.whole_units.search import Bettering, Search
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.rounding import (
    PERMILLE,
    assert_whole,
    independently,
    optimum_of,
    random,
    rounded,
    rounding_cost,
    unequal_shares,
)


@random
@given(companies())
def test_a_small_plan_is_the_best_there_is_in_whole_units(
    company: tuple[PlanningInputs, Policy],
) -> None:
    problem = prepare_network(*company).problem
    model = PlanningModel(problem)
    found = solver_of("highs").solve(model)
    if not isinstance(found, Solution):
        return
    best = independently(model.programme)
    try:
        whole = whole_unit_plan(model, optimum_of(model))
    except NoFeasiblePlan:
        assert best is None
        return
    assert best is not None
    assert total_cost(problem, whole.quantities) == pytest.approx(best, rel=PERMILLE, abs=1e-6)
    assert whole.bound <= best + 1e-6 * max(1.0, abs(best))
    assert_whole(model, whole)


@pytest.mark.parametrize(("seed", "scale"), [(0, 0.6), (3, 0.6), (4, 0.5)])
def test_no_sale_is_lost_that_a_unit_more_of_the_product_would_serve(
    seed: int, scale: float
) -> None:
    problem = unequal_shares(seed, scale)
    model, optimum, whole = rounded(problem)
    assert_whole(model, whole)
    lp, values = model.programme, model.programme.of_columns(whole.quantities)
    lost = whole.quantities["lost_sales"] - optimum.quantities["lost_sales"]
    for p in np.flatnonzero(lost.sum(axis=(1, 2)) > 1e-6).tolist():
        alone = independently(_held_but(problem, lp, values, p))
        assert alone is not None
        assert lp.cost @ values - alone < 1e-6 * optimum.bound


def test_a_whole_plan_is_searched_again_only_where_enough_could_be_saved() -> None:
    model, _, whole = rounded(unequal_shares(0, 0.6))
    search, products = Search(model), np.arange(3)
    before = search.cost(whole.quantities)
    for is_quick in (False, True):
        too_much = Bettering(least=before, is_quick=is_quick)
        assert search.among(whole.quantities, products, 1, bettering=too_much) is None
        anything = Bettering(least=0.0, is_quick=is_quick)
        found = search.among(whole.quantities, products, 1, bettering=anything)
        assert found is not None
        assert search.cost(found.quantities) < before
        assert not search.fractions(found.quantities).any()


def _held_but(problem: Problem, lp: LinearProgram, values: Floats, p: int) -> LinearProgram:
    """The programme with the builds and shipments of all products but one held."""
    lower, upper = lp.lower.copy(), lp.upper.copy()
    for family, product in (
        ("build", problem.routings.product),
        ("shipment", problem.lanes.flow_product),
    ):
        columns = lp.variables[family].indices[product != p].ravel()
        lower[columns] = upper[columns] = values[columns]
    return replace(lp, lower=lower, upper=upper)


def test_quantities_of_many_digits_are_rounded_like_any() -> None:
    problem = unequal_shares(1, 0.8)
    many = {
        name: 1e5 * getattr(problem, name)
        for name in ("demand", "opening_stock", "safety_stock", "pallet_positions", "threshold")
    }
    tiers = replace(problem.tiers, capacity=1e5 * problem.tiers.capacity)
    overflow = replace(problem.overflow, capacity=1e5 * problem.overflow.capacity)
    problem = replace(problem, tiers=tiers, overflow=overflow, **many)
    model, optimum, whole = rounded(problem)
    assert rounding_cost(problem, optimum, whole) < 1e-7
    assert_whole(model, whole)


def test_a_limit_that_other_products_break_by_noise_leaves_a_product_its_whole_units() -> None:
    model = PlanningModel(problem := unequal_shares(0, 0.6))
    plan = optimum_of(model).quantities
    routings, build = problem.routings, plan["build"].copy()
    routing, center = routings.operation_routing, routings.operation_work_center
    capacity, load = np.zeros((2, len(problem.work_centers), len(problem.periods)))
    np.add.at(capacity, problem.tiers.work_center, problem.tiers.capacity)
    np.add.at(load, center, routings.operation_capacity * build[routing])
    full = np.abs(load - capacity)[center] < 1e-9
    other, month = np.argwhere(full & (build[routing] > 1))[0]
    idle = (build[routing][:, month] == 0) & (center == center[other])
    build[routing[other], month] += 5e-9
    product = routings.product[routing[idle][0]]
    found = Search(model).among({**plan, "build": build}, np.array([product]), 1)
    assert found is not None


def test_a_large_plan_is_the_same_every_time_and_says_what_it_does() -> None:
    told: list[str] = []
    problem = unequal_shares(0, 0.8)
    plans = [rounded(problem, told.append)[2].quantities for _ in range(2)]
    assert all(np.array_equal(plans[0][name], plans[1][name]) for name in VARIABLES)
    assert told[0].startswith("Rounding")
    assert plans[0]["build"].size + plans[0]["shipment"].size > AT_ONCE


def test_rounding_ends_when_the_time_is_over() -> None:
    problem = unequal_shares(0, 0.8)
    optimum = optimum_of(model := PlanningModel(problem))
    with solving_within(0.0), pytest.raises(PlanNotCertified, match="Time limit"):
        whole_unit_plan(model, optimum)


def test_products_are_planned_again_that_are_shorter_or_overflow_more_than_in_fractions() -> None:
    inputs = one_line([0.0, 8.0], places=4, products=2)
    problem = prepare_network(inputs, policy_of(overflow="priced", shortage="backorder")).problem
    search, none = Search(PlanningModel(problem)), np.zeros(problem.shape)
    overflow = np.zeros((len(problem.overflow.warehouse), len(problem.periods)))
    plan = {
        "stock": none,
        "overflow": overflow + 3.0,
        "lost_sales": none + 2,
        "backorder": none + 1,
    }
    stored, short = none.copy(), none.copy()
    stored[1], short[0, 0, 1] = 5.0, 3.0
    assert search.crowded(plan, {**plan, "overflow": overflow}).tolist() == [False, False]
    crowded = {**plan, "stock": stored}
    assert search.crowded(crowded, plan).tolist() == [False, False]
    assert search.crowded(crowded, {**plan, "overflow": overflow}).tolist() == [False, True]
    assert search.shorter(plan, plan).tolist() == [False, False]
    assert search.shorter({**plan, "lost_sales": none + 2 + short}, plan).tolist() == [True, False]
    assert search.shorter({**plan, "backorder": none + 1 + short}, plan).tolist() == [True, False]


def test_whole_units_that_cost_more_than_their_share_are_told() -> None:
    policy = policy_of(shortage="lost_sales", units_per_pallet=0.001)
    report = planned(one_line([0.1, 0.1], places=1e6), policy).report
    assert report["rounding_cost"] > 0.01 * report["published_cost"]
    assert report["status"] == "optimal"
    told = report["warnings"][-1]
    assert told.startswith(f"Whole units cost {report['rounding_cost']:,.2f} USD more")
    assert "the cheapest plan in whole units" in told


@pytest.mark.parametrize(("bound", "status"), [(100.5, "optimal"), (90.0, "within_gap")])
def test_a_plan_far_from_the_best_in_whole_units_is_not_called_optimal(
    bound: float, status: str
) -> None:
    verdict = Verdict(optimum=80.0, published=101.0, bound=bound)
    assert verdict.proof.grade == status
    (told,) = verdict.warnings("EUR")
    assert "21.00 EUR more" in told
    assert ("up to 11.00 cheaper" in told) == (status == "within_gap")


@pytest.mark.parametrize(("bound", "told"), [(100.8, "claims"), (100.7, "up to 0.30 cheaper")])
def test_a_plan_is_the_cheapest_in_whole_units_up_to_a_hundredth_of_what_they_cost(
    bound: float, told: str
) -> None:
    (warning,) = Verdict(optimum=80.0, published=101.0, bound=bound).warnings("EUR")
    assert told in warning


def test_whole_units_within_their_share_are_not_told() -> None:
    assert Verdict(optimum=100.0, published=100.9, bound=100.0).warnings("EUR") == []


def test_the_cheapest_is_said_to_be_so_among_those_that_keep_the_whole_decisions() -> None:
    verdict = Verdict(optimum=80.0, published=101.0, bound=101.0, is_decided=True)
    assert "with the set-ups, lots and activations as planned" in verdict.warnings("EUR")[0]
    assert "as planned" not in replace(verdict, is_decided=False).warnings("EUR")[0]


@pytest.mark.parametrize("storage", [[], [{"PRODUCT_ID": 1, "MAX_AGE_DAYS": 90}]])
def test_where_no_whole_units_will_do_what_is_missed_is_told_in_words_and_units(
    storage: list[dict[str, object]],
) -> None:
    with pytest.raises(NoFeasiblePlan) as told:
        planned(one_line([10.5, 3.0], capacity=10.9, product_storage=storage), policy_of())
    missed = "stock not below 0 (product 1, warehouse 11, period 2025-01), missed by 0.5000 units"
    assert missed in str(told.value)
