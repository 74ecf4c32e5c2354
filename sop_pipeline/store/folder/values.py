"""Texts as values of their column's type; every text that is none is named with its row.

Belongs here: what a number, a date, a flag may look like.
Does not belong here: whether it makes sense (`validation/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas.references import code_columns, key_columns
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of, listed

pc: Any = pyarrow.compute  # Its functions are made at import; no type checker sees them.

Marks = npt.NDArray[np.bool_]
"""Whether each row is meant."""

LONGEST_TEXT = 4_000
"""Characters; what a catalogue's longest description takes, and a terminal still bears."""

_BLANKS = " \t\r\n\u00a0"
_DAY = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.]\d+)?)?"
_OFFSET = r"([+-])(\d{2}):?(\d{2})?"
_DATE = rf"({_DAY})(?:[T ]{_TIME}(?: ?(?:Z|UTC|{_OFFSET}|[A-Za-z_]+/[A-Za-z_/+-]+))?)?"
_INSTANT = rf"({_DAY})(?:[T ]({_TIME})(?: ?(?:Z|UTC|{_OFFSET}))?)?"
_FOR_EVER, _FROM_EVER = "9999-12-31", "0001-01-01"


def _identifier(text: str) -> str:
    # 1.000 may be a thousand, so three decimals are no whole number.
    whole = f"regexp_full_match({text}, '[+-]?[0-9]+([.]0|[.]00|[.]0{{4,}})?')"
    return f"CASE WHEN {whole} THEN TRY_CAST(split_part({text}, '.', 1) AS BIGINT) END"


def _number(text: str) -> str:
    # DuckDB reads 1_000 as a thousand, and what no double holds as infinite.
    value = f"TRY_CAST({text} AS DOUBLE)"
    meant = f"(contains(lower({text}), 'inf') OR NOT isinf({value}))"
    return f"CASE WHEN NOT contains({text}, '_') AND {meant} THEN {value} END"


def _date(text: str) -> str:
    # The day as written: what the time and its zone are elsewhere is no matter.
    return _day_or_ever(text, _DATE, f"TRY_CAST(regexp_extract({text}, '{_DATE}', 1) AS DATE)")


def _timestamp(text: str) -> str:
    day, time, sign, hours, minutes = (
        f"regexp_extract({text}, '{_INSTANT}', {group})" for group in range(1, 6)
    )
    clock = f"TRY_CAST({day} || ' ' || COALESCE(NULLIF({time}, ''), '00:00') AS TIMESTAMP)"
    ahead = f"60 * TRY_CAST('0' || {hours} AS INT) + TRY_CAST('0' || {minutes} AS INT)"
    utc = f"{clock} - to_minutes(CASE {sign} WHEN '-' THEN -1 ELSE 1 END * ({ahead}))"
    return _day_or_ever(text, _INSTANT, f"CASE WHEN year({utc}) BETWEEN 1 AND 9999 THEN {utc} END")


def _day_or_ever(text: str, pattern: str, value: str) -> str:
    return (
        f"CASE WHEN lower({text}) = 'infinity' THEN DATE '{_FOR_EVER}' "
        f"WHEN lower({text}) = '-infinity' THEN DATE '{_FROM_EVER}' "
        f"WHEN {text} NOT LIKE '0000%' AND regexp_full_match({text}, '{pattern}') THEN {value} END"
    )


def _flag(text: str) -> str:
    return (
        f"CASE WHEN lower({text}) IN ('true', 't', 'yes', 'y', '1', '1.0') THEN TRUE "
        f"WHEN lower({text}) IN ('false', 'f', 'no', 'n', '0', '0.0') THEN FALSE END"
    )


def _text(text: str) -> str:
    short = f"length({text}) <= {LONGEST_TEXT}"
    return f"CASE WHEN {short} AND NOT contains({text}, chr(0)) THEN {text} END"


@dataclass(frozen=True)
class _Kind:
    """How values of a type are written.

    Attributes:
        cast: The SQL that makes a value of a text; null where the text is none.
        expected: What is expected, in words.
        remedy: What to do about another text.
    """

    cast: Callable[[str], str]
    expected: str
    remedy: str = ""


_KINDS: Mapping[str, _Kind] = {
    "identifier": _Kind(_identifier, "a whole number"),
    "number": _Kind(
        _number, "a number", "Write it as 1234.5, without thousands separators and units"
    ),
    "date": _Kind(
        _date,
        "a date as YYYY-MM-DD, from 0001-01-01 to 9999-12-31",
        "Write 1 July 2026 as 2026-07-01, in a spreadsheet by the format yyyy-mm-dd; for ever is "
        "9999-12-31",
    ),
    "timestamp": _Kind(_timestamp, "a timestamp as YYYY-MM-DD HH:MM:SS"),
    "flag": _Kind(_flag, "true or false"),
    "text": _Kind(_text, f"a text of at most {LONGEST_TEXT:,} characters, none of them NUL"),
}


def typed_rows(
    table: Table, texts: Rows, findings: Findings, connection: duckdb.DuckDBPyConnection
) -> Rows:
    """The rows in their columns' types; codes stay texts.

    Args:
        table: The table they are of.
        texts: The rows as texts.
        findings: Takes a fault for what does not fit, and a note of empty rows.
        connection: What casts.
    """
    names = texts.columns.column_names
    trimmed = pa.table({name: _trimmed(texts.columns[name]) for name in names})
    filled = _without_empty_rows(table, Rows(trimmed, texts.place), findings)
    casts = ", ".join(f"{_KINDS[_kind(table, name)].cast(name)} AS {name}" for name in names)
    connection.register("filled", filled.columns)
    typed = connection.sql(f"SELECT {casts} FROM filled").to_arrow_table()
    findings.faults.extend(_faults(table, filled, typed))
    return Rows(typed, filled.place)


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    bare = pc.utf8_trim(column, characters=_BLANKS)
    return pc.if_else(pc.equal(bare, ""), None, bare)


def _kind(table: Table, name: str) -> str:
    return table.columns[name].type if name in table.columns else "text"


def _without_empty_rows(table: Table, rows: Rows, findings: Findings) -> Rows:
    columns = rows.columns
    filled = reduce(pc.or_, (column.is_valid() for column in columns.columns))
    empty = columns.num_rows - (pc.sum(filled).as_py() or 0)
    if not empty:
        return rows
    findings.note(f"{table.title}: {empty:,} empty {'row' if empty == 1 else 'rows'} left out")
    kept = pc.indices_nonzero(filled)
    return Rows(columns.filter(filled), lambda row: rows.place(kept[row].as_py()))


def _faults(table: Table, filled: Rows, typed: pa.Table) -> list[Fault]:
    """What does not fit its type, and what is empty: first whole rows, then single values."""
    texts = filled.columns
    unfit = {
        name: pc.and_(typed[name].is_null(), texts[name].is_valid()).to_numpy()
        for name in texts.column_names
        if typed[name].null_count != texts[name].null_count
    }
    empty = {
        names[0]: np.logical_and.reduce([texts[name].is_null().to_numpy() for name in names])
        for names in _must_be_filled(table, texts.column_names)
        if all(texts[name].null_count for name in names)
    }
    several = np.sum(list(empty.values()), axis=0) > 1 if empty else np.zeros(len(texts), bool)
    tell = _Telling(table, filled)
    faults = [tell.torn(several, [n for n, at in empty.items() if (at & several).any()])]
    faults += [tell.unfit(name, at & ~several) for name, at in unfit.items()]
    faults += [tell.empty(name, at & ~several) for name, at in empty.items()]
    return [fault for fault in faults if fault.total]


def _must_be_filled(table: Table, names: Sequence[str]) -> Iterable[list[str]]:
    """The columns that need a value in every row, an identifier with the code that stands for it.

    An empty figure is storable; it surfaces when its scenario is planned.
    """
    codes = code_columns(table)
    for name in table.required:
        given = [one for one in (name, codes.get(name, name)) if one in names]
        if given and _kind(table, name) != "number":
            yield list(dict.fromkeys(given))


@dataclass(frozen=True)
class _Telling:
    """What is said of the rows of a table that are at fault."""

    table: Table
    rows: Rows

    def torn(self, at: Marks, columns: Sequence[str]) -> Fault:
        """Rows that lack several of the values they need: a total, or a line that was cut."""
        remedy = "Complete such rows, or remove them where they are none, as a total is none"
        expected, got = "a value in every required column", f"rows without {listed(columns)}"
        return self._fault(None, at, (), expected, got, remedy)

    def unfit(self, name: str, at: Marks) -> Fault:
        """Values that are none of their column's type."""
        kind = _KINDS[_kind(self.table, name)]
        code = code_columns(self.table).get(name)
        remedy = f"A code belongs into a column {code}" if code else kind.remedy
        return self._fault(
            name, at, [*key_columns(self.table), name], kind.expected, "other text", remedy
        )

    def empty(self, name: str, at: Marks) -> Fault:
        """Rows without a value that must be there."""
        return self._fault(
            name, at, [*key_columns(self.table), name], "a value in every row", "empty", ""
        )

    def _fault(
        self,
        name: str | None,
        at: Marks,
        named: Sequence[str],
        expected: str,
        got: str,
        remedy: str,
    ) -> Fault:
        positions = np.flatnonzero(at)
        return fault_of(
            self.table,
            "types" if name else "rows",
            expected,
            got,
            column=name,
            rows=[self.rows.named(int(row), named) for row in positions[:OFFENDERS_SHOWN]],
            total=len(positions),
            remedy=remedy,
        )
