"""A first plan of whole decisions: how it is found, and when parts of it are searched anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sop_pipeline.planning.decisions import search
from sop_pipeline.planning.decisions.search import NEAR, take_decisions
from sop_pipeline.planning.decisions.start import first_plan
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers.whole_numbers import relaxation
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
def test_a_first_plan_near_its_bound_is_left_to_the_search(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STARTED_ABOVE", 0)
    (gap,) = _first_plans(_priced(seed, 0.03), POLICY)
    assert POLICY.optimality_gap < gap < NEAR


@pytest.mark.parametrize("seed", [1, 3])
def test_a_first_plan_farther_away_is_bettered_a_few_months_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STARTED_ABOVE", 0)
    first, bettered = _first_plans(_priced(seed, 1.0), POLICY)
    assert bettered < first
    assert first > NEAR


@pytest.mark.parametrize("seed", range(6))
def test_a_rounded_plan_keeps_every_limit_and_takes_only_whole_decisions(seed: int) -> None:
    problem = _priced(seed, 0.1)
    lp = scale(strengthened(problem, PlanningModel(problem).programme)).programme
    relaxed = relaxation(lp).solve()
    assert isinstance(relaxed, ProgrammeSolution)
    periods = np.tile(np.arange(3), len(lp.whole) // 3)
    start = first_plan(lp, relaxed, periods, lambda: 60.0, lambda _: False)
    values = start.values
    assert values is not None
    rows = lp.matrix @ values
    assert (rows >= lp.row_lower - 1e-7).all()
    assert (rows <= lp.row_upper + 1e-7).all()
    assert np.isin(values[lp.whole], (0.0, 1.0)).all()
    assert lp.cost @ values >= relaxed.objective - 1e-9
