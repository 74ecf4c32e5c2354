"""A DuckDB file lets one process write or several read: opening waits, and then says who holds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from pathlib import Path

import duckdb
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.store import DuckDBStore
from sop_pipeline_tests.contract.plans import invented_plan, publication
from sop_pipeline_tests.store.conftest import Hold


def read(store: DuckDBStore) -> int:
    return len(store.read("scenarios"))


def publish(store: DuckDBStore) -> int:
    store.publish(publication(invented_plan(1)))
    return len(store.read_plan("BASE")["BUILD_PLAN_SUMMARY"])


def waits_until_let_go(
    path: Path, hold: Hold, work: Callable[[DuckDBStore], int], *, read_only: bool
) -> int:
    with ThreadPoolExecutor(1) as pool:
        with hold(read_only):
            waiting = pool.submit(work, DuckDBStore(path))
            with pytest.raises(StillWaiting):
                waiting.result(timeout=0.3)
        return waiting.result()


def test_a_reader_waits_for_a_writing_process(path: Path, hold: Hold) -> None:
    assert waits_until_let_go(path, hold, read, read_only=False) == 2


def test_a_publication_waits_for_a_reading_process(path: Path, hold: Hold) -> None:
    assert waits_until_let_go(path, hold, publish, read_only=True) == 1


def test_readers_do_not_wait_for_each_other(path: Path, hold: Hold) -> None:
    with hold(True):
        assert read(DuckDBStore(path, lock_timeout_seconds=0)) == 2


@pytest.mark.parametrize(
    ("work", "read_only"), [(read, False), (publish, True)], ids=["read", "publish"]
)
def test_past_the_timeout_the_message_names_the_holder(
    path: Path, hold: Hold, work: Callable[[DuckDBStore], int], read_only: bool
) -> None:
    with (
        hold(read_only) as holder,
        pytest.raises(StoreUnavailable, match=rf"\(PID {holder.pid}\)") as told,
    ):
        work(DuckDBStore(path, lock_timeout_seconds=0.1))
    assert told.value.exit_status == 5
    assert str(path) in str(told.value)


def test_a_lock_of_this_process_is_told_as_such(path: Path) -> None:
    with (
        duckdb.connect(path),
        pytest.raises(StoreUnavailable, match="another connection of this process"),
    ):
        read(DuckDBStore(path, lock_timeout_seconds=0.1))


def test_no_connection_outlives_its_read(path: Path) -> None:
    store = DuckDBStore(path)
    with store.reading():
        read(store)
    read(store)
    duckdb.connect(path).close()
