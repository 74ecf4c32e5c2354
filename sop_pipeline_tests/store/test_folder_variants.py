"""Folders from elsewhere load to the same tables or are refused by name: no guess, no crash."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import Tables, small_company, write_company
from sop_pipeline_tests.store.folder_variants import TABLES, VARIANTS, Variant

REQUIRED = [name for name in small_company() if TABLES[name].needs_rows]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, pa.Table]:
    return load_folder(write_company(tmp_path_factory.mktemp("plain"))).tables


def require_same_or_refused(
    folder: Path, changed: Mapping[str, Variant], expected: Mapping[str, pa.Table]
) -> bool:
    """Whether it loads; that it does so rightly, or is refused by the name of each spoilt file."""
    told = refusal(folder)
    if told is None:
        assert load_folder(folder).tables == expected
        assert all(variant.keeps for variant in changed.values())
        return True
    named = {name for name in changed if f"({name})" in told}
    assert named, told
    # What refers to a file that cannot be read is told once it can.
    rest = {name: variant for name, variant in changed.items() if name not in named}
    if any(not variant.keeps for variant in rest.values()):
        for name in named:
            _mend(folder, name)
        assert not require_same_or_refused(folder, rest, expected)
    return False


def _mend(folder: Path, name: str) -> None:
    """Put the file as it was in the place of all that bears its name."""
    for path in folder.iterdir():
        if path.name.casefold().startswith((name, name.removesuffix("s") + ".")):
            path.unlink()
    small_company()[name].to_csv(folder / f"{name}.csv", index=False)


def refusal(folder: Path) -> str | None:
    """What is wrong with a folder; None where it loads."""
    try:
        load_folder(folder)
    except InputRefused as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_changed_file_loads_the_same_or_is_refused_by_name(
    variant: Variant, expected: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    for name in ("products", "demand_forecasts"):
        folder = write_company(tmp_path / name)
        variant.change(folder / f"{name}.csv", Random(name))  # noqa: S311
        loads = require_same_or_refused(folder, {name: variant}, expected)
        assert loads == variant.keeps


CHANGES = st.dictionaries(
    st.sampled_from(REQUIRED), st.sampled_from(VARIANTS), min_size=1, max_size=3
)
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def require_any_mixture(
    changes: Mapping[str, Variant], seed: int, tmp_path: Path, expected: Mapping[str, pa.Table]
) -> None:
    shutil.rmtree(tmp_path / "mixed", ignore_errors=True)
    folder = write_company(tmp_path / "mixed")
    for name, variant in changes.items():
        variant.change(folder / f"{name}.csv", Random(seed))  # noqa: S311
    require_same_or_refused(folder, changes, expected)


@settings(QUIET, max_examples=8)
@given(changes=CHANGES, seed=st.integers(0, 10**6))
def test_any_mixture_of_changes_loads_the_same_or_is_refused(
    changes: Mapping[str, Variant],
    seed: int,
    expected: Mapping[str, pa.Table],
    tmp_path: Path,
) -> None:
    require_any_mixture(changes, seed, tmp_path, expected)


@pytest.mark.long
@settings(QUIET, max_examples=1_000)
@given(changes=CHANGES, seed=st.integers(0, 10**6))
def test_many_mixtures_of_changes_load_the_same_or_are_refused(
    changes: Mapping[str, Variant],
    seed: int,
    expected: Mapping[str, pa.Table],
    tmp_path: Path,
) -> None:
    require_any_mixture(changes, seed, tmp_path, expected)


@settings(QUIET, max_examples=6)
@given(name=st.sampled_from(REQUIRED), raw=st.binary(max_size=300), at=st.floats(0, 1))
def test_a_file_with_any_bytes_in_it_is_never_a_crash(
    name: str, raw: bytes, at: float, tmp_path: Path
) -> None:
    folder = write_company(tmp_path / "bytes")
    path = folder / f"{name}.csv"
    whole = path.read_bytes()
    cut = int(at * len(whole))
    path.write_bytes(whole[:cut] + raw + whole[cut:])
    told = refusal(folder)
    assert told is None or f"({name})" in told


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as somebody has it who knows no identifiers."""
    tables = small_company()
    for name, identifier, code in (
        ("scenario_definitions", "SCENARIO_ID", "SCENARIO_CODE"),
        ("products", "PRODUCT_ID", "PRODUCT_CODE"),
        ("sites", "SITE_ID", "SITE_CODE"),
        ("work_centers", "WORK_CENTER_ID", "WORK_CENTER_CODE"),
        ("warehouse_zones", "WAREHOUSE_ZONE_ID", "ZONE_CODE"),
    ):
        if identifier in frame.columns:
            codes = tables[name].set_index(identifier)[code]
            codes = frame[identifier].map(codes)
            frame = frame.drop(columns=identifier).assign(**{code: codes})
    return frame


def german_excel(folder: Path, name: str, frame: pd.DataFrame) -> None:
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False, sep=";", decimal=",", lineterminator="\r\n", encoding="cp1252")


def excel_unicode_text(folder: Path, name: str, frame: pd.DataFrame) -> None:
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False, sep="\t", encoding="utf-16", lineterminator="\r\n")


def excel_with_trailing_cells(folder: Path, name: str, frame: pd.DataFrame) -> None:
    text = frame.assign(**{"": "", " ": ""}).to_csv(index=False)
    empty = "," * (len(frame.columns) + 1)
    (folder / f"{name}.csv").write_text(f"\ufeff{text}{empty}\n{empty}\n", "utf-8")


def spark(folder: Path, name: str, frame: pd.DataFrame) -> None:
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    for i, column in enumerate(frame.columns):
        if column.endswith("_DATE"):
            days = rows[column].cast(pa.date32()).cast(pa.timestamp("us"))
            rows = rows.set_column(i, column, pa.compute.assume_timezone(days, "Asia/Tokyo"))
        elif pa.types.is_integer(rows[column].type):
            rows = rows.set_column(i, column, rows[column].cast(pa.decimal128(38, 0)))
    pq.write_table(rows, folder / f"{name}.parquet")


def postgres(folder: Path, name: str, frame: pd.DataFrame) -> None:
    dates = [column for column in frame.columns if column.endswith("_DATE")]
    frame = frame.rename(columns=str.lower).replace({"TRUE": "t", "FALSE": "f"})
    times = {column.lower(): frame[column.lower()] + " 00:00:00+00" for column in dates}
    frame.assign(**times).to_csv(folder / f"{name}.csv", index=False)


def snowflake_unload(folder: Path, name: str, frame: pd.DataFrame) -> None:
    frame.to_csv(folder / f"{name}.csv", index=False, quoting=csv.QUOTE_ALL)


def pandas_notebook(folder: Path, name: str, frame: pd.DataFrame) -> None:
    nullable = frame.astype({c: float for c in frame.columns if frame[c].dtype == "int64"})
    nullable.to_csv(folder / f"{name}.csv")


def polars_parquet(folder: Path, name: str, frame: pd.DataFrame) -> None:
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    strings = [f.with_type(pa.large_string()) if f.type == pa.string() else f for f in rows.schema]
    pq.write_table(rows.cast(pa.schema(strings)), folder / f"{name}.parquet")


def windows_share(folder: Path, name: str, frame: pd.DataFrame) -> None:
    text = frame.rename(columns=lambda column: column.replace("_", " ").title())
    text.to_csv(folder / f"{name.upper()}.CSV", index=False, lineterminator="\r\n")
    (folder / "Thumbs.db").write_bytes(b"\x00")


def with_audit_columns(folder: Path, name: str, frame: pd.DataFrame) -> None:
    frame.assign(ETL_BATCH=7, LOADED_AT="2025-06-30T12:00:00Z").to_csv(
        folder / f"{name}.csv", index=False
    )


@pytest.mark.parametrize(
    "save",
    [
        german_excel,
        excel_unicode_text,
        excel_with_trailing_cells,
        spark,
        postgres,
        snowflake_unload,
        pandas_notebook,
        polars_parquet,
        windows_share,
        with_audit_columns,
    ],
)
def test_the_folder_of_a_program_loads_as_the_plain_one_does(
    save: Callable[[Path, str, pd.DataFrame], None],
    expected: Mapping[str, pa.Table],
    tmp_path: Path,
) -> None:
    for name, frame in small_company().items():
        save(tmp_path, name, frame)
    assert load_folder(tmp_path).tables == expected


@pytest.mark.parametrize("save", [german_excel, excel_unicode_text, spark])
def test_the_folder_of_somebody_without_identifiers_loads_in_any_form(
    save: Callable[[Path, str, pd.DataFrame], None], tmp_path: Path
) -> None:
    tables: Tables = {name: coded(frame) for name, frame in small_company().items()}
    plain = load_folder(write_company(tmp_path / "plain", tables)).tables
    (tmp_path / "theirs").mkdir()
    for name, frame in tables.items():
        save(tmp_path / "theirs", name, frame)
    assert load_folder(tmp_path / "theirs").tables == plain
