"""Rows as they arrive from a database become frames without losing a digit or a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.inputs import PRODUCT_STORAGE
from sop_pipeline.store.frames import frame_of
from sop_pipeline.validation.schema_faults import typed_rows


def column(values: list[object], kind: pa.DataType) -> pd.Series:
    return frame_of(pa.table({"A": pa.array(values, kind)}))["A"]


def test_whole_decimals_are_whole_numbers_and_others_floats() -> None:
    whole = column([Decimal(12345678901234567), None], pa.decimal128(38, 0))
    assert whole.dtype == "Int64"
    assert whole[0] == 12345678901234567
    assert column([Decimal("0.1"), None], pa.decimal128(18, 4)).tolist()[0] == 0.1


@pytest.mark.parametrize(
    ("days", "expected"), [(2**31 - 1, dt.date(9999, 12, 31)), (-(2**31) + 1, dt.date(1, 1, 1))]
)
def test_days_beyond_the_calendar_are_its_ends(days: int, expected: dt.date) -> None:
    dates = frame_of(pa.table({"A": pa.array([days, None, 20454], pa.int32()).cast(pa.date32())}))
    assert dates["A"].dt.date[0] == expected
    assert pd.isna(dates["A"][1])
    assert dates["A"][2] == pd.Timestamp("2026-01-01")


def test_times_beyond_the_calendar_are_its_ends() -> None:
    times = pa.array([2**63 - 1, -(2**63) + 1, None], pa.int64()).cast(pa.timestamp("us"))
    found = frame_of(pa.table({"A": times}))["A"]
    assert found.dt.year[:2].tolist() == [9999, 1]
    assert pd.isna(found[2])


def test_an_identifier_beyond_our_type_is_refused_by_name() -> None:
    rows = frame_of(
        pa.table({"PRODUCT_ID": pa.array([Decimal(7), Decimal(10) ** 30], pa.decimal128(38, 0))})
    )
    with pytest.raises(InputRefused, match=r"PRODUCT_STORAGE.*column PRODUCT_ID.*1e\+30"):
        typed_rows(PRODUCT_STORAGE, rows)
