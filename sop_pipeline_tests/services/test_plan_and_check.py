"""Reading, checking, planning and checking the plan: what stops each step, and what passes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline
from sop_pipeline.errors import Fault, InputRefused, PlanNotCertified
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import CheckedScenario, of_checked, read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import require_rules_kept, solve_and_check
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation import plan_rules
from sop_pipeline.validation.input_checks import check_inputs
from sop_pipeline.validation.rule import Rule, RuleResult, Severity
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.validation.scenario_inputs import ScenarioInputs
from sop_pipeline_tests.small_company import Tables, altered, small_company, write_company

POLICY = load_policy("standard", {"demand_source": "base"})
PUSH = Scenario(2, "PUSH", "Push")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DuckDBStore:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path_factory.mktemp("c") / "c")).tables)
    return store


@pytest.fixture(scope="module")
def checked(store: DuckDBStore) -> CheckedScenario:
    return read_and_check(InputReader(store, PUSH, POLICY))


def changed(reader: InputReader, table: str, **columns: object) -> InputReader:
    """A reader one of whose tables was changed after it was read."""
    rows = reader.inputs([table]).rows(table).assign(**columns)
    return replace(reader, frames={**reader.frames, table: rows})


def test_every_fault_that_blocks_is_told_and_nothing_is_planned(store: DuckDBStore) -> None:
    reader = changed(InputReader(store, PUSH, POLICY), "site_master", SITE_TYPE="OFFICE")
    reader = changed(reader, "demand_forecasts", FORECAST_QUANTITY=-1.0)
    faults = check_inputs(reader.inputs()).faults
    assert {fault.table for fault in faults} == {
        "DEMAND_FORECAST_VERSIONS (demand_forecasts)",
        "SITE (sites)",
    }
    with pytest.raises(InputRefused) as refused:
        read_and_check(reader)
    assert refused.value.faults == faults


def test_dates_in_the_wrong_order_are_one_fault_that_shows_them(store: DuckDBStore) -> None:
    reader = changed(
        InputReader(store, PUSH, POLICY),
        "logistics_costs",
        EFFECTIVE_DATE=pd.Timestamp("2026-01-01"),
        EXPIRY_DATE=pd.Timestamp("2025-01-01"),
    )
    (fault,) = check_inputs(reader.inputs()).faults
    assert fault.table == "LOGISTICS_COST_FACT (logistics_costs)"
    assert fault.total == 3
    first = "LOGISTICS_COST_ID=1, EFFECTIVE_DATE=2026-01-01, EXPIRY_DATE=2025-01-01"
    assert fault.rows[0] == first


def test_rows_of_a_table_without_a_key_are_named_by_what_places_them_codes_beside_ids() -> None:
    receipt = {"PRODUCT_ID": 10, "SITE_ID": 3, "RECEIPT_DATE": "2025-07-15", "QUANTITY": -5.0}
    tables = small_company() | {"scheduled_receipts": pd.DataFrame([receipt])}
    (fault,) = refusal(tables)
    assert fault.rows == ("PRODUCT_ID=10 (P-10), SITE_ID=3 (WH-A), RECEIPT_DATE=2025-07-15",)


def test_a_day_from_when_is_named_only_where_there_is_one() -> None:
    tier = {"WORK_CENTER_ID": 101, "TIER_CODE": "OVERTIME", "PREMIUM_PER_UNIT": -5.0}
    (fault,) = refusal(small_company() | {"capacity_tiers": pd.DataFrame([tier])})
    assert fault.rows == ("WORK_CENTER_ID=101 (WC-A), TIER_CODE=OVERTIME",)


def test_forecasts_of_another_type_are_no_demand_and_that_is_told_once() -> None:
    other = altered("demand_forecasts", lambda rows: rows.assign(FORECAST_TYPE="SALES"))
    (fault,) = refusal(other)
    assert "of FORECAST_TYPE DEMAND" in fault.got


def refusal(tables: Tables) -> tuple[Fault, ...]:
    """The faults that a company's base scenario is refused with."""
    with pytest.raises(InputRefused) as refused:
        sop_pipeline.Company(tables).checked("BASE")
    return refused.value.faults


def test_a_day_of_which_nothing_was_known_is_refused_before_any_rule(
    store: DuckDBStore,
) -> None:
    with pytest.raises(InputRefused) as refused:
        read_and_check(InputReader(store, PUSH, POLICY, as_of=dt.date(1990, 1, 1)))
    assert {fault.rule for fault in refused.value.faults} == {"known_then"}


def test_tables_checked_where_they_were_read_are_the_same_scenario(
    checked: CheckedScenario,
) -> None:
    tables = _shuffled(checked.tables)
    again = of_checked(ScenarioInputs(checked.scenario, checked.policy, tables))
    assert again.input_hash == checked.input_hash


def _shuffled(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: table.sample(frac=1, random_state=1) for name, table in tables.items()}


def test_a_plan_carries_its_policy_its_inputs_and_the_warnings_of_both(
    checked: CheckedScenario,
) -> None:
    told: list[str] = []
    planned = solve_and_check(checked, policy_name="mine", progress=told.append)
    assert planned.solved.report["input_hash"] == checked.input_hash
    assert planned.solved.report["policy"] == "mine"
    assert planned.warnings[: len(checked.warnings)] == checked.warnings
    assert told


def test_the_time_limit_of_the_environment_bounds_every_plan(
    checked: CheckedScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_SOLVER_TIME_LIMIT_SECONDS", "1e-9")
    with pytest.raises(PlanNotCertified, match="Time limit"):
        solve_and_check(checked, policy_name="standard")


def _found(rule: str, severity: Severity) -> RuleResult:
    fault = Fault("BUILD_PLAN_SUMMARY", rule, "a rule that is kept", "one that is not")
    return RuleResult(Rule(rule, "solved_plan", "", lambda _: [fault], severity), (fault,))


@pytest.mark.parametrize("severity", ["blocking", "warning"])
def test_a_plan_is_judged_by_every_rule_of_plans(
    checked: CheckedScenario, monkeypatch: pytest.MonkeyPatch, severity: Severity
) -> None:
    outcome = _found("one_more", severity)
    monkeypatch.setattr(plan_rules, "PLAN_RULES", (*plan_rules.PLAN_RULES, outcome.rule))
    if severity == "blocking":
        with pytest.raises(PlanNotCertified, match="one that is not"):
            solve_and_check(checked, policy_name="standard")
    else:
        planned = solve_and_check(checked, policy_name="standard")
        assert planned.warnings[-1] == outcome.faults[0]


def test_a_plan_is_refused_for_what_blocks_alone() -> None:
    require_rules_kept([_found("told", "warning"), _found("shown", "information")])
    with pytest.raises(PlanNotCertified) as refused:
        require_rules_kept([_found("told", "warning"), _found("kept", "blocking")])
    title, *lines = str(refused.value).splitlines()
    assert title == "The plan breaks its own rules:"
    assert len(lines) == 1


@pytest.mark.parametrize("word", ["solving_within", "PlanNotCertified", "check_inputs"])
def test_the_steps_stand_in_one_place(word: str) -> None:
    package = Path(sop_pipeline.__file__).parent
    files = [path.relative_to(package) for path in package.rglob("*.py")]
    outside = {"planning", "insight", "validation", "errors.py"}
    using = {
        path.parts[0]
        for path in files
        if path.parts[0] not in outside
        and re.search(rf"\b{word}\b", (package / path).read_text("utf-8"))
    }
    assert using == {"services"}
