"""What is accepted at a glance is what pandera accepts; whatever is wrong reaches pandera."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from sop_pipeline.planning.days import FOR_EVER, SINCE_EVER
from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.schemas.table import Table


def _fine(column: Column) -> list[object]:
    """Two values that a column may have, of which a key may be made."""
    least = column.minimum if column.above is None else column.above + 1
    return {
        "identifier": [1, 2],
        "text": list(column.choices[:2]) * 2 if column.choices else ["A", "B"],
        "number": [max(0.0, least or 0.0)] * 2,
        "date": [pd.Timestamp("2025-07-01"), pd.Timestamp("2025-08-01")],
        "timestamp": [pd.Timestamp("2025-07-01"), pd.Timestamp("2025-08-01")],
        "flag": [True, False],
    }[column.type][:2]


def _wrong(column: Column) -> Iterator[object]:
    """Values beyond each limit of a column."""
    if column.minimum is not None:
        yield column.minimum - 1 - abs(column.minimum)
    if column.maximum is not None:
        yield column.maximum + 1
    yield from (limit for limit in (column.above, column.below) if limit is not None)
    if column.whole:
        yield 2.5
    if column.choices or column.pattern:
        yield 60 * "\x1b"
    if column.bounded:
        yield from (pd.Timestamp(FOR_EVER), pd.Timestamp(SINCE_EVER))


def _with(frame: pd.DataFrame, name: str, value: object) -> pd.DataFrame:
    """The frame with another value in its second row, its types as they are where they can be."""
    column = pd.Series([frame[name].iloc[0], value], dtype=object)
    try:
        return frame.assign(**{name: column.astype(frame[name].dtype)})
    except (TypeError, ValueError):
        return frame.assign(**{name: column})


@pytest.mark.parametrize("table", [*INPUT_TABLES, *RESULT_TABLES], ids=lambda t: t.name)
def test_a_frame_is_accepted_where_pandera_finds_nothing_and_only_there(table: Table) -> None:
    fine = table.typed(pd.DataFrame({name: _fine(one) for name, one in table.columns.items()}))
    sparse = fine.copy()
    for name in table.may_be_empty:
        sparse = _with(sparse, name, None)
    for frame in (fine, sparse, table.empty()):
        assert table.accepts(frame)
        table.schema.validate(frame)
    for name, column in table.columns.items():
        for value in (*_wrong(column), *([] if name in table.may_be_empty else [None])):
            assert not table.accepts(_with(fine, name, value)), (name, value)
        assert not table.accepts(fine.assign(**{name: fine[name].astype(object)})), name
        assert not table.accepts(fine.drop(columns=name)), name
    assert not table.accepts(fine.set_axis([next(iter(fine))] * len(fine.columns), axis=1))
    if table.key:
        assert not table.accepts(fine.iloc[[0, 0]])
    if {"EFFECTIVE_DATE", "EXPIRY_DATE"} <= set(table.columns):
        assert not table.accepts(_with(fine, "EXPIRY_DATE", pd.Timestamp("2025-06-01")))
