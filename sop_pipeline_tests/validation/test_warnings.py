"""Warnings tell what a reader must know, on the inputs that call for them, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sop_pipeline.policies import load_policy
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.input_checks import check_inputs
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline_tests.small_company import Tables, altered, small_company, write_company
from sop_pipeline_tests.validation.reads import require_reads_declared


def _warned(
    folder: Path, tables: Tables, policy: str = "standard", **fields: Any
) -> dict[str, str]:
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(folder, tables)).tables)
    reader = InputReader(store, Scenario(2, "PUSH", "Push"), load_policy(policy, fields))
    inputs = reader.inputs()
    checked = check_inputs(inputs)
    assert checked.faults == ()
    require_reads_declared(inputs)
    return {fault.rule: str(fault) for fault in checked.warnings}


def _with(table: str, **columns: object) -> Tables:
    return altered(table, lambda frame: frame.assign(**columns))


def test_a_company_in_order_is_warned_only_of_its_age_its_peak_and_its_missing_routings(
    tmp_path: Path,
) -> None:
    warned = _warned(tmp_path, small_company())
    assert set(warned) == {"horizon_not_passed", "capacity_covers_demand", "routings_given"}
    assert "3 months" in warned["capacity_covers_demand"]
    assert "2025-11" in warned["capacity_covers_demand"]


def test_more_than_24_hours_a_day_are_told_with_the_capacity_at_24(tmp_path: Path) -> None:
    tables = _with("work_centers", HOURS_PER_DAY=16.0, AVAILABLE_SHIFTS=[2.0, 1.0])
    warned = _warned(tmp_path, tables)["hours_fit_the_day"]
    # Line A: 4 x 32 x 0.9 x 22 = 2,534.4, at 24 hours 1,900.8; line B: 2 x 16 x 0.95 x 22 = 668.8.
    assert "3,203 capacity units" in warned
    assert "at 24 hours 2,570" in warned
    assert "WC-A Line A (32)" in warned
    assert "WC-B" not in warned


def test_a_cap_on_hours_silences_the_warning(tmp_path: Path) -> None:
    tables = _with("work_centers", HOURS_PER_DAY=16.0, AVAILABLE_SHIFTS=2.0)
    assert "hours_fit_the_day" not in _warned(tmp_path, tables, max_hours_per_day=24)


def test_a_work_centre_at_a_warehouse_is_told_by_name_where_it_does_not_count(
    tmp_path: Path,
) -> None:
    tables = _with("work_centers", SITE_ID=[1, 3])
    warned = _warned(tmp_path / "network", tables)["centers_at_plants"]
    assert "1 work centre at a site that is no plant" in warned
    assert "WC-B Line B at WH-A Warehouse A" in warned
    assert "WC-A" not in warned
    assert "centers_at_plants" not in _warned(tmp_path / "sum", tables, policy="notebook")


def test_serial_stages_added_up_are_told_with_the_bottleneck(tmp_path: Path) -> None:
    tables = _with("work_centers", SITE_ID=1, WORK_CENTER_TYPE=["ASSEMBLY", "PACKAGING"])
    warned = _warned(tmp_path, tables, policy="notebook")["stages_not_summed"]
    assert "968" in warned
    assert "334" in warned


def test_demand_for_what_is_not_active_is_told(tmp_path: Path) -> None:
    retired = _with("products", PRODUCT_STATUS=["ACTIVE", "RETIRED", "ACTIVE"])
    assert "P-20 Stool (RETIRED)" in _warned(tmp_path / "a", retired)["active_products"]
    closed = _with("sites", OPERATING_STATUS=["ACTIVE", "ACTIVE", "ACTIVE", "CLOSED"])
    assert "WH-B Warehouse B (CLOSED)" in _warned(tmp_path / "b", closed)["active_sites"]


def test_opening_stock_from_occupied_pallets_is_called_invented(tmp_path: Path) -> None:
    warned = _warned(tmp_path, small_company(), policy="notebook")["opening_stock_measured"]
    assert "invented from 50 occupied pallets" in warned
    assert "360" in warned


def test_neither_balances_nor_occupied_pallets_is_told_as_no_stock(tmp_path: Path) -> None:
    nothing = small_company() | {"warehouse_zones": _with_occupancy([0.0, 0.0, 0.0])}
    nothing["inventory_balances"] = nothing["inventory_balances"].iloc[:0]
    assert "There is no opening stock" in _warned(tmp_path, nothing)["opening_stock_measured"]


def test_balances_after_the_start_are_taken_with_a_warning(tmp_path: Path) -> None:
    late = _with("inventory_balances", BALANCE_DATE="2025-09-01")
    assert "6 balances" in _warned(tmp_path, late)["balances_before_start"]


def test_the_latest_balance_up_to_the_start_counts_and_warns_of_nothing(tmp_path: Path) -> None:
    early = small_company()["inventory_balances"]
    late = early.assign(
        INVENTORY_BALANCE_ID=early["INVENTORY_BALANCE_ID"] + 100,
        BALANCE_DATE="2025-08-01",
        QUANTITY_AVAILABLE=9999.0,
    )
    tables = {**small_company(), "inventory_balances": pd.concat([early, late])}
    assert "balances_before_start" not in _warned(tmp_path, tables)


@pytest.mark.parametrize(
    ("horizon_start", "balance"),
    [(None, 20.0), ("2025-01-01", 20.0), ("2025-07-31", 20.0), ("2025-09-15", 30.0)],
)
def test_stock_opens_with_the_balance_of_the_first_period_not_of_the_policys_date(
    tmp_path: Path, horizon_start: str | None, balance: float
) -> None:
    balances = small_company()["inventory_balances"]
    dated = [
        balances.assign(
            INVENTORY_BALANCE_ID=balances["INVENTORY_BALANCE_ID"] + 100 * i,
            BALANCE_DATE=day,
            QUANTITY_AVAILABLE=10.0 * (i + 1),
        )
        for i, day in enumerate(["2024-12-31", "2025-06-30", "2025-08-31", "2025-09-02"])
    ]
    tables = {**small_company(), "inventory_balances": pd.concat(dated)}
    store = DuckDBStore(MEMORY)
    store.replace_inputs(load_folder(write_company(tmp_path, tables)).tables)
    policy = load_policy("standard", {"horizon_start": horizon_start})
    inputs = InputReader(store, Scenario(2, "PUSH", "Push"), policy).inputs(["opening_inventory"])
    assert set(inputs.rows("opening_inventory")["QUANTITY_AVAILABLE"]) == {balance}


def test_products_without_a_balance_are_named(tmp_path: Path) -> None:
    tables = altered("inventory_balances", lambda f: f[f["PRODUCT_ID"] != 30])
    warned = _warned(tmp_path, tables)["balance_for_every_product"]
    assert "P-30 Shelf" in warned
    assert "1 product " in warned


def test_a_site_that_starts_above_its_own_threshold_is_named(tmp_path: Path) -> None:
    tables = _with("warehouse_zones", CURRENT_OCCUPANCY_PALLETS=[90.0, 50.0, 20.0])
    warned = _warned(tmp_path, tables)["starts_below_threshold"]
    assert "WH-A Warehouse A, 140 pallets against 85 % of 160, 136" in warned
    assert "SITE_ID=4" not in warned


def test_the_threshold_warned_of_is_the_contracts_of_the_first_period(tmp_path: Path) -> None:
    costs = small_company()["logistics_costs"]
    earlier, later = (
        costs.assign(
            LOGISTICS_COST_ID=costs["LOGISTICS_COST_ID"] + 10 * i,
            OVERFLOW_PENALTY_THRESHOLD_PCT=percent,
            EFFECTIVE_DATE=since,
            EXPIRY_DATE=until,
        )
        for i, (percent, since, until) in enumerate(
            [(80.0, "2025-01-01", "2025-07-31"), (10.0, "2025-08-01", None)]
        )
    )
    tables = {**small_company(), "logistics_costs": pd.concat([earlier, later])}
    full = {**tables, "warehouse_zones": _with_occupancy([20.0, 10.0, 20.0])}
    assert "starts_below_threshold" not in _warned(tmp_path / "a", full)
    fuller = {**tables, "warehouse_zones": _with_occupancy([90.0, 50.0, 20.0])}
    warned = _warned(tmp_path / "b", fuller)["starts_below_threshold"]
    assert "WH-A Warehouse A, 140 pallets against 80 % of 160, 128" in warned


def test_the_threshold_of_a_row_for_the_rest_of_a_site_has_the_weight_of_the_rest(
    tmp_path: Path,
) -> None:
    costs = small_company()["logistics_costs"]
    rest = costs["WAREHOUSE_ZONE_ID"].where(costs["WAREHOUSE_ZONE_ID"] != 302).astype("Int64")
    percent = costs["WAREHOUSE_ZONE_ID"].map({301: 60.0, 302: 100.0, 401: 90.0})
    tables = {
        **small_company(),
        "logistics_costs": costs.assign(
            WAREHOUSE_ZONE_ID=rest, OVERFLOW_PENALTY_THRESHOLD_PCT=percent
        ),
        "warehouse_zones": _with_occupancy([90.0, 50.0, 20.0]),
    }
    # (100 x 60 % + 60 x 100 %) / 160 = 75 %.
    warned = _warned(tmp_path, tables)["starts_below_threshold"]
    assert "140 pallets against 75 % of 160, 120" in warned


def test_products_without_any_family_are_told(tmp_path: Path) -> None:
    tables = altered("products", lambda frame: frame.drop(columns="PRODUCT_CATEGORY_ID"))
    assert "by family" in _warned(tmp_path, tables)["families_named"]


def _with_occupancy(pallets: list[float]) -> pd.DataFrame:
    return small_company()["warehouse_zones"].assign(CURRENT_OCCUPANCY_PALLETS=pallets)
