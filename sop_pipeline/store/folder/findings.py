"""Faults and notes gathered while a folder is read, to be told together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from sop_pipeline.errors import Fault
from sop_pipeline.schemas.table import Table

_SHOWN = 60
_LISTED = 20


@dataclass
class Findings:
    """What is wrong with a folder, and what is accepted but worth saying."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep something worth saying."""
        self.notes.append(text)


@dataclass(frozen=True)
class Rows:
    """A file's known columns, as texts or in their types.

    Attributes:
        columns: The columns under the schema's names, and codes in place of identifiers.
        place: Where a row stands in its file, by its position here.
    """

    columns: pa.Table
    place: Callable[[int], str]

    def with_column(self, name: str, values: pa.Array | pa.ChunkedArray) -> Rows:
        """The rows with a column added or replaced."""
        columns = self.columns
        if name in columns.column_names:
            columns = columns.set_column(columns.column_names.index(name), name, values)
        else:
            columns = columns.append_column(name, values)
        return Rows(columns, self.place)

    def named(self, row: int, columns: Iterable[str]) -> str:
        """Where a row stands and what it has in some columns, for a message.

        Args:
            row: Position of the row.
            columns: The columns, as far as they are there; without any, all that are filled.
        """
        values = self.columns.slice(row, 1).to_pylist()[0]
        named = [name for name in dict.fromkeys(columns) if name in values]
        shown = named or [name for name, value in values.items() if value is not None]
        return (
            f"{self.place(row)}: {', '.join(f'{name}={_quoted(values[name])}' for name in shown)}"
        )


def _quoted(value: object) -> str:
    return repr(shortened(value)) if isinstance(value, str) else str(value)


def fault_of(
    table: Table,
    rule: str,
    expected: str,
    got: str,
    *,
    column: str | None = None,
    rows: Iterable[str] = (),
    total: int = 0,
    remedy: str = "",
) -> Fault:
    """A fault of one table's file."""
    return Fault(table.title, rule, expected, got, column, tuple(rows), total, remedy)


def shortened(text: str) -> str:
    """A text short enough for a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def listed(names: Iterable[str]) -> str:
    """Names for a message, the first of them where there are many."""
    every = [shortened(name) for name in names]
    rest = len(every) - _LISTED
    more = [f"and {rest:,} more"] if rest > 0 else []
    return ", ".join([*every[:_LISTED], *more])
