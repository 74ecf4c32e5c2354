"""The bridge by driver: inputs turned into others one change at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

import sop_pipeline as library
from sop_pipeline.insight.drivers import (
    CAPACITY,
    DRIVERS,
    MIX,
    OPENING,
    POLICY,
    PRICES,
    STORAGE,
    TURNED_WHOLE,
    VOLUME,
    Basis,
    driver_steps,
    turned_step_by_step,
)
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic
from sop_pipeline_tests.small_company import Tables, full_company

Change = Callable[[Tables], None]


@pytest.fixture(scope="module")
def base() -> library.Plan:
    return _plan()


def _plan(change: Change | None = None, code: str = "BASE", **policy: object) -> library.Plan:
    tables = full_company()
    if change is not None:
        change(tables)
    company = library.Company(tables)
    return library.plan(company, code, policy="standard", overrides=policy)


@pytest.fixture(scope="module")
def start() -> Basis:
    """What the plan of BASE is made of as it is."""
    return _basis()


def _basis(change: Change | None = None, code: str = "BASE", **policy: object) -> Basis:
    """What a plan is made of; nothing is solved for it."""
    tables = full_company()
    if change is not None:
        change(tables)
    checked = library.Company(tables).checked(code, policy="standard", overrides=policy)
    return Basis(checked.planning_inputs, checked.policy)


def _scaled(table: str, column: str, factor: float) -> Change:
    def change(tables: Tables) -> None:
        tables[table] = tables[table].assign(**{column: factor * tables[table][column]})

    return change


def _steps(one: library.Plan, other: library.Plan) -> dict[tuple[str, ...], int]:
    assert one.company is not None
    compared = library.compare(one.company, [one, other], drivers=True)
    assert compared.drivers is not None
    (bridge,), (steps,) = compared.bridges, compared.drivers
    assert sum(step.cents for step in steps) == bridge.end - bridge.start
    return {step.drivers: step.cents for step in steps}


def test_a_driver_turns_every_input_table() -> None:
    turned = {table for tables in TURNED_WHOLE.values() for table in tables}
    demand = {"demand_forecasts"}
    assert turned | demand >= set(PlanningInputs.table_names())
    assert list(TURNED_WHOLE) == [driver for driver in DRIVERS if driver in TURNED_WHOLE]


@pytest.mark.parametrize(
    ("change", "driver"),
    [
        (_scaled("demand_forecasts", "FORECAST_QUANTITY", 2), VOLUME),
        (_scaled("products", "UNIT_COST", 1.1), PRICES),
        (_scaled("capacity_tiers", "PREMIUM_PER_UNIT", 2), PRICES),
        (_scaled("work_centers", "CAPACITY_PER_HOUR", 0.9), CAPACITY),
        (_scaled("warehouse_zones", "MAX_CAPACITY_PALLETS", 0.5), STORAGE),
        (_scaled("inventory_balances", "QUANTITY_AVAILABLE", 0.5), OPENING),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_of_one_kind_is_told_as_that_kind(
    start: Basis, change: Change, driver: str
) -> None:
    assert list(turned_step_by_step(start, _basis(change))) == [driver]


def test_another_policy_is_told_as_policy(start: Basis) -> None:
    assert list(turned_step_by_step(start, _basis(capital_rate_per_year=0.9))) == [POLICY]


def test_the_same_rows_in_another_order_change_nothing(start: Basis) -> None:
    def shuffled(tables: Tables) -> None:
        for name, rows in tables.items():
            tables[name] = rows.sample(frac=1.0, random_state=3)

    assert turned_step_by_step(start, _basis(shuffled)) == {}


def test_each_step_is_what_its_change_alone_does_to_the_plan_before(base: library.Plan) -> None:
    dearer = _scaled("products", "UNIT_COST", 1.1)
    smaller = _scaled("warehouse_zones", "MAX_CAPACITY_PALLETS", 0.4)

    def both(tables: Tables) -> None:
        dearer(tables)
        smaller(tables)

    margins = [round(100 * plan.summary["margin"]) for plan in (base, _plan(dearer), _plan(both))]
    assert _steps(base, _plan(both)) == {
        (PRICES,): margins[1] - margins[0],
        (STORAGE,): margins[2] - margins[1],
    }


def test_what_half_turned_inputs_cannot_plan_is_told_together_with_the_next() -> None:
    def grown(tables: Tables) -> None:
        _scaled("demand_forecasts", "FORECAST_QUANTITY", 100)(tables)
        _scaled("work_centers", "CAPACITY_PER_HOUR", 200)(tables)
        del tables["capacity_calendar"]

    forbid = {"shortage": "forbid", "overflow_limit_pct": None}
    assert list(_steps(_plan(**forbid), _plan(grown, **forbid))) == [(VOLUME, CAPACITY)]
    assert driver_steps(10, ["a", "b", "c"], [None, None, 25])[0].drivers == ("a", "b", "c")


def test_volume_has_the_other_total_and_mix_the_money_of_before() -> None:
    def revenue(amount: float) -> Change:
        def change(tables: Tables) -> None:
            tables["demand_forecasts"]["UNIT_REVENUE"] = amount

        return change

    one, other = _basis(revenue(66), "BASE"), _basis(revenue(77), "PUSH")
    turned = turned_step_by_step(one, other)
    assert list(turned) == [VOLUME, MIX, PRICES]
    before, volume, mix, prices = (
        basis.inputs.demand_forecasts.sort_values(["PRODUCT_ID", "SITE_ID", "FORECAST_DATE"])
        for basis in (one, *turned.values())
    )
    wanted = other.inputs.demand_forecasts["FORECAST_QUANTITY"].sum()
    assert volume["FORECAST_QUANTITY"].sum() == wanted != before["FORECAST_QUANTITY"].sum()
    assert (volume["FORECAST_QUANTITY"] % 1 == 0).all()
    growth = wanted / before["FORECAST_QUANTITY"].sum()
    spread = volume["FORECAST_QUANTITY"] - growth * before["FORECAST_QUANTITY"]
    assert spread.abs().max() <= 1
    assert (mix["UNIT_REVENUE"] == 66).all()
    assert (prices["UNIT_REVENUE"] == 77).all()
    assert mix["FORECAST_QUANTITY"].tolist() == prices["FORECAST_QUANTITY"].tolist()


@settings(deterministic, max_examples=10)
@given(companies(), companies())
def test_the_last_turn_is_what_the_other_plan_is_made_of(
    one: tuple[PlanningInputs, Policy], other: tuple[PlanningInputs, Policy]
) -> None:
    start, end = Basis(*one), Basis(*other)
    turned = turned_step_by_step(start, end)
    last = list(turned.values())[-1] if turned else start
    assert last.is_like(end)
    assert list(turned) == [driver for driver in DRIVERS if driver in turned]
    total = end.inputs.demand_forecasts["FORECAST_QUANTITY"].sum()
    if VOLUME in turned:
        volume = turned[VOLUME].inputs.demand_forecasts["FORECAST_QUANTITY"].sum()
        assert volume == pytest.approx(total, abs=1e-4)
