"""Publishing a plan to DuckDB: stage, verify, replace, read back, commit.

Belongs here: the statements of one publication, in their order.
Does not belong here: who may write when (`duckdb_store`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.plan import PLAN_INPUT_HISTORY, RESULT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import Publication
from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_DUCKDB
from sop_pipeline.store.ddl import DUCKDB, completion_statements, is_not_null, stored_type
from sop_pipeline.store.duckdb_session import Session, transaction
from sop_pipeline.store.history import append_statement
from sop_pipeline.store.identity import follow_scenarios, name_plans, require_unchanged


def publish(session: Session, publication: Publication) -> None:
    """Replace one scenario's rows in every result table, and append its history and inputs.

    A plan as of a past day leaves again once its history is appended.

    Raises:
        UsageError: The scenario has got another id since.
        StoreUnavailable: What was staged or written is not what was given.
    """
    for statement in completion_statements(DUCKDB):
        session.execute(statement)
    catalog = Catalog.read(session, OF_DUCKDB)
    for table in RESULT_TABLES:
        _stage(session, table, publication.rows(table.name))
    scenario = {"scenario_id": publication.written_as}
    with transaction(session):
        name_plans(session, catalog)
        require_unchanged(publication, follow_scenarios(session, catalog))
        for table in RESULT_TABLES:
            _replace(session, table, scenario)
        session.execute(
            append_statement("CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"), publication.origin
        )
        _keep(session, publication.input_rows)
        for table in RESULT_TABLES:
            _read_back(session, table, scenario)
        if publication.as_of is not None:
            for table in RESULT_TABLES:
                _clear(session, table, scenario)


def _staging(table: Table) -> str:
    return f"STAGED_{table.name}"


def _stage(session: Session, table: Table, frame: pd.DataFrame) -> None:
    """Load a frame into a temporary table of the published types, whatever the target's are."""
    names = ", ".join(table.columns)
    columns = ", ".join(
        f"{name} {stored_type(table, name, DUCKDB)}"
        + (" NOT NULL" if is_not_null(table, name) else "")
        for name in table.columns
    )
    session.execute(f"CREATE OR REPLACE TEMP TABLE {_staging(table)} ({columns})")
    session.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
    session.execute(f"INSERT INTO {_staging(table)} BY NAME SELECT {names} FROM incoming")
    staged = session.value(f"SELECT COUNT(*) FROM {_staging(table)}")
    if staged != len(frame):
        msg = f"{table.name}: {len(frame)} rows were staged as {staged}; nothing is published."
        raise StoreUnavailable(msg)


def _replace(session: Session, table: Table, scenario: Mapping[str, int]) -> None:
    names = ", ".join(table.columns)
    _clear(session, table, scenario)
    session.execute(
        f"INSERT INTO {table.qualified_name} ({names}) SELECT {names} FROM {_staging(table)}"
    )


def _clear(session: Session, table: Table, scenario: Mapping[str, int]) -> None:
    session.execute(
        f"DELETE FROM {table.qualified_name} WHERE SCENARIO_ID = $scenario_id", scenario
    )


def _keep(session: Session, inputs: pd.DataFrame) -> None:
    """Append inputs, unless a plan of the same has left them."""
    kept = PLAN_INPUT_HISTORY.qualified_name
    session.register("incoming", pa.Table.from_pandas(inputs, preserve_index=False))
    session.execute(
        f"INSERT INTO {kept} BY NAME SELECT * FROM incoming WHERE NOT EXISTS "
        f"(SELECT 1 FROM {kept} AS before WHERE before.INPUT_HASH = incoming.INPUT_HASH)"
    )


def _read_back(session: Session, table: Table, scenario: Mapping[str, int]) -> None:
    names = ", ".join(table.columns)
    written = f"SELECT {names} FROM {table.qualified_name} WHERE SCENARIO_ID = $scenario_id"
    if not same_rows(session, written, f"SELECT {names} FROM {_staging(table)}", scenario):
        msg = f"{table.name} reads back otherwise than it was written; nothing is published."
        raise StoreUnavailable(msg)


def same_rows(
    session: Session, one: str, other: str, parameters: Mapping[str, int] | None = None
) -> bool:
    """Whether two queries return the same rows, counted, in any order."""
    difference = session.value(
        "SELECT COUNT(*) FROM (SELECT * EXCLUDE (SIDE), SUM(SIDE) AS SURPLUS FROM ("
        f"SELECT 1 AS SIDE, * FROM ({one}) UNION ALL SELECT -1 AS SIDE, * FROM ({other})"
        ") GROUP BY ALL HAVING SURPLUS <> 0)",
        parameters,
    )
    return difference == 0
