"""Inputs: created, replaced as a whole or not at all, read by named queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.planning import plan
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.inputs import INPUT_TABLES, SCENARIO_MEMBERS
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Store
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.queries import QUERIES, query_for
from sop_pipeline.validation.scenario_definitions import Scenario, with_definitions
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.hedged_company import HEDGE, hedged_company
from sop_pipeline_tests.small_company import Tables, small_company, write_company

BASE, PUSH = 1, 2
ROWS = {
    "scenarios": 2,
    "demand_from_view": 36,
    "demand_from_base": 36,
    "product_master": 3,
    "site_master": 4,
    "capacity_summary": 2,
    "warehouse_capacity": 3,
    "logistics_costs": 3,
    "opening_inventory": 6,
    "demand_contents": 2,
    "forecast_versions": 36,
    "planned_identifiers": 1,
}
EMPTY = frozenset(QUERIES) - frozenset(ROWS)

Load = Callable[[Tables], None]


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Load:
    """Replace the inputs by other tables of files."""

    def replace(tables: Tables) -> None:
        store.replace_inputs(load_folder(write_company(tmp_path / "other", tables)).tables)

    return replace


def stored_inputs(backend: Backend) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every input table."""
    return {
        table.name: Counter(backend.rows(f"SELECT * FROM {table.qualified_name}"))
        for table in ATOMIC_TABLES
    }


def read(store: Store, query: str, scenario_id: int = BASE) -> pd.DataFrame:
    return store.read(
        query,
        scenario_id=scenario_id,
        scenario_code="BASE",
        first_day=None,
        before_run=None,
        input_hash="",
    )


def test_creating_twice_changes_nothing(loaded: Backend) -> None:
    before = stored_inputs(loaded)
    loaded.open().create()
    assert stored_inputs(loaded) == before
    assert before["SITE"].total() == 4


@pytest.mark.parametrize("query", QUERIES)
def test_every_named_query_returns_the_inputs_it_is_for(
    company_warehouse: Store, query: str
) -> None:
    assert len(read(company_warehouse, query)) == ROWS.get(query, 0)


@pytest.mark.parametrize("source", ["view", "base"])
@pytest.mark.parametrize("table", INPUT_TABLES, ids=lambda table: table.name)
def test_a_query_fills_every_column_of_its_input_table(
    company_warehouse: Store, table: Any, source: str
) -> None:
    frame = read(company_warehouse, query_for(table.name, source).name)
    if table == SCENARIO_MEMBERS:  # what its members are called is said by their definitions
        frame = with_definitions(frame, read(company_warehouse, "scenarios"))
    typed = table.typed(frame)
    assert set(typed.columns) <= set(frame.columns)
    table.schema.validate(typed)


def test_view_and_base_table_give_the_same_demand(company_warehouse: Store) -> None:
    for scenario_id in (BASE, PUSH):
        view = read(company_warehouse, "demand_from_view", scenario_id)
        base = read(company_warehouse, "demand_from_base", scenario_id)
        pd.testing.assert_frame_equal(view, base)


def test_parameters_select_their_rows(company_warehouse: Store) -> None:
    base, push = (read(company_warehouse, "demand_from_view", s) for s in (BASE, PUSH))
    assert base["FORECAST_QUANTITY"].sum() < push["FORECAST_QUANTITY"].sum()
    assert read(company_warehouse, "demand_from_view", 3).empty


def test_a_hedge_has_its_members_and_their_forecasts_on_every_backend(
    load: Load, store: Store
) -> None:
    load(hedged_company())
    reader = InputReader(store, scenario_of(store, "HEDGE"), load_policy("standard"))
    inputs = read_and_check(reader).hedge_inputs
    assert [(one.inputs.scenario_code, one.probability) for one in inputs.members] == [
        ("BASE", 0.6),
        ("PUSH", 0.4),
    ]
    own = [len(one.inputs.demand_forecasts) for one in inputs.members]
    assert own == [len(read(store, "demand_from_base", key)) for key in (BASE, PUSH)]
    assert (inputs.scenario_id, inputs.baseline_id) == (HEDGE, BASE)


def test_the_latest_balance_up_to_the_first_day_counts_else_the_earliest_after(
    load: Load, store: Store
) -> None:
    tables = small_company()
    balances = tables["inventory_balances"]
    days = {"2025-06-30": 60.0, "2025-09-01": 1.0, "2025-11-30": 2.0}
    dated = [
        balances.assign(
            INVENTORY_BALANCE_ID=balances["INVENTORY_BALANCE_ID"] + 100 * i,
            BALANCE_DATE=day,
            QUANTITY_AVAILABLE=quantity,
        )
        for i, (day, quantity) in enumerate(days.items())
    ]
    load({**tables, "inventory_balances": pd.concat(dated)})

    def available(first_day: str | None) -> set[float]:
        day = None if first_day is None else dt.date.fromisoformat(first_day)
        frame = store.read("opening_inventory", first_day=day)
        assert len(frame) == len(balances)
        return set(frame["QUANTITY_AVAILABLE"])

    assert available("2025-01-01") == {60.0}
    assert available("2025-08-31") == {60.0}
    assert available("2025-09-01") == {1.0}
    assert available("2025-12-01") == {2.0}
    assert available(None) == {2.0}


# Each of these would be a good query, were it formatted into the text.
@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("opening_inventory", {"first_day": "2025-07-01' || '"}),
        ("demand_from_base", {"scenario_id": "1 OR 1 = 1"}),
    ],
)
def test_a_parameter_is_a_value_and_never_sql(
    company_warehouse: Store, query: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(StoreUnavailable):
        company_warehouse.read(query, **parameters)


def test_replacing_leaves_no_row_of_before_and_absent_tables_become_empty(
    loaded: Backend, company: Mapping[str, pa.Table]
) -> None:
    store = loaded.open()
    store.replace_inputs({"SITE": company["SITE"].slice(0, 1)})
    counts = {name: rows.total() for name, rows in stored_inputs(loaded).items()}
    assert counts == {**dict.fromkeys(counts, 0), "SITE": 1}


@pytest.mark.parametrize(
    ("without", "priced"),
    [("INVENTORY_BALANCE", None), ("PRODUCT_CATEGORY", None), ("LOGISTICS_COST_FACT", 0.5)],
)
def test_a_company_without_stock_families_or_contracts_is_planned_and_told(
    store: Store, company: Mapping[str, pa.Table], without: str, priced: float | None
) -> None:
    store.replace_inputs({name: rows for name, rows in company.items() if name != without})
    policy = load_policy("standard", {"holding_cost_per_unit_month": priced})
    checked = read_and_check(InputReader(store, Scenario(BASE, "BASE", "Base"), policy))
    solved = plan(checked.planning_inputs, policy, policy_name="standard", input_hash="")
    told = {fault.rule for fault in checked.warnings} | {
        text.partition(":")[0] for text in solved.report["assumptions"]
    }
    assert (
        told
        >= {
            "INVENTORY_BALANCE": {"opening_stock_measured", "opening_stock_from_occupancy"},
            "PRODUCT_CATEGORY": {"families_named"},
            "LOGISTICS_COST_FACT": {"default_threshold"},
        }[without]
    )


def test_a_fault_in_the_middle_of_a_replacement_leaves_all_as_before(
    loaded: Backend, company: Mapping[str, pa.Table]
) -> None:
    store = loaded.open()
    before = stored_inputs(loaded)
    other = {name: rows.slice(1) for name, rows in company.items()}
    for table, column in (
        ("DEMAND_FORECAST_VERSIONS", "PRODUCT_ID"),
        ("INVENTORY_BALANCE", "SITE_ID"),
        ("SCHEDULED_RECEIPT", "PRODUCT_ID"),
    ):
        bad = pa.table({column: pa.array([None], pa.int64())})
        with pytest.raises(StoreUnavailable):
            store.replace_inputs({**other, table: bad})
        assert stored_inputs(loaded) == before, f"{table} was left half replaced"


def test_text_keeps_its_quotes_and_its_script(load: Load, store: Store) -> None:
    names = ['O\'Hara "Lamp"', "Стул 椅子 🪑", "a, b; -- $1 \\ %"]
    tables = small_company()
    load({**tables, "products": tables["products"].assign(PRODUCT_NAME=names)})
    assert list(read(store, "product_master")["PRODUCT_NAME"]) == names


def test_the_comparison_view_has_one_row_per_scenario_product_site_and_date(
    load: Load, backend: Backend
) -> None:
    load(with_superseded_rows(small_company()))
    key = "SCENARIO_ID, PRODUCT_ID, SITE_ID, FORECAST_DATE"
    view = f"SELECT {key}, COUNT(*) FROM {SCENARIO_COMPARISON_V} GROUP BY {key}"
    counts = [row[-1] for row in backend.rows(view)]
    assert counts == [1] * 72
    quantity = backend.rows(f"SELECT SUM(FORECAST_QUANTITY) FROM {SCENARIO_COMPARISON_V}")[0][0]
    assert quantity == small_company()["demand_forecasts"]["FORECAST_QUANTITY"].sum()
    names = backend.rows(f"SELECT DISTINCT PRODUCT_NAME, SITE_NAME FROM {SCENARIO_COMPARISON_V}")
    assert not [name for pair in names for name in pair if name.startswith("Old")]


def test_superseded_masters_and_forecasts_are_not_planned(
    load: Load, store: Store, company_warehouse: Store
) -> None:
    expected = {query: read(company_warehouse, query) for query in QUERIES}
    load(with_superseded_rows(small_company()))
    for query, frame in expected.items():
        pd.testing.assert_frame_equal(read(store, query), frame)


def test_the_capacity_view_multiplies_and_rounds_to_two_decimals(load: Load, store: Store) -> None:
    tables = small_company()
    centers = tables["work_centers"].assign(
        CAPACITY_PER_HOUR=[4.111, 2.0], EFFICIENCY_FACTOR=[0.9, None]
    )
    load({**tables, "work_centers": centers})
    frame = read(store, "capacity_summary")
    assert list(frame["MAX_DAILY_CAPACITY"].astype(float)) == [29.6, 16.0]
    assert list(frame["MAX_MONTHLY_CAPACITY"].astype(float)) == [651.18, 352.0]


def test_columns_of_a_relation_are_told_in_order_and_none_of_an_unknown_one(
    company_warehouse: Store,
) -> None:
    site = next(table for table in ATOMIC_TABLES if table.name == "SITE")
    assert company_warehouse.columns("ATOMIC.SITE") == tuple(site.columns)
    assert "FORECAST_QUANTITY" in company_warehouse.columns(SCENARIO_COMPARISON_V)
    assert company_warehouse.columns("ATOMIC.NOWHERE") == ()


def test_rows_are_counted_per_key_and_only_of_known_columns(company_warehouse: Store) -> None:
    counts = company_warehouse.key_counts("LOGISTICS_COST_FACT", ("SITE_ID",))
    assert dict(zip(counts["SITE_ID"], counts["ROW_COUNT"], strict=True)) == {3: 2, 4: 1}
    with pytest.raises(ValueError, match="no column 1; DROP TABLE"):
        company_warehouse.key_counts("LOGISTICS_COST_FACT", ("1; DROP TABLE",))


def test_a_views_text_is_told(company_warehouse: Store) -> None:
    assert "DEMAND_FORECAST_VERSIONS" in company_warehouse.view_text(SCENARIO_COMPARISON_V)
    assert company_warehouse.view_text("SOP_LOGISTICS.NOWHERE") == ""


def test_reads_within_reading_see_one_state(company_warehouse: Store) -> None:
    with company_warehouse.reading():
        assert len(read(company_warehouse, "scenarios")) == 2
        assert len(read(company_warehouse, "site_master")) == 4
    assert len(read(company_warehouse, "scenarios")) == 2


def with_superseded_rows(tables: Tables) -> Tables:
    """Every master with history has each row once more, superseded; every forecast a version."""
    keeping = {table.file for table in ATOMIC_TABLES if table.keeps_history}
    superseded = {
        name: pd.concat(
            [
                frame.assign(IS_CURRENT_FLAG=None),
                _spoiled(frame).assign(IS_CURRENT_FLAG="FALSE"),
            ]
        )
        for name, frame in tables.items()
        if name in keeping
    }
    demand = tables["demand_forecasts"]
    old = demand.assign(
        DEMAND_FORECAST_ID=demand["DEMAND_FORECAST_ID"] + 1000,
        FORECAST_QUANTITY=1.0,
        IS_CURRENT_VERSION="FALSE",
    )
    other = demand.assign(
        DEMAND_FORECAST_ID=demand["DEMAND_FORECAST_ID"] + 2000,
        FORECAST_QUANTITY=2.0,
        FORECAST_TYPE="STATISTICAL",
    )
    return {**tables, **superseded, "demand_forecasts": pd.concat([demand, old, other])}


def _spoiled(frame: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in frame.columns if name.endswith("_NAME")]
    return frame.assign(**{name: "Old " + frame[name] for name in names})


def test_the_fingerprint_of_a_scenario_changes_with_its_own_planned_demand_alone(
    loaded: Backend,
) -> None:

    def fingerprints() -> dict[int, str]:
        found = loaded.open().read("demand_contents")
        return dict(zip(found["SCENARIO_ID"], found["FINGERPRINT"], strict=True))

    forecasts = "ATOMIC.DEMAND_FORECAST_VERSIONS"
    first = fingerprints()
    loaded.run(f"UPDATE {forecasts} SET VERSION_TIMESTAMP = CAST('2025-06-01' AS TIMESTAMP)")
    loaded.run(
        f"INSERT INTO {forecasts} (DEMAND_FORECAST_ID, PRODUCT_ID, SITE_ID, SCENARIO_ID,"
        " FORECAST_DATE, FORECAST_QUANTITY, FISCAL_MONTH, FISCAL_QUARTER, IS_CURRENT_VERSION)"
        " VALUES (999, 10, 3, 1, CAST('2025-07-01' AS DATE), 1, 'July', 'Q3', FALSE)"
    )
    assert fingerprints() == first
    one, other = "DEMAND_FORECAST_ID = 37", "DEMAND_FORECAST_ID = 38"
    loaded.run(
        f"UPDATE {forecasts} SET FORECAST_QUANTITY = CASE WHEN {one} THEN"
        f" (SELECT MAX(FORECAST_QUANTITY) FROM {forecasts} WHERE {other}) ELSE"
        f" (SELECT MAX(FORECAST_QUANTITY) + 1 FROM {forecasts} WHERE {one}) END"
        f" WHERE {one} OR {other}"
    )
    changed = fingerprints()
    assert changed[BASE] == first[BASE]
    assert changed[PUSH] != first[PUSH]
