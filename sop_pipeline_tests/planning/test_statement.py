"""A problem asks of a plan what its programme asks, and certifies it alike, without a matrix."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks.generator import SIZES, random_problem
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import certify, certify_plan, plan_violation
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem, Shortage
from sop_pipeline.planning.problem_options import DecisionsTaken
from sop_pipeline.planning.solution import ProgrammeSolution, Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.statement import Statement
from sop_pipeline_tests.planning.classed import classed
from sop_pipeline_tests.planning.decided import decided_whole
from sop_pipeline_tests.planning.test_costs import drawn_models


def assert_same_statement(problem: Problem) -> None:
    model = PlanningModel(problem)
    one, other = Statement.of_programme(model.programme), model.asked.statement
    rng = np.random.default_rng(3)
    columns, rows = rng.normal(size=len(one.cost)), rng.normal(size=len(one.row_lower))
    for part in ("exact", "magnitude"):
        by_matrix, by_problem = getattr(one, part), getattr(other, part)
        np.testing.assert_allclose(
            by_problem.times(columns), by_matrix.times(columns), rtol=1e-12, atol=1e-10
        )
        np.testing.assert_allclose(
            by_problem.transposed(rows), by_matrix.transposed(rows), rtol=1e-12, atol=1e-10
        )
    for name in ("row_lower", "row_upper", "lower", "upper", "cost", "lost_cost"):
        np.testing.assert_array_equal(getattr(other, name), getattr(one, name))
    for field in fields(one.sizes):
        np.testing.assert_array_equal(
            getattr(other.sizes, field.name), getattr(one.sizes, field.name)
        )


def test_a_problem_asks_what_its_programme_asks() -> None:
    for model in drawn_models():
        assert_same_statement(model.problem)


def _smoothed(problem: Problem, initial_load: Floats) -> Problem:
    return replace(
        problem,
        load_increase_cost=2.0,
        load_decrease_cost=1.0,
        initial_load=initial_load,
        terminal_stock=np.arange(len(problem.products), dtype=np.float64) % 3,
    )


@pytest.mark.parametrize("shortage", ["lost_sales", "backorder", "forbid"])
@pytest.mark.parametrize("is_hard", [True, False])
def test_a_large_problem_with_every_feature_asks_what_its_programme_asks(
    shortage: str, is_hard: bool
) -> None:
    problem = random_problem(SIZES["S"])
    load = np.where(np.arange(len(problem.work_centers)) % 2, np.nan, 40.0)
    routings = problem.routings
    capacity = routings.operation_capacity * np.linspace(0.0, 2.0, len(routings.codes))[:, None]
    lanes = problem.lanes
    assert_same_statement(
        replace(
            _smoothed(problem, load),
            shortage=shortage,  # pyright: ignore[reportArgumentType]
            safety_stock_is_hard=is_hard,
            routings=replace(routings, operation_capacity=capacity),
            lanes=replace(lanes, lead_time=np.arange(len(lanes.lead_time)) % 4),
        )
    )


def test_a_problem_with_whole_decisions_asks_what_its_programme_asks() -> None:
    problem = decided_whole(random_problem(SIZES["S"]))
    assert_same_statement(problem)
    decisions = problem.decisions
    assert decisions is not None
    periods = len(problem.periods)
    taken = DecisionsTaken(
        activation=np.ones((len(decisions.activated), periods)),
        setup=np.zeros((len(decisions.set_up), periods)),
        lots=np.full((len(decisions.in_lots), periods), 3.0),
    )
    as_planned = replace(problem, decisions=replace(decisions, taken=taken))
    assert_same_statement(as_planned)
    assert len(PlanningModel(problem).programme.whole)
    assert not len(PlanningModel(as_planned).programme.whole)


@pytest.mark.parametrize("shortage", ["lost_sales", "backorder", "forbid"])
@pytest.mark.parametrize("priority", [None, 0, 1])
def test_a_problem_with_demand_classes_asks_what_its_programme_asks(
    shortage: Shortage, priority: int | None
) -> None:
    problem = classed(replace(random_problem(SIZES["S"]), shortage=shortage))
    assert problem.classes is not None
    apart = replace(problem.classes, least=priority, apart=problem.classes.apart[4:])
    assert_same_statement(replace(problem, classes=apart))


@pytest.mark.parametrize("number", range(40))
def test_both_certify_a_plan_alike_right_or_wrong(number: int) -> None:
    model, solver = drawn_models()[number], solver_of("highs")
    found = solver.solve(model)
    if not isinstance(found, Solution):
        return
    assert solver.break_ties is not None
    optimum, lp = solver.break_ties(model, found), model.programme
    exact = optimum.of_programme(lp)
    assert certify_plan(model.asked, optimum).holds
    _assert_alike(model, lp, exact)
    rng = np.random.default_rng(1)
    primal = exact.primal * rng.uniform(0.9, 1.1, len(exact.primal)) + 0.01
    duals = exact.row_dual * rng.uniform(0.9, 1.1, len(exact.row_dual)) + 0.01
    _assert_alike(model, lp, replace(exact, primal=primal))
    _assert_alike(model, lp, replace(exact, row_dual=duals))
    _assert_alike(model, lp, replace(exact, primal=primal, row_dual=duals))


def _assert_alike(model: PlanningModel, lp: LinearProgram, found: ProgrammeSolution) -> None:
    plan = Solution.of(lp, found)
    one, other = certify(lp, found), certify_plan(model.asked, plan)
    # Figures of a plan that is right are noise of adding up, which has no relative error.
    assert other.figures == pytest.approx(one.figures, rel=1e-9, abs=1e-12)
    assert other.holds == one.holds
    assert other.proof.cost == pytest.approx(one.proof.cost, rel=1e-9)
    assert other.proof.proven == pytest.approx(one.proof.proven, rel=1e-9, abs=1e-9)
    assert other.proof.grade == one.proof.grade
    violation = plan_violation(model.asked, plan.quantities)
    assert violation == pytest.approx(one.primal_violation, rel=1e-9, abs=1e-12)
