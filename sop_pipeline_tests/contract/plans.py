"""Invented plans: every result table filled, any two figures apart in every table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY, RESULT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.store import Publication, store_at

Plan = dict[str, pd.DataFrame]
PERIOD = pd.Timestamp("2025-07-01")
CODES = {1: "BASE", 2: "PUSH"}
"""The small company's scenarios."""
DIFFERENT_PLANS = (0.25, 0.75)
"""Two figures whose plans differ in every table."""


def invented_plan(scenario_id: int, figure: float = 0.5, rows: int = 4, text: str = "text") -> Plan:
    """A plan whose numbers are all `figure`, which every stored type can hold, and a row number."""
    counts = {BUILD_PLAN_SUMMARY.name: 1}
    return {
        table.name: invented_rows(table, scenario_id, figure, counts.get(table.name, rows), text)
        for table in RESULT_TABLES
    }


def invented_rows(
    table: Table, scenario_id: int, figure: float = 0.5, rows: int = 4, text: str = "text"
) -> pd.DataFrame:
    """The rows of one table of such a plan."""
    values = {name: _values(column, figure, rows, text) for name, column in table.columns.items()}
    if "SCENARIO_CODE" in values:
        values["SCENARIO_CODE"] = pd.array([CODES[scenario_id]] * rows, "string")
    return table.typed(pd.DataFrame({**values, "SCENARIO_ID": np.full(rows, scenario_id)}))


def publication(plan: Plan, run_id: str = "run", input_hash: str = "hash") -> Publication:
    """The publication of a plan."""
    scenario_id = int(plan[BUILD_PLAN_SUMMARY.name]["SCENARIO_ID"].iloc[0])
    return Publication(scenario_id, plan, run_id, input_hash)


def without_rows(plan: Plan) -> Plan:
    """The plan of nothing: every table there, none with a row."""
    return {name: frame.head(0) for name, frame in plan.items()}


def publish_repeatedly(location: str, worker: int, scenario_id: int, times: int) -> None:
    """Publish one worker's plan again and again, each time as another run."""
    plan = invented_plan(scenario_id, DIFFERENT_PLANS[worker])
    for i in range(times):
        store_at(location).publish(publication(plan, f"worker-{worker}-run-{i}"))


def _values(column: Column, figure: float, rows: int, text: str) -> object:
    if column.type == "identifier":
        return np.arange(rows) + 1
    if column.type == "date":
        return [PERIOD] * rows
    if column.type == "number":
        return np.full(rows, figure)
    if column.type == "flag":
        return pd.array([True] * rows, "boolean")
    return pd.array([text] * rows, "string")
