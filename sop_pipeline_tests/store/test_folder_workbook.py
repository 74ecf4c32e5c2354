"""A workbook loads to the same tables as the files it was filled from, or is refused by cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import Tables, full_company, small_company, write_company


def write_workbook(path: Path, tables: Tables) -> Path:
    """A workbook with a sheet per table, as someone types it: numbers, days, true and false."""
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for name, frame in tables.items():
            frame.apply(_typed).to_excel(writer, sheet_name=name, index=False)
    return path


def _typed(column: pd.Series) -> pd.Series:
    if column.name is not None and str(column.name).endswith(("_DATE", "_START")):
        return column.map(lambda text: text if text > "2200" else dt.date.fromisoformat(text))
    flags = {"TRUE": True, "FALSE": False}
    return column.map(lambda value: flags.get(value, value)) if column.dtype == object else column


def _changed(path: Path, change: Any) -> Path:
    book: Any = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return write_workbook(tmp_path / "company.xlsx", small_company())


def test_a_workbook_loads_to_the_tables_of_the_same_files(tmp_path: Path) -> None:
    filled = write_workbook(tmp_path / "company.xlsx", full_company())
    from_files = load_folder(write_company(tmp_path / "files", full_company()))
    assert load_folder(filled).tables == from_files.tables


def test_a_sheet_may_be_named_like_its_table_in_any_case_and_with_blanks(workbook: Path) -> None:
    expected = load_folder(workbook).tables

    def rename(book: Any) -> None:
        book["products"].title = "PRODUCT"
        book["work_centers"].title = "Work Centers"

    assert load_folder(_changed(workbook, rename)).tables == expected


def test_rows_above_the_heading_and_below_the_data_may_be_empty(workbook: Path) -> None:
    expected = load_folder(workbook).tables

    def move(book: Any) -> None:
        book["products"].insert_rows(1, 3)
        book["products"].cell(40, 1).number_format = "0"

    assert load_folder(_changed(workbook, move)).tables == expected


def test_a_readme_sheet_is_for_people_and_other_unknown_sheets_are_noted(workbook: Path) -> None:
    def add(book: Any) -> None:
        book.create_sheet("README")
        book.create_sheet("Scratch")

    notes = " ".join(load_folder(_changed(workbook, add)).notes)
    assert "Sheets of no known table are not read: Scratch" in notes
    assert "README" not in notes


def _refused(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        load_folder(path)
    return str(refused.value)


def test_a_missing_sheet_is_named_with_the_one_that_was_probably_meant(workbook: Path) -> None:
    def rename(book: Any) -> None:
        book["products"].title = "products (1)"

    told = _refused(_changed(workbook, rename))
    assert "a sheet products" in told
    assert "Rename products (1) to products" in told


def test_a_table_on_two_sheets_is_refused(workbook: Path) -> None:
    told = _refused(_changed(workbook, lambda book: book.create_sheet("PRODUCT")))
    assert "both products and PRODUCT" in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("=1/0", "row 3: UNIT_PRICE is a formula that was never calculated: =1/0"),
        ("#N/A", "row 3: UNIT_PRICE is #N/A"),
    ],
)
def test_a_cell_that_holds_no_value_is_refused_by_row_and_column(
    workbook: Path, content: str, said: str
) -> None:
    def spoil(book: Any) -> None:
        heads = [cell.value for cell in book["products"][1]]
        book["products"].cell(3, heads.index("UNIT_PRICE") + 1).value = content

    assert said in _refused(_changed(workbook, spoil))


def test_a_value_of_another_type_is_refused_with_the_row_of_its_sheet(workbook: Path) -> None:
    def spoil(book: Any) -> None:
        heads = [cell.value for cell in book["products"][1]]
        book["products"].cell(4, heads.index("UNIT_PRICE") + 1).value = "about ninety"

    told = _refused(_changed(workbook, spoil))
    assert "row 4" in told
    assert "about ninety" in told


def test_what_is_no_workbook_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 an older kind of file")
    told = _refused(path)
    assert "an Excel workbook" in told
    assert "without a password" in told


def test_a_workbook_without_any_table_is_refused_with_its_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    assert "only Sheet" in _refused(tmp_path / "empty.xlsx")
