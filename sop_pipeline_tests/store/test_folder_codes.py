"""Codes in place of identifiers: the same company, whatever its files name it by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.store import Identifiers
from sop_pipeline.store.folder import LoadedFolder, load_folder
from sop_pipeline_tests.small_company import Tables, small_company, write_company

CODES = {
    "SCENARIO_ID": ("SCENARIO_CODE", {1: "BASE", 2: "PUSH"}),
    "PRODUCT_ID": ("PRODUCT_CODE", {10: "P-10", 20: "P-20", 30: "P-30"}),
    "SITE_ID": ("SITE_CODE", {1: "PL-A", 2: "PL-B", 3: "WH-A", 4: "WH-B"}),
    "FROM_SITE_ID": ("FROM_SITE_CODE", {1: "PL-A", 2: "PL-B", 3: "WH-A", 4: "WH-B"}),
    "TO_SITE_ID": ("TO_SITE_CODE", {1: "PL-A", 2: "PL-B", 3: "WH-A", 4: "WH-B"}),
    "WORK_CENTER_ID": ("WORK_CENTER_CODE", {101: "WC-A", 201: "WC-B"}),
    "WAREHOUSE_ZONE_ID": ("ZONE_CODE", {301: "A-1", 302: "A-2", 401: "B-1"}),
    "PRODUCT_CATEGORY_ID": ("PRODUCT_CATEGORY_CODE", {1: "SMALL", 2: "LARGE"}),
    "PARENT_SCENARIO_ID": ("PARENT_SCENARIO_CODE", {1: "BASE"}),
}
MASTERS = {
    "scenario_definitions": "SCENARIO_ID",
    "products": "PRODUCT_ID",
    "product_categories": "PRODUCT_CATEGORY_ID",
    "sites": "SITE_ID",
    "work_centers": "WORK_CENTER_ID",
    "warehouse_zones": "WAREHOUSE_ZONE_ID",
}


def company() -> Tables:
    """The small company with a table for each identifier."""
    tables = small_company()
    categories = tables["product_categories"].assign(PRODUCT_CATEGORY_CODE=["SMALL", "LARGE"])
    scenarios = tables["scenario_definitions"].assign(
        PARENT_SCENARIO_ID=pd.array([None, 1], "Int64")
    )
    lanes = {"FROM_SITE_ID": [1, 2], "TO_SITE_ID": [3, 4], "TRANSPORT_COST_PER_UNIT": [1.0, 2.0]}
    calendar = {"WORK_CENTER_ID": [101], "PERIOD_START": ["2025-07-01"], "WORKING_DAYS": [20]}
    return {
        **tables,
        "product_categories": categories,
        "scenario_definitions": scenarios,
        "transport_lanes": pd.DataFrame(lanes),
        "capacity_calendar": pd.DataFrame(calendar),
    }


def coded(frame: pd.DataFrame, *, keep: bool = False) -> pd.DataFrame:
    """The frame with codes in place of its identifiers, or beside them."""
    for identifier, (code, codes) in CODES.items():
        if identifier in frame.columns:
            frame = frame.assign(**{code: frame[identifier].map(codes)})
            frame = frame if keep else frame.drop(columns=identifier)
    return frame


def loaded(tmp_path: Path, tables: Tables, known: Identifiers | None = None) -> LoadedFolder:
    folder = write_company(tmp_path / "company", tables)
    return load_folder(folder, known)


def refusal(tmp_path: Path, tables: Tables) -> str:
    with pytest.raises(InputRefused) as refused:
        loaded(tmp_path, tables)
    return str(refused.value)


def named(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """The rows with the codes in place of identifiers, which may differ."""
    names = {
        name: tables[master].to_pandas().set_index(identifier)[code]
        for name, master, identifier, code in (
            ("SCENARIO_ID", "SCENARIO_DEFINITION", "SCENARIO_ID", "SCENARIO_CODE"),
            ("PRODUCT_ID", "PRODUCT", "PRODUCT_ID", "PRODUCT_CODE"),
            ("SITE_ID", "SITE", "SITE_ID", "SITE_CODE"),
            ("WORK_CENTER_ID", "WORK_CENTER", "WORK_CENTER_ID", "WORK_CENTER_CODE"),
            ("WAREHOUSE_ZONE_ID", "WAREHOUSE_ZONE", "WAREHOUSE_ZONE_ID", "ZONE_CODE"),
            ("PRODUCT_CATEGORY_ID", "PRODUCT_CATEGORY", "PRODUCT_CATEGORY_ID", "CATEGORY_NAME"),
        )
    }
    same = {"FROM_SITE_ID": "SITE_ID", "TO_SITE_ID": "SITE_ID", "PARENT_SCENARIO_ID": "SCENARIO_ID"}
    found: dict[str, list[str]] = {}
    for name, rows in tables.items():
        frame = rows.to_pandas()
        for column in frame.columns:
            master = same.get(column, column)
            if master in names:
                frame[column] = frame[column].map(names[master])
        found[name] = sorted(str(sorted(row.items())) for row in frame.to_dict("records"))
    return found


def test_a_company_may_be_given_by_codes_alone(tmp_path: Path) -> None:
    given = loaded(tmp_path / "a", company()).tables
    by_code = loaded(tmp_path / "b", {n: coded(f) for n, f in company().items()})
    assert named(by_code.tables) == named(given)
    assert by_code.notes == ()
    for name, rows in by_code.tables.items():
        assert rows.schema.names == [n for n in given[name].schema.names if n in rows.schema.names]


@pytest.mark.parametrize("mixture", ["masters by both", "half the files", "both everywhere"])
def test_where_the_masters_have_both_each_file_may_use_either(tmp_path: Path, mixture: str) -> None:
    tables = company()
    expected = loaded(tmp_path / "a", tables).tables
    for i, name in enumerate(sorted(tables)):
        both = name in MASTERS or mixture == "both everywhere"
        if both or mixture == "masters by both" or i % 2:
            tables[name] = coded(tables[name], keep=both)
    assert loaded(tmp_path / "b", tables).tables == expected


def test_identifiers_are_given_in_the_order_of_the_codes(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    tables["sites"] = tables["sites"].sample(frac=1, random_state=1)
    sites = loaded(tmp_path, tables).tables["SITE"]
    found = dict(zip(sites["SITE_CODE"].to_pylist(), sites["SITE_ID"].to_pylist(), strict=True))
    assert found == {"PL-A": 1, "PL-B": 2, "WH-A": 3, "WH-B": 4}


def test_codes_keep_the_identifiers_they_had_and_new_ones_get_new_numbers(tmp_path: Path) -> None:
    known = Identifiers({"SITE_ID": {"PL-B": 7, "WH-B": 2, "GONE": 40}}, {"SITE_ID": 41})
    tables = {n: coded(f) for n, f in company().items()}
    sites = loaded(tmp_path, tables, known).tables["SITE"]
    found = dict(zip(sites["SITE_CODE"].to_pylist(), sites["SITE_ID"].to_pylist(), strict=True))
    assert found == {"PL-B": 7, "WH-B": 2, "PL-A": 42, "WH-A": 43}


def test_an_identifier_column_without_values_is_as_good_as_none(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    expected = loaded(tmp_path / "a", tables).tables
    for name, identifier in MASTERS.items():
        tables[name] = tables[name].assign(**{identifier: None})
    tables["demand_forecasts"] = tables["demand_forecasts"].assign(PRODUCT_ID=None)
    assert loaded(tmp_path / "b", tables).tables == expected


def test_parquet_files_may_give_codes(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    expected = loaded(tmp_path / "a", tables).tables
    folder = write_company(tmp_path / "b", tables)
    for name in ("products", "demand_forecasts"):
        pq.write_table(pa.Table.from_pandas(tables[name]), folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    assert load_folder(folder).tables == expected


def test_zone_codes_are_their_sites_own(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    for name in ("warehouse_zones", "logistics_costs", "inventory_balances"):
        tables[name] = tables[name].assign(ZONE_CODE=tables[name]["ZONE_CODE"].str[-1])
    found = loaded(tmp_path, tables).tables
    zones = found["WAREHOUSE_ZONE"].to_pandas().set_index("WAREHOUSE_ZONE_ID")["SITE_ID"]
    assert zones.nunique() == 2
    assert len(zones) == 3
    costs = found["LOGISTICS_COST_FACT"].to_pandas()
    assert (costs["WAREHOUSE_ZONE_ID"].map(zones) == costs["SITE_ID"]).all()


def test_versions_of_a_row_share_its_identifier(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    old = tables["products"].assign(IS_CURRENT_FLAG="FALSE", PRODUCT_NAME="Old")
    tables["products"] = pd.concat([tables["products"], old])
    products = loaded(tmp_path, tables).tables["PRODUCT"].to_pandas()
    assert len(products) == 6
    assert len(products[["PRODUCT_CODE", "PRODUCT_ID"]].drop_duplicates()) == 3


def test_a_code_that_moved_to_another_row_is_the_current_ones(tmp_path: Path) -> None:
    tables = company()
    old = tables["products"].head(1).assign(PRODUCT_ID=99, IS_CURRENT_FLAG="FALSE")
    tables["products"] = pd.concat([tables["products"], old])
    tables["demand_forecasts"] = coded(tables["demand_forecasts"])
    demand = loaded(tmp_path, tables).tables["DEMAND_FORECAST_VERSIONS"]
    assert set(demand["PRODUCT_ID"].to_pylist()) == {10, 20, 30}


@pytest.mark.parametrize(
    ("table", "column", "code", "words"),
    [
        ("demand_forecasts", "PRODUCT_CODE", "P_10", ("a PRODUCT_CODE of PRODUCT", "mean P-10?")),
        ("demand_forecasts", "SITE_CODE", "WH-C", ("a SITE_CODE of SITE", "Did you mean WH-")),
        ("demand_forecasts", "SCENARIO_CODE", "push", ("a SCENARIO_CODE of", "mean PUSH?")),
        ("capacity_calendar", "WORK_CENTER_CODE", "X", ("a WORK_CENTER_CODE of WORK_CENTER",)),
        ("transport_lanes", "TO_SITE_CODE", "wh-a", ("a SITE_CODE of SITE", "mean WH-A?")),
        ("logistics_costs", "ZONE_CODE", "A1", ("a ZONE_CODE of WAREHOUSE_ZONE", "mean A-1?")),
        (
            "products",
            "PRODUCT_CATEGORY_CODE",
            "SMAL",
            ("a PRODUCT_CATEGORY_CODE of", "mean SMALL?"),
        ),
        ("scenario_definitions", "PARENT_SCENARIO_CODE", "BASIS", ("a SCENARIO_CODE of",)),
    ],
)
def test_an_unknown_code_is_named_with_what_was_probably_meant(
    tmp_path: Path, table: str, column: str, code: str, words: tuple[str, ...]
) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    tables[table].loc[0, column] = code
    told = refusal(tmp_path, tables)
    assert "1 fault." in told
    assert f"({table}), column {column}: expected {words[0]}" in told
    assert "line 2: " in told
    assert f"{column}='{code}'" in told
    assert all(word in told for word in words)


def test_an_identifier_that_contradicts_its_code_is_refused(tmp_path: Path) -> None:
    tables = company()
    tables["demand_forecasts"] = coded(tables["demand_forecasts"], keep=True)
    tables["demand_forecasts"].loc[4, "PRODUCT_ID"] = 20
    told = refusal(tmp_path, tables)
    assert "column PRODUCT_ID: expected the PRODUCT_ID of its PRODUCT_CODE; got another" in told
    assert "line 6: DEMAND_FORECAST_ID=5, PRODUCT_ID=20, PRODUCT_CODE='P-10'" in told


def test_a_number_says_nothing_where_the_master_has_codes_alone(tmp_path: Path) -> None:
    tables = company()
    tables["products"] = coded(tables["products"])
    told = refusal(tmp_path, tables)
    assert "1 fault." in told
    assert "PRODUCT (products), column PRODUCT_ID: expected numbers, as there are some in" in told
    assert "in demand_forecasts, inventory_balances; got PRODUCT_CODE alone" in told


def test_a_master_has_numbers_in_every_row_or_in_none(tmp_path: Path) -> None:
    tables = company()
    tables["sites"] = tables["sites"].astype({"SITE_ID": "Int64"})
    tables["sites"].loc[1, "SITE_ID"] = None
    assert "column SITE_ID: expected a number in every row, or in none" in refusal(tmp_path, tables)


def test_a_code_that_two_current_rows_have_names_neither(tmp_path: Path) -> None:
    tables = company()
    tables["sites"].loc[3, "SITE_CODE"] = "WH-A"
    tables["demand_forecasts"] = coded(tables["demand_forecasts"])
    tables["demand_forecasts"].loc[:, "SITE_CODE"] = "WH-A"
    assert "a code of one SITE_ID" in refusal(tmp_path, tables)


def test_a_row_needs_the_one_or_the_other(tmp_path: Path) -> None:
    tables = company()
    tables["demand_forecasts"] = coded(tables["demand_forecasts"])
    tables["demand_forecasts"].loc[2, "PRODUCT_CODE"] = None
    told = refusal(tmp_path, tables)
    assert "1 fault." in told
    assert "line 4: " in told
    tables["demand_forecasts"] = tables["demand_forecasts"].drop(columns="PRODUCT_CODE")
    assert "a column PRODUCT_ID or PRODUCT_CODE" in refusal(tmp_path, tables)


def test_a_code_in_a_column_of_numbers_says_where_codes_belong(tmp_path: Path) -> None:
    tables = company()
    codes = tables["demand_forecasts"]["PRODUCT_ID"].map(CODES["PRODUCT_ID"][1])
    tables["demand_forecasts"] = tables["demand_forecasts"].assign(PRODUCT_ID=codes)
    assert "A code belongs into a column PRODUCT_CODE" in refusal(tmp_path, tables)


def test_faults_of_a_master_hide_none_of_the_other_files(tmp_path: Path) -> None:
    tables = {n: coded(f) for n, f in company().items()}
    tables["sites"] = tables["sites"].drop(columns="SITE_NAME")
    tables["demand_forecasts"].loc[0, "PRODUCT_CODE"] = "P-1O"
    told = refusal(tmp_path, tables)
    assert "2 faults" in told
    assert "column SITE_NAME" in told
    assert "PRODUCT_CODE='P-1O'" in told
