"""A hedge is a scenario: planned from a folder, a store, a day of the past; refused by name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning import PlanningInputs
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import CheckedScenario, read_and_check
from sop_pipeline.services.company import open_store
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.hedged_company import BASE, HEDGE, PUSH, hedged_company
from sop_pipeline_tests.small_company import Tables, write_company

CASES = Path(__file__).parents[3] / "shared" / "cases"
FIGURES = (
    *("objective", "expected_cost", "wait_and_see_cost", "evpi", "mean_plan_cost", "vss", "cvar"),
    "commit_until",
)


@pytest.fixture(scope="module")
def planned() -> library.Plan:
    return library.plan(library.Company(hedged_company()), "HEDGE")


@pytest.fixture
def checked() -> CheckedScenario:
    return library.Company(hedged_company()).checked("HEDGE")


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not at hand")
@pytest.mark.parametrize(
    "name",
    [
        *("one_build", "vaccine", "gas_buying", "eev_impossible", "cvar_off"),
        *("random_1", "random_4", "random_26"),
    ],
)
def test_a_published_problem_of_many_futures_comes_to_what_is_published_of_it(name: str) -> None:
    case = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    company = library.read_folder(CASES / case["folder"])
    plan = library.plan(company, case["scenario"], overrides=case["policy"])
    expected, told = case["oracle"], plan.summary
    within = 1e-6 * max(1.0, expected["objective"])  # what is worth is a difference of costs
    for figure in FIGURES:
        if isinstance(expected[figure], float):
            assert told[figure] == pytest.approx(expected[figure], rel=1e-6, abs=within), figure
        else:
            assert told[figure] == expected[figure], figure
    futures = {one["scenario_code"]: one for one in told["futures"]}
    for member, cost in expected["member_cost"].items():
        assert futures[member]["cost"] == pytest.approx(cost, rel=1e-6)
        assert futures[member]["own_best_cost"] == pytest.approx(expected["own_best"][member])


def test_each_member_has_its_own_forecasts_and_shares_all_else(checked: CheckedScenario) -> None:
    hedge = checked.hedge_inputs
    base, push = hedge.members
    assert [one.probability for one in hedge.members] == [0.6, 0.4]
    assert [one.inputs.scenario_code for one in hedge.members] == ["BASE", "PUSH"]
    assert hedge.baseline_id == BASE
    assert (hedge.scenario_id, hedge.mean.scenario_id) == (HEDGE, HEDGE)
    demand = hedged_company()["demand_forecasts"]
    for member, key in ((base, BASE), (push, PUSH)):
        own = demand[demand["SCENARIO_ID"] == key]["FORECAST_QUANTITY"]
        assert sorted(member.inputs.demand_forecasts["FORECAST_QUANTITY"]) == sorted(own)
        assert member.inputs.site_master is base.inputs.site_master


def test_mean_demand_is_the_forecasts_of_all_members_by_their_probability(
    checked: CheckedScenario,
) -> None:
    hedge = checked.hedge_inputs
    total = sum(_units(member.inputs) * member.probability for member in hedge.members)
    assert _units(hedge.mean) == pytest.approx(total)
    assert len(hedge.mean.demand_forecasts) == 2 * len(hedge.members[0].inputs.demand_forecasts)


def _units(inputs: PlanningInputs) -> float:
    return float(inputs.demand_forecasts["FORECAST_QUANTITY"].sum())


def test_a_product_of_one_member_is_planned_in_every_member() -> None:
    tables = hedged_company()
    demand = tables["demand_forecasts"]
    shelf_of_push = (demand["SCENARIO_ID"] == PUSH) | (demand["PRODUCT_ID"] != 30)
    hedge = library.Company({**tables, "demand_forecasts": demand[shelf_of_push]}).checked("HEDGE")
    assert {one.inputs.further_products for one in hedge.hedge_inputs.members} == {(10, 20, 30)}


def _moved(table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> CheckedScenario:
    tables = hedged_company()
    return library.Company({**tables, table: change(tables[table])}).checked("HEDGE")


def test_the_fingerprint_of_a_hedge_is_of_its_members_and_their_probabilities(
    checked: CheckedScenario,
) -> None:
    likelier = library.Company(hedged_company({BASE: 0.7, PUSH: 0.3})).checked("HEDGE")
    alone = library.Company(hedged_company({BASE: 1.0})).checked("HEDGE")
    raised = _moved(
        "demand_forecasts",
        lambda rows: rows.assign(
            FORECAST_QUANTITY=rows["FORECAST_QUANTITY"] + (rows["SCENARIO_ID"] == PUSH)
        ),
    )
    hashes = [one.input_hash for one in (checked, likelier, alone, raised)]
    assert len(set(hashes)) == 4
    assert library.Company(hedged_company()).checked("HEDGE").input_hash == checked.input_hash


def test_a_plain_scenario_is_the_same_whether_or_not_a_hedge_counts_it_in() -> None:
    with_hedge = library.Company(hedged_company()).checked("BASE")
    tables = hedged_company()
    del tables["scenario_members"]
    tables["scenario_definitions"] = tables["scenario_definitions"].head(2)
    assert library.Company(tables).checked("BASE").input_hash == with_hedge.input_hash


def test_a_hedge_is_published_with_its_futures(planned: library.Plan) -> None:
    rows = planned.tables["BUILD_PLAN_FUTURE"]
    assert rows["MEMBER_SCENARIO_ID"].tolist() == [BASE, PUSH]
    assert rows["SCENARIO_ID"].unique().tolist() == [HEDGE]
    assert planned.tables["RECOMMENDED_BUILD_PLAN"]["SCENARIO_ID"].unique().tolist() == [HEDGE]
    told = planned.summary
    assert told["wait_and_see_cost"] <= told["expected_cost"] + 1e-6
    assert told["expected_cost"] <= told["mean_plan_cost"] + 1e-6
    assert told["reference_member"] == "BASE"


BAD: dict[str, tuple[Callable[[], Tables], tuple[str, ...]]] = {
    "no_members": (lambda: hedged_company({}), ("SCENARIO_MEMBER", "HEDGE", "none")),
    "own_forecasts": (
        lambda: _with_forecasts(HEDGE),
        ("DEMAND_FORECAST_VERSIONS", "no forecasts of the hedge HEDGE"),
    ),
    "baseline": (
        lambda: _defined(HEDGE, IS_OFFICIAL_BASELINE="TRUE"),
        ("SCENARIO_DEFINITION", "IS_OFFICIAL_BASELINE", "HEDGE, a hedge"),
    ),
    "repeated": (
        lambda: _members((BASE, 0.5), (BASE, 0.5)),
        ("SCENARIO_MEMBER", f"MEMBER_SCENARIO_ID={BASE}"),
    ),
    "unknown": (
        lambda: _members((BASE, 0.5), (77, 0.5)),
        ("SCENARIO_MEMBER", "MEMBER_SCENARIO_ID=77"),
    ),
    "a_hedge": (
        lambda: _members((BASE, 0.5), (HEDGE, 0.5)),
        ("SCENARIO_MEMBER", "hedges", "Rows: HEDGE"),
    ),
    "without_forecasts": (
        lambda: _without_forecasts(PUSH),
        ("DEMAND_FORECAST_VERSIONS", "none that is current for scenario PUSH"),
    ),
    "zero": (
        lambda: _members((BASE, 1.0), (PUSH, 0.0)),
        ("SCENARIO_MEMBER", "PROBABILITY", "above 0", f"MEMBER_SCENARIO_ID={PUSH}"),
    ),
    "too_little": (
        lambda: _members((BASE, 0.5), (PUSH, 0.4)),
        ("SCENARIO_MEMBER", "add up to 1", "0.9", "BASE 0.5", "PUSH 0.4"),
    ),
    "in_percent": (
        lambda: _members((BASE, 60), (PUSH, 40)),
        ("SCENARIO_MEMBER", "add up to 1", "100", "divide each by 100"),
    ),
    "other_months": (
        lambda: _without_forecasts(PUSH, after="2025-11"),
        ("DEMAND_FORECAST_VERSIONS", "PUSH lacks 2025-12"),
    ),
}
"""Tables of which no hedge can be planned, and the words of the refusal."""


def _members(*rows: tuple[int, float]) -> Tables:
    members = pd.DataFrame(rows, columns=["MEMBER_SCENARIO_ID", "PROBABILITY"])
    return {**hedged_company(), "scenario_members": members.assign(SCENARIO_ID=HEDGE)}


def _defined(scenario: int, **values: Any) -> Tables:
    tables = hedged_company()
    rows = tables["scenario_definitions"].astype(object)
    at = rows["SCENARIO_ID"] == scenario
    if "IS_OFFICIAL_BASELINE" in values:
        rows["IS_OFFICIAL_BASELINE"] = "FALSE"
    for column, value in values.items():
        rows.loc[at, column] = value
    return {**tables, "scenario_definitions": rows}


def _with_forecasts(scenario: int) -> Tables:
    tables = hedged_company()
    rows = tables["demand_forecasts"]
    own = rows.head(3).assign(SCENARIO_ID=scenario, DEMAND_FORECAST_ID=[9001, 9002, 9003])
    return {**tables, "demand_forecasts": pd.concat([rows, own], ignore_index=True)}


def _without_forecasts(scenario: int, after: str = "") -> Tables:
    tables = hedged_company()
    rows = tables["demand_forecasts"]
    gone = (rows["SCENARIO_ID"] == scenario) & (rows["FORECAST_DATE"].str[:7] > after)
    return {**tables, "demand_forecasts": rows[~gone]}


@pytest.mark.parametrize("name", BAD)
def test_a_hedge_that_cannot_be_planned_is_refused_by_name(name: str) -> None:
    make, words = BAD[name]
    with pytest.raises(InputRefused) as refused:
        library.Company(make()).checked("HEDGE")
    told = str(refused.value)
    assert [word for word in words if word not in told] == [], told


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(BASE, 0.5), (HEDGE, 0.5)], "hedges. Rows: HEDGE"),
        ([(HEDGE, 1.0)], "hedges. Rows: HEDGE"),
        ([(BASE, 0.5), (PUSH, np.nan)], f"MEMBER_SCENARIO_ID={PUSH}"),
        ([(BASE, 0.5), (PUSH, np.inf)], f"MEMBER_SCENARIO_ID={PUSH}"),
    ],
)
def test_what_follows_from_a_fault_of_a_member_is_not_told_as_another(
    rows: list[tuple[int, float]], told: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        library.Company(_members(*rows)).checked("HEDGE")
    (fault,) = refused.value.faults
    assert told in str(fault)


ONLY_HEDGES = "members of scenarios of SCENARIO_TYPE HEDGE alone"


def test_members_of_a_scenario_that_is_no_hedge_are_refused_whichever_is_planned() -> None:
    with pytest.raises(InputRefused, match=ONLY_HEDGES) as refused:
        library.Company(_defined(HEDGE, SCENARIO_TYPE="OTHER")).checked("BASE")
    told = str(refused.value)
    assert "got those of HEDGE (type OTHER)" in told
    assert "row 1: SCENARIO_CODE=HEDGE, SCENARIO_ID=3, MEMBER_SCENARIO_ID=1" in told


def test_members_of_a_scenario_that_is_a_hedge_no_more_are_refused(tmp_path: Path) -> None:
    file = _stored(tmp_path, hedged_company())
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE ATOMIC.SCENARIO_DEFINITION SET SCENARIO_TYPE = 'OTHER'")
    with pytest.raises(InputRefused, match=ONLY_HEDGES):
        open_store(f"duckdb:{file}").checked("HEDGE")


def test_a_member_that_was_retired_is_refused_by_name(tmp_path: Path) -> None:
    file = _stored(tmp_path, hedged_company())
    with duckdb.connect(str(file)) as connection:
        connection.execute("DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_ID = 2")
    company = open_store(f"duckdb:{file}")
    with pytest.raises(InputRefused, match=r"unknown or retired. Rows: MEMBER_SCENARIO_ID=2"):
        company.checked("HEDGE")


def _stored(folder: Path, tables: Tables) -> Path:
    """A warehouse of the tables."""
    file = folder / "warehouse.duckdb"
    loaded = load_folder(write_company(folder / "company", tables))
    DuckDBStore(file).replace_inputs(loaded.tables)
    return file


def test_a_hedge_of_a_past_day_has_the_members_of_then(tmp_path: Path) -> None:
    now = hedged_company()["scenario_members"].assign(
        VALID_FROM_TIMESTAMP="2025-07-20", IS_CURRENT_FLAG="TRUE"
    )
    then = hedged_company({BASE: 0.9, PUSH: 0.1})["scenario_members"].assign(
        VALID_FROM_TIMESTAMP="2025-07-01",
        VALID_TO_TIMESTAMP="2025-07-20",
        IS_CURRENT_FLAG="FALSE",
    )
    members = pd.concat([then, now], ignore_index=True)
    store = DuckDBStore(_stored(tmp_path, {**hedged_company(), "scenario_members": members}))
    reader = InputReader(store, scenario_of(store, "HEDGE"), load_policy("standard"))
    assert _shares(reader) == [0.6, 0.4]
    assert _shares(replace(reader, as_of=dt.date(2025, 7, 10), frames={})) == [0.9, 0.1]
    with pytest.raises(InputRefused, match="known on 2025-06-30"):
        _shares(replace(reader, as_of=dt.date(2025, 6, 30), frames={}))


def _shares(reader: InputReader) -> list[float]:
    return [one.probability for one in read_and_check(reader).hedge_inputs.members]


def test_a_hedge_at_the_aggregate_grain_is_bad_usage() -> None:
    company = library.Company(hedged_company())
    with pytest.raises(UsageError, match="grain: network only"):
        company.checked("HEDGE", overrides={"grain": "aggregate"})


def test_a_fault_of_one_members_demand_names_the_member() -> None:
    tables = hedged_company()
    rows = tables["demand_forecasts"]
    gap = (rows["SCENARIO_ID"] == PUSH) & rows["FORECAST_DATE"].str.startswith("2025-09")
    with pytest.raises(InputRefused, match=r"PUSH: .*2025-09"):
        library.Company({**tables, "demand_forecasts": rows[~gap]}).checked("HEDGE")


def test_what_all_members_have_alike_is_told_once(checked: CheckedScenario) -> None:
    passed = [str(one) for one in checked.warnings if one.rule == "horizon_not_passed"]
    assert len(passed) == 1
    assert "PUSH" not in passed[0]
