"""Tables and columns: described once, complete, and the same in docs and checks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline.planning import PlanningInputs
from sop_pipeline.schemas.atomic import ATOMIC_TABLES, WAREHOUSE_ZONE
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.dictionary import data_dictionary
from sop_pipeline.schemas.inputs import INPUT_TABLES, LOGISTICS_COSTS, SCENARIO_MEMBERS
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.table import Table

EVERY_TABLE = (*ATOMIC_TABLES, *BOOKKEEPING_TABLES, *INPUT_TABLES, *PLAN_TABLES)
PART_OF_SOME_KEYS = {
    *("EFFECTIVE_DATE", "WAREHOUSE_ZONE_ID", "CODE"),
    *("PERIOD_START", "DUE_PERIOD", "SOURCE_PERIOD", "ROUTING_CODE"),
    *("WORK_CENTER_ID", "TIER_CODE", "SITE_ID", "DEMAND_CLASS"),
    "MEMBER_SCENARIO_CODE",
}
"""What may be empty in a key: then the row is about no such thing."""
DICTIONARY = Path(__file__).parents[2] / "docs/data_dictionary.md"


@pytest.mark.parametrize("table", EVERY_TABLE, ids=lambda t: t.name)
def test_every_table_describes_itself_and_its_key_stands_among_its_columns(table: Table) -> None:
    assert table.description.endswith(".")
    assert set(table.key) <= set(table.columns)
    assert set(table.key) & table.may_be_empty <= PART_OF_SOME_KEYS


def test_every_column_has_a_sentence_and_stands_in_a_table() -> None:
    used = {name for table in EVERY_TABLE for name in (*table.columns, *table.generated)}
    assert set(COLUMNS) == used
    for name, column in COLUMNS.items():
        assert column.description[0].isupper(), name
        assert column.description.endswith("."), name


def test_the_planner_is_given_exactly_the_input_tables() -> None:
    """Which futures a hedge has decides which inputs it is given; they hold no table of it."""
    given = tuple(table.name for table in INPUT_TABLES if table != SCENARIO_MEMBERS)
    assert PlanningInputs.table_names() == given


def test_the_data_dictionary_in_the_docs_is_the_schemas() -> None:
    assert DICTIONARY.read_text("utf-8") == data_dictionary(), "run `make docs`"


@pytest.mark.parametrize("table", EVERY_TABLE, ids=lambda t: t.name)
def test_an_empty_frame_of_every_table_satisfies_its_schema(table: Table) -> None:
    table.schema.validate(table.empty())


def test_a_missing_optional_column_is_filled_with_nothing_of_its_type() -> None:
    given = pd.DataFrame(
        {
            "WAREHOUSE_ZONE_ID": [1],
            "ZONE_CODE": ["A"],
            "ZONE_NAME": ["Zone"],
            "SITE_ID": [3],
            "MAX_CAPACITY_PALLETS": [5],
            "CURRENT_OCCUPANCY_PALLETS": [2],
        }
    )
    typed = WAREHOUSE_ZONE.typed(given)
    assert typed["ZONE_TYPE"].isna().all()
    assert typed["VALID_FROM_TIMESTAMP"].isna().all()
    WAREHOUSE_ZONE.schema.validate(typed)


def test_a_row_whose_dates_are_in_the_wrong_order_breaks_the_schema() -> None:
    row = LOGISTICS_COSTS.empty().reindex([0])
    row = row.assign(EFFECTIVE_DATE=pd.Timestamp("2025-02-01"))
    late = row.assign(EXPIRY_DATE=pd.Timestamp("2025-01-31"))
    check = LOGISTICS_COSTS.schema.checks[0]
    assert not check(late).check_passed
    assert check(row.assign(EXPIRY_DATE=pd.Timestamp("2025-02-01"))).check_passed
    assert check(row).check_passed, "an empty date is always valid"
