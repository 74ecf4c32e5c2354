"""A CSV file as texts, whatever encoding and separator a spreadsheet gave it.

What is not plain (commas, UTF-8) is read where it can mean one thing only, and told.
Belongs here: bytes, separators, lines.
Does not belong here: types (`values`).
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.decimals import with_decimal_points
from sop_pipeline.store.folder.encodings import utf8
from sop_pipeline.store.folder.findings import Findings, Rows, fault_of, shortened
from sop_pipeline.store.folder.headers import known_names, matched_columns, normal_name

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LONGEST_HEADER = 1 << 16
"""Bytes; also below the longest field Python's reader takes."""
_LARGEST_BLOCK = 1 << 30
_BLOCK = 1 << 20


@dataclass(frozen=True)
class _Layout:
    """Where the header of a file is, and what separates its fields.

    Attributes:
        separator: The character between fields.
        names: The column names.
        lines: Lines up to the end of the header.
        size: Bytes up to the end of the header.
    """

    separator: str
    names: Sequence[str]
    lines: int
    size: int


def csv_texts(path: Path, table: Table, findings: Findings) -> Rows:
    """The known columns of a CSV file as texts.

    Args:
        path: The file.
        table: The table it is of.
        findings: Takes notes of what is left out or is not plain.

    Raises:
        InputRefused: The file cannot be read, or not in one way only; the fault names it.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        got = f"{path.name}, which cannot be read: {error.strerror}"
        raise InputRefused([fault_of(table, "file", "a CSV file", got)]) from None
    data, encoding = utf8(raw, path.name, table)
    layout = _layout(data, path, table)
    columns = matched_columns(table, layout.names, findings)
    parsed = _parsed(data, layout, list(columns.values()), table)
    texts = pa.table({name: parsed.column(f"{position}") for name, position in columns.items()})
    said = [encoding] if encoding else []
    if layout.separator != ",":
        said.append(f"fields separated by {_SEPARATORS[layout.separator]}")
        texts, mark = with_decimal_points(texts, table)
        said += ["decimal commas"] if mark == "," else []
    if said:
        findings.note(f"{path.name} is read as {', '.join(said)}")
    lines = _Lines(data, layout)
    return Rows(texts, lambda row: f"line {lines.of(row)}")


def _layout(data: bytes, path: Path, table: Table) -> _Layout:
    """Take the separator under which most columns are known; commas, where several do as well."""
    if not data.strip():
        expected = f"a header line with {', '.join(table.required)}"
        got = f"{path.name} of {len(data):,} bytes" + (", all blank" if data else "")
        raise InputRefused([fault_of(table, "file", expected, got)])
    text = data[:_LONGEST_HEADER].decode("utf-8", "ignore")
    known = known_names(table)
    layouts = [_header(text, separator) for separator in _SEPARATORS]
    best = max(layouts, key=lambda one: len({normal_name(name) for name in one.names} & known))
    if len(data) > _LONGEST_HEADER and best.size >= len(text.encode()):
        expected, got = f"a header of at most {_LONGEST_HEADER:,} bytes", f"more in {path.name}"
        raise InputRefused([fault_of(table, "columns", expected, got)])
    return best


def _header(text: str, separator: str) -> _Layout:
    """The first line with a name in it; Excel may say the separator in a line of its own before."""
    lines = list(io.StringIO(text, newline=""))
    first = lines[0].rstrip("\r\n").strip('"').casefold()
    said = 1 if first.startswith(f"sep={separator}") and not first.strip(f"sep={separator}") else 0
    reader = csv.reader(iter(lines[said:]), delimiter=separator)
    names = next((row for row in reader if any(map(str.strip, row))), [])
    end = said + reader.line_num
    return _Layout(separator, names, end, len("".join(lines[:end]).encode()))


def _parsed(data: bytes, layout: _Layout, positions: Sequence[int], table: Table) -> pa.Table:
    """The columns at some positions, named by them."""
    names = [str(position) for position in range(len(layout.names))]
    chosen = [str(position) for position in positions]
    body = memoryview(data)[layout.size :]
    if not bytes(body).strip():
        return pa.table({name: pa.array([], pa.string()) for name in chosen})
    wrong = _WrongRows()
    try:
        texts = pyarrow.csv.read_csv(
            pa.BufferReader(body),
            # One thread: only then does the reader know the number of a wrong row. One block: a row
            # may not reach from one into another but one.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False,
                column_names=names,
                block_size=min(max(_BLOCK, len(body) + 1), _LARGEST_BLOCK),
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=layout.separator, newlines_in_values=True, invalid_row_handler=wrong.add
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(chosen, pa.string()),
                include_columns=chosen,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowException as error:
        got = shortened(str(error))
        raise InputRefused([fault_of(table, "file", "fields and rows", got)]) from None
    lines = _Lines(data, layout)
    lines.require_closed_quotes(table, texts.num_rows + wrong.total)
    if wrong.total:
        raise InputRefused([_wrong_rows(table, len(names), wrong, lines)])
    return texts


@dataclass
class _WrongRows:
    """Rows with more or fewer fields than the header: the first of them and how many."""

    first: list[tuple[int, int, str]] = field(default_factory=list)
    total: int = 0

    def add(self, row: pyarrow.csv.InvalidRow) -> str:
        self.total += 1
        if len(self.first) < OFFENDERS_SHOWN:
            self.first.append((row.number or 1, row.actual_columns, row.text))
        return "skip"


def _wrong_rows(table: Table, fields: int, wrong: _WrongRows, lines: _Lines) -> Fault:
    rows = [
        f"line {lines.of(number - 1)}: {found} fields: {shortened(text)}"
        for number, found, text in wrong.first
    ]
    return fault_of(
        table,
        "file",
        f"{fields} fields in every row",
        "rows of another length",
        rows=rows,
        total=wrong.total,
        remedy="Complete or remove them, and put texts with a separator into quotes",
    )


class _Lines:
    """The line each row begins in, found out when it is asked for."""

    def __init__(self, data: bytes, layout: _Layout) -> None:
        self._data, self._layout = data, layout

    def of(self, row: int) -> int:
        """The line a row begins in."""
        begins = self._begins
        return begins[row] if row < len(begins) else self._layout.lines + row + 1

    def require_closed_quotes(self, table: Table, rows: int) -> None:
        """Refuse a file in which a stray quote turns many rows into one.

        Only rows of several lines can be such; then the quotes of the whole file are read again,
        strictly.
        """
        body = self._data[self._layout.size :]
        if b'"' not in body or body.count(b"\n") + (not body.endswith(b"\n")) == rows:
            return
        reader = self._reader(strict=True)
        begun = 0
        try:
            for _ in reader:
                begun = reader.line_num
        except csv.Error:
            line = self._layout.lines + begun + 1
            got = f"a quote in line {line} or after it that is not closed, or not doubled"
            fault = fault_of(table, "file", "quotes around whole fields", got)
            raise InputRefused([fault]) from None

    @cached_property
    def _begins(self) -> list[int]:
        reader, begins, begun = self._reader(strict=False), [], 0
        with contextlib.suppress(csv.Error):
            for row in reader:
                if row:
                    begins.append(self._layout.lines + begun + 1)
                begun = reader.line_num
        return begins

    def _reader(self, *, strict: bool) -> Any:
        text = self._data[self._layout.size :].decode()
        lines = io.StringIO(text, newline="")
        return csv.reader(lines, delimiter=self._layout.separator, strict=strict)
