"""A first plan of whole decisions: how it is found, and when parts of it are searched anew."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from sop_pipeline.planning.decisions import in_memory
from sop_pipeline.planning.decisions.in_memory import NEAR
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.decisions.start import SAVES, WORTH, Start, first_plan, turned
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers.whole_numbers import (
    HeldModel,
    WholeNumberModel,
    relaxation,
)
from sop_pipeline_tests.planning.companies import policy_of
from sop_pipeline_tests.planning.test_whole_decisions import drawn

POLICY = policy_of(holding_cost_per_unit_month=0.5, shortage="lost_sales", solver="highs")


def _priced(seed: int, share: float) -> Problem:
    """Yes-or-no decisions only, at a share of what they cost."""
    problem = drawn(seed)
    decisions, every = problem.decisions, np.ones((1, 3))
    assert decisions is not None
    cheaper = replace(
        decisions,
        setup_cost=share * decisions.setup_cost,
        fixed_cost=share * decisions.fixed_cost,
        lot_multiple=every,
        minimum_lot=every,
        setup_capacity=0 * every,
        minimum_use=0 * every,
    )
    return replace(problem, decisions=cheaper)


def _first_plans(problem: Problem, policy: Policy) -> list[float]:
    """Gap of each plan told of before the search, as a share."""
    said: list[str] = []
    take_decisions(PlanningModel(problem), policy, said.append)
    told = [sentence.rsplit("gap ", 1)[1] for sentence in said if "gap" in sentence]
    return [float(gap.removesuffix("%")) / 100 for gap in told]


@pytest.mark.parametrize("seed", [0, 4])
def test_a_first_plan_near_its_bound_is_bettered_a_decision_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_memory, "STARTED_ABOVE", 0)
    first, bettered = _first_plans(_priced(seed, 0.03), POLICY)
    assert POLICY.optimality_gap < first < NEAR
    assert bettered <= first


@pytest.mark.parametrize("seed", [1, 3])
def test_a_first_plan_farther_away_is_bettered_a_few_months_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_memory, "STARTED_ABOVE", 0)
    first, bettered = _first_plans(_priced(seed, 1.0), POLICY)
    assert bettered < first
    assert first > NEAR


@pytest.mark.parametrize("seed", range(6))
def test_a_rounded_plan_keeps_every_limit_and_takes_only_whole_decisions(seed: int) -> None:
    lp, relaxed = _relaxed(_priced(seed, 0.1))
    periods = np.tile(np.arange(3), len(lp.whole) // 3)
    start = first_plan(lp, relaxed, periods, lambda: 60.0, lambda _: False)
    _require_plan(start, lp, relaxed)


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_that_takes_every_decision_is_cheaper_with_some_of_them_turned(seed: int) -> None:
    lp, relaxed = _relaxed(_priced(seed, 1.0))
    held = HeldModel(lp).cheaper(np.ones(len(lp.whole)), np.inf, relaxed.basis)
    assert held is not None
    start = turned(lp, Start(held.primal, False), relaxed, lambda: 60.0, lambda _: False)
    _require_plan(start, lp, relaxed)
    assert start.values is not None
    assert lp.cost_of(start.values) < held.objective * (1 - SAVES)
    for decision in range(len(lp.whole)):
        other = start.values[lp.whole].round()
        other[decision] = 1 - other[decision]
        found = HeldModel(lp).cheaper(other, np.inf, relaxed.basis)
        assert found is None or found.objective > lp.cost_of(start.values) * (1 - WORTH)


def test_no_decision_is_turned_when_time_is_over() -> None:
    lp, relaxed = _relaxed(_priced(0, 1.0))
    held = HeldModel(lp).cheaper(np.ones(len(lp.whole)), np.inf, relaxed.basis)
    assert held is not None
    start = turned(lp, Start(held.primal, False), relaxed, lambda: 0.0, lambda _: False)
    assert start.by_clock
    assert start.values is held.primal


def _relaxed(problem: Problem) -> tuple[LinearProgram, ProgrammeSolution]:
    lp = scale(strengthened(problem, PlanningModel(problem).programme)).programme
    relaxed = relaxation(lp).solve()
    assert isinstance(relaxed, ProgrammeSolution)
    return lp, relaxed


def _require_plan(start: Start, lp: LinearProgram, relaxed: ProgrammeSolution) -> None:
    values = start.values
    assert values is not None
    rows = lp.matrix @ values
    assert (rows >= lp.row_lower - 1e-7).all()
    assert (rows <= lp.row_upper + 1e-7).all()
    assert np.isin(values[lp.whole], (0.0, 1.0)).all()
    assert lp.cost_of(values) >= relaxed.objective - 1e-9


def test_each_search_of_one_model_ends_within_its_own_time() -> None:
    rng = np.random.default_rng(0)
    halves = rng.integers(1, 100, (4, 30))
    half = halves.sum(axis=1) // 2
    split = LinearProgram(
        labels={},
        variables={},
        constraints={},
        matrix=sparse.csr_array(halves.astype(float)),
        row_lower=half.astype(float),
        row_upper=half.astype(float),
        lower=np.zeros(30),
        upper=np.ones(30),
        cost_terms=all_costs(np.ones(30)),
        whole=np.arange(30),
    )
    model = WholeNumberModel(split)
    for _ in range(3):
        assert model.search(0.0, 0.4).by_clock
    began = time.monotonic()
    assert model.search(0.0, 0.4).by_clock
    assert time.monotonic() - began < 1.0
