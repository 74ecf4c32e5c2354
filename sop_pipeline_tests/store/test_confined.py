"""What stands in a warehouse file commands nothing: it reads, loads and writes only itself."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.views import PRODUCTION_CAPACITY_SUMMARY
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.store.duckdb_session import connect
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.contract.plans import invented_plan, publication

SECRET = "s3cr3t"  # noqa: S105


@pytest.fixture
def extensions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder extensions would be installed in."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def _sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE scenario_definition (scenario_id INTEGER)")
    connection.commit()
    connection.close()


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({"SCENARIO_ID": [1]}), path)


def _text(path: Path) -> None:
    path.write_text("SCENARIO_ID,SCENARIO_CODE\n1,BASE\n")


@pytest.mark.parametrize(
    ("make", "kind"),
    [(_sqlite, "a SQLite database"), (_parquet, "a Parquet file"), (_text, "something else")],
)
def test_a_file_of_another_kind_is_told_and_fetches_nothing(
    workdir: Path, sop: Sop, extensions: Path, make: Callable[[Path], None], kind: str
) -> None:
    file = workdir / "warehouse.duckdb"
    make(file)
    before = file.read_bytes()
    for command in (("show", "BASE"), ("check",), ("plan", "--all"), ("init",)):
        result = sop(*command)
        assert result.exit_code == 5, command
        assert f"it is {kind}, not a DuckDB database" in " ".join(result.stderr.split())
    assert file.read_bytes() == before
    assert list(extensions.rglob("*")) == []


def test_a_view_reads_no_file_beside_the_warehouse(
    workdir: Path, path: Path, sop: Sop, tmp_path: Path
) -> None:
    assert path == workdir / "warehouse.duckdb"
    (tmp_path / "secret.csv").write_text(f"{SECRET}\n")
    view = (
        f"CREATE OR REPLACE VIEW {PRODUCTION_CAPACITY_SUMMARY} AS "
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}', header = false)"
    )
    with duckdb.connect(path) as connection:
        connection.execute(view)
        assert connection.execute(f"FROM {PRODUCTION_CAPACITY_SUMMARY}").fetchall() == [(SECRET,)]
    refused = sop("check")
    assert refused.exit_code == 5
    assert "nothing outside it" in " ".join(refused.stderr.split())
    assert SECRET not in refused.output


@pytest.mark.parametrize("where", ["file", "memory"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM 'https://example.org/x.csv'",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "ATTACH '{folder}/x.db' (TYPE sqlite)",
        "EXPORT DATABASE '{folder}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET autoload_known_extensions = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_no_statement_leaves_the_warehouse(tmp_path: Path, where: str, statement: str) -> None:
    path = MEMORY if where == "memory" else str(tmp_path / "warehouse.duckdb")
    with connect(path) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path))
    assert {file.name for file in tmp_path.iterdir()} <= {"warehouse.duckdb"}


def test_large_sorts_still_spill_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with connect(str(path)) as connection:
        (folder,) = connection.execute("SELECT current_setting('temp_directory')").fetchone() or ()
        allowed = connection.execute("SELECT current_setting('allowed_directories')").fetchone()
    assert Path(folder) == path.with_name("warehouse.duckdb.tmp")
    assert folder in str(allowed)


def test_a_warehouse_that_is_confined_takes_inputs_and_plans(path: Path) -> None:
    store = DuckDBStore(path)
    store.publish(publication(invented_plan(1)))
    assert len(store.read_plan("BASE")["BUILD_PLAN_SUMMARY"]) == 1


def test_a_pipe_is_no_warehouse(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "warehouse.duckdb")
    with pytest.raises(StoreUnavailable, match="not a file"):
        DuckDBStore(tmp_path / "warehouse.duckdb").read("scenarios")
