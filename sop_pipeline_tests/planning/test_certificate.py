"""The certificate believes a solution only if values, prices and objective prove it optimal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning import PlanningInputs
from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.linear_program import CostTerm, LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.ties import break_ties
from sop_pipeline_tests.planning.companies import one_line, policy_of


@pytest.fixture(scope="module")
def lp() -> LinearProgram:
    inputs = one_line([5, 9, 4], capacity=7, places=3)
    return planning_model(prepare_network(inputs, policy_of()).problem)


@pytest.fixture(scope="module")
def solution(lp: LinearProgram) -> ProgrammeSolution:
    outcome = solve(lp)
    assert isinstance(outcome, ProgrammeSolution)
    return outcome


def test_an_optimal_solution_is_certified(lp: LinearProgram, solution: ProgrammeSolution) -> None:
    assert certify(lp, solution).holds


@pytest.mark.parametrize("column", ["build(1,LINE,2025.01)", "stock(1,11,2025.03)"])
def test_a_wrong_value_is_caught(
    lp: LinearProgram, solution: ProgrammeSolution, column: str
) -> None:
    primal = solution.primal.copy()
    primal[lp.names(lp.variables).index(column)] += 1e-4
    certificate = certify(lp, replace(solution, primal=primal))
    assert certificate.primal_violation > 1e-6
    assert not certificate.holds


def test_a_wrong_price_is_caught(lp: LinearProgram, solution: ProgrammeSolution) -> None:
    for row in np.flatnonzero(solution.row_dual):
        prices = solution.row_dual.copy()
        prices[row] *= -1
        certificate = certify(lp, replace(solution, row_dual=prices))
        assert not certificate.holds, lp.names(lp.constraints)[row]


def test_a_plan_that_is_feasible_but_not_cheapest_is_caught(
    lp: LinearProgram, solution: ProgrammeSolution
) -> None:
    columns = np.arange(lp.shape[1])
    dear = replace(lp, cost_terms={"all": CostTerm(((columns, -lp.cost),))})
    outcome = solve(replace(dear, upper=np.minimum(lp.upper, 1e3)))
    assert isinstance(outcome, ProgrammeSolution)
    certificate = certify(
        lp, replace(solution, primal=outcome.primal, objective=float(lp.cost @ outcome.primal))
    )
    assert certificate.primal_violation <= 1e-6
    assert certificate.relative_gap > 1e-6


def test_a_wrong_bound_is_caught(lp: LinearProgram, solution: ProgrammeSolution) -> None:
    """A solver that was handed another capacity returns a plan that does not fit this one."""
    tiers = lp.variables["tier_use"].slice
    upper = lp.upper.copy()
    upper[tiers] += 1.0
    other = solve(replace(lp, upper=upper))
    assert isinstance(other, ProgrammeSolution)
    assert not certify(lp, other).holds
    assert not certify(replace(lp, upper=upper), solution).holds


def test_an_objective_that_is_only_claimed_is_caught(
    lp: LinearProgram, solution: ProgrammeSolution
) -> None:
    claimed = replace(solution, objective=solution.objective * (1 + 1e-5))
    assert certify(lp, claimed).relative_gap > 1e-6


def test_values_that_are_not_numbers_are_caught(
    lp: LinearProgram, solution: ProgrammeSolution
) -> None:
    nothing = np.full_like(solution.primal, np.nan)
    certificate = certify(lp, replace(solution, primal=nothing))
    with pytest.raises(PlanNotCertified, match="primal violation inf"):
        certificate.require("some solver")


def test_an_unavoidable_loss_does_not_hide_a_dearer_plan() -> None:
    """43 units are lost at 1e9 each whatever one does; one unit too many is put on stock."""
    dear = {"PRODUCT_ID": 1, "LOST_SALE_COST": 1e9}
    lp, solution = _optimum(one_line([50, 5, 8], capacity=7, product_storage=[dear]))
    lower = lp.lower.copy()
    lower[lp.names(lp.variables).index("stock(1,11,2025.02)")] = 2.0
    dearer = solve(replace(lp, lower=lower))
    assert isinstance(dearer, ProgrammeSolution)
    claimed = replace(dearer, row_dual=solution.row_dual)
    assert 0.2 < float(lp.cost @ (dearer.primal - solution.primal)) < 0.4
    certificate = certify(lp, claimed)
    assert certificate.relative_gap < 1e-9
    assert certificate.avoidable_gap > 1e-6
    assert certificate.dual_violation > 1e-6
    assert certify(lp, solution).holds


@pytest.mark.parametrize("money", [1e-9, 1.0, 1e9])
def test_an_overtime_too_many_is_caught_in_any_currency(money: float) -> None:
    """Ten units on overtime at 0.05 that a month ahead would cost 0.02 to keep."""
    overtime = {
        "WORK_CENTER_ID": 101,
        "TIER_CODE": "OVERTIME",
        "TIER_RANK": 2,
        "PREMIUM_PER_UNIT": 0.05 * money,
    }
    inputs = one_line([90, 110], capacity=100, capacity_tiers=[overtime])
    inputs = replace(inputs, product_master=inputs.product_master.assign(UNIT_COST=1.0 * money))
    lp, solution = _optimum(inputs, holding_cost_per_unit_month=0.02 * money)
    upper = lp.upper.copy()
    upper[lp.names(lp.variables).index("stock(1,11,2025.01)")] = 0.0
    dearer = solve(replace(lp, upper=upper))
    assert isinstance(dearer, ProgrammeSolution)
    assert certify(lp, solution).holds
    assert certify(lp, dearer).dual_violation > 1e-6


def _optimum(inputs: PlanningInputs, **policy: object) -> tuple[LinearProgram, ProgrammeSolution]:
    fields = {"shortage": "lost_sales", **policy}
    problem = prepare_network(inputs, policy_of(**fields)).problem
    lp = planning_model(problem)
    found = solve(lp)
    assert isinstance(found, ProgrammeSolution)
    return lp, break_ties(problem, lp, found)
