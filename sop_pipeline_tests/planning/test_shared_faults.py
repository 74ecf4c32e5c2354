"""Folders that were once planned wrongly: the costs that are right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.ties import settle
from sop_pipeline.planning.whole_units import whole_unit_plan
from sop_pipeline.policies import load_policy
from sop_pipeline.validation.check import check_inputs, checked_inputs
from sop_pipeline.validation.intake import Intake
from sop_pipeline.validation.scenarios import scenario_of
from sop_pipeline.warehouse import MEMORY, DuckDBWarehouse
from sop_pipeline.warehouse.folder import load_folder

FAULTS = Path(__file__).parents[3] / "shared" / "faults"


def _company(name: str, **settings: object) -> tuple[PlanningInputs, Policy]:
    folder = FAULTS / name
    if not folder.exists():
        pytest.skip("the shared faults are not here")
    store = DuckDBWarehouse(MEMORY)
    store.replace_inputs(load_folder(folder).tables)
    policy = load_policy(str(folder / "policy.yaml"), {"demand_source": "base", **settings})
    intake = Intake(store, scenario_of(store, "BASE"), policy)
    assert check_inputs(intake).faults == ()
    return checked_inputs(intake), policy


def _solved(name: str, **settings: object) -> SolvedPlan:
    inputs, policy = _company(name, **settings)
    return plan(inputs, policy, policy_name="fault", input_hash="")


@pytest.mark.parametrize(
    ("name", "published"), [("warehouse_chain", 1590.0), ("rounding_loses_a_sale", 661.6)]
)
def test_the_cost_in_whole_units_is_right(name: str, published: float) -> None:
    assert _solved(name).report["published_cost"] == pytest.approx(published)


def test_rounding_takes_less_than_a_second_of_the_processor() -> None:
    problem = prepare_network(*_company("rounding_takes_2_minutes")).problem
    lp = planning_model(problem)
    found = solve(lp)
    assert isinstance(found, Solution)
    optimum = settle(problem, lp, found)
    start = time.process_time()
    whole = whole_unit_plan(problem, lp, optimum)
    assert time.process_time() - start < 1.0
    assert lp.cost @ whole.vector < (1 + 1e-4) * optimum.objective


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("site_wide_cost_row", 1615.5),
        ("opening_balance_before_horizon", 1034.0),
        ("zero-capacity-per-unit/in", 300.0),
    ],
)
def test_the_cost_is_right(name: str, cost: float) -> None:
    solved = _solved(name)
    assert solved.report["objective"] == pytest.approx(cost)
    assert solved.report["warnings"] == []


@pytest.mark.parametrize("solver", ["pulp:HiGHS", "highs", "pulp:CBC"])
@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("costs-in-millions/in_false_optimal", 3114.0),
        ("wide-price-range/in", 20_015_604_775.0),
        ("wide-price-range/in_big_lost_sale_cost", 3240.0),
        ("screws_and_machines_exit6", 379_825.072),
    ],
)
def test_costs_far_from_one_another_or_from_one_are_planned(
    name: str, cost: float, solver: str
) -> None:
    solved = _solved(name, solver=solver)
    assert solved.report["objective"] == pytest.approx(cost, rel=1e-12)
    assert max(solved.report["certificate"].values()) < 1e-7


def test_a_conflict_is_the_irreducible_set_alone() -> None:
    with pytest.raises(NoFeasiblePlan) as error:
        _solved("conflict_names_too_much")
    [conflict] = [line for line in str(error.value).splitlines() if line.startswith("Conflict")]
    assert conflict == (
        "Conflict, of which none can be left out: demand must be met from stock and arrivals "
        "(product 10, warehouse 50, 2025-01); pallets the warehouse may hold (warehouse 50, "
        "2025-01)."
    )
