"""Ages, tiers, lots and classes: stored, read, planned and refused alike on every backend."""

from __future__ import annotations

import pytest

from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.outcomes import outcome

STORAGE = "INSERT INTO ATOMIC.PRODUCT_STORAGE (PRODUCT_ID, MAX_AGE_DAYS, SCRAP_COST) VALUES "
TIERS = (
    "INSERT INTO ATOMIC.OVERFLOW_TIER (SITE_ID, TIER_RANK, MAX_PALLETS, PENALTY_RATE, "
    "IS_CURRENT_FLAG) VALUES "
)
SHIFTS = (
    "INSERT INTO ATOMIC.CAPACITY_TIER (WORK_CENTER_ID, TIER_CODE, TIER_RANK, MAX_CAPACITY, "
    "PREMIUM_PER_UNIT, FIXED_COST, MIN_USE) VALUES "
)
LOTS = (
    "INSERT INTO ATOMIC.PRODUCT_ROUTING (PRODUCT_ID, ROUTING_CODE, WORK_CENTER_ID, SETUP_COST, "
    "SETUP_CAPACITY, MIN_LOT, LOT_MULTIPLE, IS_CURRENT_FLAG) VALUES "
)
CLASSES = "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET DEMAND_CLASS = 'KEY'"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"{STORAGE} (10, 60, 2.5), (20, NULL, NULL)", None),
        (f"{STORAGE} (10, -1, 2.5)", "MAX_AGE_DAYS"),
        (f"{STORAGE} (10, 60, -2.5)", "SCRAP_COST"),
        (f"{TIERS} (3, 1, 5, 1.5, TRUE), (3, 4, NULL, 1.5, NULL), (3, 1, 5, 9, FALSE)", None),
        (f"{TIERS} (3, 1, 5, 1.5, TRUE), (3, 2, NULL, 1.0, TRUE)", "PENALTY_RATE"),
        (f"{TIERS} (3, 1, 5, 1.5, TRUE), (3, 1, NULL, 2.0, TRUE)", "TIER_RANK"),
        (f"{TIERS} (88, 1, 5, 1.5, TRUE)", "SITE_ID"),
        (f"{TIERS} (3, 1, -5, 1.5, TRUE)", "MAX_PALLETS"),
        (f"{SHIFTS} (101, 'SHIFT', 2, 40, 0, 90, 10)", None),
        (f"{SHIFTS} (101, 'SHIFT', 2, NULL, 0, 90, 10)", "MAX_CAPACITY"),
        (f"{SHIFTS} (101, 'SHIFT', 2, 40, 0, -90, 10)", "FIXED_COST"),
        (f"{SHIFTS} (101, 'SHIFT', 2, 40, 0, 90, -10)", "MIN_USE"),
        (f"{LOTS} (10, 'A', 101, 9, 1.5, 20, 5, TRUE), (20, 'A', 101, 8, 0, 0, 1, TRUE)", None),
        (f"{LOTS} (10, 'A', 101, 9, 1.5, 20, 2.5, TRUE)", "LOT_MULTIPLE"),
        (f"{LOTS} (10, 'A', 101, 9, 1.5, -1, 5, TRUE)", "MIN_LOT"),
        (f"{LOTS} (10, 'A', 101, 9, -1.5, 20, 5, TRUE)", "SETUP_CAPACITY"),
        (f"{CLASSES}, PRIORITY = 1, LOST_SALE_COST = 70", None),
        (f"{CLASSES}, PRIORITY = 0", "PRIORITY"),
        (f"{CLASSES}, PRIORITY = 1, LOST_SALE_COST = -1", "LOST_SALE_COST"),
    ],
)
def test_figures_that_fit_are_planned_and_others_are_refused_by_name(
    loaded: Backend, statement: str, told: str | None
) -> None:
    loaded.run("DELETE FROM ATOMIC.PRODUCT_STORAGE")
    loaded.run(statement)
    found = outcome(loaded.open())
    assert found.status == (0 if told is None else 3), found.refusal
    assert told is None or told in found.refusal
