"""The reference company's cases: what is planned, how, and what it was found to cost.

A figure frozen here moves only where a rule of the model is meant to change.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.reference import COMPANY, FISCAL_CALENDAR

SMOOTH = {"load_increase_cost_per_unit": 0.5, "load_decrease_cost_per_unit": 0.25}
CROWDED = {"shortage": "backorder", "overflow_threshold_pct": 40, "initial_load_units": 20}
CASES = {
    "months": ("BASE", {}),
    "late": ("BASE", {"shortage": "backorder"}),
    "crowded": ("PUSH", {**CROWDED, **SMOOTH}),
    "hard": ("BASE", {"safety_stock": "hard"}),
    "weeks": ("BASE", {"period": "week"}),
    "fiscal": ("PUSH", {}),
}
"""A scenario and what differs from the standard policy."""

FROZEN: dict[str, tuple[float, float, dict[str, float]]] = {
    "months": (
        7705.25,
        7726.14,
        {
            "production": 7227.85,
            "transport": 145.65,
            "handling": 107.37,
            "holding": 61.31,
            "lost_sales": 140.0,
            "safety_stock": 23.06,
        },
    ),
    "late": (
        7619.24,
        7640.35,
        {
            "production": 7270.15,
            "transport": 146.73,
            "handling": 107.49,
            "holding": 59.81,
            "backorder": 12.0,
            "safety_stock": 23.06,
        },
    ),
    "crowded": (
        9849.03,
        9884.15,
        {
            "production": 9289.49,
            "tier_premium": 32.76,
            "transport": 194.17,
            "handling": 149.7,
            "holding": 72.48,
            "overflow": 6.47,
            "backorder": 12.0,
            "safety_stock": 34.17,
            "load_change": 57.8,
        },
    ),
    "hard": (
        7845.92,
        7868.93,
        {
            "production": 7210.75,
            "transport": 144.76,
            "handling": 108.95,
            "holding": 73.45,
            "lost_sales": 308.0,
        },
    ),
    "weeks": (
        14645.89,
        14731.97,
        {
            "production": 4869.86,
            "tier_premium": 219.22,
            "transport": 83.26,
            "handling": 60.82,
            "holding": 9.93,
            "lost_sales": 8751.29,
            "safety_stock": 651.5,
        },
    ),
    "fiscal": (
        9455.47,
        9495.29,
        {
            "production": 8902.54,
            "tier_premium": 7.24,
            "transport": 171.69,
            "handling": 135.22,
            "holding": 75.38,
            "lost_sales": 140.0,
            "safety_stock": 23.41,
        },
    ),
}
"""Cost, cost of the published plan, and what each term takes of the first."""


def reader_of(folder: Path, code: str, policy: Policy) -> InputReader:
    """A scenario in a warehouse that a folder was loaded into."""
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(folder).tables)
    return InputReader(store, scenario_of(store, code), policy)


def inputs_of(folder: Path, code: str, policy: Policy) -> PlanningInputs:
    """A scenario's inputs from a folder, through every check."""
    return read_and_check(reader_of(folder, code, policy)).planning_inputs


def _weekly(folder: Path) -> None:
    """What is told of four months is told of four weeks, of five working days each."""
    for table, column in (
        ("demand_forecasts", "FORECAST_DATE"),
        ("capacity_calendar", "PERIOD_START"),
    ):
        file = folder / f"{table}.csv"
        rows = pd.read_csv(file)
        month = pd.to_datetime(rows[column]).dt.month
        rows[column] = pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * (month - 1), unit="D")
        if "WORKING_DAYS" in rows:
            rows["WORKING_DAYS"] = rows["WORKING_DAYS"].clip(upper=5)
        rows.to_csv(file, index=False)


def _in_fiscal_periods(folder: Path) -> None:
    shutil.copy(FISCAL_CALENDAR, folder)


CHANGES: dict[str, Callable[[Path], None]] = {"weeks": _weekly, "fiscal": _in_fiscal_periods}


def case(name: str, folder: Path, **settings: object) -> tuple[PlanningInputs, Policy]:
    """Inputs and policy of a case."""
    shutil.copytree(COMPANY, folder / name)
    CHANGES.get(name, lambda _: None)(folder / name)
    code, own = CASES[name]
    policy = load_policy("standard", {"demand_source": "base", **own, **settings})
    return inputs_of(folder / name, code, policy), policy


def solve(inputs: PlanningInputs, policy: Policy) -> SolvedPlan:
    """The plan."""
    return plan(inputs, policy, policy_name="reference", input_hash="test")
