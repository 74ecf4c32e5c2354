"""The formulation itself, held by tiny programmes a person can read: one per constraint family.

Each file is the whole programme of a two-month company with one feature switched on. After a
change that is meant, run `python -m sop_pipeline_tests.golden.test_golden` and read the diff.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solvers.pulp_rendering import pulp_model
from sop_pipeline_tests.planning.companies import one_line, policy_of

HERE = Path(__file__).parent
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


def _policy(**fields: object) -> Policy:
    return policy_of(holding_cost_per_unit_month=0.25, **fields)


CASES: dict[str, Callable[[], tuple[PlanningInputs, Policy]]] = {
    "inventory_balance": lambda: (
        one_line(
            DEMAND,
            opening=2.0,
            scheduled_receipts=[
                {"PRODUCT_ID": 1, "SITE_ID": 11, "RECEIPT_DATE": "2025-02-10", "QUANTITY": 1.0}
            ],
            **SECOND_WAREHOUSE,
        ),
        _policy(),
    ),
    "plant_balance": lambda: (one_line(DEMAND, product_routings=TWO_ROUTINGS), _policy()),
    "work_center_capacity": lambda: (
        one_line(DEMAND, capacity=[6, 7], capacity_tiers=OVERTIME),
        _policy(),
    ),
    "warehouse_storage": lambda: (
        one_line(DEMAND, places=20),
        _policy(overflow="priced", overflow_threshold_pct=50.0),
    ),
    "lost_sales": lambda: (one_line(DEMAND, capacity=6), _policy(shortage="backorder")),
    "terminal_stock": lambda: (
        one_line(DEMAND, product_storage=[{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 3.0}]),
        _policy(),
    ),
    "safety_stock": lambda: (
        one_line(DEMAND),
        _policy(safety_stock_ratio=0.5, terminal_safety_stock="repeat"),
    ),
    "load_change": lambda: (
        one_line(DEMAND),
        _policy(
            load_increase_cost_per_unit=2.0, load_decrease_cost_per_unit=1.0, initial_load_units=4.0
        ),
    ),
}


def written(name: str) -> str:
    """The programme of a case, as PuLP writes it."""
    inputs, policy = CASES[name]()
    lp = planning_model(prepare_network(inputs, policy).problem)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.lp"
        pulp_model(lp, name).writeLP(str(path))
        return path.read_text("utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_programme_is_the_one_on_file(name: str) -> None:
    assert written(name) == (HERE / f"{name}.lp").read_text("utf-8")


if __name__ == "__main__":
    for case in CASES:
        (HERE / f"{case}.lp").write_text(written(case), "utf-8")
        sys.stdout.write(f"{case}\n")
