"""Scarcity is priced in both directions, because a degenerate dual is right in one at most."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings

from sop_pipeline.errors import SopError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.resources import Resource, resources
from sop_pipeline.planning.shadow_prices import shadow_prices
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

SEASONAL = [100, 100, 100, 120, 120, 100]


def _prices(kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    inputs = one_line(SEASONAL, capacity=110, places=20)
    policy = policy_of(holding_cost_per_unit_month=0.22)
    report = planned(inputs, policy, **options).report
    return {p["period"]: p for p in report["shadow_prices"] if p["constraint"] == kind}


def test_a_degenerate_plan_gets_the_right_price_in_each_direction() -> None:
    prices = _prices("work_center_capacity", prices="all")
    months = [f"2025-{month:02d}-01" for month in range(2, 6)]
    assert [prices[m]["one_more_saves"] for m in months] == pytest.approx([0, 0.22, 0.44, 0.66])
    less = [prices[m]["one_less_costs"] for m in months]
    assert less[:2] == pytest.approx([0.22, 0.44])
    assert less[2:] == ["infeasible", "infeasible"]


def test_only_what_binds_is_priced_unless_all_is_asked_for() -> None:
    # In January and June the line has capacity to spare.
    binding = set(_prices("work_center_capacity"))
    assert "2025-01-01" not in binding
    assert {"2025-04-01", "2025-05-01"} <= binding
    assert set(_prices("work_center_capacity", prices="all")) == {
        f"2025-{month:02d}-01" for month in range(1, 7)
    }


def test_one_pallet_position_more_saves_nothing_where_one_less_is_infeasible() -> None:
    # Both peak months need all 20 positions at the end of March.
    march = _prices("warehouse_storage")["2025-03-01"]
    assert march["one_less_costs"] == "infeasible"
    assert march["one_more_saves"] == pytest.approx(0.0)


def test_there_is_no_unit_to_take_from_a_closed_work_center() -> None:
    inputs = one_line([5, 5], capacity=[10, 0])
    prices = planned(inputs).report["shadow_prices"]
    closed = next(p for p in prices if p["period"] == "2025-02-01")
    assert closed["one_less_costs"] is None


def test_the_table_has_the_prices_of_the_report_and_tells_what_leaves_no_plan() -> None:
    policy = policy_of(holding_cost_per_unit_month=0.22)
    solved = planned(one_line(SEASONAL, capacity=110, places=20), policy, prices="all")
    rows = solved.tables["BUILD_PLAN_SHADOW_PRICE"].to_dict("records")
    assert len(rows) == len(solved.report["shadow_prices"]) == 12
    for row, price in zip(rows, solved.report["shadow_prices"], strict=True):
        of_tier = price["constraint"] == "work_center_capacity"
        place = (row["WORK_CENTER_ID"], row["TIER_CODE"]) if of_tier else (row["SITE_ID"],)
        assert place == ((101, "REGULAR") if of_tier else (11,))
        assert row["CONSTRAINT_NAME"] == price["constraint"]
        assert f"{row['PERIOD_START']:%Y-%m-%d}" == price["period"]
        assert (row["LIMIT_VALUE"], row["UNIT"]) == (
            (110.0, "capacity_unit") if of_tier else (20.0, "pallet")
        )
        assert row["ONE_MORE_SAVES"] == price["one_more_saves"]
        infeasible = price["one_less_costs"] == "infeasible"
        assert row["ONE_LESS_INFEASIBLE"] == infeasible
        if infeasible:
            assert math.isnan(row["ONE_LESS_COSTS"])
        else:
            assert row["ONE_LESS_COSTS"] == price["one_less_costs"]
    assert sum(row["ONE_LESS_INFEASIBLE"] for row in rows) >= 2


def _cost_with(lp: LinearProgram, resource: Resource, by: float) -> float | str:
    """Least cost of the programme with one limit moved, from nothing."""
    side = "upper" if resource.kind == "column" else "row_upper"
    limits = getattr(lp, side).copy()
    limits[resource.places] += by
    found = HighsModel(replace(lp, **{side: limits})).solve()
    return found.objective if isinstance(found, ProgrammeSolution) else "infeasible"


@settings(deterministic, max_examples=12)
@given(companies())
def test_a_price_is_what_planning_anew_with_the_limit_moved_finds(
    company: tuple[PlanningInputs, Policy],
) -> None:
    try:
        problem = prepare_network(*company).problem
    except SopError:
        assume(False)
        raise
    lp = planning_model(problem)
    found = HighsModel(lp).solve()
    assume(isinstance(found, ProgrammeSolution))
    assert isinstance(found, ProgrammeSolution)
    prices = shadow_prices(problem, lp, found, "all")
    for resource, price in zip(resources(problem, lp, found.primal), prices, strict=True):
        if resource.limit < 1:
            assert price["one_less_costs"] is None
            continue
        more, less = (_cost_with(lp, resource, by) for by in (1.0, -1.0))
        assert isinstance(more, float)
        tolerance = 1e-6 * max(1.0, abs(found.objective))
        assert price["one_more_saves"] == pytest.approx(found.objective - more, abs=tolerance)
        if less == "infeasible":
            assert price["one_less_costs"] == "infeasible"
        else:
            expected = pytest.approx(float(less) - found.objective, abs=tolerance)
            assert price["one_less_costs"] == expected


def test_the_programme_is_solved_again_only_where_a_price_changes_within_the_unit() -> None:
    # The line is full in December and builds ahead in November, which has room for many units.
    inputs = one_line([50, 150], capacity=[110, 110], places=200)
    told: list[str] = []
    policy = policy_of(holding_cost_per_unit_month=0.22)
    report = planned(inputs, policy, progress=told.append).report
    [price] = report["shadow_prices"]
    assert (price["one_more_saves"], price["one_less_costs"]) == pytest.approx((0.22, 0.22))
    assert not [text for text in told if "another vertex" in text]


def test_where_the_plan_has_to_change_course_the_programme_is_solved_again() -> None:
    told: list[str] = []
    planned(
        one_line(SEASONAL, capacity=110, places=20),
        policy_of(holding_cost_per_unit_month=0.22),
        progress=told.append,
    )
    assert any("another vertex" in text for text in told)


def test_a_price_that_changes_once_within_the_unit_is_proved_without_solving_again() -> None:
    # Half a unit of what December asks for is built ahead; beyond it capacity is worth nothing.
    inputs = one_line([50, 110.5], capacity=[110, 110], places=200)
    told: list[str] = []
    policy = policy_of(holding_cost_per_unit_month=0.22)
    report = planned(inputs, policy, progress=told.append).report
    [price] = report["shadow_prices"]
    assert price["period"] == "2025-02-01"
    assert (price["one_more_saves"], price["one_less_costs"]) == pytest.approx((0.11, 0.22))
    assert not [text for text in told if "another vertex" in text]
