"""The structured method takes in what it knows, and says in words why it leaves the rest."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from benchmarks.features import ALL, CLASSES, with_features
from benchmarks.generator import SIZES, random_problem
from sop_pipeline.planning import solver
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import EarlierBuilds
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers import structured
from sop_pipeline.planning.solvers.structured.separable import KNOWN, KNOWN_WITHIN, RULES


@pytest.fixture(scope="module")
def problem() -> Problem:
    return with_features(random_problem(SIZES["S"]), ALL)


def test_somebody_has_decided_on_every_part_of_a_problem(problem: Problem) -> None:
    assert {field.name for field in fields(Problem)} == KNOWN | set(RULES)
    for name, known in KNOWN_WITHIN.items():
        assert {field.name for field in fields(getattr(problem, name))} == known


@dataclass(frozen=True)
class _Grown(Problem):
    novelty: object = None


def test_a_part_that_the_method_does_not_know_keeps_a_problem_away_once_it_is_used(
    problem: Problem,
) -> None:
    parts = {field.name: getattr(problem, field.name) for field in fields(problem)}
    assert structured.separable(_Grown(**parts)) is None
    reason = structured.separable(_Grown(**parts, novelty=1))
    assert reason == "the structured method does not know novelty"


def _held(problem: Problem) -> EarlierBuilds:
    none = np.zeros(0, dtype=np.int64)
    return EarlierBuilds(
        none, none, np.zeros(len(problem.routings.codes), np.int64), none, np.zeros((0, 0))
    )


def test_what_ties_chains_together_is_named(problem: Problem) -> None:
    late = problem.lost_sale_cost.copy()
    late[..., -1] = 0.0
    lanes = replace(problem.lanes, from_warehouse=np.zeros_like(problem.lanes.from_warehouse))
    for word, changed in {
        "lanes between warehouses": replace(problem, lanes=lanes),
        "terminal stock": replace(problem, terminal_stock=problem.terminal_stock + 1.0),
        "shortage: forbid": replace(problem, shortage="forbid"),
        "safety_stock: hard": replace(problem, safety_stock_is_hard=True),
        "demand that waits": replace(problem, lost_sale_cost=late),
        "owing demand": replace(problem, backorder_cost=0.0 * problem.backorder_cost),
        "builds that are decided": replace(problem, held=_held(problem)),
    }.items():
        reason = structured.separable(changed)
        assert reason is not None
        assert word in reason


def test_owing_that_costs_as_much_as_lacking_safety_stock_with_what_the_stock_costs_is_taken_in(
    problem: Problem,
) -> None:
    def owing(shortfall: float) -> Problem:
        figures = {"backorder_cost": 0.5, "holding_cost": 0.25, "lost_sale_cost": 9.0}
        of_stock = figures | {"safety_stock_shortfall_cost": shortfall}
        same = {name: np.full_like(getattr(problem, name), cost) for name, cost in of_stock.items()}
        return replace(problem, **same)

    assert structured.separable(owing(0.75)) is None
    assert "owing demand" in (structured.separable(owing(0.8)) or "")


def test_classes_of_demand_are_taken_in_unless_they_wait_or_are_served_in_order() -> None:
    problem = with_features(random_problem(SIZES["S"]), CLASSES)
    assert problem.classes is not None
    assert structured.separable(problem) is None
    served = replace(problem.classes, held=np.ones(1))
    for word, changed in {
        "may wait": replace(problem, shortage="backorder"),
        "served first": replace(problem, classes=served),
    }.items():
        reason = structured.separable(changed)
        assert reason is not None
        assert word in reason


def test_a_large_plan_left_to_highs_says_why(
    monkeypatch: pytest.MonkeyPatch, problem: Problem
) -> None:
    model = PlanningModel(replace(problem, terminal_stock=np.ones(len(problem.products))))
    small = solver.solver_of("auto").solve(model)
    monkeypatch.setattr(solver, "STRUCTURED_COLUMNS", 0)
    large = solver.solver_of("auto").solve(model)
    assert isinstance(small, Solution)
    assert isinstance(large, Solution)
    assert small.notes == ()
    assert "terminal stock" in large.notes[0]
    assert large.bound == small.bound


def test_a_large_plan_without_numba_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, problem: Problem
) -> None:
    monkeypatch.setattr(solver, "STRUCTURED_COLUMNS", 0)
    monkeypatch.setattr(structured, "is_installed", lambda: False)
    found = solver.solver_of("auto").solve(PlanningModel(problem))
    assert isinstance(found, Solution)
    assert "sop-pipeline[scale]" in found.notes[0]
