"""The formulation itself, held by pages a person can read: one per constraint family.

Each page shows one family of the programme of a two-month company, in the letters of
docs/model.md; one more shows the terms of the objective. After a change that is meant, run
`python -m sop_pipeline_tests.golden.test_golden` and read the diff.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.families import (
    CLASS_OWED,
    CONSTRAINTS,
    COSTS,
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LATE_OF_CLASSES,
    LOAD_CHANGE,
    LOST_OF_CLASSES,
    LOST_SALES,
    LOT_SIZE,
    MINIMUM_LOT,
    MINIMUM_USE,
    PLAN_CHANGE,
    PLANT_BALANCE,
    PRIORITY_KEPT,
    SAFETY_STOCK,
    SETUP_LIMIT,
    STOCK_AGE,
    TERMINAL_STOCK,
    TIER_ACTIVATION,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline_tests.golden.programme import Facts, constraint_facts, cost_facts, read, text
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.decided import decided_whole

HERE = Path(__file__).parent
OBJECTIVE = "objective"
WHOLE = (TIER_ACTIVATION, MINIMUM_USE, SETUP_LIMIT, MINIMUM_LOT, LOT_SIZE)
"""Families of whole decisions, which are added to the problem of the company."""
DEMAND = [5, 9]
SECOND_WAREHOUSE = {
    "site_master": [
        {"SITE_ID": 1, "SITE_CODE": "PLANT", "SITE_NAME": "Plant", "SITE_TYPE": "PLANT"},
        {"SITE_ID": 11, "SITE_CODE": "STORE", "SITE_NAME": "Store", "SITE_TYPE": "WAREHOUSE"},
        {"SITE_ID": 12, "SITE_CODE": "DEPOT", "SITE_NAME": "Depot", "SITE_TYPE": "WAREHOUSE"},
    ],
    "transport_lanes": [
        {"FROM_SITE_ID": 1, "TO_SITE_ID": 12, "TRANSPORT_COST_PER_UNIT": 0.5, "LEAD_TIME_DAYS": 0},
        {"FROM_SITE_ID": 12, "TO_SITE_ID": 11, "TRANSPORT_COST_PER_UNIT": 0.2,
         "LEAD_TIME_DAYS": 30},
    ],
}  # fmt: skip
TWO_ROUTINGS = [
    {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": taken,
     "UNIT_COST": cost}
    for code, taken, cost in (("FAST", 0.5, 12.0), ("SLOW", 1.0, 10.0))
]  # fmt: skip
OVERTIME = [
    {"WORK_CENTER_ID": 101, "TIER_CODE": "OVERTIME", "TIER_RANK": 2, "MAX_CAPACITY": 3.0,
     "PREMIUM_PER_UNIT": 4.0},
]  # fmt: skip
CLASSES = [
    {"PRODUCT_ID": 1, "SITE_ID": 11, "FORECAST_DATE": pd.Timestamp(month), "FISCAL_MONTH": month,
     "FISCAL_QUARTER": "Q1", "FORECAST_QUANTITY": quantity, "UNIT_REVENUE": revenue,
     "DEMAND_CLASS": name, "PRIORITY": priority}
    for month, name, priority, quantity, revenue in (
        ("2025-01-01", "KEY", 1.0, 20.0, 40.0),
        ("2025-02-01", "KEY", 1.0, 30.0, 50.0),
        ("2025-01-01", "SPOT", 2.0, 10.0, 60.0),
    )
]  # fmt: skip
DECIDED = {
    "PRODUCT_ID": 1,
    "WORK_CENTER_ID": 101,
    "PRODUCTION_WEEK": pd.Timestamp("2025-01-01"),
    "RECOMMENDED_QUANTITY": 6.0,
}
LATER = DECIDED | {"PRODUCTION_WEEK": pd.Timestamp("2025-02-01"), "RECOMMENDED_QUANTITY": 7.0}
CONTRACT = {
    "LOGISTICS_COST_ID": 1,
    "SITE_ID": 11,
    "WAREHOUSE_ZONE_ID": 111,
    "STORAGE_COST_PER_PALLET_PER_DAY": 0.01,
    "TRANSPORT_COST_PER_UNIT": 0.0,
    "HANDLING_COST_PER_PALLET": 3.0,
    "OVERFLOW_PENALTY_RATE": 0.1,
    "OVERFLOW_PENALTY_THRESHOLD_PCT": 100.0,
}


def _policy(**fields: object) -> Policy:
    return policy_of(holding_cost_per_unit_month=0.25, **fields)


CASES: dict[str, Callable[[], tuple[PlanningInputs, Policy]]] = {
    INVENTORY_BALANCE.name: lambda: (
        one_line(
            DEMAND,
            opening=2.0,
            scheduled_receipts=[
                {"PRODUCT_ID": 1, "SITE_ID": 11, "RECEIPT_DATE": "2025-02-10", "QUANTITY": 1.0}
            ],
            product_storage=[{"PRODUCT_ID": 1, "MAX_AGE_DAYS": 30.0}],
            **SECOND_WAREHOUSE,
        ),
        _policy(shortage="backorder"),
    ),
    PLANT_BALANCE.name: lambda: (one_line(DEMAND, product_routings=TWO_ROUTINGS), _policy()),
    WORK_CENTER_CAPACITY.name: lambda: (
        one_line(DEMAND, capacity=[6, 7], capacity_tiers=OVERTIME, product_routings=TWO_ROUTINGS),
        _policy(),
    ),
    WAREHOUSE_STORAGE.name: lambda: (
        one_line(DEMAND, places=20),
        _policy(overflow="priced", overflow_threshold_pct=50.0, units_per_pallet=4.0),
    ),
    LOST_SALES.name: lambda: (one_line(DEMAND, capacity=6), _policy(shortage="backorder")),
    TERMINAL_STOCK.name: lambda: (
        one_line(DEMAND, product_storage=[{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 3.0}]),
        _policy(),
    ),
    SAFETY_STOCK.name: lambda: (
        one_line(DEMAND),
        _policy(safety_stock_ratio=0.5, terminal_safety_stock="repeat"),
    ),
    STOCK_AGE.name: lambda: (
        one_line(
            [*DEMAND, 4],
            opening=8.0,
            product_storage=[{"PRODUCT_ID": 1, "MAX_AGE_DAYS": 65.0, "SCRAP_COST": 2.0}],
            scheduled_receipts=[
                {"PRODUCT_ID": 1, "SITE_ID": 11, "RECEIPT_DATE": "2025-02-10", "QUANTITY": 1.0}
            ],
        ),
        _policy(),
    ),
    LOAD_CHANGE.name: lambda: (
        one_line(DEMAND),
        _policy(
            load_increase_cost_per_unit=2.0, load_decrease_cost_per_unit=1.0, initial_load_units=4.0
        ),
    ),
    FROZEN_BUILD.name: lambda: (
        replace(
            one_line(DEMAND, product_routings=TWO_ROUTINGS),
            held_builds=pd.DataFrame([DECIDED], columns=list(DECIDED)),
        ),
        _policy(),
    ),
    **{
        family.name: lambda: (
            one_line(
                DEMAND, capacity=[6, 7], capacity_tiers=OVERTIME, product_routings=TWO_ROUTINGS
            ),
            _policy(),
        )
        for family in WHOLE
    },
    PLAN_CHANGE.name: lambda: (
        replace(
            one_line(DEMAND, product_routings=TWO_ROUTINGS),
            last_plan=pd.DataFrame([DECIDED, LATER], columns=list(DECIDED)),
        ),
        _policy(change_cost_per_unit=2.0, frozen_periods=1),
    ),
    LOST_OF_CLASSES.name: lambda: (
        one_line(DEMAND, demand_forecasts=CLASSES),
        _policy(shortage="lost_sales", allocation="fair"),
    ),
    LATE_OF_CLASSES.name: lambda: (
        one_line(DEMAND, demand_forecasts=CLASSES),
        _policy(shortage="backorder"),
    ),
    CLASS_OWED.name: lambda: (
        one_line(DEMAND, demand_forecasts=CLASSES),
        _policy(shortage="backorder", allocation="fair"),
    ),
    PRIORITY_KEPT.name: lambda: (
        one_line(DEMAND, demand_forecasts=CLASSES),
        _policy(shortage="backorder", allocation="priority"),
    ),
    OBJECTIVE: lambda: (
        one_line(
            DEMAND,
            places=20,
            capacity_tiers=OVERTIME,
            logistics_costs=[CONTRACT],
            **SECOND_WAREHOUSE,
        ),
        _policy(
            shortage="backorder",
            overflow="priced",
            safety_stock_ratio=0.5,
            load_increase_cost_per_unit=2.0,
            load_decrease_cost_per_unit=1.0,
        ),
    ),
}
"""A company and a policy for each page, by the name of the family it shows."""


def programme(case: str) -> LinearProgram:
    """The programme of a case."""
    inputs, policy = CASES[case]()
    problem = prepare_network(inputs, policy).problem
    if case == PRIORITY_KEPT.name and problem.classes is not None:
        held = replace(problem.classes, held=np.array([100.0, 70.0]))
        problem = replace(problem, classes=held)
    is_whole = case in {family.name for family in WHOLE}
    return planning_model(decided_whole(problem) if is_whole else problem)


def shown(case: str) -> Facts:
    """What the page of a case shows of its programme."""
    lp = programme(case)
    return cost_facts(lp) if case == OBJECTIVE else constraint_facts(lp, case)


def _page(case: str) -> Path:
    return HERE / f"{case}.txt"


@pytest.mark.parametrize("case", CASES)
def test_the_family_is_the_one_on_its_page(case: str) -> None:
    assert shown(case) == read(_page(case).read_text("utf-8").splitlines())


def test_every_constraint_family_has_a_page_that_shows_it() -> None:
    assert set(CASES) == {*CONSTRAINTS, OBJECTIVE}
    assert {page.stem for page in HERE.glob("*.txt")} == set(CASES)
    assert all(shown(case).rows for case in CONSTRAINTS)


def test_every_cost_term_of_all_plans_is_on_the_page_of_the_objective() -> None:
    assert {term for term, parts in shown(OBJECTIVE).costs.items() if parts} == {
        cost.name for cost in COSTS if not cost.used
    }


def test_a_page_is_compared_by_meaning() -> None:
    page = ["# a comment", "a[1]: 2 x[r,1] - y[1] <= -3", "x[r,1] = 0", "handling: 0.5 y[1]"]
    facts = read(page)
    assert facts == read([page[2], page[3], "a[1]: - y[1] + 2.0 x[r,1] <= -3.0"])
    assert facts == read(text(facts).splitlines())
    for i, change in ((1, "<= 3"), (1, ">= -3"), (2, "<= 1"), (3, "5 y[1]")):
        other = page.copy()
        other[i] = page[i].rsplit(" ", 2)[0] + " " + change
        assert facts != read(other)


def _header(case: str) -> str:
    return f"# {CONSTRAINTS[case].formula}\n" if case in CONSTRAINTS else ""


if __name__ == "__main__":
    for name in CASES:
        _page(name).write_text(_header(name) + text(shown(name)), "utf-8")
        sys.stdout.write(f"{name}\n")
