"""Whole decisions: as cheap as trying every one, and the search's rows cut off no plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.decisions.bounds import Bounds
from sop_pipeline.planning.decisions.search import Decided, take_decisions
from sop_pipeline.planning.decisions.strengthened import strengthened
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.problem_options import DecisionsTaken, WholeDecisions
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline_tests.planning.companies import one_line, policy_of

OVERTIME = [
    {
        "WORK_CENTER_ID": 101,
        "TIER_CODE": "OVERTIME",
        "TIER_RANK": 2,
        "MAX_CAPACITY": 6.0,
        "PREMIUM_PER_UNIT": 1.0,
    }
]
SEEDS = range(12)


def _policy(solver: str = "highs") -> Policy:
    return policy_of(holding_cost_per_unit_month=0.5, shortage="lost_sales", solver=solver)


def drawn(seed: int) -> Problem:
    """A line with one tier at a price and one routing that is set up and makes lots."""
    rng = np.random.default_rng(seed)
    demand, capacity = rng.integers(0, 16, 3).tolist(), rng.integers(4, 12, 3).tolist()
    demand[int(rng.integers(3))] = 9
    company = one_line(demand, capacity=capacity, capacity_tiers=OVERTIME, opening=float(seed % 3))
    problem = prepare_network(company, _policy()).problem
    lot = float(rng.integers(1, 4))
    every = np.ones((1, 3))
    decisions = WholeDecisions(
        activated=np.array([1]),
        fixed_cost=rng.integers(0, 30, (1, 3)).astype(float),
        minimum_use=every * float(rng.integers(0, 5)),
        set_up=np.array([0]),
        setup_cost=rng.integers(0, 60, (1, 3)).astype(float),
        minimum_lot=every * lot * float(rng.integers(1, 3)),
        lot_multiple=every * lot,
        setup_operation=np.array([0]),
        setup_capacity=rng.integers(0, 3, (1, 3)).astype(float),
    )
    return replace(problem, decisions=decisions)


def _with(problem: Problem, activated: tuple[int, ...], lots: tuple[int, ...]) -> Problem:
    decisions = problem.decisions
    assert decisions is not None
    count = np.array([lots], dtype=float)
    units = count * decisions.lot_multiple
    taken = DecisionsTaken(
        np.array([activated], dtype=float),
        (units > 0).astype(float),
        count if len(decisions.in_lots) else np.zeros((0, len(lots))),
    )
    # Without a lot multiple the units are free: only whether anything is made is tried.
    return replace(problem, decisions=replace(decisions, taken=taken))


def _cheapest_by_trying(problem: Problem) -> float:
    decisions = problem.decisions
    assert decisions is not None
    solver = solver_of("highs")
    most = 10 if len(decisions.in_lots) else 1
    best = np.inf
    for activated in product((0, 1), repeat=3):
        for lots in product(range(most + 1), repeat=3):
            model = PlanningModel(_with(problem, activated, lots))
            lp = model.programme
            if len(decisions.in_lots) and (lp.lower > lp.upper).any():
                continue
            found = solver.solve(model)
            if isinstance(found, Solution):
                best = min(best, found.bound)
    return best


def _planned(
    problem: Problem, policy: Policy, known: Quantities | None = None
) -> tuple[Decided, Solution, float]:
    decided = take_decisions(PlanningModel(problem), policy, known=known)
    assert isinstance(decided, Decided)
    found = solver_of(policy.solver).solve(decided.model)
    assert isinstance(found, Solution)
    certificate = certify_plan(decided.model.asked, found)
    assert certificate.holds
    return decided, found, certificate.proof.cost


@pytest.mark.parametrize("seed", [s for s in SEEDS if s % 4 == 0])
def test_the_plan_is_as_cheap_as_the_best_of_every_decision_tried(seed: int) -> None:
    problem = drawn(seed)
    decisions = problem.decisions
    assert decisions is not None
    single = replace(
        problem,
        decisions=replace(
            decisions, lot_multiple=np.ones((1, 3)), minimum_lot=np.full((1, 3), 4.0)
        ),
    )
    decided, _, cost = _planned(single, _policy())
    assert decided.bounds is not None
    assert cost == pytest.approx(_cheapest_by_trying(single), rel=2e-4)
    assert decided.bounds.proven <= cost * (1 + 1e-9)
    assert decided.bounds.claimed <= cost * (1 + 1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rows_of_the_search_cut_off_no_plan(seed: int) -> None:
    problem = drawn(seed)
    lp = PlanningModel(problem).programme
    tighter = strengthened(problem, lp)
    rows = slice(lp.shape[0], tighter.shape[0])
    assert tighter.shape[0] > lp.shape[0]
    rng = np.random.default_rng(seed)
    solver = solver_of("highs")
    for _ in range(8):
        model = PlanningModel(
            _with(
                problem,
                tuple(rng.integers(0, 2, 3).tolist()),
                tuple(rng.integers(0, 3, 3).tolist()),
            )
        )
        found = solver.solve(model)
        if isinstance(found, Solution):
            values = model.programme.of_columns(found.quantities)
            assert (tighter.matrix[rows] @ values >= tighter.row_lower[rows] - 1e-6).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_solver_that_pulp_drives_finds_a_plan_as_cheap(seed: int) -> None:
    costs = [_planned(drawn(seed), _policy(solver))[2] for solver in ("highs", "pulp:CBC")]
    assert costs[1] == pytest.approx(costs[0], rel=2e-4)


def test_decisions_are_the_same_on_every_run() -> None:
    taken = [_planned(drawn(5), _policy())[1].quantities for _ in range(2)]
    for name in ("activation", "setup", "lots", "build"):
        np.testing.assert_array_equal(taken[0][name], taken[1][name])


@pytest.mark.parametrize("solver", ["highs", "pulp:CBC"])
def test_what_is_found_beside_a_known_plan_is_never_dearer(solver: str) -> None:
    """A search that would end with the first plan it comes to keeps the better one it was given."""
    gaps = {"optimality_gap": 0.9, "acceptable_gap": 0.95}
    easily_pleased = _policy(solver).model_copy(update=gaps)
    given: list[float] = []
    for seed in SEEDS:
        problem = drawn(seed)
        _, best, cost = _planned(problem, _policy())
        _, _, beside = _planned(problem, easily_pleased, best.quantities)
        assert beside <= cost * (1 + 1e-9)
        given.append(_planned(problem, easily_pleased)[2] - beside)
    assert max(given) > 1.0 or solver != "highs"


def test_a_gap_above_what_is_acceptable_is_refused_with_both_gaps() -> None:
    bounds = Bounds(proven=90.0, claimed=95.0, by_clock=True, within=1e-4, acceptable=0.04)
    with pytest.raises(PlanNotCertified, match=r"5\.00% as X claims, 10\.00% proven"):
        bounds.require(100.0, "X")
    bounds.require(96.0, "X")
    assert bounds.proof(95.0).grade == "claimed"
    assert bounds.proof(96.0).grade == "within_gap"
    assert bounds.warnings
