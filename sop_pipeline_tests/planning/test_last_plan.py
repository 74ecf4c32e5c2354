"""The last plan is kept as the policy asks, as cheaply as an independent solve can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_last_plan import keeping_programme
from sop_pipeline_tests.planning.random_companies import companies_with_a_last_plan
from sop_pipeline_tests.planning.test_held_builds import ROUTING, decided
from sop_pipeline_tests.planning.test_random_companies import deterministic
from sop_pipeline_tests.planning.test_statement import assert_same_statement
from sop_pipeline_tests.planning.units import in_units

NOW = [120, 90, 130, 100]
MONTHS = ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01")
STEADY = decided(*((1, 101, month, 100.0) for month in MONTHS))


def kept(
    demand: list[float] = NOW,
    last: pd.DataFrame = STEADY,
    *,
    tables: dict[str, Any] | None = None,
    **policy: object,
) -> SolvedPlan:
    inputs = replace(one_line(demand, **({"capacity": 150} | (tables or {}))), last_plan=last)
    return planned(inputs, policy_of(**({"shortage": "lost_sales"} | policy)))


def builds(solved: SolvedPlan) -> list[float]:
    return solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist()


def test_frozen_periods_repeat_the_last_plan_and_tell_what_that_costs() -> None:
    """20 of January are lost at 100 less their cost of 10, and 10 wait in February's stock."""
    solved, free = kept(frozen_periods=2), kept()
    assert builds(solved) == [100.0, 100.0, 120.0, 100.0]
    assert solved.report["nervousness"] == {
        "total": 0.05,
        "frozen": 0.0,
        "by_period": dict(zip(MONTHS, (0.0, 0.0, 0.2, 0.0), strict=True)),
    }
    dearer = solved.report["objective"] - free.report["objective"]
    assert solved.report["freeze_cost"] == pytest.approx(dearer) == pytest.approx(1803.0)
    assert {"nervousness", "freeze_cost", "plan_change"}.isdisjoint(
        {*free.report, *free.report["cost_terms"]}
    )


def test_a_change_costs_after_the_frozen_periods_for_as_long_as_the_policy_says() -> None:
    every = kept(frozen_periods=1, change_cost_per_unit=300.0)
    assert builds(every) == [100.0] * 4
    one = kept(change_cost_per_unit=300.0, change_cost_periods=1)
    assert builds(one) == [100.0, 90.0, 130.0, 100.0]
    assert one.report["cost_terms"]["plan_change"] == 0.0
    cheap = kept(change_cost_per_unit=0.1)
    assert builds(cheap) == [120.0, 90.0, 130.0, 100.0]
    assert cheap.report["cost_terms"]["plan_change"] == pytest.approx(6.0)
    assert cheap.report["freeze_cost"] == 0.0


def test_the_cost_of_the_freeze_counts_changes_from_the_first_period_on() -> None:
    """Without the freeze the first period's changes cost what the others' do."""
    frozen = kept(frozen_periods=1, change_cost_per_unit=3.0)
    free = kept(change_cost_per_unit=3.0)
    assert frozen.report["freeze_cost"] == pytest.approx(
        frozen.report["objective"] - free.report["objective"]
    )


def test_the_freeze_of_a_good_plan_does_not_seem_to_save_where_the_search_ends_early() -> None:
    """Within a wide gap the search without the freeze by itself ends 1,343 dearer."""
    set_up = {"SETUP_COST": 900.0, "SETUP_CAPACITY": 12.0}
    routings = [{**ROUTING, "PRODUCT_ID": p, **set_up} for p in (1, 2, 3)]
    base = one_line([20, 8, 31, 12, 25], capacity=84, products=3, product_routings=routings)
    good = planned(base, policy_of(shortage="lost_sales")).tables["RECOMMENDED_BUILD_PLAN"]
    wide = {"optimality_gap": 0.3, "acceptable_gap": 0.5, "shortage": "lost_sales"}
    solved = planned(replace(base, last_plan=good), policy_of(frozen_periods=5, **wide))
    assert solved.report["freeze_cost"] == 0.0


def test_a_period_that_the_last_plan_does_not_have_is_free() -> None:
    later = STEADY[STEADY["PRODUCTION_WEEK"] > "2025-01-31"]
    solved = kept(last=later, frozen_periods=2)
    assert builds(solved) == [120.0, 100.0, 120.0, 100.0]
    assert list(solved.report["nervousness"]["by_period"]) == list(MONTHS[1:])


def test_a_place_without_a_row_in_a_period_that_the_last_plan_has_counts_as_0() -> None:
    solved = kept([5, 9], decided((1, 101, MONTHS[0], 5.0)), tables={"products": 2},
                  frozen_periods=1)  # fmt: skip
    assert builds(solved) == [5.0, 9.0, 0.0, 9.0]


def test_without_a_last_plan_nothing_is_kept_and_that_is_told() -> None:
    for last in (STEADY.iloc[:0], STEADY.assign(PRODUCTION_WEEK=pd.Timestamp("2020-01-01"))):
        solved = kept(last=last, frozen_periods=2, change_cost_per_unit=5.0)
        assert builds(solved) == [120.0, 90.0, 130.0, 100.0]
        assert solved.report["nervousness"] == {"total": None, "frozen": None, "by_period": {}}
        assert solved.report["freeze_cost"] == 0.0
        assert any("nothing is frozen" in told for told in solved.report["assumptions"])


def test_a_last_plan_that_built_nothing_has_no_nervousness() -> None:
    told = kept(last=STEADY.assign(RECOMMENDED_QUANTITY=0.0), change_cost_per_unit=1.0)
    assert told.report["nervousness"]["total"] is None
    assert set(told.report["nervousness"]["by_period"].values()) == {None}


def test_a_product_nothing_is_demanded_of_keeps_its_frozen_builds_and_no_other() -> None:
    last = pd.concat([STEADY, STEADY.assign(PRODUCT_ID=2, RECOMMENDED_QUANTITY=4.0)])
    inputs = one_line(NOW, capacity=150, products=2)
    demand = inputs.demand_forecasts
    inputs = replace(inputs, demand_forecasts=demand[demand["PRODUCT_ID"] == 1], last_plan=last)
    solved = planned(inputs, policy_of(shortage="lost_sales", frozen_periods=1))
    assert builds(solved) == [100.0, 90.0, 130.0, 100.0, 4.0, 0.0, 0.0, 0.0]
    free = planned(inputs, policy_of(shortage="lost_sales", change_cost_per_unit=0.1))
    assert set(free.tables["RECOMMENDED_BUILD_PLAN"]["PRODUCT_ID"]) == {1}
    assert free.report["cost_terms"]["plan_change"] == pytest.approx(2 + 1 + 3 + 1.6)
    assert any("product P2 Product 2" in warning for warning in free.report["warnings"])


def test_what_no_routing_makes_any_more_is_told_and_frozen_is_a_conflict() -> None:
    last = pd.concat([STEADY, STEADY.assign(WORK_CENTER_ID=999, RECOMMENDED_QUANTITY=3.0)])
    told = kept(last=last, change_cost_per_unit=0.1)
    assert any(
        "12 units of product P1 Product 1 at work centre 999" in w for w in told.report["warnings"]
    )
    assert told.report["cost_terms"]["plan_change"] == pytest.approx(6 + 1.2)
    with pytest.raises(NoFeasiblePlan, match="3 units of decided builds less"):
        kept(last=last, frozen_periods=1)


def test_more_than_capacity_is_a_conflict_with_place_period_and_amount() -> None:
    with pytest.raises(NoFeasiblePlan) as impossible:
        kept([100, 100, 100], tables={"capacity": [100, 80, 100]}, frozen_periods=2)
    told = str(impossible.value)
    assert "2025-02" in told
    assert "100 units" in told
    assert "20 units" in told
    assert "Cheapest repair" in told


SECOND = {"WORK_CENTER_ID": 102, "CAPACITY_PER_UNIT": 4.0}


def kept_on_two_lines(last: pd.DataFrame, *routings: dict[str, Any]) -> SolvedPlan:
    """The plan that freezes two months, where a second line is wide."""
    company = one_line(NOW, product_routings=list(routings))
    centers = company.capacity_summary
    second = centers.assign(WORK_CENTER_ID=102, WORK_CENTER_CODE="SECOND", CAPACITY_PER_HOUR=100.0)
    both = pd.concat([centers, second], ignore_index=True)
    inputs = replace(company, capacity_summary=both, last_plan=last)
    return planned(inputs, policy_of(shortage="lost_sales", frozen_periods=2))


def test_a_frozen_build_stands_where_it_was_published() -> None:
    solved = kept_on_two_lines(STEADY, ROUTING, ROUTING | SECOND)
    assert builds(solved)[:2] == [100.0, 100.0]
    assert solved.report["nervousness"]["frozen"] == 0.0


def test_a_row_of_0_at_another_operation_does_not_move_a_frozen_build() -> None:
    """A published plan has rows at every operation, also at the one that is the tightest now."""
    last = decided(*((1, w, m, 100.0 * (w == 102)) for w in (101, 102) for m in MONTHS))
    solved = kept_on_two_lines(last, ROUTING, ROUTING | SECOND)
    assert solved.report["nervousness"]["frozen"] == 0.0


def test_a_frozen_build_takes_the_routing_that_no_other_build_needs() -> None:
    """Both routings pass the second line, where only one of them can have been."""
    last = decided(*((1, w, m, 50.0) for w in (101, 102) for m in MONTHS))
    passing_both = [ROUTING | {"CAPACITY_PER_UNIT": 0.01}, ROUTING | SECOND]
    solved = kept_on_two_lines(last, *passing_both, ROUTING | SECOND | {"ROUTING_CODE": "B"})
    assert solved.report["nervousness"]["frozen"] == 0.0


def test_whole_units_keep_frozen_builds_whatever_fractions_demand_has() -> None:
    last = decided((1, 101, MONTHS[0], 7.0), (2, 101, MONTHS[0], 3.0))
    tables = {"products": 2, "capacity": [11.0, 12.3, 12.7]}
    solved = kept([5.4, 9.2, 3.3], last, tables=tables, frozen_periods=1, change_cost_per_unit=2.0)
    table = solved.tables["RECOMMENDED_BUILD_PLAN"]
    january = table[table["PRODUCTION_WEEK"] == MONTHS[0]]
    assert january["RECOMMENDED_QUANTITY"].tolist() == [7.0, 3.0]
    assert (table["RECOMMENDED_QUANTITY"] % 1 == 0).all()


def test_the_aggregate_grain_keeps_the_plan_of_its_stand_ins() -> None:
    last = STEADY.assign(PRODUCT_ID=7, WORK_CENTER_ID=8)
    solved = kept(last=last, frozen_periods=2, grain="aggregate")
    assert builds(solved) == [100.0, 100.0, 120.0, 100.0]


def test_changing_costs_that_nothing_feels_are_warned_of() -> None:
    solved = kept(frozen_periods=1, change_cost_periods=2)
    assert any("change_cost_periods changes nothing" in w for w in solved.report["warnings"])


@settings(deterministic, max_examples=14)
@given(companies_with_a_last_plan())
def test_what_is_kept_costs_what_an_independent_solve_says(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    expected = keeping_programme(Company(inputs, policy)).solve()
    assert_same_statement(prepare_network(inputs, policy).problem)
    if expected is None:
        with pytest.raises(NoFeasiblePlan):
            _planned(inputs, policy)
        return
    try:
        solved = _planned(inputs, policy)
    except NoFeasiblePlan as impossible:
        if "No plan in whole units" not in str(impossible):
            raise
        return
    assert solved.report["objective"] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert max(solved.report["certificate"].values()) <= 1e-6
    blocking = [str(f) for outcome in check_plan(solved) if outcome.blocks for f in outcome.faults]
    assert blocking == []
    if not policy.keeps_last_plan:
        return
    assert solved.report["nervousness"]["frozen"] in (None, 0.0)
    free = policy.model_copy(update={"frozen_periods": 0})
    cheapest = keeping_programme(Company(inputs, free)).solve()
    assert solved.report["freeze_cost"] == pytest.approx(expected - cheapest, rel=1e-6, abs=1e-5)  # type: ignore[operator]


@settings(deterministic, max_examples=8)
@given(companies_with_a_last_plan())
def test_what_is_kept_costs_the_same_in_other_units(
    company: tuple[PlanningInputs, Policy],
) -> None:
    expected = keeping_programme(Company(*company)).solve()
    for unit in ({"money": 1e6}, {"money": 1e-3}, {"goods": 1e3}):
        other = in_units(*company, **unit)
        if expected is None:
            with pytest.raises(NoFeasiblePlan):
                _planned(*other)
            continue
        try:
            solved = _planned(*other)
        except NoFeasiblePlan as impossible:
            assert "No plan in whole units" in str(impossible)  # noqa: PT017
            continue
        assert solved.report["objective"] == pytest.approx(
            expected * unit.get("money", 1.0), rel=1e-6, abs=1e-6
        )


@settings(deterministic, max_examples=5)
@given(companies_with_a_last_plan())
def test_rows_in_another_order_keep_the_same_plan(company: tuple[PlanningInputs, Policy]) -> None:
    inputs, policy = company
    shuffled = {
        name: getattr(inputs, name).sample(frac=1.0, random_state=3, ignore_index=True)
        for name in PlanningInputs.table_names()
    }
    try:
        solved = _planned(inputs, policy)
    except NoFeasiblePlan:
        return
    again = _planned(replace(inputs, **shuffled), policy)
    name = "RECOMMENDED_BUILD_PLAN"
    pd.testing.assert_frame_equal(again.tables[name], solved.tables[name])
    assert again.report.get("nervousness") == solved.report.get("nervousness")


def _planned(inputs: PlanningInputs, policy: Policy) -> SolvedPlan:
    return plan(inputs, policy, policy_name="random", input_hash="test", prices="none")
