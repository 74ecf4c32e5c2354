"""Adding a scenario beside those there are: what must hold, before it is written and after.

Belongs here: the checks within the transaction, the same for every database.
Does not belong here: how rows are loaded, in which transaction (`duckdb_store`, `snowflake_store`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable, UsageError
from sop_pipeline.schemas.atomic import DEMAND_FORECAST_VERSIONS, SCENARIO_DEFINITION
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.base import NewScenario
from sop_pipeline.store.catalog import Catalog

_DEFINITIONS = SCENARIO_DEFINITION.qualified_name
_FORECASTS = DEMAND_FORECAST_VERSIONS.qualified_name


class Connection(Protocol):
    """An open connection within a transaction."""

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return its only value."""
        ...


def rows_of(scenario: NewScenario, catalog: Catalog) -> tuple[tuple[Table, pa.Table], ...]:
    """What is written, with the columns that the tables have there."""
    pairs = (
        (SCENARIO_DEFINITION, scenario.definition),
        (DEMAND_FORECAST_VERSIONS, scenario.forecasts),
    )
    return tuple((table, _known_columns(table, rows, catalog)) for table, rows in pairs)


def is_written(connection: Connection, scenario: NewScenario) -> bool:
    """Whether this very scenario is there: its id, its code, and its number of forecasts."""
    same = connection.value(
        f"SELECT COUNT(*) FROM {_DEFINITIONS} "
        "WHERE SCENARIO_ID = $scenario_id AND SCENARIO_CODE = $scenario_code",
        _parameters(scenario),
    )
    return same == 1 and _forecast_count(connection, scenario) == scenario.forecasts.num_rows


def require_free(connection: Connection, scenario: NewScenario) -> None:
    """Refuse a scenario whose code or numbers are taken by now.

    Raises:
        UsageError: There is a scenario of that code.
        StoreUnavailable: A number was given to something else since the inputs were read.
    """
    code = {"scenario_code": scenario.code}
    if connection.value(
        f"SELECT COUNT(*) FROM {_DEFINITIONS} WHERE SCENARIO_CODE = $scenario_code", code
    ):
        msg = f"There is a scenario {scenario.code} by now; nothing is changed. Give another code"
        raise UsageError(msg)
    key = {"scenario_id": scenario.id}
    taken = connection.value(
        f"SELECT COUNT(*) FROM {_DEFINITIONS} WHERE SCENARIO_ID = $scenario_id", key
    )
    first = {"forecast_id": scenario.forecasts["DEMAND_FORECAST_ID"][0].as_py()}
    later = connection.value(
        f"SELECT COUNT(*) FROM {_FORECASTS} WHERE DEMAND_FORECAST_ID >= $forecast_id", first
    )
    if taken or later or _forecast_count(connection, scenario):
        msg = (
            f"The numbers of the new scenario {scenario.code} were given to others since the "
            "inputs were read; nothing is changed. Run it again."
        )
        raise StoreUnavailable(msg)


def require_written(connection: Connection, scenario: NewScenario) -> None:
    """Refuse what reads back otherwise than it was written.

    Raises:
        StoreUnavailable: Rows are missing, or there are others.
    """
    if not is_written(connection, scenario):
        msg = f"{scenario.code} reads back otherwise than it was written; nothing is changed."
        raise StoreUnavailable(msg)


def _forecast_count(connection: Connection, scenario: NewScenario) -> int:
    key = {"scenario_id": scenario.id}
    return connection.value(
        f"SELECT COUNT(*) FROM {_FORECASTS} WHERE SCENARIO_ID = $scenario_id", key
    )


def _parameters(scenario: NewScenario) -> dict[str, Any]:
    return {"scenario_id": scenario.id, "scenario_code": scenario.code}


def _known_columns(table: Table, rows: pa.Table, catalog: Catalog) -> pa.Table:
    there = catalog.columns(table.qualified_name)
    return rows.select([name for name in rows.column_names if name in there])
