"""What makes the company with whole decisions impossible is found, and is told in its own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.cli.init import demo_tables
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import conflict_sentence
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore

FOUR_MONTHS = {
    "horizon_start": "2026-09-01",
    "horizon_periods": 4,
    "shortage": "forbid",
    "allocation": "cost",
}
PIANO_HALL = 34
Tiers = pd.DataFrame


def _of_the_hall(tiers: Tiers) -> pd.Series:
    return (tiers["WORK_CENTER_ID"] == PIANO_HALL) & (tiers["TIER_CODE"] == "THIRD_SHIFT")


def _without_the_shift(tiers: Tiers) -> Tiers:
    return tiers[~_of_the_hall(tiers)]


def _a_crew_too_large(tiers: Tiers) -> Tiers:
    return tiers.assign(MIN_USE=tiers["MIN_USE"].mask(_of_the_hall(tiers), 99_999.0))


@pytest.mark.parametrize("changed", [_without_the_shift, _a_crew_too_large])
def test_full_shops_are_named_and_nothing_is_put_on_whole_decisions(
    changed: Callable[[Tiers], Tiers],
) -> None:
    # HiGHS loses its way in both: its dual simplex ends without an answer where there is no plan.
    tables = dict(demo_tables(2026, dt.date(2026, 1, 1), "decisions"))
    tiers = changed(tables["CAPACITY_TIER"].to_pandas())
    tables["CAPACITY_TIER"] = pa.Table.from_pandas(
        tiers, schema=tables["CAPACITY_TIER"].schema, preserve_index=False
    )
    store = DuckDBStore(MEMORY)
    store.replace_inputs(tables)
    policy = load_policy("decisions", FOUR_MONTHS)
    checked = read_and_check(InputReader(store, scenario_of(store, "Q4_PUSH"), policy))
    inputs = checked.planning_inputs
    model = PlanningModel(prepare_network(inputs, policy).problem)

    assert isinstance(take_decisions(model, policy), Infeasible)
    told = conflict_sentence(model.programme, Naming.of(inputs))
    assert told.startswith("Conflict, of which none can be left out: capacity limit (tier 21 ")
    assert "34 REGULAR [WC-34 Tuning Hall]" in told
    assert "whole" not in told
