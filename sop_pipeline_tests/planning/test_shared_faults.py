"""Folders that were once planned wrongly: the costs that are right."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.input_checks import check_inputs

FAULTS = Path(__file__).parents[3] / "shared" / "faults"


def _folder(name: str) -> Path:
    folder = FAULTS / name
    if not folder.exists():
        pytest.skip("the shared faults are not here")
    return folder


@cache
def _store(folder: Path) -> DuckDBStore:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(folder).tables)
    return store


def _company(name: str, **settings: object) -> tuple[PlanningInputs, Policy]:
    folder = _folder(name)
    store = _store(folder)
    policy = load_policy(str(folder / "policy.yaml"), {"demand_source": "base", **settings})
    checked = read_and_check(InputReader(store, scenario_of(store, "BASE"), policy))
    return checked.planning_inputs, policy


def _solved(name: str, **settings: object) -> SolvedPlan:
    inputs, policy = _company(name, **settings)
    return plan(inputs, policy, policy_name="fault", input_hash="")


@pytest.mark.parametrize(
    ("name", "published"), [("warehouse_chain", 1590.0), ("rounding_loses_a_sale", 661.6)]
)
def test_the_cost_in_whole_units_is_right(name: str, published: float) -> None:
    assert _solved(name).report["published_cost"] == pytest.approx(published)


def test_rounding_of_a_large_company_costs_next_to_nothing() -> None:
    report = _solved("rounding_takes_2_minutes").report
    assert report["rounding_cost"] <= 1e-4 * report["objective"]


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("expiry-9999/in", 3000.0),
        ("no_balances", 700.8),
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
        "(product 10 [P10], warehouse 50 [S50], 2025-01); pallets the warehouse may hold "
        "(warehouse 50 [S50], 2025-01)."
    )


def test_two_fiscal_months_of_one_calendar_month_are_refused_by_name() -> None:
    folder = _folder("fiscal-months-merged/in")
    store = _store(folder)
    policy = load_policy(str(folder / "policy.yaml"), {"demand_source": "base"})
    faults = check_inputs(InputReader(store, scenario_of(store, "BASE"), policy).inputs()).faults
    [told] = {str(fault) for fault in faults}
    assert "P4 and P5 in 2026-05" in told
    assert "FISCAL_CALENDAR" in told


def test_a_date_with_a_time_zone_is_the_day_there() -> None:
    tables = load_folder(_folder("parquet-timezone/in")).tables
    forecasts = tables["DEMAND_FORECAST_VERSIONS"].to_pandas()
    by_day = forecasts.groupby("FORECAST_DATE")["FORECAST_QUANTITY"].sum()
    assert by_day.tolist() == [100, 200, 300]
    assert [day.day for day in by_day.index] == [1, 1, 1]
    assert [day.month for day in by_day.index] == [1, 2, 3]
