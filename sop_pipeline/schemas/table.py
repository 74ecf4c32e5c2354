"""A table: its name, key and columns, and frames in their types.

Does not belong here: what checks a frame of it (`frame_schema`), rules across tables
(`validation/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from sop_pipeline.planning.days import DAY
from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.value_rules import ValueRule, row_rules, value_rules

if TYPE_CHECKING:
    import pandera.pandas as pa

_DTYPES: dict[str, object] = {
    "text": pd.StringDtype(),
    "number": "float64",
    "date": DAY,
    "timestamp": DAY,
    "flag": "boolean",
}


@dataclass(frozen=True)
class TableColumn:
    """A column as it stands in one table.

    Attributes:
        name: Its name.
        may_be_empty: Whether the column may be missing, or empty in a row.
        release: The release of the tables that it came with. A table made by an earlier one gets
            it added, so such a column may be empty.
    """

    name: str
    may_be_empty: bool = False
    release: int = 1


def required(*names: str) -> tuple[TableColumn, ...]:
    """Columns that must be there, with a value in every row."""
    return tuple(TableColumn(name) for name in names)


def optional(*names: str, release: int = 1) -> tuple[TableColumn, ...]:
    """Columns that may be missing or empty."""
    return tuple(TableColumn(name, may_be_empty=True, release=release) for name in names)


VALIDITY_COLUMNS = optional("VALID_FROM_TIMESTAMP", "VALID_TO_TIMESTAMP", "IS_CURRENT_FLAG")
AUDIT_COLUMNS = optional(
    "CREATED_BY_USER", "CREATED_TIMESTAMP", "UPDATED_BY_USER", "UPDATED_TIMESTAMP"
)


@dataclass(frozen=True)
class Table:
    """One table and what its rows must satisfy.

    Attributes:
        name: Name in the warehouse, or of the asset for a table that only flows.
        description: One sentence for a person.
        key: Columns that are unique together; empty is a value of its own.
        members: Its own columns, in order.
        database_schema: Schema in the warehouse; empty for a table that only flows.
        file: Name of the input file, without its ending.
        keeps_history: Whether the table carries type-2 validity columns.
        optional: Whether the whole table may be absent or without rows.
        without_rows: What it means that there are no rows, where a table that is there may have
            none.
        file_optional: Whether a folder may lack the file of a table that may be without rows.
        overrides: Columns that mean something narrower in this table.
        source: Warehouse table the rows of an input come from.
        release: The release of the tables it came with; a warehouse of an earlier one lacks it.
        generated: Columns the warehouse fills in by itself: an identifier from a sequence, a
            timestamp with the time of the insert.
    """

    name: str
    description: str
    key: tuple[str, ...]
    members: tuple[TableColumn, ...]
    database_schema: str = ""
    file: str = ""
    keeps_history: bool = False
    optional: bool = False
    without_rows: str = ""
    file_optional: bool = False
    overrides: Mapping[str, Column] = field(default_factory=dict)
    source: Table | None = None
    release: int = 1
    generated: tuple[str, ...] = ()

    @cached_property
    def _members(self) -> tuple[TableColumn, ...]:
        """Its own columns, and where rows come from files what every such table carries."""
        validity = VALIDITY_COLUMNS if self.file and self.keeps_history else ()
        named = {member.name for member in self.members}
        audit = (m for m in AUDIT_COLUMNS if self.file and m.name not in named)
        return (*self.members, *validity, *audit)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns in order, by name."""
        names = (member.name for member in self._members)
        return {name: self.overrides.get(name, COLUMNS[name]) for name in names}

    @cached_property
    def may_be_empty(self) -> frozenset[str]:
        """Columns that may be missing or empty."""
        return frozenset(member.name for member in self._members if member.may_be_empty)

    @cached_property
    def added(self) -> dict[str, int]:
        """The release of the tables that a column came with, where it was not the first."""
        return {m.name: m.release for m in self._members if m.release > 1}

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there and filled."""
        return tuple(name for name in self.columns if name not in self.may_be_empty)

    @property
    def needs_file(self) -> bool:
        """Whether a folder must have a file of it."""
        return not (self.optional or self.file_optional)

    @property
    def needs_rows(self) -> bool:
        """Whether there must be a row of it."""
        return not (self.optional or self.without_rows)

    @property
    def presence(self) -> str:
        """What of it must be there, in words."""
        if self.optional:
            return "Optional."
        if self.file_optional:
            return f"Rows optional, in a folder the file too: without, {self.without_rows}."
        if self.without_rows:
            return f"Rows optional: without, {self.without_rows}."
        return "Required." if self.file else ""

    @property
    def title(self) -> str:
        """Name for messages: the warehouse table that rows come from, and its file."""
        if self.source is not None:
            return self.source.title
        return f"{self.name} ({self.file})" if self.file else self.name

    @property
    def origin(self) -> str:
        """Name of the warehouse table that its rows are in."""
        return self.name if self.source is None else self.source.name

    @property
    def qualified_name(self) -> str:
        """Schema and name, as SQL names the table."""
        return f"{self.database_schema}.{self.name}"

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of a frame of this table."""
        # Who checks no frame does not wait for pandera.
        from sop_pipeline.schemas.frame_schema import frame_schema  # noqa: PLC0415

        return frame_schema(self)

    def accepts(self, frame: pd.DataFrame) -> bool:
        """Whether a frame surely keeps the schema, found in a fraction of pandera's time.

        Otherwise pandera says what is wrong; it may find nothing.

        Args:
            frame: Rows to check.
        """
        if not frame.columns.is_unique or not set(self.columns) <= set(frame.columns):
            return False
        return (
            all(self._accepts(name, frame[name]) for name in self.columns)
            and not (self.key and frame.duplicated(list(self.key)).any())
            and all(rule.holds(frame).all() for rule in row_rules(self.columns))
        )

    def _accepts(self, name: str, values: pd.Series) -> bool:
        if values.dtype != self.dtype(name):
            return False
        if values.hasnans:
            if name not in self.may_be_empty:
                return False
            values = values.dropna()
        plain = values.to_numpy() if values.dtype == "float64" else values
        return all(rule.holds(plain).all() for rule in self.value_rules[name])

    @cached_property
    def value_rules(self) -> dict[str, list[ValueRule]]:
        """What the values of each column must satisfy."""
        return {name: value_rules(column) for name, column in self.columns.items()}

    def dtype(self, name: str) -> object:
        """The pandas dtype of a column."""
        kind = self.columns[name].type
        if kind == "identifier":
            return "Int64" if name in self.may_be_empty else "int64"
        return _DTYPES[kind]

    def empty(self) -> pd.DataFrame:
        """A frame of this table with every column and no row."""
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return pd.DataFrame({name: pd.Series([], dtype=self.dtype(name)) for name in self.columns})  # type: ignore[call-overload]

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with this table's columns, in order and in their dtypes.

        Args:
            frame: Rows with at least the required columns; others are left out.

        Raises:
            ValueError: A value does not fit its column's type.
        """
        # One after another: pandas takes several times as long to change types of a whole frame.
        columns: dict[str, pd.Series] = {}
        for name in self.columns:
            dtype = self.dtype(name)
            if name in frame.columns:
                values = frame[name]
                columns[name] = values if values.dtype == dtype else values.astype(dtype)  # type: ignore[call-overload]
            elif name in self.may_be_empty:
                columns[name] = pd.Series(index=frame.index, dtype=dtype)  # type: ignore[call-overload]
        return pd.DataFrame(columns, index=frame.index)

    def loosely_typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Like `typed`, but an identifier may be empty, so that a check can name its row."""
        loose = {
            name: frame[name].astype("Int64")
            for name, column in self.columns.items()
            if column.type == "identifier" and name in frame.columns and frame[name].hasnans
        }
        if not loose:
            return self.typed(frame)
        typed = self.typed(frame.drop(columns=list(loose))).assign(**loose)
        return typed[[name for name in self.columns if name in typed.columns]]
