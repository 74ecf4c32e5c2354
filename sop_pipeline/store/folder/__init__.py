"""Reading a folder of CSV or Parquet files, or a workbook, into typed input tables.

Files are found by name (`files`), their columns too (`headers`); each file or sheet is read as
texts (`csv_files`, `parquet_files`, `workbook`), the texts become values (`values`), codes become
identifiers (`codes`).

Belongs here: what can be stored at all: files, columns, types, codes.
Does not belong here: whether the figures make sense (`validation/`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.inputs import LAST_PLAN_FILE
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import Identifiers
from sop_pipeline.store.duckdb_session import MEMORY, connect
from sop_pipeline.store.folder.codes import with_identifiers
from sop_pipeline.store.folder.csv_files import csv_texts
from sop_pipeline.store.folder.files import find_files
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of
from sop_pipeline.store.folder.last_plan import GivenPlan
from sop_pipeline.store.folder.parquet_files import frame_texts, parquet_texts
from sop_pipeline.store.folder.values import typed_rows
from sop_pipeline.store.folder.workbook import ENDING, sheet_texts, sheets_of
from sop_pipeline.suggestions import nearest

__all__ = ["LoadedFolder", "load_folder", "load_frames"]

_WITH_LAST_PLAN = (*ATOMIC_TABLES, LAST_PLAN_FILE)
_TABLES: Mapping[str, Table] = {table.name: table for table in _WITH_LAST_PLAN}
_READERS = {".csv": csv_texts, ".parquet": parquet_texts}

_Texts = Callable[[Table, Findings], Rows]
"""Reads a table's rows as texts."""
_Sources = Callable[[Findings], AbstractContextManager[dict[str, _Texts]]]
"""What reads each table, by table name."""


@dataclass(frozen=True)
class LoadedFolder:
    """What a folder holds.

    Attributes:
        tables: Typed Arrow tables by input table name; absent optional tables are left out.
        notes: What was accepted but is worth saying, such as extra columns.
        places: Where a row stands in its file, by its position, by table name.
        last_plan: The last plan beside the inputs.
    """

    tables: Mapping[str, pa.Table]
    notes: tuple[str, ...]
    places: Mapping[str, Callable[[int], str]] = field(default_factory=dict)
    last_plan: GivenPlan = field(default_factory=GivenPlan)


def load_folder(
    source: Path, known: Identifiers | None = None, *, last_plan: bool = False
) -> LoadedFolder:
    """Read every input table of a folder, or of a workbook with a sheet per table.

    Args:
        source: Folder of files named as the input tables' `file`, `.csv` or `.parquet`; or an
            `.xlsx` file with sheets so named.
        known: The identifiers that codes had before.
        last_plan: Whether a published plan among them is read; else it is left out, and told.

    Raises:
        InputRefused: Files, sheets or columns are missing, or values do not fit their type; every
            fault is told.
    """
    is_workbook = source.suffix.casefold() == ENDING and source.is_file()
    tables = _WITH_LAST_PLAN if last_plan else ATOMIC_TABLES
    return _load(partial(_sheets if is_workbook else _files, source, tables), known)


def load_frames(
    frames: Mapping[str, pd.DataFrame], known: Identifiers | None = None
) -> LoadedFolder:
    """Read every input table of frames, as `load_folder` reads files.

    Args:
        frames: Frames by the name of the table or of its file.
        known: The identifiers that codes had before.

    Raises:
        InputRefused: Frames or columns are missing, or values do not fit their type; every fault is
            told.
    """
    return _load(partial(_frames, frames), known)


def _load(sources: _Sources, known: Identifiers | None) -> LoadedFolder:
    findings, of_plan = Findings(), Findings()
    with sources(findings) as texts, _casting().cursor() as connection:
        read = {
            name: _read(
                _TABLES[name],
                texts[name],
                of_plan if name == LAST_PLAN_FILE.name else findings,
                connection,
            )
            for name in texts
        }
    rows = {name: one for name, one in read.items() if one is not None}
    tables = with_identifiers(rows, known or Identifiers(), findings)
    of_plan.faults += [one for one in findings.faults if one.table == LAST_PLAN_FILE.title]
    faults = [one for one in findings.faults if one.table != LAST_PLAN_FILE.title]
    if faults:
        raise InputRefused(faults)
    last_plan = GivenPlan(tables.pop(LAST_PLAN_FILE.name, None), tuple(of_plan.faults))
    for table in ATOMIC_TABLES:
        if table.without_rows and (table.name not in tables or not tables[table.name].num_rows):
            findings.note(f"{table.title}: no rows: {table.without_rows}")
    places = {name: one.place for name, one in rows.items()}
    return LoadedFolder(tables, tuple(findings.notes), places, last_plan)


@cache
def _casting() -> duckdb.DuckDBPyConnection:
    """What casts in this process, by cursors: opening it takes longer than casting a table."""
    return connect(MEMORY)


@contextmanager
def _frames(frames: Mapping[str, pd.DataFrame], findings: Findings) -> Generator[dict[str, _Texts]]:
    """What reads each table's frame."""
    names = {name: table.name for table in _WITH_LAST_PLAN for name in (table.name, table.file)}
    for name in frames:
        if name not in names:
            meant = nearest(name, names)
            remedy = f"Did you mean {meant}?" if meant else ""
            findings.faults.append(
                Fault(name, "tables", "the name of a table or of its file", name, remedy=remedy)
            )
    given = {names[name]: frame for name, frame in frames.items() if name in names}
    for table in ATOMIC_TABLES:
        if table.needs_file and table.name not in given:
            findings.faults.append(fault_of(table, "tables", f"a frame {table.file}", "none"))
    yield {name: partial(frame_texts, frame) for name, frame in given.items()}


@contextmanager
def _files(
    directory: Path, tables: Sequence[Table], findings: Findings
) -> Generator[dict[str, _Texts]]:
    """What reads each table's file."""
    yield {
        name: partial(_READERS[path.suffix.casefold()], path)
        for name, path in find_files(directory, tables, findings).items()
    }


@contextmanager
def _sheets(
    path: Path, tables: Sequence[Table], findings: Findings
) -> Generator[dict[str, _Texts]]:
    """What reads each table's sheet."""
    with sheets_of(path, tables, findings) as sheets:
        yield {name: partial(sheet_texts, sheet) for name, sheet in sheets.items()}


def _read(
    table: Table, texts: _Texts, findings: Findings, connection: duckdb.DuckDBPyConnection
) -> Rows | None:
    """The typed rows of a table; None where something is wrong with them, which is found."""
    faults = len(findings.faults)
    try:
        rows = typed_rows(table, texts(table, findings), findings, connection)
    except InputRefused as refused:
        findings.faults.extend(refused.faults)
        return None
    if table.needs_rows and not rows.columns.num_rows:
        fault = fault_of(table, "rows", "at least one row", "a file without rows")
        findings.faults.append(fault)
    return rows if len(findings.faults) == faults else None
