"""The pandera schema of a table, which checks a frame of it.

Belongs here: turning the column descriptions into something that validates.
Does not belong here: what values must satisfy (`value_rules`), rules across tables
(`validation/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandera.pandas as pa

from sop_pipeline.schemas.value_rules import ValueRule, row_rules

if TYPE_CHECKING:
    from sop_pipeline.schemas.table import Table


def frame_schema(table: Table) -> pa.DataFrameSchema:
    """The schema of a frame of a table."""
    return pa.DataFrameSchema(
        {name: _column(table, name) for name in table.columns},
        checks=_checks(row_rules(table.columns)),
        unique=list(table.key) or None,
        strict=False,
        name=table.name,
        description=table.description,
    )


def _column(table: Table, name: str) -> pa.Column:
    column = table.columns[name]
    # An identifier is checked as nullable integer, so that an empty one is a fault of its row
    # and not of the whole column's type.
    identifier = column.type == "identifier"
    return pa.Column(
        "Int64" if identifier else table.dtype(name),
        coerce=identifier,
        checks=_checks(table.value_rules[name]),
        nullable=name in table.may_be_empty,
        required=name not in table.may_be_empty,
        description=column.description,
        metadata={"unit": column.unit},
    )


def _checks(rules: Iterable[ValueRule]) -> list[pa.Check]:
    return [pa.Check(rule.holds, error=rule.words) for rule in rules]
