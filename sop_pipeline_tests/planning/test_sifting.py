"""A restart that leaves columns out finds what a solve from nothing finds, whatever the company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Infeasible, ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel, sifting, solve_from_neighbour
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic


def _neighbour(problem: Problem, seed: int, reach: float) -> Problem:
    """The same company with every demand moved by up to a share, and tiers and costs by half."""
    rng = np.random.default_rng(seed)

    def moved(values: np.ndarray, by: float) -> np.ndarray:
        return values * rng.uniform(1 - by, 1 + by, values.shape)

    tiers = replace(problem.tiers, capacity=moved(problem.tiers.capacity, reach / 2))
    return replace(
        problem,
        demand=moved(problem.demand, reach).round(),
        tiers=tiers,
        holding_cost=moved(problem.holding_cost, reach / 2),
    )


@settings(deterministic, max_examples=12)
@given(companies(), st.integers(0, 99), st.sampled_from([0.1, 0.9]), st.sampled_from([0.0, 0.3]))
def test_the_answer_is_that_of_a_solve_from_nothing(
    company: tuple[PlanningInputs, Policy], seed: int, reach: float, nearest: float
) -> None:
    try:
        problem = prepare_network(*company).problem
    except SopError:
        assume(False)
        raise
    optimum = HighsModel(planning_model(problem)).solve()
    assume(isinstance(optimum, ProgrammeSolution))
    assert isinstance(optimum, ProgrammeSolution)
    lp = planning_model(_neighbour(problem, seed, reach))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifting, "NEAREST", nearest)
        found = solve_from_neighbour(lp, optimum)
    cold = HighsModel(lp).solve()
    assert type(found) is type(cold)
    if isinstance(found, ProgrammeSolution) and isinstance(cold, ProgrammeSolution):
        assert found.objective == pytest.approx(cold.objective, rel=1e-9, abs=1e-6)
        certify(lp, found).require("HiGHS")
        again = HighsModel(lp)
        again.start_from(found)
        again.solve()
        assert again._highs.getInfo().simplex_iteration_count == 0


def _line(demand: list[float], shortage: str) -> Problem:
    inputs = one_line(demand, capacity=9, products=2)
    return prepare_network(inputs, policy_of(shortage=shortage)).problem


def _solved_with_nothing_near(
    base: Problem, scenario: Problem, monkeypatch: pytest.MonkeyPatch
) -> tuple[ProgrammeSolution | Infeasible, list[int]]:
    """Outcome, and how many columns each of its solves had."""
    sizes: list[int] = []

    class Counted(HighsModel):
        def __init__(self, lp, options=None) -> None:
            sizes.append(lp.shape[1])
            super().__init__(lp, options)

    optimum = HighsModel(planning_model(base)).solve()
    assert isinstance(optimum, ProgrammeSolution)
    monkeypatch.setattr(sifting, "NEAREST", 0.0)
    monkeypatch.setattr(sifting, "HighsModel", Counted)
    return solve_from_neighbour(planning_model(scenario), optimum), sizes


def test_columns_left_out_that_pay_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line([4, 4, 4, 4], "forbid")
    # No two equally near, so that one alone is inside to begin with.
    dearer = np.arange(1.0, 1.0 + line.holding_cost.size).reshape(line.holding_cost.shape)
    base = replace(line, holding_cost=line.holding_cost * dearer)
    costs = base.routings.unit_cost * np.array([0.1, 0.2, 1.0, 1.0])
    scenario = replace(base, routings=replace(base.routings, unit_cost=costs))
    found, sizes = _solved_with_nothing_near(base, scenario, monkeypatch)
    cold = HighsModel(planning_model(scenario)).solve()
    assert isinstance(found, ProgrammeSolution)
    assert isinstance(cold, ProgrammeSolution)
    assert found.objective == pytest.approx(cold.objective, rel=1e-9)
    assert sizes[0] < sizes[1] < planning_model(scenario).shape[1] + 1


def test_sales_are_lost_where_leaving_that_out_would_leave_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base, scenario = _line([4, 4, 4, 4], "lost_sales"), _line([30, 4, 4, 4], "lost_sales")
    found, sizes = _solved_with_nothing_near(base, scenario, monkeypatch)
    assert isinstance(found, ProgrammeSolution)
    lp = planning_model(scenario)
    assert lp.variables["lost_sales"].values(found.primal).sum() == pytest.approx(51)
    # The second one has every column, and a pool that is empty.
    assert sizes == [sizes[0], lp.shape[1] + 1]


def test_an_impossible_programme_stays_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    base, scenario = _line([4, 4, 4, 4], "forbid"), _line([30, 4, 4, 4], "forbid")
    found, _ = _solved_with_nothing_near(base, scenario, monkeypatch)
    assert isinstance(found, Infeasible)
