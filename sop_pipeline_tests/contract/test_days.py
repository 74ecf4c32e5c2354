"""Days: open ends mean for ever, whatever is planned for must be a day, on every backend."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from sop_pipeline_tests.contract.backends import Backend, DuckDBBackend, in_use
from sop_pipeline_tests.outcomes import Outcome, outcome

OPEN_ENDS = (
    "UPDATE ATOMIC.LOGISTICS_COST_FACT SET EFFECTIVE_DATE = '{since}', EXPIRY_DATE = '{until}'",
    (
        "INSERT INTO ATOMIC.PRODUCT_ROUTING (PRODUCT_ID, ROUTING_CODE, WORK_CENTER_ID, "
        "EFFECTIVE_DATE, EXPIRY_DATE) SELECT PRODUCT_ID, WORK_CENTER_CODE, WORK_CENTER_ID, "
        "'{since}', '{until}' FROM ATOMIC.PRODUCT CROSS JOIN ATOMIC.WORK_CENTER"
    ),
    (
        "INSERT INTO ATOMIC.CAPACITY_TIER (WORK_CENTER_ID, TIER_CODE, MAX_CAPACITY, "
        "PREMIUM_PER_UNIT, EFFECTIVE_DATE, EXPIRY_DATE) "
        "VALUES (101, 'OVERTIME', 500, 9, '{since}', '{until}')"
    ),
    "UPDATE ATOMIC.PRODUCT SET VALID_FROM_TIMESTAMP = '{since}', VALID_TO_TIMESTAMP = '{until}'",
    "UPDATE ATOMIC.SCENARIO_DEFINITION SET CREATED_DATE = '{until}'",
    "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_CREATION_DATE = '{since}'",
)
OF_DUCKDB = (
    ("-infinity", "infinity"),
    ("0044-03-15 (BC)", "10000-01-01"),
    ("0001-01-01", "infinity"),
)
DATED = {
    "DEMAND_FORECAST_VERSIONS": "FORECAST_DATE",
    "INVENTORY_BALANCE": "BALANCE_DATE",
    "CAPACITY_CALENDAR": "PERIOD_START",
    "SCHEDULED_RECEIPT": "RECEIPT_DATE",
}


@pytest.fixture(scope="module")
def planned(
    with_company: Backend, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Outcome]:
    """Plan the small company after some statements."""
    folder = tmp_path_factory.mktemp("changed")

    def after(*statements: str) -> Outcome:
        with in_use(with_company.copy(folder)) as changed:
            for statement in statements:
                changed.run(statement)
            return outcome(changed.open())

    return after


def dated(since: str, until: str) -> list[str]:
    return [statement.format(since=since, until=until) for statement in OPEN_ENDS]


@pytest.fixture(scope="module")
def long_enough(planned: Callable[..., Outcome]) -> Outcome:
    """The plan of rows that hold from long before its horizon till long after."""
    return planned(*dated("2020-01-01", "2030-12-31"))


def assert_same_plan(one: Outcome, other: Outcome) -> None:
    assert (one.status, one.refusal) == (0, "")
    for name, rows in other.tables.items():
        volatile = ["SOLVE_SECONDS"] if name == "BUILD_PLAN_SUMMARY" else []
        pd.testing.assert_frame_equal(
            one.tables[name].drop(columns=volatile), rows.drop(columns=volatile)
        )


def test_9999_12_31_holds_for_ever_and_0001_01_01_since_ever(
    planned: Callable[..., Outcome], long_enough: Outcome
) -> None:
    assert_same_plan(planned(*dated("0001-01-01", "9999-12-31")), long_enough)


@pytest.mark.parametrize(("since", "until"), OF_DUCKDB)
def test_days_beyond_the_calendar_are_open_ends_too(
    since: str,
    until: str,
    planned: Callable[..., Outcome],
    long_enough: Outcome,
    with_company: Backend,
) -> None:
    if not isinstance(with_company, DuckDBBackend):
        pytest.skip("has no days beyond the calendar")
    assert_same_plan(planned(*dated(since, until)), long_enough)


def test_a_row_that_begins_for_ever_or_ended_since_ever_never_holds(
    planned: Callable[..., Outcome],
) -> None:
    tier = (
        "INSERT INTO ATOMIC.CAPACITY_TIER (WORK_CENTER_ID, TIER_CODE, MAX_CAPACITY, "
        "EFFECTIVE_DATE, EXPIRY_DATE) VALUES (101, 'FREE', 10000, {}, {})"
    )
    expected = planned()
    for dates in (("'9999-12-31'", "NULL"), ("NULL", "'0001-01-01'")):
        found = planned(tier.format(*dates))
        assert found.status == 0, found.refusal
        assert found.cost == expected.cost


@pytest.mark.parametrize("table", DATED)
def test_what_happens_on_a_day_cannot_happen_for_ever(
    table: str, planned: Callable[..., Outcome], with_company: Backend
) -> None:
    rows = (
        (
            "INSERT INTO ATOMIC.CAPACITY_CALENDAR (WORK_CENTER_ID, PERIOD_START, WORKING_DAYS) "
            "VALUES (101, '2025-07-01', 20)"
        ),
        (
            "INSERT INTO ATOMIC.SCHEDULED_RECEIPT (PRODUCT_ID, SITE_ID, RECEIPT_DATE, QUANTITY) "
            "VALUES (10, 3, '2025-08-01', 5)"
        ),
    )
    ends = ["9999-12-31", "0001-01-01"]
    if isinstance(with_company, DuckDBBackend):
        ends += ["infinity", "-infinity", "0044-03-15 (BC)", "10000-01-01"]
    for end in ends:
        found = planned(*rows, f"UPDATE ATOMIC.{table} SET {DATED[table]} = '{end}'")
        assert found.status == 3, found
        assert all(word in found.refusal for word in (table, DATED[table], "a day, not for ever"))
