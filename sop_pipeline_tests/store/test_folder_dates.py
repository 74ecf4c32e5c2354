"""Dates are days: as written, in the zone they are written in, on every machine alike."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company

DAY = dt.date(2026, 3, 1)
FIRST, LAST = dt.date(1, 1, 1), dt.date(9999, 12, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_company(tmp_path_factory.mktemp("dates"))


def dates_of(folder: Path, values: list[str] | pa.Array, column: str) -> list[object]:
    """The values of a date or timestamp column of scheduled receipts as they are loaded."""
    for ending in ("csv", "parquet"):
        (folder / f"scheduled_receipts.{ending}").unlink(missing_ok=True)
    rows = {
        "PRODUCT_ID": [10] * len(values),
        "SITE_ID": [3] * len(values),
        "QUANTITY": [1.0] * len(values),
        "RECEIPT_DATE": ["2026-03-01"] * len(values),
        column: values,
    }
    path = folder / "scheduled_receipts.parquet"
    if isinstance(values, list):
        lines = [",".join(map(str, row)) for row in zip(*rows.values(), strict=True)]
        path.with_suffix(".csv").write_text("\n".join([",".join(rows), *lines]), "utf-8")
    else:
        pq.write_table(pa.table(rows), path)
    return load_folder(folder).tables["SCHEDULED_RECEIPT"][column].to_pylist()


def naive(*texts: str) -> pa.Array:
    """Timestamps without a zone."""
    return pa.array(texts).cast(pa.timestamp("us"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", DAY),
        ("2026-3-1", DAY),
        ("2026/03/01", DAY),
        ("2026-03-01 00:00:00", DAY),
        ("2026-03-01T23:59:59.999999999", DAY),
        ("2026-03-01 24:00", DAY),
        ("2026-03-01T00:30:00Z", DAY),
        ("2026-03-01T23:30:00-11:00", DAY),
        ("2026-03-01 00:30:00+13", DAY),
        ("2026-03-01 00:30:00 +1300", DAY),
        ("2026-03-01 00:00:00 UTC", DAY),
        ("2026-03-01 00:00:00 Asia/Tokyo", DAY),
        ("9999-12-31", LAST),
        ("9999-12-31 23:59:59", LAST),
        ("infinity", LAST),
        ("Infinity", LAST),
        ("-infinity", FIRST),
        ("0001-01-01", FIRST),
        ("2262-04-12", dt.date(2262, 4, 12)),
        ("1600-02-29", dt.date(1600, 2, 29)),
    ],
)
def test_a_text_is_the_day_it_says(folder: Path, text: str, day: dt.date) -> None:
    assert dates_of(folder, [text], "RECEIPT_DATE") == [day]


@pytest.mark.parametrize(
    "text",
    ["10000-01-01", "0000-12-31", "-0044-03-15", "0044-03-15 (BC)", "2026-02-30", "2026-13-01",
     "26-03-01", "01.03.2026", "03/01/2026", "20260301", "46082", "epoch", "today", "2026-03",
     "2026-03-01 99:00", "2026-03-01x", "2026-03/01"],
)  # fmt: skip
def test_what_is_no_day_from_year_1_to_9999_is_refused_by_name(folder: Path, text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        dates_of(folder, [text], "RECEIPT_DATE")
    told = str(refused.value)
    assert "SCHEDULED_RECEIPT (scheduled_receipts), column RECEIPT_DATE" in told
    assert "a date as YYYY-MM-DD, from 0001-01-01 to 9999-12-31" in told
    assert f"RECEIPT_DATE={text!r}" in told


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.dates(), min_size=1, max_size=50))
def test_every_day_of_every_year_arrives(folder: Path, days: list[dt.date]) -> None:
    assert dates_of(folder, [day.isoformat() for day in days], "RECEIPT_DATE") == days
    assert dates_of(folder, pa.array(days, pa.date32()), "RECEIPT_DATE") == days


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_day_of_a_parquet_timestamp_is_that_of_its_zone(
    folder: Path, zone: str, unit: str
) -> None:
    clock = naive("2026-03-01 00:00:00", "2026-03-01 23:59:59")
    instants = pa.compute.assume_timezone(clock, zone).cast(pa.timestamp(unit, zone))
    assert dates_of(folder, instants, "RECEIPT_DATE") == [DAY, DAY]


def test_the_zone_of_a_parquet_timestamp_may_be_an_offset(folder: Path) -> None:
    instants = naive("2026-02-28 18:30:00", "2026-03-01 18:29:59").cast(pa.timestamp("s", "+05:30"))
    assert dates_of(folder, instants, "RECEIPT_DATE") == [DAY, DAY]


def test_naive_parquet_timestamps_and_other_days_are_cut(folder: Path) -> None:
    times = naive("2026-03-01 23:59:00", "1969-12-31 23:59:00")
    assert dates_of(folder, times, "RECEIPT_DATE") == [DAY, dt.date(1969, 12, 31)]
    assert dates_of(folder, pa.array([DAY], pa.date64()), "RECEIPT_DATE") == [DAY]
    assert dates_of(folder, pa.array(["2026-03-01T05:00Z"]), "RECEIPT_DATE") == [DAY]


def test_parquet_days_that_stand_for_ever_are_the_first_and_the_last(folder: Path) -> None:
    days = pa.array([2**31 - 1, -(2**31) + 1], pa.int32()).cast(pa.date32())
    assert dates_of(folder, days, "RECEIPT_DATE") == [LAST, FIRST]
    instants = pa.array([2**63 - 1, -(2**63) + 1], pa.int64()).cast(pa.timestamp("us"))
    assert dates_of(folder, instants, "RECEIPT_DATE") == [LAST, FIRST]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([3_000_000], pa.int32()).cast(pa.date32()),
        pa.array([-800_000], pa.int32()).cast(pa.date32()),
        pa.array([2**62], pa.timestamp("us")),
        pa.array([0], pa.timestamp("s", "Mars/Olympus")),
        pa.array([20260301]),
        pa.array([46082.0]),
    ],
    ids=["year 10183", "BC", "overflow", "unknown zone", "whole number", "float"],
)
def test_parquet_values_that_are_no_such_day_are_refused_by_name(
    folder: Path, values: pa.Array
) -> None:
    with pytest.raises(InputRefused, match=r"scheduled_receipts\), column RECEIPT_DATE"):
        dates_of(folder, values, "RECEIPT_DATE")


@pytest.mark.parametrize(
    ("values", "utc"),
    [
        (["2026-03-01 12:00:00"], "2026-03-01T12:00:00"),
        (["2026-03-01"], "2026-03-01T00:00:00"),
        (["2026-03-01T12:00:00.5Z"], "2026-03-01T12:00:00.500000"),
        (["2026-03-01T12:00:00-05:30"], "2026-03-01T17:30:00"),
        (["2026-03-01T00:30:00+01"], "2026-02-28T23:30:00"),
        (["infinity"], "9999-12-31T00:00:00"),
        (["9999-12-31 23:59:59"], "9999-12-31T23:59:59"),
        (pa.array([0], pa.timestamp("s", "Asia/Tokyo")), "1970-01-01T00:00:00"),
        (pa.array([0], pa.timestamp("ns")), "1970-01-01T00:00:00"),
    ],
)
def test_a_timestamp_is_kept_in_utc(folder: Path, values: list[str] | pa.Array, utc: str) -> None:
    (kept,) = dates_of(folder, values, "CREATED_TIMESTAMP")
    assert isinstance(kept, dt.datetime)
    assert kept.isoformat() == utc


LOADED = """
import hashlib, json, pathlib, sys
from sop_pipeline.store.folder import load_folder
tables = load_folder(pathlib.Path(sys.argv[1])).tables
rows = {name: [str(table.schema), table.to_pylist()] for name, table in tables.items()}
print(hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest())
"""


def test_the_machines_time_zone_is_no_matter(folder: Path) -> None:
    # To each zone below one of them lies on another day than it does to UTC.
    times = naive("2026-03-01 00:00:00", "2026-03-01 12:00:00", "2026-03-01 23:30:00")
    instants = pa.compute.assume_timezone(times, "America/New_York")
    dates_of(folder, instants, "RECEIPT_DATE")
    receipts = pq.read_table(folder / "scheduled_receipts.parquet")
    pq.write_table(
        receipts.append_column("CREATED_TIMESTAMP", instants), folder / "scheduled_receipts.parquet"
    )
    zones = ("America/Los_Angeles", "Pacific/Kiritimati")
    found = {
        subprocess.run(
            [sys.executable, "-c", LOADED, str(folder)],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in zones
    }
    tables = load_folder(folder).tables
    rows = {name: [str(table.schema), table.to_pylist()] for name, table in tables.items()}
    here = hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()
    assert found == {f"{here}\n"}
