"""Which file of a folder holds which table, and what is said of the others.

Belongs here: names of files.
Does not belong here: what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import Findings, fault_of, listed
from sop_pipeline.suggestions import nearest

READ = (".csv", ".parquet")
_TABULAR = frozenset(
    (*READ, ".tsv", ".pq", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".feather", ".arrow", ".orc")
)
"""Endings of files that hold tables; of others only those named like a table are spoken of."""
_BY_NAME: Mapping[str, Table] = {
    name: table for table in ATOMIC_TABLES for name in (table.file, table.name.lower())
}


def find_files(directory: Path, tables: Sequence[Table], findings: Findings) -> dict[str, Path]:
    """The file of each table, by table name; tables without a readable file are left out.

    Args:
        directory: The folder.
        tables: The tables.
        findings: Takes a fault for each required file that is missing and each that is no file or
            given twice, and a note for each file that is not read.

    Raises:
        InputRefused: There is no such folder, or no file of a table in it.
    """
    names = _names(directory)
    by_table = {table.name: [name for name in names if _is_of(table, name)] for table in tables}
    claimed = {name for found in by_table.values() for name in found}
    unclaimed = [name for name in names if name not in claimed]
    if not claimed:
        raise InputRefused([_no_table(directory, names)])
    files: dict[str, Path] = {}
    for table in tables:
        path = _only_file(directory, table, by_table[table.name], unclaimed, findings)
        if path is not None:
            files[table.name] = path
    _note_unclaimed(directory, unclaimed, files, findings)
    return files


def _names(directory: Path) -> list[str]:
    """Names in the folder; hidden files and those an open office program leaves are no matter."""
    expected = "a folder of CSV or Parquet files"
    try:
        names = sorted(path.name for path in directory.iterdir())
    except FileNotFoundError:
        raise InputRefused([Fault(str(directory), "folder", expected, "no such folder")]) from None
    except NotADirectoryError:
        raise InputRefused([Fault(str(directory), "folder", expected, "a file")]) from None
    except OSError as error:
        got = f"one that cannot be read: {error.strerror}"
        raise InputRefused([Fault(str(directory), "folder", expected, got)]) from None
    return [name for name in names if not name.startswith((".", "~$"))]


def _is_of(table: Table, name: str) -> bool:
    path = Path(name)
    return path.stem.casefold() == table.file and path.suffix.casefold() in READ


def _no_table(directory: Path, names: Sequence[str]) -> Fault:
    expected = f"files of tables, such as {ATOMIC_TABLES[0].file}.csv"
    within = [
        name
        for name in names
        if any((directory / name / f"{ATOMIC_TABLES[0].file}{ending}").exists() for ending in READ)
    ]
    near = [f"{name} to {t.file}.csv" for name in names if (t := nearest_table(name))]
    remedy = f"Did you mean {directory / within[0]}?" if within else ""
    if near and not within:
        remedy = f"Rename {listed(near)}, if that is what is meant"
    got = f"only {listed(names)}" if names else "an empty folder"
    return Fault(str(directory), "folder", expected, got, remedy=remedy)


def _only_file(
    directory: Path,
    table: Table,
    found: Sequence[str],
    unclaimed: Sequence[str],
    findings: Findings,
) -> Path | None:
    if not found:
        if table.needs_file:
            findings.faults.append(_missing(directory, table, unclaimed))
        return None
    if len(found) > 1:
        got = f"both {' and '.join(found)}"
        findings.faults.append(
            fault_of(table, "file", "one file", got, remedy="Remove all but one")
        )
        return None
    path = directory / found[0]
    if not path.is_file():
        got = f"{found[0]}, {_kind(path)}"
        findings.faults.append(fault_of(table, "file", "a file", got))
        return None
    if path.stem not in (table.file, table.name) or path.suffix not in READ:
        findings.note(f"{path.name} is read as {table.file}{path.suffix.casefold()}")
    return path


def _kind(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    return "a link that leads nowhere" if path.is_symlink() else "no regular file"


def _missing(directory: Path, table: Table, unclaimed: Sequence[str]) -> Fault:
    near = [name for name in unclaimed if nearest_table(name) == table]
    remedy = ""
    if near and Path(near[0]).suffix.casefold() in READ:
        remedy = f"Rename {near[0]} to {table.file}{Path(near[0]).suffix}, if that is it"
    elif near:
        remedy = f"{near[0]} is there: save it as {table.file}.csv (CSV, UTF-8), if that is it"
    expected = f"a file {table.file}.csv or .parquet"
    return fault_of(table, "file", expected, f"none in {directory}", remedy=remedy)


def _note_unclaimed(
    directory: Path, unclaimed: Sequence[str], files: Mapping[str, Path], findings: Findings
) -> None:
    unknown: list[str] = []
    for name in unclaimed:
        path, table = directory / name, nearest_table(name)
        if path.stem.casefold() == RECOMMENDED_BUILD_PLAN.name.casefold():
            findings.note(f"{name} is left out: it is a plan, not an input")
        elif table is not None and table.name in files:
            findings.note(f"{name} is not read; {files[table.name].name} is")
        elif table is not None:
            findings.note(f"{name} is not read. Did you mean {table.file}.csv?")
        elif path.suffix.casefold() in _TABULAR:
            unknown.append(name)
    if unknown:
        findings.note(f"Files of no known table are not read: {listed(unknown)}")


def nearest_table(name: str) -> Table | None:
    """The table a file is named like: `products (1).csv`, `capacity_tier.csv`, `My_Sites.xlsx`."""
    stem = re.sub(r"[\W_]+", "_", name.partition(".")[0].casefold()).strip("_")
    within = [file for file in _BY_NAME if re.search(rf"(?:^|_){file}(?:_|$)", stem)]
    if within:
        return _BY_NAME[max(within, key=len)]
    near = nearest(stem, _BY_NAME)
    return None if near is None else _BY_NAME[near]
