"""Snowflake as the store: reads share a connection, a publication has one of its own.

Every operation is safe to repeat as a whole, on a new connection; that is how a failure that may
pass by itself is retried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.atomic import ATOMIC_TABLES, SCENARIO_DEFINITION
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.plan import PLAN_TABLES, RECOMMENDED_BUILD_PLAN_HISTORY
from sop_pipeline.schemas.table import Table
from sop_pipeline.schemas.views import VIEW_SOURCES
from sop_pipeline.store.additions import is_written, require_free, require_written, rows_of
from sop_pipeline.store.as_of_queries import AS_OF, earliest_statement, text_of
from sop_pipeline.store.base import NewScenario, Publication
from sop_pipeline.store.bookkeeping import require_latest_known
from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_SNOWFLAKE
from sop_pipeline.store.ddl import (
    PUBLICATION_TURN,
    SNOWFLAKE,
    TABLES,
    create_table,
    schema_statements,
    turn_statements,
    view_name,
    view_statements,
)
from sop_pipeline.store.history import (
    PUBLICATION_SOURCES,
    publication_statement,
    publications_statement,
)
from sop_pipeline.store.identity import follow_scenarios, name_plans
from sop_pipeline.store.queries import QUERIES, key_count_statement, qualified, used_parameters
from sop_pipeline.store.reading import day_of, read_frame
from sop_pipeline.store.shape import additions, require_plan_tables
from sop_pipeline.store.snowflake_errors import Failure, LockHeldError, Retries, reason_of
from sop_pipeline.store.snowflake_loading import Staged, arrow, copy, staged, stored_rows
from sop_pipeline.store.snowflake_publication import (
    Publishing,
    read_whole_plan,
    take_turn,
)
from sop_pipeline.store.snowflake_reader import Reader, forget_reader, reader
from sop_pipeline.store.snowflake_session import (
    Session,
    connected,
    driver_errors,
    transaction,
)
from sop_pipeline.store.snowflake_settings import LOCK_TIMEOUT_SECONDS, SnowflakeSettings

T = TypeVar("T")

_OURS = (*BOOKKEEPING_TABLES, *PLAN_TABLES)
"""The tables that are never a customer's own."""


class SnowflakeStore:
    """A store in a Snowflake database."""

    storage_kind = "snowflake"

    def __init__(
        self,
        settings: SnowflakeSettings,
        retries: Retries = Retries(LOCK_TIMEOUT_SECONDS),  # noqa: B008
    ) -> None:
        """Keep the settings; nothing is connected yet.

        Args:
            settings: Where it is and who asks.
            retries: How long to wait for what may pass by itself.
        """
        self._settings = settings
        self._retries = retries

    def __repr__(self) -> str:
        """Name the database."""
        return f"SnowflakeStore({self.name})"

    @property
    def name(self) -> str:
        """The database, or the named connection that says which."""
        where = self._settings.database or f"of connection {self._settings.connection_name}"
        return f"Snowflake database {where}"

    @property
    def identity(self) -> str:
        """The account and the database, or the named connection that says which."""
        s = self._settings
        server = s.host or s.account.lower()
        where = [server, s.port, s.connection_name, s.database.upper()]
        return f"snowflake:{'/'.join(part for part in where if part)}"

    def create(self) -> None:
        """Create every schema, table, column and view that is missing."""

        def complete(session: Session) -> None:
            name_plans(session, _create_missing(session))

        self._run(complete)

    def replace_inputs(self, tables: Mapping[str, pa.Table]) -> None:
        """Replace all input tables in one transaction; tables not given become empty.

        Published plans follow their scenarios, by code, to the ids these have now.

        Args:
            tables: Arrow tables by name, columns as in `schemas/atomic.py` and
                `schemas/bookkeeping.py`.

        Raises:
            StoreUnavailable: It cannot be reached, or it refuses a row.
        """
        every = (*ATOMIC_TABLES, *BOOKKEEPING_TABLES)
        given = [(table, tables[table.name]) for table in every if table.name in tables]

        def load(session: Session, catalog: Catalog, rows: Sequence[Staged]) -> None:
            with transaction(session):
                take_turn(session)
                require_latest_known(session, tables, self.name)
                name_plans(session, catalog)
                for table in every:
                    session.execute(f"DELETE FROM {table.qualified_name}")
                for one in rows:
                    copy(session, one)
                follow_scenarios(session, catalog)

        def replace(session: Session) -> None:
            catalog = _create_missing(session, TABLES)
            with staged(session, given) as rows:
                self._retries.retry(lambda: load(session, catalog, rows), only=Failure.LOCKED)

        self._run(replace)

    def add_scenario(self, scenario: NewScenario) -> None:
        """Add a scenario's definition and forecasts in one transaction; others stay.

        Where the answer to the commit is lost, the next attempt looks whether it happened.

        Raises:
            UsageError: There is a scenario of its code.
            StoreUnavailable: It cannot be reached or is locked, it refuses a row, or the scenario's
                numbers are taken by now.
        """
        commits: list[str] = []

        def load(session: Session, rows: Sequence[Staged]) -> None:
            with transaction(session):
                take_turn(session)
                if commits and is_written(session, scenario):
                    return
                require_free(session, scenario)
                for one in rows:
                    copy(session, one)
                require_written(session, scenario)
                commits.append(scenario.code)

        def add(session: Session) -> None:
            given = rows_of(scenario, Catalog.read(session, OF_SNOWFLAKE))
            with staged(session, given) as rows:
                self._retries.retry(lambda: load(session, rows), only=Failure.LOCKED)

        self._run(add)

    def holds_inputs(self, tables: Mapping[str, pa.Table]) -> bool:
        """Whether the stored inputs are these tables, row for row, in any order."""

        def compare(session: Session) -> bool:
            for table in ATOMIC_TABLES:
                given = stored_rows(table, tables.get(table.name, arrow(table.empty())))
                names = ", ".join(given.column_names)
                stored = session.table(f"SELECT {names} FROM {table.qualified_name}")
                if not _same_rows(stored.cast(given.schema), given):
                    return False
            return True

        return self._run(compare)

    def is_empty(self) -> bool:
        """Whether there is no scenario in it, or nothing at all."""
        table = SCENARIO_DEFINITION.qualified_name

        def look(reader: Reader) -> bool:
            if not reader.catalog.columns(table):
                return True
            return reader.session.value(f"SELECT COUNT(*) FROM {table}") == 0

        return self._read(look)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let the reads within share one connection, as all reads do here while it works."""
        yield

    def read(self, query: str, *, as_of: dt.date | None = None, **parameters: Any) -> pd.DataFrame:
        """Run a named query with bound parameters, over the tables as the customer has them."""
        text, sources = text_of(QUERIES[query], as_of)
        bound = used_parameters(text, {**parameters, AS_OF: as_of})
        return self._read(
            lambda reader: read_frame(reader.session, reader.catalog, text, sources, bound)
        )

    def columns(self, relation: str) -> tuple[str, ...]:
        """Column names of a table or view, upper case; empty where it does not exist."""
        return self._read(lambda reader: reader.catalog.columns(relation))

    def key_counts(self, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """Rows of an input table per key: the key's columns and ROW_COUNT."""
        statement = key_count_statement(table, columns)
        source = qualified(table)
        return self._read(
            lambda reader: read_frame(reader.session, reader.catalog, statement, [source], {})
        )

    def view_text(self, view: str) -> str:
        """The definition of a view as stored; empty where it cannot be read."""
        schema, name = view.split(".")
        query = (
            "SELECT VIEW_DEFINITION FROM INFORMATION_SCHEMA.VIEWS "
            "WHERE UPPER(TABLE_SCHEMA) = $schema AND UPPER(TABLE_NAME) = $name"
        )
        text = self._read(
            lambda reader: reader.session.value(query, {"schema": schema, "name": name})
        )
        return text or ""

    def earliest(self, table: str, scenario_id: int) -> dt.date | None:
        """First day on which anything of an input table was known; None where that is not told."""
        text, source = earliest_statement(table), qualified(table)
        bound = used_parameters(text, {"scenario_id": scenario_id})
        return day_of(
            self._read(
                lambda reader: read_frame(reader.session, reader.catalog, text, [source], bound)
            )
        )

    def require_plan_tables(self) -> None:
        """Refuse plan tables that cannot hold a plan; the planner's role may not alter them."""
        forget_reader()  # it may have known the tables before they were mended
        self._read(lambda reader: require_plan_tables(reader.catalog, self.name, completed=False))

    def publications(self, scenario_code: str) -> pd.DataFrame:
        """The scenario's publications in the history, the latest first."""
        code = {"scenario_code": scenario_code}
        return self._read(
            lambda reader: read_frame(
                reader.session,
                reader.catalog,
                publications_statement(reader.catalog),
                PUBLICATION_SOURCES,
                code,
            )
        )

    def read_publication(self, scenario_code: str, run_id: str) -> pd.DataFrame:
        """What a run published of a scenario: its rows of RECOMMENDED_BUILD_PLAN_HISTORY."""
        named = {"scenario_code": scenario_code, "run_id": run_id}
        rows = self._read(
            lambda reader: read_frame(
                reader.session,
                reader.catalog,
                publication_statement(reader.catalog),
                PUBLICATION_SOURCES,
                named,
            )
        )
        return RECOMMENDED_BUILD_PLAN_HISTORY.typed(rows)

    def publish(self, publication: Publication) -> None:
        """Replace one scenario's plan and append its history, in one transaction.

        What was written is read back and compared before the commit. A fault or a crash anywhere
        leaves the old plan whole. Where the answer to the commit is lost, the next attempt looks
        whether it happened: by then another plan may have followed, which must stay.

        Raises:
            UsageError: The scenario has got another id since its inputs were read.
            StoreUnavailable: It cannot be reached or is locked, its plan tables cannot hold a
                plan, or it refuses a row.
        """
        self._run(Publishing(publication, self._retries, self.name).attempt)

    def read_plan(self, scenario_code: str) -> dict[str, pd.DataFrame]:
        """The published plan of a scenario: one frame per result table, empty where none is."""
        return self._read(
            lambda reader: read_whole_plan(reader.session, reader.catalog, scenario_code)
        )

    def _read(self, query: Callable[[Reader], T]) -> T:
        def attempt() -> T:
            with reader(self._settings) as taken:
                return query(taken)

        with self._translated_errors():
            return self._retries.retry(attempt)

    def _run(self, operation: Callable[[Session], T]) -> T:
        def attempt() -> T:
            with connected(self._settings) as session:
                return operation(session)

        with self._translated_errors():
            return self._retries.retry(attempt)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Tell a failure of the connector as one of this package."""
        try:
            yield
        except LockHeldError:
            msg = (
                f"{self.name} is locked: other publications were under way for "
                f"{self._retries.lock_seconds:g} s. Let them finish, or look for the transaction "
                "with SHOW LOCKS and end it with SYSTEM$ABORT_TRANSACTION, then run again."
            )
            raise StoreUnavailable(msg) from None
        except Exception as error:
            if not isinstance(error, driver_errors()):
                raise
            msg = f"{self.name} failed: {reason_of(error)}"
            raise StoreUnavailable(msg) from error


def _create_missing(session: Session, completed: Iterable[Table] = _OURS) -> Catalog:
    """Create what is not there yet; a table or view of the customer's stays theirs.

    Args:
        session: A connection of a role that owns the schemas.
        completed: Tables that get the columns they lack.

    Returns:
        What is there now.
    """
    forget_reader()
    catalog = Catalog.read(session, OF_SNOWFLAKE)
    missing = [table for table in TABLES if not catalog.columns(table.qualified_name)]
    if missing:
        for statement in schema_statements():
            session.execute(statement)
    for table in missing:
        session.execute(create_table(table, SNOWFLAKE))
    for statement in additions(catalog, completed):
        session.execute(statement)
    if not catalog.columns(PUBLICATION_TURN):
        for statement in turn_statements():
            session.execute(statement)
    complete = Catalog.read(session, OF_SNOWFLAKE)
    for statement in view_statements():
        view = view_name(statement)
        if not catalog.columns(view):
            session.execute(complete.fitted(statement, VIEW_SOURCES[view]))
    return complete


def _same_rows(one: pa.Table, other: pa.Table) -> bool:
    hashes = [
        pd.util.hash_pandas_object(table.to_pandas().astype(str), index=False)
        .sort_values()
        .to_list()
        for table in (one, other)
    ]
    return hashes[0] == hashes[1]
