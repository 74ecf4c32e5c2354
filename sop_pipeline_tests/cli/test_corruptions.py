"""Corrupted inputs: each is refused with a message that names the place, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import Result

from sop_pipeline.store import store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline.validation.loading import loading_faults
from sop_pipeline_tests.cli.corrupt_figures import CORRUPT_FIGURES
from sop_pipeline_tests.cli.corrupt_files import CORRUPT_FILES
from sop_pipeline_tests.cli.corruptions import (
    QUANTITY,
    ROW,
    Corruption,
    edited,
    with_all,
    with_value,
)
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import small_company, write_company


def _published(store: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(
            "SELECT * FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN ORDER BY PLAN_ID"
        ).fetchall()


@pytest.mark.parametrize("corruption", CORRUPT_FILES, ids=lambda c: c.name)
def test_a_folder_that_cannot_be_stored_is_refused_by_name_and_the_published_plan_stays(
    corruption: Corruption, planned: Path, sop: Sop
) -> None:
    store = planned / "warehouse.duckdb"
    before = _published(store)
    folder = write_company(planned / "bad", small_company())
    corruption.spoil(folder)

    _refused(sop("init", "--from", folder), corruption)
    assert _published(store) == before


@pytest.mark.parametrize("corruption", CORRUPT_FIGURES, ids=lambda c: c.name)
def test_a_fault_that_can_be_stored_is_found_by_name_and_the_published_plan_stays(
    corruption: Corruption, planned: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_POLICY", corruption.policy)
    store = planned / "warehouse.duckdb"
    before = _published(store)
    folder = write_company(planned / "bad", small_company())
    corruption.spoil(folder)
    loaded = load_folder(folder)
    assert loading_faults(loaded.tables, loaded.places) == []
    store_at(f"duckdb:{store}").replace_inputs(loaded.tables)

    _refused(sop(corruption.command, "PUSH"), corruption)
    assert _published(store) == before
    _refused(sop("solve", folder, "--scenario", "PUSH", "--out", planned / "out"), corruption)
    assert not (planned / "out").exists()


def test_a_site_of_no_known_type_is_the_one_fault_told(tmp_path: Path, sop: Sop) -> None:
    folder = write_company(tmp_path / "bad", small_company())
    edited("sites", _lower_case_types)(folder)
    assert sop("init", "--from", folder).exit_code == 0
    told = sop("check", "BASE", "--policy", "standard")
    assert told.stderr.count("\n- ") == 1, told.stderr
    assert "SITE_TYPE" in told.stderr
    assert "no plant" not in told.output


def _lower_case_types(sites: pd.DataFrame) -> pd.DataFrame:
    return sites.assign(SITE_TYPE=sites["SITE_TYPE"].str.lower())


def test_a_repeated_key_stands_where_other_faults_of_its_file_stand(tmp_path: Path) -> None:
    """Line 1 is the heading: the third row is line 4."""
    folder = write_company(tmp_path / "bad", small_company())
    edited("products", lambda rows: pd.concat([rows, rows.tail(1)]))(folder)
    loaded = load_folder(folder)
    (fault,) = loading_faults(loaded.tables, loaded.places)
    assert [row.partition(":")[0] for row in fault.rows] == ["line 4", "line 5"]


def _refused(result: Result, corruption: Corruption) -> None:
    """A command that found the fault, and named it."""
    assert result.exit_code == 3, result.output
    told = " ".join(result.stderr.split())
    assert [word for word in corruption.words if word not in told] == [], told
    assert "Traceback" not in result.output


def test_a_folder_refused_at_loading_leaves_every_input_table_as_it_was(
    planned: Path, sop: Sop
) -> None:
    workdir, store = planned, planned / "warehouse.duckdb"
    before = store.read_bytes()
    folder = write_company(workdir / "bad")
    (folder / "sites.csv").unlink()

    assert sop("init", "--from", folder).exit_code == 3
    assert store.read_bytes() == before
    assert sop("solve", folder, "--out", workdir / "out").exit_code == 3
    assert not (workdir / "out").exists()


def test_every_fault_of_a_folder_is_told_at_once(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "bad")
    (folder / "sites.csv").unlink()
    with_value("demand_forecasts", ROW, QUANTITY, "many")(folder)
    edited("work_centers", lambda f: f.drop(columns="HOURS_PER_DAY"))(folder)

    told = sop("init", "--from", folder).stderr

    assert "3 faults" in told
    assert all(word in told for word in ("sites.csv", "'many'", "HOURS_PER_DAY"))


def test_an_extra_column_is_accepted_and_named(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "extra")
    with_all("products", "COLOUR", "red")(folder)

    result = sop("init", "--from", folder)

    assert result.exit_code == 0, result.output
    assert "COLOUR" in result.stdout


def test_a_byte_order_mark_is_fine(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "bom")
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert sop("init", "--from", folder).exit_code == 0
