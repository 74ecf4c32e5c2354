"""The instance's event log in SQLite: connections kept open, and nothing told twice.

Dagster's own opens an engine for each event, which costs more than all else it does for a short
run, and asks a thousand times which tables there are. It keeps each picture in the run's file and
in the index of all runs, every check three times, and for each value handed from step to step four
events that it was. Here a picture stands in the index alone, where the asset's page finds it, a
check in the run's file and in the table of checks, and what was handed on is told by the
materialisation and by the output it is executed again from. Files and tables are the same, so
either class reads the other's.

Does not belong here: what a run records otherwise, and how long it is kept (`retention`).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
import sqlalchemy as sa
from dagster import DagsterEventType as Kind
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from sqlalchemy import event as engine_event
from sqlalchemy.exc import DatabaseError

from sop_pipeline.automation.dagster_internals.migrations import read_migrations_once

_MOST_KEPT = 8
_INDEX = "index"
_BUSY_SECONDS = 60
_PAGE_BYTES = 512
"""Events are texts of a kilobyte: with SQLite's own 4 kB a run's file is a quarter larger."""
_INSERT_EVENT = SqlEventLogStorageTable.insert()
_MIRRORED = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}
"""Events that stand in the index of all runs too."""
_ENDS = {Kind.RUN_SUCCESS, Kind.RUN_FAILURE, Kind.RUN_CANCELED}
_OF_ASSETS = {Kind.ASSET_MATERIALIZATION, Kind.ASSET_CHECK_EVALUATION}
_HANDED_ON = {Kind.STEP_INPUT, Kind.LOADED_INPUT, Kind.HANDLED_OUTPUT}
_ON_ITS_PAGE = json.loads(dg.serialize_value(dg.MetadataValue.text("On the page of the asset.")))
_LONGEST_IN_RUN = 1_000
"""Characters of an entry of metadata, such as a picture, that stands in the index alone."""


class KeptConnectionsEventLog(SqliteEventLogStorage):
    """Dagster's event log, with one connection kept per database."""

    def __init__(self, home: str, inst_data: Any = None) -> None:
        """Open nothing yet.

        Args:
            home: DAGSTER_HOME; the events lie where Dagster's own class keeps them in it.
            inst_data: How Dagster makes this object anew in another process.
        """
        read_migrations_once()
        self._engines: dict[str, sa.Engine] = {}
        self._present: set[str] = set()
        super().__init__(str(Path(home) / "history" / "runs"), inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Fields of dagster.yaml."""
        return {"home": dg.StringSource}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> Self:
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
        kind = event.dagster_event_type
        if _tells_nothing(event):
            return
        event = _trimmed(event)
        row = self._event_to_row(event)
        if kind != Kind.ASSET_CHECK_EVALUATION_PLANNED:
            with self.run_connection(event.run_id) as connection:
                connection.execute(_INSERT_EVENT, row | {"event": _shortened(row["event"])})
        if kind in _MIRRORED:
            self._mirror(event, row)

    def _mirror(self, event: dg.EventLogEntry, row: dict[str, Any]) -> None:
        kind = event.dagster_event_type
        with self.index_connection() as connection:
            number = connection.execute(_INSERT_EVENT, row).lastrowid
            if kind in ASSET_EVENTS:
                self._store_asset_event_tags(connection, [event], [number])
                self._store_asset_event(connection, event, number)
            if kind in _ENDS:
                _forget_check_events(connection, event.run_id)
        if kind in ASSET_CHECK_EVENTS:
            self.store_asset_check_event(event, number)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table: what is there stays, so it is asked for only once."""
        if table_name not in self._present and super().has_table(table_name):
            self._present.add(table_name)
        return table_name in self._present

    def _kept_engine(self, shard: str) -> sa.Engine:
        engine = self._engines.pop(shard, None) or _new_engine(
            self.conn_string_for_shard(shard), small_pages=shard != _INDEX
        )
        self._engines[shard] = engine
        if len(self._engines) > _MOST_KEPT:
            longest_unused = next(iter(self._engines))
            self._engines.pop(longest_unused).dispose()
        return engine

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events, and the file that held them."""
        super().delete_events(run_id)
        self._let_go_of(run_id)
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path_for_shard(run_id)}{ending}").unlink(missing_ok=True)

    def set_aside(self, run_id: str) -> Path:
        """Put a run's damaged file aside, so that a new one takes its events.

        Returns:
            Where it lies now.
        """
        self._let_go_of(run_id)
        path = Path(self.path_for_shard(run_id))
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        return aside

    def wipe(self) -> None:
        """Delete every event, and let go of the deleted files."""
        super().wipe()
        self._let_go()

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        self._let_go()

    def _let_go_of(self, run_id: str) -> None:
        kept = self._engines.pop(run_id, None)
        if kept is not None:
            kept.dispose()
        self._initialized_dbs.discard(run_id)

    def _let_go(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


def is_damage(error: DatabaseError) -> bool:
    """Whether a file is no database any more, or lacks a table; else it is away or locked."""
    text = str(error.orig)
    return any(sign in text for sign in ("not a database", "malformed", "no such table"))


def _tells_nothing(event: dg.EventLogEntry) -> bool:
    """Whether an event only says that a value went from step to step, or a check has a result."""
    kind, dagster_event = event.dagster_event_type, event.dagster_event
    if dagster_event is None or kind != Kind.STEP_OUTPUT:
        return kind in _HANDED_ON
    output = dagster_event.step_output_data.step_output_handle.output_name
    return output.startswith(f"{dagster_event.step_key}_")  # as Dagster names the outputs of checks


def _trimmed(event: dg.EventLogEntry) -> dg.EventLogEntry:
    """The event without what says again where it happened."""
    dagster_event = event.dagster_event
    if dagster_event is None:
        return event
    # A step is executed again by the handles of its own events.
    handle = None if dagster_event.event_type in _OF_ASSETS else dagster_event.step_handle
    return event._replace(dagster_event=dagster_event._replace(logging_tags={}, step_handle=handle))


def _shortened(text: str) -> str:
    """An event's text for its run's file, without long metadata of a materialisation."""
    record = json.loads(text)
    data = (record["dagster_event"] or {}).get("event_specific_data") or {}
    for entry in data.get("materialization", {}).get("metadata_entries", ()):
        if len(json.dumps(entry)) > _LONGEST_IN_RUN:
            entry["entry_data"] = _ON_ITS_PAGE
    return json.dumps(record, separators=(",", ":"))


def _forget_check_events(index: sa.Connection, run_id: str) -> None:
    """Delete a run's checks from the index's events: the table of checks and its file have them.

    Not before its end, whose own row comes after them: the numbers of deleted rows would be given
    to others.
    """
    kinds = [kind.value for kind in ASSET_CHECK_EVENTS]
    events = SqlEventLogStorageTable
    index.execute(
        events.delete().where(
            events.c.run_id == run_id, events.c.dagster_event_type.in_(sorted(kinds))
        )
    )


def _new_engine(url: str, *, small_pages: bool) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    def prepare(connection: Any, _record: Any) -> None:
        # With a write-ahead log this can lose the last events to a power cut, and corrupts none.
        connection.execute("PRAGMA synchronous=NORMAL")
        if small_pages:  # of a file that is still empty
            connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")

    engine_event.listen(engine, "connect", prepare)
    return engine
