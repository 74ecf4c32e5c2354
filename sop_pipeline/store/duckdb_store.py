"""The embedded store: one DuckDB file, or one in memory.

A DuckDB file lets one process write or several read, never both. So a connection here lives for
one read or one publication, and opening waits with bounded back-off.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN_HISTORY
from sop_pipeline.schemas.views import VIEW_SOURCES
from sop_pipeline.store.additions import require_free, require_written, rows_of
from sop_pipeline.store.as_of_queries import AS_OF, earliest_statement, text_of
from sop_pipeline.store.base import NewScenario, Publication
from sop_pipeline.store.bookkeeping import require_latest_known
from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_DUCKDB
from sop_pipeline.store.ddl import TABLES, duckdb_statements, view_name, view_statements
from sop_pipeline.store.duckdb_publication import publish, same_rows
from sop_pipeline.store.duckdb_session import (
    MEMORY,
    NotADatabaseError,
    Session,
    catalog_of,
    connect,
    transaction,
)
from sop_pipeline.store.history import (
    PUBLICATION_SOURCES,
    publication_statement,
    publications_statement,
)
from sop_pipeline.store.identity import follow_scenarios, name_plans
from sop_pipeline.store.queries import QUERIES, key_count_statement, qualified, used_parameters
from sop_pipeline.store.reading import day_of, read_frame, read_plan
from sop_pipeline.store.shape import additions, require_plan_tables

LOCK_TIMEOUT_SECONDS = 30.0
_FIRST_WAIT_SECONDS = 0.02
_LONGEST_WAIT_SECONDS = 0.5

# Two threads of one process share DuckDB's file lock, so their publications queue here.
_WRITE_LOCKS: dict[Path, threading.RLock] = {}


class DuckDBStore:
    """A store in a DuckDB file."""

    storage_kind = "duckdb"

    def __init__(
        self, path: str | Path, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS
    ) -> None:
        """Name the file; nothing is opened yet.

        Args:
            path: The file, or `:memory:`.
            lock_timeout_seconds: How long opening waits for another process to let go.
        """
        self.path = str(path)
        self.lock_timeout_seconds = lock_timeout_seconds
        self._within: ExitStack | None = None
        self._shared: Session | None = None
        self._memory = Session(connect(MEMORY)) if self.path == MEMORY else None

    def __repr__(self) -> str:
        """Name the file."""
        return f"DuckDBStore({self.path!r})"

    @property
    def name(self) -> str:
        """The file."""
        return self.path

    @property
    def identity(self) -> str:
        """The file, wherever one looks from."""
        return f"duckdb:{self.path if self.path == MEMORY else Path(self.path).resolve()}"

    def create(self) -> None:
        """Create every schema, table, column and view that is missing."""
        with self._writing() as session, transaction(session):
            _create_objects(session)

    def replace_inputs(self, tables: Mapping[str, pa.Table]) -> None:
        """Replace all input tables in one transaction; tables not given become empty.

        Published plans follow their scenarios, by code, to the ids these have now.

        Args:
            tables: Arrow tables by name, columns as in `schemas/atomic.py` and
                `schemas/bookkeeping.py`.

        Raises:
            StoreUnavailable: The file is locked or cannot be written.
        """
        with self._writing() as session, transaction(session):
            catalog = _create_objects(session)
            require_latest_known(session, tables, self.name)
            for table in (*ATOMIC_TABLES, *BOOKKEEPING_TABLES):
                session.execute(f"DELETE FROM {table.qualified_name}")
                rows = tables.get(table.name)
                if rows is not None:
                    session.register("incoming", rows)
                    session.execute(
                        f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM incoming"
                    )
            follow_scenarios(session, catalog)

    def add_scenario(self, scenario: NewScenario) -> None:
        """Add a scenario's definition and forecasts in one transaction; others stay.

        Raises:
            UsageError: There is a scenario of its code.
            StoreUnavailable: The file is locked or cannot be written, or the scenario's numbers are
                taken by now.
        """
        self._require_file()
        with self._writing() as session, transaction(session):
            require_free(session, scenario)
            for table, rows in rows_of(scenario, session.catalog):
                session.register("incoming", rows)
                session.execute(
                    f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM incoming"
                )
            require_written(session, scenario)

    def holds_inputs(self, tables: Mapping[str, pa.Table]) -> bool:
        """Whether the stored inputs are these tables, row for row, in any order."""
        with self._reading() as session:
            for table in ATOMIC_TABLES:
                rows = tables.get(table.name)
                if rows is None:
                    rows = pa.Table.from_pandas(table.empty(), preserve_index=False)
                session.register("given", rows)
                names = ", ".join(rows.column_names)
                stored = f"SELECT {names} FROM {table.qualified_name}"
                if not same_rows(session, stored, f"SELECT {names} FROM given"):
                    return False
        return True

    def is_empty(self) -> bool:
        """Whether there is no store file yet, or one without any scenario."""
        if self.path != MEMORY and not Path(self.path).exists():
            return True
        if not self.columns("ATOMIC.SCENARIO_DEFINITION"):
            return True
        with self._reading() as session:
            return session.value("SELECT COUNT(*) FROM ATOMIC.SCENARIO_DEFINITION") == 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let the reads within share one connection: opening costs more than most of them."""
        if self._within is not None:
            yield
            return
        with ExitStack() as opened:
            self._within = opened
            try:
                yield
            finally:
                self._within = self._shared = None

    def read(self, query: str, *, as_of: dt.date | None = None, **parameters: Any) -> pd.DataFrame:
        """Run a named query with bound parameters; parameters it does not use are left out."""
        text, sources = text_of(QUERIES[query], as_of)
        bound = used_parameters(text, {**parameters, AS_OF: as_of})
        return self._frame(text, sources, bound)

    def columns(self, relation: str) -> tuple[str, ...]:
        """Column names of a table or view, upper case; empty where it does not exist."""
        with self._reading() as session:
            return catalog_of(session, self._file).columns(relation)

    def key_counts(self, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """Rows of an input table per key: the key's columns and ROW_COUNT."""
        statement = key_count_statement(table, columns)
        return self._frame(statement, [qualified(table)], {})

    def view_text(self, view: str) -> str:
        """The definition of a view as stored; empty where there is none."""
        schema, name = view.split(".")
        with self._reading() as session:
            text = session.value(
                "SELECT sql FROM duckdb_views() "
                "WHERE UPPER(schema_name) = $schema AND UPPER(view_name) = $name",
                {"schema": schema, "name": name},
            )
        return text or ""

    def earliest(self, table: str, scenario_id: int) -> dt.date | None:
        """First day on which anything of an input table was known; None where that is not told."""
        statement = earliest_statement(table)
        bound = used_parameters(statement, {"scenario_id": scenario_id})
        return day_of(self._frame(statement, [qualified(table)], bound))

    def require_plan_tables(self) -> None:
        """Refuse plan tables that cannot hold a plan; a publication adds later columns itself."""
        with self._reading() as session:
            require_plan_tables(catalog_of(session, self._file), self.name, completed=True)

    def publications(self, scenario_code: str) -> pd.DataFrame:
        """The scenario's publications in the history, the latest first."""
        with self._reading() as session:
            statement = publications_statement(catalog_of(session, self._file))
        return self._frame(statement, PUBLICATION_SOURCES, {"scenario_code": scenario_code})

    def read_publication(self, scenario_code: str, run_id: str) -> pd.DataFrame:
        """What a run published of a scenario: its rows of RECOMMENDED_BUILD_PLAN_HISTORY."""
        with self._reading() as session:
            statement = publication_statement(catalog_of(session, self._file))
        named = {"scenario_code": scenario_code, "run_id": run_id}
        rows = self._frame(statement, PUBLICATION_SOURCES, named)
        return RECOMMENDED_BUILD_PLAN_HISTORY.typed(rows)

    def publish(self, publication: Publication) -> None:
        """Replace one scenario's plan and append its history, in one transaction.

        The plan is staged and verified first; what was written is read back and compared before
        the commit. A fault or a crash anywhere leaves the old plan whole.

        Raises:
            UsageError: The scenario has got another id since its inputs were read.
            StoreUnavailable: The file is locked, cannot be written, or reads back otherwise, or
                its plan tables cannot hold a plan.
        """
        self._require_file()
        with self._writing() as session:
            require_plan_tables(session.catalog, self.name, completed=True)
            publish(session, publication)

    def read_plan(self, scenario_code: str) -> dict[str, pd.DataFrame]:
        """The published plan of a scenario: one frame per result table, empty where none is."""
        with self._reading() as session:
            return read_plan(session, catalog_of(session, self._file), scenario_code)

    def _frame(
        self, sql: str, sources: Sequence[str], parameters: Mapping[str, Any]
    ) -> pd.DataFrame:
        """Run a query over our names on what is there."""
        with self._reading() as session:
            catalog = catalog_of(session, self._file)
            if not catalog.relations:
                raise StoreUnavailable(self._incomplete)
            return read_frame(session, catalog, sql, sources, parameters)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        if self._shared is None:
            self._require_file()
        with self._translated_errors():
            if self._within is None:
                with self._open(read_only=True) as session:
                    yield session
                return
            if self._shared is None:
                self._shared = self._within.enter_context(self._open(read_only=True))
            yield self._shared

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with _WRITE_LOCKS.setdefault(Path(self.path).resolve(), threading.RLock()):
            if self.path != MEMORY:
                self._make_folder()
            with self._translated_errors(), self._open(read_only=False) as session:
                yield session

    def _require_file(self) -> None:
        """Opening would make an empty file where there is none."""
        if self.path != MEMORY and not Path(self.path).exists():
            msg = f"There is no warehouse at {self.path}. Run `sop init` to create it."
            raise StoreUnavailable(msg)

    def _make_folder(self) -> None:
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"The folder of the warehouse {self.path} could not be made: {error}"
            raise StoreUnavailable(msg) from None

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Tell a statement's fault in the store's own words."""
        try:
            yield
        except duckdb.CatalogException as error:
            msg = f"{self._incomplete} {error}"
            raise StoreUnavailable(msg) from error
        except duckdb.PermissionException as error:
            msg = (
                f"The warehouse {self.path} failed: what stands in it, a view say, may read, load "
                f"and write nothing outside it. {error}"
            )
            raise StoreUnavailable(msg) from error
        except duckdb.Error as error:
            msg = f"The warehouse {self.path} failed: {error}"
            raise StoreUnavailable(msg) from error

    @contextmanager
    def _open(self, *, read_only: bool) -> Iterator[Session]:
        if self._memory is not None:
            try:
                yield self._memory
            finally:
                if not read_only:
                    self._memory.forget_catalog()
            return
        connection = self._wait_for_lock(read_only=read_only)
        try:
            yield Session(connection)
        finally:
            connection.close()

    def _wait_for_lock(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.lock_timeout_seconds
        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                return connect(self.path, read_only=read_only)
            except NotADatabaseError as error:
                msg = (
                    f"The warehouse {self.path} could not be opened: {error}. Name another file in "
                    "SOP_WAREHOUSE; `sop init` makes it."
                )
                raise StoreUnavailable(msg) from None
            except duckdb.Error as error:
                if not _is_lock(error):
                    msg = f"The warehouse {self.path} could not be opened: {error}"
                    raise StoreUnavailable(msg) from error
                if time.monotonic() >= deadline:
                    raise StoreUnavailable(self._locked_message(error)) from error
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    @property
    def _file(self) -> Path | None:
        return None if self._memory is not None else Path(self.path)

    @property
    def _incomplete(self) -> str:
        return f"The warehouse {self.path} is incomplete. Run `sop init` to complete it."

    def _locked_message(self, error: duckdb.Error) -> str:
        holder = re.search(r"held in (.*? \(PID \d+\))", str(error))
        who = holder.group(1) if holder else "another connection of this process"
        return (
            f"The warehouse {self.path} is locked by {who}; waited "
            f"{self.lock_timeout_seconds:g} s. Let it finish or end it, then run again."
        )


def _is_lock(error: duckdb.Error) -> bool:
    text = str(error)
    return "Could not set lock" in text or "different configuration" in text


def _create_objects(session: Session) -> Catalog:
    """Create what is missing, and complete what an earlier release has made."""
    for statement in duckdb_statements():
        session.execute(statement)
    complete = Catalog.read(session, OF_DUCKDB)
    added = list(additions(complete, TABLES))
    if added:
        for statement in added:
            session.execute(statement)
        complete = Catalog.read(session, OF_DUCKDB)
    name_plans(session, complete)
    for statement in view_statements():
        # A view a customer has replaced stays theirs, so that the checks can judge it.
        view = view_name(statement)
        if not complete.columns(view):
            session.execute(complete.fitted(statement, VIEW_SOURCES[view]))
    return complete
