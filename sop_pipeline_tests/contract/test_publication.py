"""Publications: one scenario's plan, whole, in one transaction, with its history."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import (
    PLAN_INPUT_HISTORY,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.store import Store
from sop_pipeline.store.base import PART_LENGTH
from sop_pipeline.store.snowflake_reader import forget_reader
from sop_pipeline.validation.plan_rules import published_faults
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.contract.plans import (
    DIFFERENT_PLANS,
    Plan,
    invented_plan,
    invented_rows,
    publication,
    without_rows,
)

BASE, PUSH = 1, 2
DAY = dt.date(2025, 3, 1)
BUILD_PLAN = RECOMMENDED_BUILD_PLAN.qualified_name
HISTORY = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name
COPIED = ", ".join((*RECOMMENDED_BUILD_PLAN.generated, *RECOMMENDED_BUILD_PLAN.columns))

Rows = Counter[tuple[Any, ...]]


def stored(backend: Backend, scenario_id: int) -> dict[str, Rows]:
    """Every row of a scenario in every plan table and the history, generated columns included."""
    return {
        table.name: Counter(
            backend.rows(f"SELECT * FROM {table.qualified_name} WHERE SCENARIO_ID = {scenario_id}")
        )
        for table in (*RESULT_TABLES, RECOMMENDED_BUILD_PLAN_HISTORY)
    }


def history(backend: Backend, columns: str = "*") -> list[tuple[Any, ...]]:
    return backend.rows(f"SELECT {columns} FROM {HISTORY}")


def test_a_published_plan_reads_back_as_it_was_given(store: Store) -> None:
    plan = invented_plan(BASE)
    store.publish(publication(plan))
    for name, frame in store.read_plan("BASE").items():
        pd.testing.assert_frame_equal(frame, plan[name])


def test_a_scenario_without_a_plan_reads_as_empty_tables(store: Store) -> None:
    plan = store.read_plan("BASE")
    assert list(plan) == [table.name for table in RESULT_TABLES]
    assert all(frame.empty for frame in plan.values())


def test_a_publication_replaces_the_scenarios_plan_as_a_whole(published: Backend) -> None:
    store = published.open()
    smaller = invented_plan(BASE, figure=0.75, rows=3)
    store.publish(publication(smaller, "second"))
    assert same(store.read_plan("BASE"), smaller)


def test_other_scenarios_rows_are_untouched(published: Backend) -> None:
    store = published.open()
    before = stored(published, BASE)
    store.publish(publication(invented_plan(PUSH), "second"))
    store.publish(publication(without_rows(invented_plan(PUSH)) | summary(PUSH), "third"))
    assert stored(published, BASE) == before


def test_publishing_the_same_plan_again_changes_no_row_of_it(published: Backend) -> None:
    store, plan = published.open(), invented_plan(BASE)
    before = store.read_plan("BASE")
    store.publish(publication(plan, "first"))
    store.publish(publication(plan, "second"))
    for name, frame in store.read_plan("BASE").items():
        pd.testing.assert_frame_equal(frame, before[name])
    runs = Counter(run for (run,) in history(published, "RUN_ID"))
    assert runs == {"first": 4, "second": 4}


def test_the_history_keeps_every_published_row_with_its_run(store: Store, backend: Backend) -> None:
    begun = now()
    store.publish(publication(invented_plan(BASE, DIFFERENT_PLANS[0]), "first", "hash-1"))
    published = Counter(backend.rows(f"SELECT {COPIED} FROM {BUILD_PLAN}"))
    kept = Counter(history(backend))
    assert Counter(history(backend, COPIED)) == published
    store.publish(publication(invented_plan(BASE, DIFFERENT_PLANS[1]), "second", "hash-2"))
    assert kept <= Counter(history(backend))
    provenance = history(backend, "DISTINCT RUN_ID, INPUT_HASH")
    assert sorted(provenance) == [("first", "hash-1"), ("second", "hash-2")]
    assert len(history(backend)) == 8
    assert all(begun <= at <= now() for (at,) in history(backend, "PUBLISHED_TIMESTAMP"))


def test_a_plan_as_of_a_past_day_is_kept_in_the_history_and_replaces_nothing(
    published: Backend,
) -> None:
    store = published.open()
    before = {
        table.name: published.rows(f"SELECT * FROM {table.qualified_name}")
        for table in RESULT_TABLES
    }
    past = replace(publication(invented_plan(BASE, 0.75), "past", "old"), as_of=DAY)
    store.publish(past)
    store.publish(past)
    for table in RESULT_TABLES:
        assert Counter(published.rows(f"SELECT * FROM {table.qualified_name}")) == Counter(
            before[table.name]
        )
    kept = history(published, "RUN_ID, SCENARIO_ID, AS_OF_DATE, POLICY, RECOMMENDED_QUANTITY")
    assert [row[:4] for row in kept if row[0] == "past"] == [("past", BASE, DAY, "text")] * 4
    assert [row[:4] for row in kept if row[0] == "first"] == [("first", BASE, None, "text")] * 4
    ids = [plan_id for (plan_id,) in history(published, "PLAN_ID")]
    assert len(set(ids)) == 8


def test_publications_are_listed_the_latest_first_with_the_one_that_stands(
    published: Backend,
) -> None:
    store = published.open()
    assert store.publications("PUSH").empty
    store.publish(publication(invented_plan(PUSH), "other", "one"))
    store.publish(publication(invented_plan(BASE, 0.25, text="two"), "second", "two"))
    store.publish(replace(publication(invented_plan(BASE), "past", "one"), as_of=DAY))
    listed = store.publications("BASE")
    assert list(listed["RUN_ID"]) == ["past", "second", "first"]
    assert list(listed["INPUT_HASH"]) == ["one", "two", "hash"]
    assert list(listed["POLICY"]) == ["text", "two", "text"]
    assert list(listed["MODEL_VERSION"]) == ["text", "two", "text"]
    assert list(listed["TOTAL_COST"]) == [2.0, 1.0, 2.0]
    assert list(listed["UNITS"]) == [2.0, 1.0, 2.0]
    assert [None if pd.isna(day) else day.date() for day in listed["AS_OF_DATE"]] == [
        DAY,
        None,
        None,
    ]
    assert list(listed["STANDS"].astype(bool)) == [False, True, False]
    assert list(listed["PUBLISHED_TIMESTAMP"]) == sorted(
        listed["PUBLISHED_TIMESTAMP"], reverse=True
    )


def test_a_past_publication_reads_back_row_for_row_by_scenario_and_run(published: Backend) -> None:
    store = published.open()
    plans = {"first": invented_plan(BASE), "second": invented_plan(BASE, 0.25, text="two")}
    store.publish(publication(plans["second"], "second", "one"))
    store.publish(publication(invented_plan(PUSH), "first", "one"))
    key = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"]
    for run, plan in plans.items():
        kept = store.read_publication("BASE", run)
        solved = plan["RECOMMENDED_BUILD_PLAN"].sort_values(key, ignore_index=True)
        columns = list(solved.columns)
        pd.testing.assert_frame_equal(kept[columns], solved, check_like=True)
        assert set(kept["RUN_ID"]) == {run}
        assert set(kept["POLICY"]) == set(plan["BUILD_PLAN_SUMMARY"]["POLICY"])
    assert store.read_publication("BASE", "never").empty
    assert store.read_publication("PUSH", "second").empty


def test_a_history_of_an_earlier_version_is_listed_and_completed(published: Backend) -> None:
    for column in ("POLICY", "POLICY_SETTINGS", "AS_OF_DATE"):
        published.run(f"ALTER TABLE {HISTORY} DROP COLUMN {column}")
    earlier = published.open()
    forget_reader()
    assert list(earlier.publications("BASE")["RUN_ID"]) == ["first"]
    earlier.create()
    earlier.publish(publication(invented_plan(BASE), "second"))
    kept = set(history(published, "RUN_ID, POLICY"))
    assert kept == {("first", None), ("second", "text")}


def test_a_run_that_publishes_two_scenarios_appends_both(published: Backend) -> None:
    published.open().publish(publication(invented_plan(PUSH), "first"))
    kept = Counter(history(published, "RUN_ID, SCENARIO_ID"))
    assert kept == {("first", BASE): 4, ("first", PUSH): 4}


def test_plan_rows_have_a_generated_unique_key_and_the_time_they_were_created(
    published: Backend,
) -> None:
    store, begun = published.open(), now()
    for scenario_id, run in ((PUSH, "second"), (BASE, "third")):
        store.publish(publication(invented_plan(scenario_id), run))
    rows = published.rows(f"SELECT PLAN_ID, CREATED_TIMESTAMP FROM {BUILD_PLAN}")
    assert len({plan_id for plan_id, _ in rows}) == len(rows) == 8
    assert all(begun <= at <= now() for _, at in rows)
    assert len({plan_id for (plan_id,) in history(published, "PLAN_ID")}) == 12


def test_tables_of_the_plan_may_be_empty(published: Backend) -> None:
    store = published.open()
    plan = {**without_rows(invented_plan(BASE)), **summary(BASE)}
    store.publish(publication(plan, "second"))
    assert same(store.read_plan("BASE"), plan)


# These columns cannot be empty, so the statement that fails is the one that writes their table:
# the first, one in the middle and the last.
CANNOT_BE_EMPTY = (
    ("RECOMMENDED_BUILD_PLAN", "WORK_CENTER_ID"),
    ("BUILD_PLAN_WAREHOUSE", "SITE_ID"),
    ("BUILD_PLAN_SUMMARY", "STATUS"),
)


def test_a_statement_that_fails_leaves_plan_and_history_as_before(published: Backend) -> None:
    store = published.open()
    before = stored(published, BASE)
    plan = invented_plan(BASE, 0.75)
    for table, column in CANNOT_BE_EMPTY:
        faulty = plan[table].convert_dtypes()
        faulty.loc[0, column] = pd.NA
        with pytest.raises(StoreUnavailable):
            store.publish(publication({**plan, table: faulty}, "second"))
        assert stored(published, BASE) == before, f"{table} was left half written"
    store.publish(publication(plan, "third"))
    assert same(store.read_plan("BASE"), plan)


def test_a_number_too_large_for_its_column_leaves_plan_and_history_as_before(
    published: Backend,
) -> None:
    store = published.open()
    before = stored(published, BASE)
    plan = invented_plan(BASE, 0.75)
    plan["BUILD_PLAN_SHIPMENT"].loc[0, "UNITS_SHIPPED"] = 1e15
    with pytest.raises(StoreUnavailable):
        store.publish(publication(plan, "second"))
    assert stored(published, BASE) == before


def test_figures_keep_the_decimals_of_their_columns(store: Store, backend: Backend) -> None:
    given = {
        "RECOMMENDED_QUANTITY": [9_999_999_999.0001, 0.0001],
        "PROJECTED_INVENTORY": [12.34567, 1.00006],
        "CAPACITY_UTILIZATION_PCT": [999.99, 0.01],
        "WAREHOUSE_UTILIZATION_PCT": [87.0, 100.0],
        "PROJECTED_TOTAL_COST": [833_037.78, -999_999_999_999.99],
        "MODEL_CONFIDENCE": [0.8125, 1.0],
    }
    kept = {
        "RECOMMENDED_QUANTITY": ["9999999999.0001", "0.0001"],
        "PROJECTED_INVENTORY": ["12.3457", "1.0001"],
        "CAPACITY_UTILIZATION_PCT": ["999.99", "0.01"],
        "WAREHOUSE_UTILIZATION_PCT": ["87.00", "100.00"],
        "PROJECTED_TOTAL_COST": ["833037.78", "-999999999999.99"],
        "MODEL_CONFIDENCE": ["0.8125", "1.0000"],
    }
    assert all(COLUMNS[name].storage for name in given)
    plan = invented_plan(BASE, rows=2)
    plan[RECOMMENDED_BUILD_PLAN.name] = plan[RECOMMENDED_BUILD_PLAN.name].assign(**given)
    store.publish(publication(plan))
    rows = backend.rows(f"SELECT {', '.join(given)} FROM {BUILD_PLAN} ORDER BY PRODUCT_ID")
    assert {
        n: [str(v) for v in c] for n, c in zip(given, zip(*rows, strict=True), strict=True)
    } == (kept)
    read = store.read_plan("BASE")[RECOMMENDED_BUILD_PLAN.name]
    assert {name: list(read[name]) for name in given} == {
        name: [float(value) for value in values] for name, values in kept.items()
    }


def test_text_keeps_its_quotes_and_its_script(store: Store, backend: Backend) -> None:
    text = 'O\'Hara "Q4" 計画 🏭 $1; -- \\n'
    plan = invented_plan(BASE, text=text)
    store.publish(publication(plan, run_id=text, input_hash=text))
    assert same(store.read_plan("BASE"), plan)
    assert set(history(backend, "RUN_ID, INPUT_HASH, FISCAL_MONTH")) == {(text, text, text)}


def test_two_hundred_thousand_rows_are_published(store: Store, backend: Backend) -> None:
    rows = 200_000
    large = invented_rows(RECOMMENDED_BUILD_PLAN, BASE, rows=rows)
    plan = {**invented_plan(BASE), RECOMMENDED_BUILD_PLAN.name: large}
    store.publish(publication(plan))
    assert same(store.read_plan("BASE"), plan)
    assert backend.rows(f"SELECT COUNT(DISTINCT PLAN_ID) FROM {BUILD_PLAN}") == [(rows,)]
    assert history(backend, "COUNT(*)") == [(rows,)]


def same(published: Plan, plan: Plan) -> bool:
    """Whether what is published is this plan, in every table."""
    return not published_faults(published, plan)


def now() -> dt.datetime:
    """The time as the warehouse stores it: UTC, without saying so."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def summary(scenario_id: int) -> Plan:
    """Only the summary of a plan: the scenario's other tables are empty."""
    plan = invented_plan(scenario_id)
    return {"BUILD_PLAN_SUMMARY": plan["BUILD_PLAN_SUMMARY"]}


def test_what_a_plan_was_made_of_is_kept_once_and_whole(store: Store, backend: Backend) -> None:
    text = "ab" * PART_LENGTH  # more than one part
    first = replace(publication(invented_plan(BASE), "first", "one"), inputs=text)
    store.publish(first)
    store.publish(replace(first, run_id="second", inputs="of the same inputs, packed otherwise"))
    store.publish(replace(publication(invented_plan(PUSH), "third", "two"), inputs="short"))
    store.publish(publication(invented_plan(PUSH), "fourth", "three"))
    assert "".join(store.read("kept_inputs", input_hash="one")["CONTENT"]) == text
    assert list(store.read("kept_inputs", input_hash="two")["CONTENT"]) == ["short"]
    assert store.read("kept_inputs", input_hash="three").empty
    table = PLAN_INPUT_HISTORY.qualified_name
    kept = backend.rows(f"SELECT INPUT_HASH, PART_NUMBER FROM {table} ORDER BY 1, 2")
    assert [(origin, int(part)) for origin, part in kept] == [("one", 1), ("one", 2), ("two", 1)]
