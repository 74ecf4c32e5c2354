"""Whose plan is whose: a published plan belongs to its scenario's code, whatever id that has.

Identifiers come and go: a load may number the scenarios anew. Plans carry the code; their rows move
to the id the code has now, and the history keeps the id it had.
Belongs here: which plan moves where, and the statements that do it, in every store alike.
Does not belong here: in which transaction (`duckdb_*`, `snowflake_*`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import Publication
from sop_pipeline.store.catalog import Catalog

_DEFINITION = SCENARIO_DEFINITION.qualified_name
_PAIRS = "SELECT SCENARIO_ID, SCENARIO_CODE FROM"

CODED_TABLES = (BUILD_PLAN_SUMMARY, RECOMMENDED_BUILD_PLAN_HISTORY)
"""The plan tables that name the scenario's code."""


class Connection(Protocol):
    """An open connection within a transaction."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> object:
        """Run a statement for its effect."""
        ...

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Run a query and return its rows."""
        ...


def naming_statement(table: Table) -> str:
    """Give rows of an earlier release, which have none, the code their id has now."""
    return (
        f"UPDATE {table.qualified_name} SET SCENARIO_CODE = named.SCENARIO_CODE "
        f"FROM ({_PAIRS} {_DEFINITION}) AS named "
        f"WHERE named.SCENARIO_ID = {table.name}.SCENARIO_ID "
        f"AND {table.name}.SCENARIO_CODE IS NULL"
    )


def name_plans(
    connection: Connection, catalog: Catalog, tables: Iterable[Table] = CODED_TABLES
) -> None:
    """Give plans of an earlier release the code their id has now."""
    if catalog.columns(_DEFINITION):
        for table in tables:
            statement = naming_statement(table)
            connection.execute(catalog.fitted(statement, [_DEFINITION]))


def follow_scenarios(connection: Connection, catalog: Catalog) -> Mapping[str, int]:
    """Move every published plan to the id that its scenario has now.

    Returns:
        The id of each scenario's code.
    """
    defined = _defined(connection, catalog)
    published = connection.frame(f"{_PAIRS} {BUILD_PLAN_SUMMARY.qualified_name}")
    plans = {
        int(key): None if pd.isna(code) else str(code)
        for key, code in published.itertuples(index=False)
    }
    moved = moves(plans, defined)
    if moved:
        for table in RESULT_TABLES:
            connection.execute(_moving_statement(table, moved))
    return defined


def moves(plans: Mapping[int, str | None], defined: Mapping[str, int]) -> dict[int, int]:
    """Which published plans move, and where.

    The plan of a scenario that is gone stays, but makes way where another scenario has its id: it
    goes to a negative id, which no load gives.

    Args:
        plans: Code of each published plan, by the id it stands under; None where it is not known.
        defined: The id of each scenario's code.

    Returns:
        The new id by the old one, of those that move.
    """
    free = itertools.count(min([0, *plans, *defined.values()]) - 1, step=-1)
    taken = set(defined.values())
    homes: dict[int, int] = {}
    # Those that stand where they belong come first, should two have one code.
    for key, code in sorted(plans.items(), key=lambda p: p[0] != defined.get(p[1] or "")):
        home = key if code is None else defined.get(code, key)
        foreign = home in taken and (code is None or code not in defined)
        homes[key] = next(free) if foreign or home in homes.values() else home
    return {key: home for key, home in homes.items() if key != home}


def require_unchanged(publication: Publication, defined: Mapping[str, int]) -> None:
    """Refuse a plan whose scenario has got another id since its inputs were read.

    Raises:
        UsageError: The code has another id, or the id another code.
    """
    code, key = publication.scenario_code, publication.scenario_id
    now = [f"{c} with SCENARIO_ID {i}" for c, i in defined.items() if (c == code) != (i == key)]
    if now:
        msg = (
            f"{code} had SCENARIO_ID {key} when its inputs were read; the warehouse now has "
            f"{', '.join(now)}. Plan the scenario anew."
        )
        raise UsageError(msg)


def _defined(connection: Connection, catalog: Catalog) -> dict[str, int]:
    """The id of each code, of those that have one, and alone."""
    if not catalog.columns(_DEFINITION):
        return {}
    rows = connection.frame(catalog.fitted(f"{_PAIRS} {_DEFINITION}", [_DEFINITION])).dropna()
    pairs = [(str(code), int(key)) for key, code in rows.itertuples(index=False)]
    codes, keys = Counter(code for code, _ in pairs), Counter(key for _, key in pairs)
    return {code: key for code, key in pairs if codes[code] == keys[key] == 1}


def _moving_statement(table: Table, moved: Mapping[int, int]) -> str:
    """One statement, for two plans may change places."""
    cases = " ".join(f"WHEN {old} THEN {new}" for old, new in moved.items())
    return (
        f"UPDATE {table.qualified_name} SET SCENARIO_ID = CASE SCENARIO_ID {cases} END "
        f"WHERE SCENARIO_ID IN ({', '.join(map(str, moved))})"
    )
