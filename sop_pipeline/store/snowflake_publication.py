"""Publishing a plan to Snowflake: stage, take the turn, replace, read back, commit.

Belongs here: the statements of one publication and of reading one back, in their order.
Does not belong here: how rows are loaded (`snowflake_loading`), retries (`snowflake_store`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    PLAN_INPUT_HISTORY,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import Publication
from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_SNOWFLAKE
from sop_pipeline.store.ddl import PUBLICATION_TURN, TURN_COLUMN
from sop_pipeline.store.history import append_statement
from sop_pipeline.store.identity import follow_scenarios, name_plans, require_unchanged
from sop_pipeline.store.reading import read_plan
from sop_pipeline.store.shape import require_plan_tables
from sop_pipeline.store.snowflake_errors import Failure, LockHeldError, Retries, failure_of
from sop_pipeline.store.snowflake_loading import Staged, arrow, copy, staged
from sop_pipeline.store.snowflake_session import Session, driver_errors, transaction


@dataclass
class Publishing:
    """One plan's publication, attempted on one connection after another until it is committed.

    Attributes:
        publication: The plan.
        retries: How long to wait for another publication.
        store: Name of the store, for messages.
    """

    publication: Publication
    retries: Retries
    store: str
    _commit_was_sent: bool = False

    def attempt(self, session: Session) -> None:
        """Replace the scenario's rows in every result table, and append its history and inputs.

        An attempt before this one may have been committed and its answer lost: that is the end.

        Args:
            session: A connection of its own: the stage lives as long.

        Raises:
            UsageError: The scenario has got another id since its inputs were read.
            StoreUnavailable: The plan tables cannot hold a plan, or what was written is not
                what was given.
            LockHeldError: Other publications were under way all the time.
        """
        catalog = Catalog.read(session, OF_SNOWFLAKE)
        require_plan_tables(catalog, self.store, completed=False)
        given = [(table, arrow(self.publication.rows(table.name))) for table in RESULT_TABLES]
        given.append((PLAN_INPUT_HISTORY, arrow(self.publication.input_rows)))
        with staged(session, given) as tables:
            self.retries.retry(lambda: self._replace(session, catalog, tables), only=Failure.LOCKED)

    def _replace(self, session: Session, catalog: Catalog, tables: Sequence[Staged]) -> None:
        with transaction(session):
            take_turn(session)
            if self._commit_was_sent and _in_history(session, self.publication):
                return
            name_plans(session, catalog, [BUILD_PLAN_SUMMARY])
            require_unchanged(self.publication, follow_scenarios(session, catalog))
            *results, inputs = tables
            _write(session, results, self.publication)
            _keep(session, inputs, self.publication)
            self._commit_was_sent = True


def _write(session: Session, tables: Sequence[Staged], publication: Publication) -> None:
    scenario = {"scenario_id": publication.written_as}
    for one in tables:
        _clear(session, one, scenario)
        copy(session, one)
    session.execute(append_statement("SYSDATE()"), publication.origin)
    for one in tables:
        _read_back(session, one, scenario)
    if publication.as_of is not None:
        for one in tables:
            _clear(session, one, scenario)


def _keep(session: Session, inputs: Staged, publication: Publication) -> None:
    """Append inputs, unless a plan of the same has left them."""
    kept = session.value(
        f"SELECT COUNT(*) FROM {PLAN_INPUT_HISTORY.qualified_name} WHERE INPUT_HASH = $input_hash",
        {"input_hash": publication.input_hash},
    )
    if not kept:
        copy(session, inputs)


def _clear(session: Session, one: Staged, scenario: Mapping[str, int]) -> None:
    session.execute(
        f"DELETE FROM {one.table.qualified_name} WHERE SCENARIO_ID = $scenario_id", scenario
    )


def _in_history(session: Session, publication: Publication) -> bool:
    """Whether this very plan was committed; a newer one may have replaced it since."""
    rows = session.value(
        f"SELECT COUNT(*) FROM {RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name} "
        "WHERE SCENARIO_CODE = $scenario_code AND RUN_ID = $run_id AND INPUT_HASH = $input_hash",
        publication.origin,
    )
    return rows > 0


def read_whole_plan(
    session: Session, catalog: Catalog, scenario_code: str
) -> dict[str, pd.DataFrame]:
    """The published plan of a scenario, all tables of one publication.

    Each statement sees what is committed when it begins, so a publication may fall between two
    of them; then the turn has changed and all is read again.

    Raises:
        LockHeldError: A publication was committed meanwhile.
    """
    turn = _turn(session)
    plan = read_plan(session, catalog, scenario_code)
    if _turn(session) != turn:
        raise LockHeldError
    return plan


def take_turn(session: Session) -> None:
    """Wait until no other publication is under way, and keep others waiting until this one ends.

    A load takes the turn as well: plans follow their scenarios then.

    Snowflake waits for the lock within the statement. An emulator refuses a second writer at
    once, with a server error, and is otherwise well.
    """
    try:
        changed = session.execute(
            f"UPDATE {PUBLICATION_TURN} SET {TURN_COLUMN} = {TURN_COLUMN} + 1"
        )
    except driver_errors() as error:
        if not session.emulated or failure_of(error) is not Failure.SERVER:
            raise
        session.execute("ROLLBACK")
        raise LockHeldError from error
    if not changed:
        msg = f"{PUBLICATION_TURN} has no row. Run `sop init`, or the set-up script again."
        raise StoreUnavailable(msg)


def _turn(session: Session) -> int:
    return session.value(f"SELECT MAX({TURN_COLUMN}) FROM {PUBLICATION_TURN}")


def _read_back(session: Session, one: Staged, scenario: Mapping[str, int]) -> None:
    names = ", ".join(one.table.columns)
    select = f"SELECT {names} FROM {one.table.qualified_name} WHERE SCENARIO_ID = $scenario_id"
    if not _holds(one, session.table(select, scenario)):
        msg = f"{one.table.name} reads back otherwise than it was written; nothing is published."
        raise StoreUnavailable(msg)


def _holds(one: Staged, written: pa.Table) -> bool:
    """Whether what was written is the plan, in the types of the plan."""
    try:
        typed = written.cast(one.rows.schema)
    except pa.ArrowInvalid:  # a value that these types do not have is none of the plan's
        return False
    return _sorted(one.table, typed).equals(_sorted(one.table, one.rows))


def _sorted(table: Table, rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in table.key]).combine_chunks()
