"""Parquet files of other programs: what has one value a row is read, the rest refused by name."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_company(tmp_path / "company")


def refusal(folder: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        load_folder(folder)
    return str(refused.value)


def products(folder: Path) -> pa.Table:
    """The products, to be written as a Parquet file in place of the CSV file."""
    rows = load_folder(folder).tables["PRODUCT"]
    (folder / "products.csv").unlink()
    return rows


def with_column(folder: Path, name: str, values: pa.Array) -> None:
    rows = products(folder)
    rows = rows.set_column(rows.column_names.index(name), name, values)
    pq.write_table(rows, folder / "products.parquet")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PRODUCT_ID", pa.int16()),
        ("PRODUCT_ID", pa.uint64()),
        ("PRODUCT_ID", pa.float64()),
        ("PRODUCT_ID", pa.decimal128(38, 0)),
        ("PRODUCT_ID", pa.decimal128(38, 3)),
        ("UNIT_PRICE", pa.float32()),
        ("UNIT_PRICE", pa.int32()),
        ("UNIT_PRICE", pa.decimal128(18, 4)),
        ("UNIT_PRICE", pa.decimal256(50, 2)),
        ("PRODUCT_NAME", pa.large_string()),
        ("PRODUCT_NAME", pa.string_view()),
        ("PRODUCT_NAME", pa.dictionary(pa.int32(), pa.string())),
        ("IS_CURRENT_FLAG", pa.int8()),
        ("IS_CURRENT_FLAG", pa.float64()),
    ],
    ids=str,
)
def test_types_that_hold_the_same_values_load_the_same(
    folder: Path, name: str, kind: pa.DataType
) -> None:
    expected = load_folder(folder).tables
    values = expected["PRODUCT"][name]
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    if kind == pa.decimal128(38, 3):
        values = pa.array([Decimal(value.as_py()) for value in values])
    with_column(folder, name, values.cast(kind))
    assert load_folder(folder).tables == expected


@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1], [2], [3]]),
        pa.array([{"a": 1}] * 3),
        pa.array([[("a", 1)]] * 3, pa.map_(pa.string(), pa.int64())),
        pa.array([1, 2, 3], pa.time32("s")),
        pa.array([1, 2, 3], pa.duration("s")),
        pa.array([b"\xff", b"", b"a"]),
    ],
    ids=lambda values: str(values.type),
)
def test_types_that_have_no_single_value_are_refused_by_name(
    folder: Path, values: pa.Array
) -> None:
    with_column(folder, "UNIT_PRICE", values)
    told = refusal(folder)
    assert "1 fault." in told
    assert "PRODUCT (products), column UNIT_PRICE: expected a column of number values" in told
    assert str(values.type).split("[")[0].split("<")[0] in told


@pytest.mark.parametrize(
    ("name", "values", "row"),
    [
        ("PRODUCT_ID", pa.array([1.5, 2.0, 3.0]), "row 1: PRODUCT_ID='1.5'"),
        ("PRODUCT_ID", pa.array([1.0, 1e300, 3.0]), "row 2: PRODUCT_ID='1e+300'"),
        ("PRODUCT_ID", pa.array([1, None, 3]), "row 2: PRODUCT_ID=None"),
        ("UNIT_PRICE", pa.array(["1", "2", "1_0"]), "UNIT_PRICE='1_0'"),
        ("UNIT_PRICE", pa.array([True, False, True]), "UNIT_PRICE='true'"),
        ("PRODUCT_NAME", pa.array(["a\0b", "b", "c"]), "PRODUCT_NAME='a\\x00b'"),
        ("PRODUCT_NAME", pa.array(["a", "b", "c" * 1_000_000]), "PRODUCT_NAME='ccc"),
    ],
    ids=["fraction", "huge", "empty", "underscore", "flag", "NUL", "1 MB"],
)
def test_values_that_are_none_of_their_column_are_named_by_row(
    folder: Path, name: str, values: pa.Array, row: str
) -> None:
    with_column(folder, name, values)
    told = refusal(folder)
    assert row in told
    assert len(told) < 2_000


def test_a_file_without_columns_or_of_other_bytes_is_refused(folder: Path) -> None:
    products(folder)
    path = folder / "products.parquet"
    pq.write_table(pa.table({}), path)
    assert "columns PRODUCT_ID or PRODUCT_CODE" in refusal(folder)
    whole = path.read_bytes()
    for broken in (b"", b"PAR1", b"PRODUCT_ID\n1\n", whole[:-3], whole[:8] + b"x" * 8 + whole[16:]):
        path.write_bytes(broken)
        assert "PRODUCT (products)" in refusal(folder)


def test_a_file_cut_or_spoiled_anywhere_is_refused_or_the_same(folder: Path) -> None:
    expected = load_folder(folder).tables
    path = folder / "products.parquet"
    pq.write_table(products(folder), path)
    whole = path.read_bytes()
    step = len(whole) // 12
    for at in range(4, len(whole), step):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            loaded = load_folder(folder).tables
        except InputRefused:
            continue
        assert loaded.keys() == expected.keys()


def test_a_file_of_many_columns_is_refused_at_once(folder: Path) -> None:
    products(folder)
    many = pa.table({f"C{i}": pa.array([], pa.int8()) for i in range(20_000)})
    pq.write_table(many, folder / "products.parquet")
    began = time.process_time()
    assert "at most 1,000 columns; got 20,000" in refusal(folder)
    assert time.process_time() - began < 2


def test_columns_that_are_left_out_are_never_read(folder: Path) -> None:
    expected = load_folder(folder).tables
    rows = products(folder)
    rows = rows.append_column("NESTED", pa.array([[1], [2], [3]]))
    pq.write_table(rows, folder / "products.parquet")
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert loaded.notes == ("PRODUCT (products): extra columns left out: NESTED",)
