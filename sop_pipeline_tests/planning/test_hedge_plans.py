"""The plan of a hedge: one build in whole units for all futures, the rest of the reference one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, reject, settings

from sop_pipeline.errors import InputRefused, NoFeasiblePlan, SopError, UsageError
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan, plan_hedge
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.inputs import PlanningInputs as Inputs
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.hedges import hedge_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.random_hedges import hedges
from sop_pipeline_tests.planning.test_random_companies import deterministic

MONTHS = (10, 20, 30, 40, 60, 60)
PUSH = (10, 20, 30, 40, 90, 95)


def _named(inputs: Inputs, number: int) -> Inputs:
    return replace(inputs, scenario_id=number, scenario_code=f"F{number}")


def _hedged(
    *demands: tuple[float, ...], shares: tuple[float, ...] = (0.5, 0.5), **line: Any
) -> HedgeInputs:
    every = [_named(one_line(demand, **line), n) for n, demand in enumerate(demands, 1)]
    return hedge_of(every, shares)


def _plan(hedge: HedgeInputs, policy: Policy | None = None, **options: Any) -> SolvedPlan:
    settings = policy or policy_of(holding_cost_per_unit_month=1.0)
    return plan_hedge(hedge, settings, policy_name="test", input_hash="0", **options)


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    """Two futures that differ in the peak, which capacity does not cover without building ahead."""
    return _plan(_hedged(MONTHS, PUSH, capacity=50.5))


def _without_scenario(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables of quantities and money, whatever scenario they are of."""
    names = {"SCENARIO_ID", "SCENARIO_CODE"}
    own = {name: one for name, one in tables.items() if name != "BUILD_PLAN_FUTURE"}
    del own["BUILD_PLAN_SUMMARY"]
    return {name: one.drop(columns=names & {*one.columns}) for name, one in own.items()}


@settings(deterministic, max_examples=6)
@given(companies())
def test_a_hedge_of_one_future_is_that_futures_plan_byte_for_byte(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    given_draws = policy.model_copy(update={"confidence_draws": 3})
    try:
        alone = plan(inputs, given_draws, policy_name="test", input_hash="0")
    except SopError:
        reject()
        raise
    hedged = _plan(hedge_of([inputs], [1.0]), given_draws)
    expected = _without_scenario(alone.tables)
    for name, table in _without_scenario(hedged.tables).items():
        pd.testing.assert_frame_equal(table, expected[name], check_exact=True)
    report = hedged.report
    assert report["objective"] == alone.report["objective"]
    assert report["cost_terms"] == alone.report["cost_terms"]
    assert (report["evpi"], report["vss"]) == (0.0, 0.0)


@settings(deterministic, max_examples=4)
@given(companies())
def test_futures_that_are_equal_cost_what_one_of_them_costs(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    try:
        alone = plan(inputs, policy, policy_name="test", input_hash="0", prices="none")
    except SopError:
        reject()
        raise
    report = _plan(hedge_of([_named(inputs, n) for n in (1, 2)], [0.3, 0.7]), policy).report
    near = pytest.approx(alone.report["objective"], rel=1e-9, abs=1e-9)
    assert report["expected_cost"] == near
    assert report["wait_and_see_cost"] == near
    assert report["mean_plan_cost"] == near


def test_costs_are_expected_and_what_is_published_is_the_reference_futures(
    solved: SolvedPlan,
) -> None:
    report, futures = solved.report, solved.tables["BUILD_PLAN_FUTURE"]
    expected = (futures["COST"] * futures["PROBABILITY"]).sum()
    assert report["objective"] == pytest.approx(expected, abs=0.01)
    assert sum(report["cost_terms"].values()) == pytest.approx(report["objective"])
    assert report["reference_member"] == "F1"
    published = sum(report["published_cost_terms"].values())
    own = float(futures["COST"].iloc[0])
    assert report["rounding_cost"] == pytest.approx(published - own, abs=0.01)
    service = solved.tables["BUILD_PLAN_INVENTORY"]
    assert service["DEMAND"].sum() == sum(MONTHS)


def test_rows_say_which_builds_are_one_for_all_futures(solved: SolvedPlan) -> None:
    # The quarter with the largest demand begins in April: January to March are committed.
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"].set_index("PRODUCTION_WEEK")["COMMITTED"]
    assert rows.tolist() == [True, True, True, False, False, False]
    assert (solved.report["commit_until"], solved.report["commit_periods"]) == ("2025-03-01", 3)


def test_builds_and_shipments_are_whole(solved: SolvedPlan) -> None:
    for name, column in (
        ("RECOMMENDED_BUILD_PLAN", "RECOMMENDED_QUANTITY"),
        ("BUILD_PLAN_SHIPMENT", "UNITS_SHIPPED"),
    ):
        units = solved.tables[name][column]
        assert units.tolist() == units.round().tolist()


def test_the_whole_build_leaves_every_future_a_plan_though_the_reference_one_needs_less(
    solved: SolvedPlan,
) -> None:
    # The push needs 133.5 units by March: 133 would be enough for the reference future alone.
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"]
    assert rows[rows["COMMITTED"]]["RECOMMENDED_QUANTITY"].sum() == 134


def test_regret_is_what_a_future_costs_beyond_its_own_best(solved: SolvedPlan) -> None:
    for number, demand in enumerate((MONTHS, PUSH)):
        own = plan(
            one_line(demand, capacity=50.5),
            policy_of(holding_cost_per_unit_month=1.0),
            policy_name="test",
            input_hash="0",
        ).report
        told = solved.report["futures"][number]
        assert told["own_best_cost"] == pytest.approx(own["objective"])
        assert told["regret"] == pytest.approx(told["cost"] - own["objective"])
        assert told["regret"] >= 0.0


def test_a_limit_moves_in_every_future_at_once() -> None:
    # Ten pallets bind in March of both futures: one more lets both build one unit more ahead.
    hedge = _hedged((0, 0, 0, 100), (0, 0, 0, 200), capacity=20.0, places=10.0)
    policy = policy_of(
        commit_until="2025-03-01",
        overflow="forbid",
        overflow_threshold_pct=100,
        shortage="lost_sales",
    )
    price = next(
        one
        for one in _plan(hedge, policy).report["shadow_prices"]
        if one["constraint"] == "warehouse_storage" and one["period"] == "2025-03-01"
    )
    wider = _hedged((0, 0, 0, 100), (0, 0, 0, 200), capacity=20.0, places=11.0)
    saved = _plan(hedge, policy).report["objective"] - _plan(wider, policy).report["objective"]
    assert price["one_more_saves"] == pytest.approx(saved)
    assert saved > 50.0


def test_nothing_committed_is_planned_and_warned_of() -> None:
    policy = policy_of(commit_until="2024-12-31")
    report = _plan(_hedged(MONTHS, PUSH), policy).report
    assert (report["commit_until"], report["commit_periods"]) == (None, 0)
    assert report["evpi"] == report["vss"] == 0.0
    assert any("set commit_until" in warning for warning in report["warnings"])


def test_futures_of_other_periods_are_refused_by_their_months() -> None:
    hedge = _hedged(MONTHS, (*PUSH, 50))
    with pytest.raises(InputRefused, match="F1 and F2 differ in those from 2025-07-01"):
        _plan(hedge)


def test_a_hedge_is_planned_at_network_grain_only() -> None:
    with pytest.raises(UsageError, match="grain: network"):
        _plan(_hedged(MONTHS, PUSH), policy_of(grain="aggregate"))


def test_a_future_that_has_no_plan_is_named() -> None:
    hedge = _hedged((10, 10, 10), (10, 10, 500), capacity=50.0)
    with pytest.raises(NoFeasiblePlan, match="Future F2: "):
        _plan(hedge, policy_of(shortage="forbid"))


def test_futures_that_no_one_build_serves_are_told_with_their_conflict() -> None:
    # One future needs 60 units by February, the other has room for 40 that it does not sell.
    hedge = _hedged((20, 40, 40), (0, 0, 40), capacity=40.0, places=40.0)
    policy = policy_of(
        shortage="forbid",
        overflow="forbid",
        overflow_threshold_pct=100,
        safety_stock_ratio=0.0,
        commit_until="2025-02-01",
    )
    with pytest.raises(NoFeasiblePlan, match="no build up to 2025-02-01") as told:
        _plan(hedge, policy)
    assert "in F1: " in str(told.value)
    assert "in F2: " in str(told.value)


def test_risk_completes_the_objective() -> None:
    hedge = _hedged(MONTHS, PUSH, capacity=50.0)
    policy = policy_of(holding_cost_per_unit_month=1.0, risk_weight=0.4, risk_level=0.5)
    report = _plan(hedge, policy).report
    risk = 0.4 * (report["cvar"] - report["expected_cost"])
    assert report["cost_terms"]["risk"] == pytest.approx(risk)
    assert report["objective"] == pytest.approx(report["expected_cost"] + risk)
    assert report["price_of_caution"] >= 0.0
    assert sum(report["cost_terms"].values()) == pytest.approx(report["objective"])


@settings(deterministic, max_examples=5)
@given(hedges())
def test_a_draw_is_of_a_future_and_the_published_build_leaves_every_future_a_plan(
    drawn: tuple[HedgeInputs, Policy],
) -> None:
    hedge, policy = drawn
    try:
        solved = _plan(hedge, policy.model_copy(update={"confidence_draws": 8}))
    except SopError:
        reject()
        raise
    assert solved.report["confidence_draws"] == 8
    assert 0.0 <= solved.report["model_confidence"] <= 1.0


def test_a_frozen_hedge_keeps_its_last_plan_and_tells_what_that_costs() -> None:
    last = pd.DataFrame(
        {
            "PRODUCT_ID": [1],
            "WORK_CENTER_ID": [101],
            "PRODUCTION_WEEK": pd.Series(["2025-01-01"], dtype="datetime64[us]"),
            "RECOMMENDED_QUANTITY": [50.0],
        }
    )
    every = [
        replace(_named(one_line(demand, capacity=50.0), n), last_plan=last)
        for n, demand in enumerate((MONTHS, (10, 20, 30, 40, 70, 70)), 1)
    ]
    hedge = hedge_of(every, (0.5, 0.5))
    frozen = policy_of(holding_cost_per_unit_month=1.0, frozen_periods=1)
    solved = _plan(hedge, frozen)
    rows = solved.tables["RECOMMENDED_BUILD_PLAN"].set_index("PRODUCTION_WEEK")
    assert rows["RECOMMENDED_QUANTITY"].iloc[0] == 50.0
    free = _plan(hedge, policy_of(holding_cost_per_unit_month=1.0))
    dearer = solved.report["objective"] - free.report["objective"]
    assert solved.report["freeze_cost"] == pytest.approx(dearer)
    assert dearer > 0.0
    assert solved.report["nervousness"]["frozen"] == 0.0


def _of_classes(demand: tuple[float, ...], number: int) -> Inputs:
    """Each unit once for a dear class that comes second, once for a cheap one that comes first."""
    inputs = one_line(demand, capacity=50.0)
    rows = inputs.demand_forecasts
    first = rows.assign(DEMAND_CLASS="FIRST", PRIORITY=1.0, UNIT_REVENUE=20.0)
    second = rows.assign(DEMAND_CLASS="SECOND", PRIORITY=2.0, UNIT_REVENUE=90.0)
    both = pd.concat([first, second], ignore_index=True)
    return replace(_named(inputs, number), demand_forecasts=both)


@pytest.mark.parametrize("rule", ["priority", "fair"])
def test_a_rule_of_allocation_holds_in_every_future_and_its_cost_is_told(rule: str) -> None:
    hedge = hedge_of(
        [_of_classes((20, 20, 30, 40), 1), _of_classes((20, 20, 40, 60), 2)], (0.5, 0.5)
    )
    policy = policy_of(shortage="lost_sales", holding_cost_per_unit_month=1.0)
    ruled = policy.model_copy(update={"allocation": rule})
    cheap, other = (_plan(hedge, one).report for one in (policy, ruled))
    uneven = other["cost_terms"].get("fair_share", 0.0)
    assert other["rule_cost"] == pytest.approx(other["objective"] - uneven - cheap["objective"])
    assert other["rule_cost"] > 0.0


def test_set_ups_are_one_decision_for_all_futures() -> None:
    own = {"ROUTING_CODE": "R", "CAPACITY_PER_UNIT": 1.0, "SETUP_COST": 30.0}
    routing: dict[str, object] = {"PRODUCT_ID": 1, "WORK_CENTER_ID": 101, **own}
    every = [
        _named(one_line(demand, capacity=60.0, product_routings=[routing]), n)
        for n, demand in enumerate(((10, 10, 20, 40), (10, 10, 40, 60)), 1)
    ]
    policy = policy_of(holding_cost_per_unit_month=1.0, commit_until="2025-02-01")
    report = _plan(hedge_of(every, (0.5, 0.5)), policy).report
    best = [one["own_best_cost"] for one in report["futures"]]
    assert sum(best) / 2 == pytest.approx(report["wait_and_see_cost"])
    gap = report["claimed_gap"] * report["objective"] + 1e-6
    assert report["wait_and_see_cost"] <= report["expected_cost"] + gap
    assert report["expected_cost"] <= report["mean_plan_cost"] + gap
    assert report["cost_terms"]["setup"] > 0.0
