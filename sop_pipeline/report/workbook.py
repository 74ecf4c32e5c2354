"""Plans as an Excel workbook that a planner pivots on, prints and passes on.

Belongs here: sheets, cells, formats, native charts.
Does not belong here: which tables there are and what they are called (`named_tables`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sop_pipeline.errors import UsageError
from sop_pipeline.report.named_tables import NamedTable
from sop_pipeline.report.workbook_summary import summary_sheets
from sop_pipeline.schemas.columns import COLUMNS

MOST_ROWS = 1_048_576
"""Rows of an Excel sheet, the heading included."""
LONGEST_TEXT = 32_767
"""Signs of an Excel cell; what is longer ends in an ellipsis."""

_FIRST_DAY = pd.Timestamp(1900, 1, 1)
_WIDTHS = (8, 42)
_LOOKED_AT = 200
_FORMATS = {
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "bottom": 1},
    "title": {"bold": True, "font_size": 14},
    "identifier": {"num_format": "0"},
    "date": {"num_format": "yyyy-mm-dd"},
    "timestamp": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "currency": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0"},
    "share": {"num_format": "0.0000"},
    "number": {"num_format": "#,##0"},
    "text": {},
    "flag": {},
}

Formats = Mapping[str, Format]


def write_workbook(
    path: Path, tables: Sequence[NamedTable], plans: Mapping[str, Mapping[str, pd.DataFrame]]
) -> None:
    """Write plans to a workbook: summary with charts, the build plan, each table on its sheet.

    Args:
        path: The file.
        tables: What each sheet holds.
        plans: The result tables behind them, by scenario code.

    Raises:
        UsageError: A table has more rows than a sheet, or the file cannot be written.
    """
    for table in tables:
        if len(table.rows) >= MOST_ROWS:
            msg = (
                f"{table.name} has {len(table.rows):,} rows, and an Excel sheet holds "
                f"{MOST_ROWS - 1:,}: export to a folder, or fewer scenarios at once"
            )
            raise UsageError(msg)
    with _workbook(path) as (book, formats):
        summary_sheets(book, plans, formats)
        for table in tables:
            _write_table(book, table, formats)


def write_sheets(path: Path, tables: Sequence[NamedTable]) -> None:
    """Write tables to a workbook, each on its sheet.

    Args:
        path: The file.
        tables: What each sheet holds.

    Raises:
        UsageError: The file cannot be written.
    """
    with _workbook(path) as (book, formats):
        for table in tables:
            _write_table(book, table, formats)


@contextmanager
def _workbook(path: Path) -> Generator[tuple[Workbook, Formats]]:
    """A workbook to fill: texts stay texts in it, whatever they begin with."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    try:
        with xlsxwriter.Workbook(path, options) as book:
            yield book, {name: book.add_format(given) for name, given in _FORMATS.items()}
    except FileCreateError as error:
        msg = f"{path} could not be written: {error}"
        raise UsageError(msg) from None


def _write_table(book: Workbook, table: NamedTable, formats: Formats) -> None:
    sheet: Worksheet = book.add_worksheet(_sheet_name(table.name))
    sheet.write_row(0, 0, table.heads, formats["head"])
    for at, name in enumerate(table.rows):
        column = table.rows[name]
        kind = format_of(str(name), column)
        sheet.set_column(at, at, _width(table.heads[at], column), formats[kind])
        for row, value in enumerate(column.astype(object), start=1):
            _write(sheet, row, at, value, formats[kind])
    last = max(len(table.rows), 1)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(table.heads) - 1)
    print_landscape(sheet, table.name)


def _write(sheet: Worksheet, row: int, at: int, value: Any, shown: Format) -> None:
    """Write a value as what it is; what is missing leaves its cell empty."""
    if pd.isna(value):
        return
    if isinstance(value, pd.Timestamp) and value >= _FIRST_DAY:
        sheet.write_datetime(row, at, value.to_pydatetime(), shown)
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value, shown)
    elif isinstance(value, str | pd.Timestamp):
        text = str(value)
        cut = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
        sheet.write_string(row, at, cut, shown)
    else:
        sheet.write_number(row, at, float(value), shown)


def print_landscape(sheet: Worksheet, title: str) -> None:
    """Print a sheet as wide as a page, its heading on each, with page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_footer("&LPrinted &D&RPage &P of &N")


def format_of(name: str, column: pd.Series) -> str:
    """Name of the format that a column is shown in."""
    if name not in COLUMNS:
        return "text" if pd.api.types.is_string_dtype(column) else "number"
    described = COLUMNS[name]
    if described.type != "number":
        return described.type
    return described.unit if described.unit in _FORMATS else "number"


def _width(head: str, column: pd.Series) -> int:
    texts = column.head(_LOOKED_AT).astype("string").fillna("").str.len()
    longest = max(int(texts.max()) if len(texts) else 0, *map(len, head.split()))
    least, most = _WIDTHS
    return min(max(longest + 2, least), most)


def _sheet_name(table: str) -> str:
    """At most 31 signs, as Excel wants it: `Build plan`, `BUILD_PLAN_INVENTORY`."""
    return "Build plan" if table == "BUILD_PLAN" else table[:31]
