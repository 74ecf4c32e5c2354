"""The instance's event log in SQLite, its connections kept open between events.

Dagster's own opens an engine for each event and compiles every statement anew, which costs more
than all else it does for a short run. Files and tables are the same, so either reads the other's.
Does not belong here: what is recorded.
"""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import dagster as dg
import sqlalchemy as sa
from dagster._config.config_schema import UserConfigSchema
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

_MOST_KEPT = 8
_PAGE_BYTES = 512
"""Events are texts of a kilobyte: with SQLite's own 4 kB a run's file is a quarter larger."""
_OF_A_TRANSACTION = ("BEGIN TRANSACTION;", "COMMIT;")
YES_HOLDS_SECONDS = 1.0
"""How long a partition that was seen is taken to be there."""
_INSERT_EVENT = SqlEventLogStorageTable.insert()
_MIRRORED = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}
"""Events that stand in the index of all runs too."""


class KeptConnectionsEventLog(SqliteEventLogStorage):
    """Dagster's event log, with one connection kept per database."""

    def __init__(self, home: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open nothing yet.

        Args:
            home: DAGSTER_HOME; the events lie where Dagster's own class keeps them in it.
            inst_data: How Dagster makes this object anew in another process.
        """
        self._engines: dict[str, sa.Engine] = {}
        self._present: set[str] = set()
        self._seen_partitions: dict[tuple[str, str], float] = {}
        super().__init__(str(Path(home) / "history" / "runs"), inst_data)

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Fields of dagster.yaml."""
        return {"home": dg.StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Made by Dagster from dagster.yaml."""
        return cls(config_value["home"], inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._kept_engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event in its run's file, and what concerns more than the run in the index.

        Args:
            event: What happened. Its row is made once, and the statement compiled once.
        """
        row, kind = self._event_to_row(event), event.dagster_event_type
        with self.run_connection(event.run_id) as connection:
            connection.execute(_INSERT_EVENT, row)
        if kind not in _MIRRORED:
            return
        with self.index_connection() as connection:
            number = connection.execute(_INSERT_EVENT, row).lastrowid
            if kind in ASSET_EVENTS:
                self._store_asset_event_tags(connection, [event], [number])
                self._store_asset_event(connection, event, number)
        if kind in ASSET_CHECK_EVENTS:
            self.store_asset_check_event(event, number)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table."""
        has = super().has_table
        return self._stays(f"table {table_name}", lambda: has(table_name))

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration of the index is complete."""
        has = super().has_secondary_index
        return self._stays(f"migration {name}", lambda: has(name))

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        has = super()._has_asset_key_col_on_connection
        return self._stays(f"column {column_name}", lambda: has(conn, column_name))

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether there is a partition; a yes holds for a second, in which a run asks often."""
        asked, now = (partitions_def_name, partition_key), time.monotonic()
        if now > self._seen_partitions.get(asked, -math.inf) + YES_HOLDS_SECONDS:
            self._seen_partitions.pop(asked, None)
            if not super().has_dynamic_partition(*asked):
                return False
            self._seen_partitions[asked] = now
        return True

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Remove a partition."""
        self._seen_partitions.pop((partitions_def_name, partition_key), None)
        super().delete_dynamic_partition(partitions_def_name, partition_key)

    def _stays(self, part: str, ask: Callable[[], bool]) -> bool:
        """Whether the schema has a part: what is there stays, so it is asked for only once."""
        if part not in self._present and ask():
            self._present.add(part)
        return part in self._present

    def _kept_engine(self, shard: str) -> sa.Engine:
        engine = self._engines.pop(shard, None) or _new_engine(self.conn_string_for_shard(shard))
        self._engines[shard] = engine
        if len(self._engines) > _MOST_KEPT:
            longest_unused = next(iter(self._engines))
            self._engines.pop(longest_unused).dispose()
        return engine

    def _initdb(self, engine: sa.Engine, for_index_shard: bool = False) -> None:
        """Make what is missing; a run's file in one transaction, as Dagster would make it."""
        path = Path(engine.url.database or "")
        if for_index_shard or (path.exists() and path.stat().st_size):
            super()._initdb(engine, for_index_shard)
        else:
            self._make_file(path)

    def _make_file(self, path: Path) -> None:
        """Make a run's file: another process may do so too, or this one be killed at it."""
        with closing(sqlite3.connect(path, isolation_level=None)) as made:
            made.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_SECONDS * 1000}")
            made.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("BEGIN IMMEDIATE")
            if made.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,):
                for statement in self._statements:
                    made.execute(statement)
            made.execute("COMMIT")

    @cached_property
    def _statements(self) -> list[str]:
        """What makes a run's file: asked of one in memory, made in Dagster's own way."""
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        super()._initdb(engine)
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            return [line for line in raw.iterdump() if line not in _OF_A_TRANSACTION]

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events, and the file that held them."""
        super().delete_events(run_id)
        kept = self._engines.pop(run_id, None)
        if kept is not None:
            kept.dispose()
        self._initialized_dbs.discard(run_id)
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path_for_shard(run_id)}{ending}").unlink(missing_ok=True)

    def set_aside(self, run_id: str) -> Path:
        """Put a run's damaged file aside, so that a new one takes its events.

        Returns:
            Where it lies now.
        """
        kept = self._engines.pop(run_id, None)
        if kept is not None:
            kept.dispose()
        self._initialized_dbs.discard(run_id)
        path = Path(self.path_for_shard(run_id))
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        return aside

    def wipe(self) -> None:
        """Delete every event, and let go of the deleted files."""
        super().wipe()
        self._seen_partitions.clear()
        self._let_go()

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        self._let_go()

    def _let_go(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


def is_damage(error: DatabaseError) -> bool:
    """Whether a file is no database any more, or lacks a table; else it is away or locked."""
    text = str(error.orig)
    return any(sign in text for sign in ("not a database", "malformed", "no such table"))


def _new_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _sync_at_checkpoints)
    return engine


def _sync_at_checkpoints(connection: Any, _record: Any) -> None:
    """With a write-ahead log this can lose the last events to a power cut, and corrupts none."""
    connection.execute("PRAGMA synchronous=NORMAL")
