"""A company is planned the same in any currency and any unit, and whatever its products cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import PlanningInputs, Policy, plan
from sop_pipeline.planning.certificate import certify, certify_plan
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.model import PlanningModel, planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.shadow_prices import shadow_prices
from sop_pipeline.planning.solution import ProgrammeSolution, Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.sweep import WarmStart
from sop_pipeline.planning.ties import break_ties
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.units import in_units

UNITS = ({"money": 1e-6}, {"money": 1e-3}, {"money": 1e6}, {"goods": 1e-3}, {"goods": 1e3})


def drawn(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def _programme(inputs: PlanningInputs, policy: Policy) -> tuple[Problem, LinearProgram]:
    problem = prepare_network(inputs, policy).problem
    return problem, planning_model(problem)


def _settled(
    problem: Problem, lp: LinearProgram, solver: str = "highs"
) -> ProgrammeSolution | None:
    """The plan, certified; None where nothing is feasible."""
    found = solve(lp, solver)
    if not isinstance(found, ProgrammeSolution):
        return None
    settled = break_ties(problem, lp, found)
    certify(lp, settled).require(settled.solver)
    return settled


def _check_every_unit(company: tuple[PlanningInputs, Policy]) -> None:
    planned = _settled(*_programme(*company))
    for unit in UNITS:
        other = _settled(*_programme(*in_units(*company, **unit)))
        assert (planned is None) == (other is None), unit
        if planned is not None and other is not None:
            goods = unit.get("goods", 1.0)
            assert other.objective == pytest.approx(
                planned.objective * unit.get("money", 1.0), rel=1e-9, abs=1e-12
            )
            _, lp = _programme(*company)
            counted = _counted_in_goods(lp, goods)
            size = np.maximum(np.abs(planned.primal), lp.sizes.columns)
            assert np.abs(other.primal / counted - planned.primal) == pytest.approx(
                0.0, abs=1e-7 * float(size.max())
            ), unit


def _counted_in_goods(lp: LinearProgram, goods: float) -> np.ndarray:
    """What each column is multiplied by: pallets are none of the goods."""
    factor = np.full(lp.shape[1], goods)
    factor[lp.variables["overflow"].slice] = 1.0
    return factor


@drawn(12)
@given(companies())
def test_the_plan_is_the_same_in_any_unit(company: tuple[PlanningInputs, Policy]) -> None:
    _check_every_unit(company)


@pytest.mark.long
@drawn(200)
@given(companies())
def test_two_hundred_companies_are_planned_the_same_in_any_unit(
    company: tuple[PlanningInputs, Policy],
) -> None:
    _check_every_unit(company)


@drawn(25)
@given(companies(), st.integers(0, 2**32 - 1), st.sampled_from(["highs", "pulp:HiGHS"]))
def test_costs_a_hundred_million_times_apart_are_certified(
    company: tuple[PlanningInputs, Policy], seed: int, solver: str
) -> None:
    problem, lp = _programme(*company)
    spread = 10.0 ** np.random.default_rng(seed).uniform(-4, 4, lp.shape[1])
    _settled(problem, replace(lp, cost_terms=all_costs(lp.cost * spread)), solver)


def test_scaling_is_exact_there_and_back() -> None:
    _, lp = _programme(*_two_products(0.3, 7e5))
    scaled = scale(lp)
    back = scaled.original(scaled.scaled(_solution(lp)))
    assert isinstance(back, ProgrammeSolution)
    np.testing.assert_array_equal(back.primal, _solution(lp).primal)
    np.testing.assert_array_equal(back.row_dual, _solution(lp).row_dual)
    sizes = np.concatenate([scaled.sizes.rows, scaled.sizes.columns, [scaled.sizes.money]])
    np.testing.assert_array_equal(np.frexp(sizes)[0], 0.5)


@pytest.mark.parametrize("money", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("goods", [1e-4, 1.0, 1e6])
def test_natural_sizes_leave_ordinary_figures(money: float, goods: float) -> None:
    _, lp = _programme(*in_units(*_two_products(0.02, 1e5), money=money, goods=goods))
    programme = scale(lp).programme
    for values in (programme.matrix.data, programme.cost, programme.row_upper, programme.upper):
        given_values = np.abs(values[np.isfinite(values) & (values != 0)])
        assert given_values.min() > 1e-4
        assert given_values.max() < 1e4


@pytest.mark.parametrize("money", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("goods", [1.0, 1e3, 1e7])
def test_shadow_prices_are_those_of_the_unit(money: float, goods: float) -> None:
    inputs = one_line([100, 100, 100, 120, 120, 100], capacity=110, places=20)
    policy = policy_of(holding_cost_per_unit_month=0.22)
    problem, lp = _programme(*in_units(inputs, policy, money=money, goods=goods))
    solution = _settled(problem, lp)
    assert solution is not None
    priced = [
        price
        for price in shadow_prices(problem, lp, solution, "all")
        if price["constraint"] == "work_center_capacity"
    ]
    saved = [price["one_more_saves"] * goods / money for price in priced]
    assert saved == pytest.approx([0.0, 0.0, 0.22, 0.44, 0.66, 0.0], abs=1e-6)


def _two_products(cheap: float, dear: float) -> tuple[PlanningInputs, Policy]:
    master = [
        {
            "PRODUCT_ID": p,
            "PRODUCT_CODE": f"P{p}",
            "PRODUCT_NAME": f"Product {p}",
            "UNIT_PRICE": 2 * cost,
            "UNIT_COST": cost,
        }
        for p, cost in ((1, cheap), (2, dear))
    ]
    storage = [{"PRODUCT_ID": p, "LOST_SALE_COST": 2 * c} for p, c in ((1, cheap), (2, dear))]
    inputs = one_line(
        [5, 9, 4, 8], capacity=15, products=2, product_master=master, product_storage=storage
    )
    return inputs, policy_of(shortage="lost_sales")


def _solution(lp: LinearProgram) -> ProgrammeSolution:
    found = solve(lp, "highs")
    assert isinstance(found, ProgrammeSolution)
    return found


@pytest.mark.parametrize("solver", ["pulp:HiGHS", "highs"])
@pytest.mark.parametrize("taken", [1e-6, 1e-8, 1e-9, 1e-10, 1e-12])
@pytest.mark.parametrize(
    ("units", "cost"),
    [
        # Seven of the light product a month, none of the other: 26 x 100 lost, three months stored.
        ("light", 26 * 10 + 0.9 + 26 * 100),
        # Seven of the other, which the light one takes next to nothing from.
        ("other", 26 * 10 + 26 * 11 + 0.9),
    ],
)
def test_a_product_that_takes_next_to_nothing_takes_it(
    units: str, cost: float, taken: float, solver: str
) -> None:
    capacity = 7 * taken if units == "light" else 7.0
    problem, lp = _programme(*_light_and_other(taken, capacity))
    settled = _settled(problem, lp, solver)
    assert settled is not None
    assert float(lp.cost @ settled.primal) == pytest.approx(cost, rel=1e-5)


def test_what_no_solver_would_see_is_refused_by_name() -> None:
    inputs, policy = _light_and_other(1e-30, 7.0)
    with pytest.raises(InputRefused, match=r"CAPACITY_PER_UNIT.*routing 1,A: 1e-30") as refused:
        plan(inputs, policy, policy_name="test", input_hash="")
    (fault,) = refused.value.faults
    assert (fault.table, fault.total) == ("PRODUCT_ROUTING", 4)


def _light_and_other(taken: float, capacity: float) -> tuple[PlanningInputs, Policy]:
    routings = [
        {"PRODUCT_ID": p, "ROUTING_CODE": "A", "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": of_it}
        for p, of_it in ((1, taken), (2, 1.0))
    ]
    inputs = one_line([5, 9, 4, 8], capacity=capacity, products=2, product_routings=routings)
    return inputs, policy_of(shortage="lost_sales")


@pytest.mark.parametrize("lost", [1e3, 1e6, 1e9, 1e11])
def test_an_unavoidable_loss_leaves_the_rest_of_the_plan_cheapest(lost: float) -> None:
    """43 units are lost whatever one does; one unit is built ahead for March, none too many."""
    dear = {"PRODUCT_ID": 1, "LOST_SALE_COST": lost}
    inputs = one_line([50, 5, 8], capacity=7, product_storage=[dear])
    report = plan(
        inputs, policy_of(shortage="lost_sales"), policy_name="test", input_hash=""
    ).report
    terms = report["cost_terms"]
    assert terms["lost_sales"] == pytest.approx(43 * lost, rel=1e-12)
    assert terms["production"] == pytest.approx(200.0)
    assert terms["holding"] == pytest.approx(0.3)
    assert report["certificate"]["avoidable_gap"] < 1e-6


@pytest.mark.parametrize("unit", UNITS)
def test_a_sweep_restarts_in_any_unit(unit: dict[str, float]) -> None:
    solver = solver_of("highs")
    start: WarmStart | None = None
    for demand in ([5, 9, 4, 8], [6, 8, 4, 9], [5, 12, 9, 8]):
        inputs = one_line(demand, capacity=15, products=2)
        policy = policy_of(shortage="lost_sales", safety_stock_ratio=0.2)
        model = PlanningModel(prepare_network(*in_units(inputs, policy, **unit)).problem)
        found = (solver if start is None else start.warm_solver).solve(model)
        assert isinstance(found, Solution)
        assert solver.break_ties is not None
        optimum = solver.break_ties(model, found)
        certify_plan(model.asked, optimum).require("sweep")
        assert found.bound == pytest.approx(_solution(model.programme).objective, rel=1e-9)
        start = start or WarmStart.of(model, optimum, solver)
