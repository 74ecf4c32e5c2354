"""Who goes short in the company with whole decisions when a shop loses a shift, rule by rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.cli.init import demo_tables
from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore

PAGE = Path(__file__).parents[2] / "docs/decisions.md"
RULES = ("cost", "priority", "fair")
CLASSES = ("CHAIN", "SHOPS", "")
HAMMER_SHOP = 32
FOURTH_QUARTER = ("2026-10-01", "2026-12-31")


def _with_a_shift_less(calendar: pa.Table) -> pa.Table:
    """One of the two shifts of the Key and Hammer Shop in the fourth quarter."""
    rows = calendar.to_pandas()
    days = pd.to_datetime(rows["PERIOD_START"]).between(*FOURTH_QUARTER)
    shifts = rows["AVAILABLE_SHIFTS"].mask(days & (rows["WORK_CENTER_ID"] == HAMMER_SHOP), 1.0)
    rows = rows.assign(AVAILABLE_SHIFTS=shifts)
    return pa.Table.from_pandas(rows, schema=calendar.schema, preserve_index=False)


def _planned(store: DuckDBStore, rule: str) -> SolvedPlan:
    policy = load_policy("decisions", {"allocation": rule, "solve_seconds": 1800.0})
    checked = read_and_check(InputReader(store, scenario_of(store, "Q4_PUSH"), policy))
    return plan(
        checked.planning_inputs, policy, policy_name="decisions", input_hash="x", prices="none"
    )


def _row(rule: str, solved: SolvedPlan) -> str:
    service = solved.tables["BUILD_PLAN_SERVICE"]
    named = service["DEMAND_CLASS"].fillna("")
    lost = [service.loc[named == one, "LOST_SALES"].sum() for one in CLASSES]
    cells = [*(f"{units:,.0f}" for units in lost), f"{solved.report.get('rule_cost', 0.0):,.0f}"]
    return f"| `{rule}` | {' | '.join(cells)} |"


@pytest.mark.long
def test_the_page_tells_who_goes_short_under_each_rule() -> None:
    tables = dict(demo_tables(2026, dt.date(2026, 1, 1), "decisions"))
    tables["CAPACITY_CALENDAR"] = _with_a_shift_less(tables["CAPACITY_CALENDAR"])
    store = DuckDBStore(MEMORY)
    store.replace_inputs(tables)
    lines = "\n".join(_row(rule, _planned(store, rule)) for rule in RULES)
    assert lines in PAGE.read_text("utf-8"), lines
