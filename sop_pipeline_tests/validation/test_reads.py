"""Rules look at no more than they say, so that the graph shows all that an asset reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sop_pipeline.cli.init import demo_tables
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.input_reader import InputReader, sources_of
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.validation.input_checks import check_table
from sop_pipeline.validation.rules import RULES, read_by
from sop_pipeline.validation.scenario_inputs import EVERYTHING
from sop_pipeline_tests.validation.reads import looked_at, require_reads_declared

POLICIES: list[dict[str, Any]] = [
    {},
    {"horizon_start": "this_month", "horizon_periods": 3},
    {"period": "week", "opening_inventory": "occupancy"},
    {"demand_source": "base", "grain": "aggregate", "capacity_basis": "sum"},
]


@pytest.fixture(scope="module")
def demo() -> DuckDBStore:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(demo_tables(2026, dt.date(2026, 1, 1)))
    return store


def _reader(demo: DuckDBStore, fields: dict[str, Any]) -> InputReader:
    return InputReader(demo, scenario_of(demo, "Q4_PUSH"), load_policy("standard", fields))


@pytest.mark.parametrize("fields", POLICIES, ids=str)
def test_a_rule_looks_at_no_more_than_it_says_it_reads(
    demo: DuckDBStore, fields: dict[str, Any]
) -> None:
    require_reads_declared(_reader(demo, fields).inputs())


@pytest.mark.parametrize("table", INPUTS)
def test_what_the_rules_of_a_table_read_is_all_they_need(demo: DuckDBStore, table: str) -> None:
    alone = check_table(table, _reader(demo, {}).inputs(read_by(table)))
    assert alone == check_table(table, _reader(demo, {}).inputs())


def test_every_table_that_a_rule_reads_is_one_that_is_read() -> None:
    read = {name for rules in RULES.values() for rule in rules for name in rule.reads}
    assert read <= set(EVERYTHING)
    assert all(sources_of([name]) for name in EVERYTHING)


def test_a_rule_that_looks_at_another_table_is_noticed(demo: DuckDBStore) -> None:
    inputs = _reader(demo, {}).inputs()
    (rule,) = (rule for rule in RULES["site_master"] if rule.name == "active_sites")
    assert looked_at(rule, inputs) == {"site_master", "demand_forecasts"}
    with pytest.raises(KeyError):
        rule.find(inputs.of(["site_master"]))
