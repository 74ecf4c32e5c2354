"""Codes as identifiers: what a file names by code, the tables name by number.

A master without identifiers is given them: those its codes had before, else new ones. A file that
names by code takes the identifiers of the master; one that names by number and code must agree.

Belongs here: which identifier a code is.
Does not belong here: whether an identifier is known (`validation/loading`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute

from sop_pipeline.errors import OFFENDERS_SHOWN
from sop_pipeline.schemas.atomic import ATOMIC_TABLES, SITE
from sop_pipeline.schemas.inputs import LAST_PLAN_FILE
from sop_pipeline.schemas.references import (
    MASTERS,
    REFERENCES,
    code_column,
    is_scoped,
    key_columns,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import Identifiers
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of
from sop_pipeline.suggestions import did_you_mean

pc: Any = pyarrow.compute  # Its functions are made at import; no type checker sees them.

_TABLES: Mapping[str, Table] = {table.name: table for table in (*ATOMIC_TABLES, LAST_PLAN_FILE)}


@dataclass(frozen=True)
class _Master:
    """A master's codes and their identifiers.

    Attributes:
        table: The master.
        rows: Its rows.
        numbered: Whether its file gives the identifiers itself.
    """

    table: Table
    rows: pa.Table
    numbered: bool

    @property
    def identifier(self) -> str:
        """Its own identifier."""
        return self.table.key[0]

    @property
    def code(self) -> str:
        """Its own code."""
        return code_column(self.identifier)

    @cached_property
    def keys(self) -> pa.Array:
        """Its codes, each once; a zone's code after its site's identifier."""
        return pa.array(self._current.drop_duplicates("key")["key"], pa.string())

    @cached_property
    def identifiers(self) -> pa.Array:
        """The identifiers of the keys."""
        return pa.array(self._current.drop_duplicates("key")["identifier"], pa.int64())

    @cached_property
    def ambiguous(self) -> pa.Array:
        """The keys that several identifiers have."""
        repeated = self._current["key"].duplicated()
        return pa.array(self._current.loc[repeated, "key"].unique(), pa.string())

    @cached_property
    def _current(self) -> pd.DataFrame:
        """Each pair of key and identifier once: the current rows', where a key has one."""
        rows, nullable = self.rows, {pa.int64(): pd.Int64Dtype()}
        if self.code not in rows.column_names:
            return pd.DataFrame({"key": [], "identifier": []})
        frame = pd.DataFrame(
            {
                "key": _keys(self.table, rows, self.code).to_pandas(),
                "identifier": rows[self.identifier].to_pandas(types_mapper=nullable.get),
                "current": _is_current(rows),
            }
        ).dropna()
        frame = frame[frame["current"] | ~frame.groupby("key")["current"].transform("any")]
        return frame.drop_duplicates(["key", "identifier"])


def with_identifiers(
    given: Mapping[str, Rows], known: Identifiers, findings: Findings
) -> dict[str, pa.Table]:
    """The tables with an identifier for each code, and with their own columns alone.

    Args:
        given: Typed rows by table name, with codes in place of identifiers or beside them.
        known: The identifiers that codes had known.
        findings: Takes a fault for each column whose codes are unknown or ambiguous or contradict
            the identifiers beside them.
    """
    rows = dict(given)
    for table in MASTERS:
        if table.name not in rows or (is_scoped(table) and SITE.name not in rows):
            continue
        numbered = _has_values(rows[table.name].columns, table.key[0])
        if not numbered:
            rows[table.name] = _numbered(table, rows[table.name], known)
            _require_codes(table, rows, findings)
        master = _Master(table, rows[table.name].columns, numbered)
        rows = {name: _resolved(_TABLES[name], one, master, findings) for name, one in rows.items()}
    return {name: _own_columns(_TABLES[name], one.columns) for name, one in rows.items()}


def _resolved(table: Table, rows: Rows, master: _Master, findings: Findings) -> Rows:
    """The rows with every identifier that points to the master."""
    for name in _pointing(table, master.table):
        rows = _Reference(table, name, master, findings).resolved(rows)
    return rows


def _require_codes(master: Table, rows: Mapping[str, Rows], findings: Findings) -> None:
    """Find where files give numbers that the master, which has codes alone, does not explain."""
    identifier = master.key[0]
    files = [
        _TABLES[name].file
        for name, one in rows.items()
        for column in _pointing(_TABLES[name], master)
        if name != master.name or column != identifier
        if _has_values(one.columns, column) and one.columns.num_rows
    ]
    code = code_column(identifier)
    if LAST_PLAN_FILE.file in files:
        files.remove(LAST_PLAN_FILE.file)
        expected, got = f"{code}, as {master.file} has no numbers", f"{identifier} alone"
        # Numbers that codes are given may be others once a code is added.
        findings.faults.append(fault_of(LAST_PLAN_FILE, "codes", expected, got, column=identifier))
    if files:
        expected = f"numbers, as there are some in {', '.join(dict.fromkeys(files))}"
        remedy = f"Give {identifier} here, or {code} in place of it there"
        fault = fault_of(
            master, "codes", expected, f"{code} alone", column=identifier, remedy=remedy
        )
        findings.faults.append(fault)


def _pointing(table: Table, master: Table) -> list[str]:
    return [name for name in table.columns if REFERENCES.get(name) == master]


def _own_columns(table: Table, rows: pa.Table) -> pa.Table:
    return rows.select([name for name in table.columns if name in rows.column_names])


def _has_values(rows: pa.Table, column: str) -> bool:
    """Whether a column is there and not empty from top to bottom; without rows there is none."""
    return column in rows.column_names and (
        rows[column].null_count < rows.num_rows or not rows.num_rows
    )


def _numbered(table: Table, rows: Rows, known: Identifiers) -> Rows:
    """The master with an identifier for each code: the one it had, else the next, in its order."""
    identifier = table.key[0]
    keys = _keys(table, rows.columns, code_column(identifier))
    had = known.codes.get(identifier, {})
    following = known.highest.get(identifier, 0) + 1
    different = sorted(pc.unique(keys).drop_null().to_pylist())
    new = [key for key in different if key not in had]
    numbers = {**had, **{key: number for number, key in enumerate(new, following)}}
    values = pa.array(different, pa.string())
    own = pa.array([numbers[key] for key in different], pa.int64())
    return rows.with_column(identifier, own.take(pc.index_in(keys, value_set=values)))


def _is_current(rows: pa.Table) -> Any:
    if "IS_CURRENT_FLAG" not in rows.column_names:
        return True
    return pc.fill_null(rows["IS_CURRENT_FLAG"], fill_value=True).to_numpy()


def _keys(master: Table, rows: pa.Table, code: str) -> pa.ChunkedArray:
    """What a row's code is known by; empty where the row has none."""
    if not is_scoped(master):
        return rows[code]
    return pc.binary_join_element_wise(rows["SITE_ID"].cast(pa.string()), rows[code], "/")


@dataclass(frozen=True)
class _Reference:
    """An identifier of a table that points to a master, in a file that may give its code."""

    table: Table
    identifier: str
    master: _Master
    findings: Findings

    @property
    def code(self) -> str:
        """The column that may stand in its place."""
        return code_column(self.identifier)

    def resolved(self, rows: Rows) -> Rows:
        """The rows with the identifiers of their codes; what is wrong with them is found."""
        if self.table == self.master.table and self.identifier == self.master.identifier:
            if self.master.numbered:
                missing = rows.columns[self.identifier].is_null()
                self._find(rows, missing, "a number in every row, or in none", "some without")
            return rows
        numbers = None
        if _has_values(rows.columns, self.identifier):
            numbers = rows.columns[self.identifier]
        if self.code in rows.columns.column_names and (numbers is None or self.master.numbered):
            rows = rows.with_column(self.identifier, self._identifiers(rows, numbers))
        return rows

    def _identifiers(self, rows: Rows, numbers: pa.ChunkedArray | None) -> pa.ChunkedArray:
        keys = _keys(self.master.table, rows.columns, self.code).combine_chunks()
        found = pc.index_in(keys, value_set=self.master.keys)
        self._find_unknown(rows, keys, pc.and_(keys.is_valid(), found.is_null()))
        several = pc.is_in(keys, value_set=self.master.ambiguous)
        expected = f"a code of one {self.master.identifier}"
        self._find(rows, several, expected, "codes that several current rows have", self.code)
        meant = self.master.identifiers.take(found)
        if numbers is None:
            return meant
        contrary = pc.not_equal(numbers, meant)
        expected = f"the {self.identifier} of its {self.code}"
        self._find(rows, contrary, expected, "another", self.identifier, self.code)
        return pc.coalesce(numbers, meant)

    def _find_unknown(self, rows: Rows, keys: pa.Array, unknown: pa.Array) -> None:
        count = len(pc.unique(keys.filter(unknown)))
        if not count:
            return
        known = self.master.keys.to_pylist()
        first = keys.filter(unknown)[0].as_py()
        code = first.partition("/")[2] if is_scoped(self.master.table) else first
        scope = first.removesuffix(code)
        near = [key.removeprefix(scope) for key in known if key.startswith(scope)]
        expected = f"a {self.master.code} of {self.master.table.title}"
        remedy = did_you_mean(code, near)
        self._find(rows, unknown, expected, f"{count:,} unknown", self.code, remedy=remedy)

    def _find(
        self,
        rows: Rows,
        at: pa.Array | pa.ChunkedArray,
        expected: str,
        got: str,
        *columns: str,
        remedy: str = "",
    ) -> None:
        """Tell the rows at fault, if there are any."""
        positions = pc.indices_nonzero(pc.fill_null(at, fill_value=False))
        if not len(positions):
            return
        shown = positions[:OFFENDERS_SHOWN].to_pylist()
        named = columns or (self.identifier,)
        fault = fault_of(
            self.table,
            "codes",
            expected,
            got,
            column=named[0],
            rows=[rows.named(row, (*key_columns(self.table), *named)) for row in shown],
            total=len(positions),
            remedy=remedy,
        )
        self.findings.faults.append(fault)
