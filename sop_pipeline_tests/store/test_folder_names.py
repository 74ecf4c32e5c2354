"""Names of files and columns: what is not read is told, with what was probably meant."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_company(tmp_path / "company")


def notes(folder: Path) -> str:
    return "\n".join(load_folder(folder).notes)


def refusal(folder: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        load_folder(folder)
    return str(refused.value)


def rename_column(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / f"{file}.csv"
    header, rows = path.read_text("utf-8").split("\n", 1)
    names = [new if name == old else name for name in header.split(",")]
    path.write_text(f"{','.join(names)}\n{rows}", "utf-8")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("capacity_tier.csv", "capacity_tiers.csv"),
        ("CapacityTiers.csv", "capacity_tiers.csv"),
        ("capacity-tiers.csv", "capacity_tiers.csv"),
        ("Capacity Tiers.xlsx", "capacity_tiers.csv"),
        ("capacity_tiers.csv.txt", "capacity_tiers.csv"),
        ("capacity_tiers_2025_final.parquet", "capacity_tiers.csv"),
        ("transport_lane.tsv", "transport_lanes.csv"),
        ("products (1).csv", "products.csv"),
        ("Copy of products.csv", "products.csv"),
        ("demand_forecasts.xlsx", "demand_forecasts.csv"),
        ("DEMAND_FORECAST_VERSIONS.csv", "demand_forecasts.csv"),
    ],
)
def test_a_file_that_is_not_read_is_told_with_the_name_it_is_near(
    folder: Path, name: str, meant: str
) -> None:
    (folder / name).write_text("WORK_CENTER_ID,TIER_CODE\n101,OVERTIME\n")
    assert [name in note and meant in note for note in load_folder(folder).notes] == [True]


def test_a_file_of_no_known_table_is_told(folder: Path) -> None:
    (folder / "promotions.csv").write_text("A\n1\n")
    (folder / "suppliers.xlsx").write_bytes(b"PK")
    assert notes(folder) == "Files of no known table are not read: promotions.csv, suppliers.xlsx"


def test_files_that_hold_no_table_are_not_spoken_of(folder: Path) -> None:
    for name in ("README.md", "policy.yaml", ".DS_Store", "~$products.xlsx", "notes.txt"):
        (folder / name).write_text("hello")
    (folder / "archive").mkdir()
    assert load_folder(folder).notes == ()


def test_a_published_plan_in_the_folder_is_left_out_and_told(folder: Path) -> None:
    (folder / "RECOMMENDED_BUILD_PLAN.csv").write_text("PRODUCT_ID\n1\n")
    assert notes(folder) == "RECOMMENDED_BUILD_PLAN.csv is left out: it is a plan, not an input"


def test_a_name_in_another_case_is_read_and_told(folder: Path) -> None:
    expected = load_folder(folder).tables
    (folder / "sites.csv").rename(folder / "Sites.CSV")
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert loaded.notes == ("Sites.CSV is read as sites.csv",)


def test_two_files_whose_names_differ_in_case_are_refused(folder: Path) -> None:
    (folder / "Sites.CSV").write_bytes((folder / "sites.csv").read_bytes())
    if len({path.name.lower() for path in folder.iterdir()}) == len(list(folder.iterdir())):
        pytest.skip("names that differ in case are one file here")
    assert "both Sites.CSV and sites.csv" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("sites.xlsx", "sites.xlsx is there: save it as sites.csv"),
        ("site.csv", "Rename site.csv to sites.csv"),
        ("SITE.parquet", "Rename SITE.parquet to sites.parquet"),
    ],
)
def test_a_missing_file_says_what_lies_there_in_its_place(
    folder: Path, name: str, remedy: str
) -> None:
    (folder / "sites.csv").rename(folder / name)
    told = refusal(folder)
    assert "SITE (sites): expected a file sites.csv or .parquet" in told
    assert remedy in told


def test_a_folder_without_any_table_is_one_fault(tmp_path: Path, folder: Path) -> None:
    assert f"Did you mean {folder}?" in refusal(tmp_path)
    (tmp_path / "empty").mkdir()
    assert "1 fault" in refusal(tmp_path / "empty")
    assert "an empty folder" in refusal(tmp_path / "empty")
    assert "a file" in refusal(folder / "sites.csv")
    assert "no such folder" in refusal(tmp_path / "nowhere")


def test_what_is_no_file_is_refused_by_name(folder: Path) -> None:
    for name in ("products", "sites", "work_centers", "warehouse_zones"):
        (folder / f"{name}.csv").unlink()
    (folder / "products.csv").mkdir()
    (folder / "sites.csv").symlink_to(folder / "sites.csv")
    (folder / "work_centers.csv").symlink_to("nowhere.csv")
    os.mkfifo(folder / "warehouse_zones.csv")
    told = refusal(folder)
    assert "4 faults" in told
    assert "products.csv, a folder" in told
    assert "sites.csv, a link that leads nowhere" in told
    assert "work_centers.csv, a link that leads nowhere" in told
    assert "warehouse_zones.csv, no regular file" in told


def test_a_folder_that_is_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be read" in refusal(tmp_path / "loop")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("work_centers", "EFFICIENCY_FACTOR", "EFFICENCY_FACTOR"),
        ("logistics_costs", "EXPIRY_DATE", "EXPIRY"),
        ("inventory_balances", "QUANTITY_ON_HAND", "Qty on hand"),
    ],
)
def test_an_unknown_column_is_told_with_the_name_it_is_near(
    folder: Path, file: str, old: str, new: str
) -> None:
    rename_column(folder, file, old, new)
    told = notes(folder)
    assert f"{file}): extra columns left out: {new}" in told
    assert (f"did you mean {old}?" in told) == (new != "EXPIRY")


def test_a_missing_column_says_which_one_is_near(folder: Path) -> None:
    rename_column(folder, "products", "UNIT_COST", "UNIT_COSTS")
    told = refusal(folder)
    assert "PRODUCT (products), column UNIT_COST: expected a column UNIT_COST" in told
    assert "Rename UNIT_COSTS to UNIT_COST" in told


def test_all_missing_columns_of_a_file_are_one_fault(folder: Path) -> None:
    (folder / "products.csv").write_text("Sales report\n1\n")
    told = refusal(folder)
    assert "1 fault." in told
    assert "columns PRODUCT_ID or PRODUCT_CODE, PRODUCT_CODE, PRODUCT_NAME" in told
    assert "only Sales report" in told


@pytest.mark.parametrize("twin", ["unit_cost", " UNIT_COST ", "Unit Cost", "UNIT_COST"])
def test_columns_that_differ_in_case_or_blanks_are_refused(folder: Path, twin: str) -> None:
    path = folder / "products.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]},{twin}", *(f"{line},1" for line in lines[1:])]))
    told = refusal(folder)
    assert "UNIT_COST more than once" in told
    assert repr(twin) in told


def test_columns_of_a_parquet_file_that_differ_in_case_are_refused(folder: Path) -> None:
    products = load_folder(folder).tables["PRODUCT"]
    twice = products.append_column("unit_cost", products["UNIT_PRICE"])
    (folder / "products.csv").unlink()
    pq.write_table(twice, folder / "products.parquet")
    assert "UNIT_COST more than once" in refusal(folder)


def test_blanks_in_a_name_stand_for_its_underscores(folder: Path) -> None:
    expected = load_folder(folder).tables
    rename_column(folder, "products", "UNIT_COST", "Unit Cost")
    assert load_folder(folder).tables == expected


@pytest.mark.parametrize("nameless", [1, 2, 3])
def test_columns_without_a_name_are_left_out_and_told(folder: Path, nameless: int) -> None:
    expected = load_folder(folder).tables
    path = folder / "sites.csv"
    path.write_text("\n".join(f"{line}{',' * nameless}" for line in path.read_text().splitlines()))
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert loaded.notes == (f"SITE (sites): extra columns left out: {nameless} without a name",)
