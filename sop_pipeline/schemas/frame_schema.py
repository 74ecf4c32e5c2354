"""The pandera schema of a table, which checks a frame of it.

Belongs here: turning the column descriptions into something that validates.
Does not belong here: rules across tables (`validation/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa

from sop_pipeline.planning.days import FOR_EVER, SINCE_EVER
from sop_pipeline.schemas.column import A_DAY, A_WHOLE_NUMBER, Column

if TYPE_CHECKING:
    from sop_pipeline.schemas.table import Table


def frame_schema(table: Table) -> pa.DataFrameSchema:
    """The schema of a frame of a table."""
    return pa.DataFrameSchema(
        {name: _column(table, name) for name in table.columns},
        checks=_row_checks(table.columns),
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
        checks=_checks(column),
        nullable=name in table.may_be_empty,
        required=name not in table.may_be_empty,
        description=column.description,
        metadata={"unit": column.unit},
    )


def _row_checks(columns: Mapping[str, Column]) -> list[pa.Check]:
    if not {"EFFECTIVE_DATE", "EXPIRY_DATE"} <= set(columns):
        return []
    return [
        pa.Check(
            lambda frame: ~(frame["EFFECTIVE_DATE"] > frame["EXPIRY_DATE"]),
            error="EFFECTIVE_DATE up to EXPIRY_DATE",
        )
    ]


def _is_bounded(days: pd.Series) -> pd.Series:
    return (days > pd.Timestamp(SINCE_EVER)) & (days < pd.Timestamp(FOR_EVER))


def _checks(column: Column) -> list[pa.Check]:
    checks: list[pa.Check] = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error=f"at least {column.minimum:g}"))
    if column.above is not None:
        checks.append(pa.Check.gt(column.above, error=f"above {column.above:g}"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error=f"at most {column.maximum:g}"))
    if column.below is not None:
        checks.append(pa.Check.lt(column.below, error=f"below {column.below:g}"))
    if column.whole:
        checks.append(pa.Check(lambda values: values % 1 == 0, error=A_WHOLE_NUMBER))
    if column.choices:
        one_of = ", ".join(column.choices)
        checks.append(pa.Check.isin(column.choices, error=f"one of {one_of}"))
    if column.bounded:
        checks.append(pa.Check(_is_bounded, error=A_DAY))
    if column.pattern is not None:
        pattern = rf"^(?:{column.pattern})\Z"
        checks.append(pa.Check.str_matches(pattern, error=f"text matching {column.pattern}"))
    return checks
