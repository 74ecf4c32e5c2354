"""What can be wrong with the file: each is told as what it is, and nothing is lost."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.contract.plans import invented_plan, publication

AFTER_HEADERS = 3 * 4096


def test_a_missing_file_says_how_to_make_one(workdir: Path, sop: Sop) -> None:
    result = sop("show", "BASE")
    assert result.exit_code == 5
    assert f"no warehouse at {workdir / 'warehouse.duckdb'}" in result.stderr
    assert "Run `sop init`" in result.stderr
    assert not (workdir / "warehouse.duckdb").exists()


def test_publishing_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with pytest.raises(StoreUnavailable, match="no warehouse at"):
        DuckDBStore(path).publish(publication(invented_plan(1)))
    assert not path.exists()


def _text(path: Path) -> None:
    path.write_text("PRODUCT_ID,PRODUCT_NAME\n" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:AFTER_HEADERS])


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(AFTER_HEADERS, len(content), 512):
        content[start] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("corrupt", [_text, _empty, _folder, _cut, _flipped])
def test_a_corrupt_file_is_told_and_not_touched(
    path: Path, corrupt: Callable[[Path], None]
) -> None:
    corrupt(path)
    before = path.read_bytes() if path.is_file() else b""
    for use in (
        lambda w: [w.read(query, scenario_id=1) for query in ("scenarios", "demand_from_view")],
        lambda w: w.publish(publication(invented_plan(1))),
    ):
        with pytest.raises(StoreUnavailable, match=str(path)) as told:
            use(DuckDBStore(path))
        assert told.value.exit_status == 5
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_block_that_went_bad_below_a_sound_header_is_told(path: Path) -> None:
    store = DuckDBStore(path)
    store.publish(publication(invented_plan(1, rows=20_000)))
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 4, 3 * len(content) // 4, 512):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match=str(path)):
        store.read_plan("BASE")


def test_a_file_without_tables_says_how_to_complete_it(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(path).close()
    store = DuckDBStore(path)
    assert store.is_empty()
    with pytest.raises(StoreUnavailable, match="Run `sop init`"):
        store.read("scenarios")
    store.create()
    assert store.read("scenarios").empty


# As root every folder may be written to, except where there is no place for files at all.
@pytest.mark.parametrize("folder", ["/proc/self", "/proc/nowhere", "{file}/below"])
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path, folder: str) -> None:
    file = tmp_path / "file"
    file.touch()
    path = Path(folder.format(file=file)) / "warehouse.duckdb"
    with pytest.raises(StoreUnavailable, match=str(path)) as told:
        DuckDBStore(path).create()
    assert told.value.exit_status == 5


_PUBLISH = """
import sys
from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.store import DuckDBStore
from sop_pipeline_tests.contract.plans import invented_plan, publication
try:
    DuckDBStore(sys.argv[1]).publish(publication(invented_plan(1, 0.75, rows=20_000), "full"))
except StoreUnavailable as error:
    sys.exit(error.exit_status)
"""


def test_a_full_disk_leaves_the_old_plan(path: Path) -> None:
    store = DuckDBStore(path)
    store.publish(publication(invented_plan(1)))
    before = store.read_plan("BASE")
    size = path.stat().st_size
    full = subprocess.run(
        [sys.executable, "-c", _PUBLISH, str(path)],
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert full.returncode == 5
    assert all(frame.equals(before[name]) for name, frame in store.read_plan("BASE").items())


_DIE = """
import os, signal, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("UPDATE SOP_LOGISTICS.BUILD_PLAN_SUMMARY SET STATUS = 'committed'")
connection.execute("BEGIN")
connection.execute("DELETE FROM SOP_LOGISTICS.BUILD_PLAN_SUMMARY")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_file_of_a_killed_writer_opens_with_what_was_committed(path: Path) -> None:
    store = DuckDBStore(path)
    store.publish(publication(invented_plan(1)))
    died = subprocess.run([sys.executable, "-c", _DIE, str(path)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert path.with_name(f"{path.name}.wal").exists()
    assert list(store.read_plan("BASE")["BUILD_PLAN_SUMMARY"]["STATUS"]) == ["committed"]
    store.publish(publication(invented_plan(1), "next"))
    assert list(store.read_plan("BASE")["BUILD_PLAN_SUMMARY"]["STATUS"]) == ["text"]


def test_a_warehouse_in_memory_tells_its_faults_too() -> None:
    with pytest.raises(StoreUnavailable, match="Run `sop init`"):
        DuckDBStore(MEMORY).read("scenarios")
