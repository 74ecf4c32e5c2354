"""Folders of files: what can be stored is loaded in its types, the rest is refused by name."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company

ARROW_TYPES = {
    "identifier": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
    "text": pa.string(),
}
FILES = {table.name: table.file for table in ATOMIC_TABLES}
OPTIONAL = {table.name for table in ATOMIC_TABLES if not table.needs_file}
ROWS_OPTIONAL = {table.name for table in ATOMIC_TABLES if not table.needs_rows}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_company(tmp_path / "company")


def test_columns_arrive_in_their_types(folder: Path) -> None:
    loaded = load_folder(folder).tables
    for table in ATOMIC_TABLES:
        for field in loaded[table.name].schema if table.name in loaded else ():
            assert field.type == ARROW_TYPES[table.columns[field.name].type], field


def test_values_arrive_as_they_were_written(folder: Path) -> None:
    path = folder / "products.csv"
    rows = ['10,P-10,"Lamp, ""tall""\nand thin",0010.50,2e1,TRUE', "20,P-20,Stool,1,,f"]
    header = "PRODUCT_ID,PRODUCT_CODE,PRODUCT_NAME,UNIT_PRICE,UNIT_COST,IS_CURRENT_FLAG"
    path.write_text("\n".join([header, *rows]), "utf-8")
    assert load_folder(folder).tables["PRODUCT"].to_pylist() == [
        dict(zip(header.split(","), values, strict=True))
        for values in (
            (10, "P-10", 'Lamp, "tall"\nand thin', 10.5, 20.0, True),
            (20, "P-20", "Stool", 1.0, None, False),
        )
    ]


def test_parquet_files_load_the_same_as_csv_files(folder: Path, tmp_path: Path) -> None:
    from_csv = load_folder(folder).tables
    (tmp_path / "parquet").mkdir()
    for name, table in from_csv.items():
        pq.write_table(table, tmp_path / "parquet" / f"{FILES[name]}.parquet")
    assert load_folder(tmp_path / "parquet").tables == from_csv


def test_csv_and_parquet_files_may_stand_side_by_side(folder: Path) -> None:
    from_csv = load_folder(folder).tables
    pq.write_table(from_csv["SITE"], folder / "sites.parquet")
    (folder / "sites.csv").unlink()
    assert load_folder(folder).tables == from_csv


def test_a_table_given_twice_is_refused(folder: Path) -> None:
    pq.write_table(load_folder(folder).tables["SITE"], folder / "sites.parquet")
    with pytest.raises(InputRefused, match=r"both sites\.csv and sites\.parquet"):
        load_folder(folder)


def test_optional_tables_may_be_absent(folder: Path) -> None:
    for name in OPTIONAL:
        (folder / f"{FILES[name]}.csv").unlink(missing_ok=True)
    assert set(load_folder(folder).tables) == set(FILES) - OPTIONAL


@pytest.mark.parametrize("name", sorted(ROWS_OPTIONAL))
def test_a_table_whose_rows_are_optional_may_have_none(folder: Path, name: str) -> None:
    table = next(table for table in ATOMIC_TABLES if table.name == name)
    (folder / f"{table.file}.csv").write_text(f"{','.join(table.required)}\n", "utf-8")
    loaded = load_folder(folder)
    assert loaded.tables[name].num_rows == 0
    assert [name in note for note in loaded.notes] == [True] * bool(table.without_rows)


@pytest.mark.parametrize("name", sorted(set(FILES) - ROWS_OPTIONAL))
def test_a_table_that_needs_rows_may_not_have_none(folder: Path, name: str) -> None:
    path = folder / f"{FILES[name]}.csv"
    path.write_text(path.read_text("utf-8").split("\n")[0], "utf-8")
    with pytest.raises(InputRefused, match=rf"{name} .*at least one row"):
        load_folder(folder)


@pytest.mark.parametrize("name", ["INVENTORY_BALANCE", "PRODUCT_CATEGORY"])
def test_a_company_without_stock_or_families_needs_no_file_and_is_told(
    folder: Path, name: str
) -> None:
    (folder / f"{FILES[name]}.csv").unlink()
    loaded = load_folder(folder)
    assert name not in loaded.tables
    assert [name in note and "no rows" in note for note in loaded.notes] == [True]


@pytest.mark.parametrize("name", sorted(set(FILES) - OPTIONAL))
def test_a_required_table_may_not_be_absent(folder: Path, name: str) -> None:
    (folder / f"{FILES[name]}.csv").unlink()
    with pytest.raises(InputRefused, match=rf"{name} .*{FILES[name]}\.csv or \.parquet"):
        load_folder(folder)


def test_all_faults_of_a_folder_are_told_together(folder: Path) -> None:
    (folder / "sites.csv").unlink()
    (folder / "products.csv").write_text("PRODUCT_ID\n1\n")
    with pytest.raises(InputRefused) as refused:
        load_folder(folder)
    assert {fault.table.split()[0] for fault in refused.value.faults} == {"SITE", "PRODUCT"}


def test_a_byte_order_mark_lower_case_names_and_blanks_are_no_matter(folder: Path) -> None:
    expected = load_folder(folder).tables
    path = folder / "sites.csv"
    header, rest = path.read_text("utf-8").split("\n", 1)
    path.write_text(f"\ufeff{header.lower()}\n{rest.replace('Plant A', ' Plant A ')}", "utf-8")
    assert load_folder(folder).tables == expected


def test_an_extra_column_is_left_out_and_noted(folder: Path) -> None:
    path = folder / "sites.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]},MOOD", *(f"{line},fine" for line in lines[1:])]))
    loaded = load_folder(folder)
    assert "MOOD" not in loaded.tables["SITE"].column_names
    assert [note for note in loaded.notes if "SITE" in note and "MOOD" in note]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such folder"):
        load_folder(tmp_path / "nowhere")
