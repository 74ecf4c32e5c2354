"""An Excel workbook as texts: one sheet per table, what is typed there written as in a CSV file.

Belongs here: sheets and cells.
Does not belong here: whether the texts fit their columns (`values`).
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.files import nearest_table
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of, listed
from sop_pipeline.store.folder.headers import matched_columns

ENDING = ".xlsx"
README = "README"
"""A sheet of this name is for people."""

_EXACT_BELOW = 1e15
"""Excel keeps fifteen digits."""


@dataclass(frozen=True)
class Sheet:
    """The sheet of one table.

    Attributes:
        title: Its name in the workbook.
        values: The sheet with the values its formulas had when they were last calculated.
        formulas: The sheet with the formulas themselves.
    """

    title: str
    values: Any
    formulas: Any


@contextmanager
def sheets_of(
    path: Path, tables: Sequence[Table], findings: Findings
) -> Generator[dict[str, Sheet]]:
    """The sheet of each table of a workbook, by table name.

    Args:
        path: The workbook.
        tables: The tables.
        findings: Takes a fault for each sheet that is missing or there twice, and a note of those
            that are not read.

    Raises:
        InputRefused: It is no workbook, or has no sheet of a table.
    """
    with ExitStack() as opened:
        values, formulas = (
            opened.enter_context(closing(_opened(path, data_only=data_only)))
            for data_only in (True, False)
        )
        titles = [title for title in values.sheetnames if title != README]
        claimed = {title: table for title in titles if (table := _table_of(title, tables))}
        if not claimed:
            expected = f"sheets of tables, such as {ATOMIC_TABLES[0].file}"
            raise InputRefused([Fault(str(path), "sheets", expected, f"only {listed(titles)}")])
        yield {
            name: Sheet(title, values[title], formulas[title])
            for name, title in _titles(path, tables, titles, claimed, findings).items()
        }


def sheet_texts(sheet: Sheet, table: Table, findings: Findings) -> Rows:
    """The known columns of a sheet as texts.

    Args:
        sheet: The sheet.
        table: The table it is of.
        findings: Takes a note of the columns that are left out, and a fault for each cell that
            holds an error, or a formula that was never calculated.

    Raises:
        InputRefused: The sheet has no heading, or lacks a column.
    """
    rows = _rows(sheet)
    number, heads = next(rows, (0, []))
    if not number:
        expected = f"a heading with {', '.join(table.required)}"
        raise InputRefused([fault_of(table, "sheet", expected, f"{sheet.title} without any")])
    names = ["" if head is None else str(head) for head in heads]
    columns = matched_columns(table, names, findings)
    filled = list(rows)
    findings.faults.extend(_failures(table, columns, filled))
    texts = {
        name: pa.array([_text(_cell(cells, at)) for _, cells in filled], pa.string())
        for name, at in columns.items()
    }
    return Rows(
        pa.table({name: pa.chunked_array([column]) for name, column in texts.items()}),
        lambda row: f"row {filled[row][0]}",
    )


def _failures(
    table: Table, columns: Mapping[str, int], rows: Iterable[tuple[int, list[object]]]
) -> list[Fault]:
    failed = [
        f"row {number}: {name} is {cell.what}"
        for number, cells in rows
        for name, at in columns.items()
        if isinstance(cell := _cell(cells, at), _Failed)
    ]
    if not failed:
        return []
    return [
        fault_of(
            table,
            "sheet",
            "a value in every cell",
            "cells without one",
            rows=failed[:OFFENDERS_SHOWN],
            total=len(failed),
            remedy="Mend the formulas, and save the workbook where they are calculated",
        )
    ]


def _cell(cells: list[object], at: int) -> object:
    return cells[at] if at < len(cells) else None


@dataclass(frozen=True)
class _Failed:
    """A cell without a value: an error, or a formula that was never calculated."""

    what: str


def _opened(path: Path, *, data_only: bool) -> Any:
    # No other command waits for it.
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        remedy = "Save it as an Excel workbook (.xlsx), without a password"
        fault = Fault(str(path), "file", "an Excel workbook", f"none: {error}", remedy=remedy)
        raise InputRefused([fault]) from None


def _rows(sheet: Sheet) -> Iterator[tuple[int, list[object]]]:
    """Number and cells of each row from the heading to the last one that is filled."""
    pending: list[tuple[int, list[object]]] = []
    begun = False
    both = zip(sheet.values.iter_rows(), sheet.formulas.iter_rows(), strict=True)
    for number, (values, formulas) in enumerate(both, start=1):
        cells = [_value(value, formula) for value, formula in zip(values, formulas, strict=True)]
        pending.append((number, cells))
        if all(cell is None for cell in cells):
            pending = pending if begun else []
            continue
        begun = True
        yield from pending
        pending = []


def _value(value: Any, formula: Any) -> object:
    if value.data_type == "e":
        return _Failed(str(value.value))
    if value.value is None and formula.data_type == "f":
        return _Failed(f"a formula that was never calculated: {formula.value}")
    return value.value


def _text(value: object) -> str | None:
    if value is None or isinstance(value, _Failed):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_BELOW else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _titles(
    path: Path,
    tables: Sequence[Table],
    titles: Iterable[str],
    claimed: Mapping[str, Table],
    findings: Findings,
) -> dict[str, str]:
    """The title of each table's sheet, by table name."""
    unclaimed = [title for title in titles if title not in claimed]
    found: dict[str, str] = {}
    for table in tables:
        own = [title for title, one in claimed.items() if one == table]
        if len(own) > 1:
            got = f"both {' and '.join(own)}"
            findings.faults.append(fault_of(table, "sheet", "one sheet", got))
        elif own:
            found[table.name] = own[0]
        elif table.needs_file:
            findings.faults.append(_missing(path, table, unclaimed))
    if unclaimed:
        findings.note(f"Sheets of no known table are not read: {listed(unclaimed)}")
    return found


def _missing(path: Path, table: Table, unclaimed: Iterable[str]) -> Fault:
    near = [title for title in unclaimed if nearest_table(title) == table]
    remedy = f"Rename {near[0]} to {table.file}, if that is it" if near else ""
    return fault_of(table, "sheet", f"a sheet {table.file}", f"none in {path.name}", remedy=remedy)


def _table_of(title: str, tables: Sequence[Table]) -> Table | None:
    name = "_".join(title.casefold().split())
    return next((t for t in tables if name in (t.file, t.name.casefold())), None)
