"""The statements over the history of publications, in every store alike."""

from __future__ import annotations

from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
)
from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.shape import readable_columns

_OWN = {
    "SCENARIO_ID": "$scenario_id",
    "SCENARIO_CODE": "$scenario_code",
    "RUN_ID": "$run_id",
    "INPUT_HASH": "$input_hash",
    "POLICY": "summary.POLICY",
    "POLICY_SETTINGS": "summary.POLICY_SETTINGS",
    "AS_OF_DATE": "CAST($as_of AS DATE)",
}
"""What a row of the history has beside the plan's, and where it comes from."""

_HISTORY = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name
_SUMMARY = BUILD_PLAN_SUMMARY.qualified_name
_DEFINITION = SCENARIO_DEFINITION.qualified_name


def append_statement(now: str) -> str:
    """Copy the rows just written, once per run: a repeated publication adds nothing.

    Args:
        now: SQL of the time in UTC.

    Returns:
        The statement, with the parameters of `Publication.origin`.
    """
    own = {**_OWN, "PUBLISHED_TIMESTAMP": now}
    names = RECOMMENDED_BUILD_PLAN_HISTORY.columns
    values = (own.get(name, f"plan.{name}") for name in names)
    return (
        f"INSERT INTO {_HISTORY} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {RECOMMENDED_BUILD_PLAN.qualified_name} AS plan "
        f"LEFT JOIN {_SUMMARY} AS summary ON summary.SCENARIO_ID = plan.SCENARIO_ID "
        "WHERE plan.SCENARIO_ID = $written_as "
        f"AND NOT EXISTS (SELECT 1 FROM {_HISTORY} "
        "WHERE RUN_ID = $run_id AND SCENARIO_CODE = $scenario_code)"
    )


PUBLICATION_SOURCES = (_DEFINITION,)
"""The input tables that the statements over the history read."""


def publications_statement(catalog: Catalog) -> str:
    """List a scenario's publications, the latest first; its parameter is $scenario_code.

    Args:
        catalog: What is there: the tables may be of an earlier release.
    """
    present, summary = catalog.columns(_HISTORY), catalog.columns(_SUMMARY)
    policy = "kept.POLICY" if "POLICY" in present else "CAST(NULL AS VARCHAR)"
    as_of = "kept.AS_OF_DATE" if "AS_OF_DATE" in present else "CAST(NULL AS DATE)"
    return (
        f"SELECT kept.RUN_ID, kept.INPUT_HASH, kept.MODEL_VERSION, {policy} AS POLICY, "
        f"{as_of} AS AS_OF_DATE, MAX(kept.PUBLISHED_TIMESTAMP) AS PUBLISHED_TIMESTAMP, "
        "CAST(SUM(kept.PROJECTED_TOTAL_COST) AS DOUBLE) AS TOTAL_COST, "
        "CAST(SUM(kept.RECOMMENDED_QUANTITY) AS DOUBLE) AS UNITS, "
        f"{as_of} IS NULL AND COUNT(summary.SCENARIO_ID) > 0 AS STANDS "
        f"FROM {_HISTORY} AS kept "
        f"LEFT JOIN {_SUMMARY} AS summary ON {_belongs('summary', summary)} "
        "AND summary.INPUT_HASH = kept.INPUT_HASH AND summary.MODEL_VERSION = kept.MODEL_VERSION "
        f"WHERE {_belongs('kept', present)} "
        f"GROUP BY kept.RUN_ID, kept.INPUT_HASH, kept.MODEL_VERSION, {policy}, {as_of} "
        "ORDER BY PUBLISHED_TIMESTAMP DESC, kept.RUN_ID"
    )


def publication_statement(catalog: Catalog) -> str:
    """The rows that a run published of a scenario; its parameters are $scenario_code and $run_id.

    Args:
        catalog: What is there: the tables may be of an earlier release.

    Raises:
        StoreUnavailable: The history lacks a column that every release has.
    """
    columns = readable_columns(catalog, RECOMMENDED_BUILD_PLAN_HISTORY)
    return (
        f"SELECT {', '.join(f'kept.{name}' for name in columns)} FROM {_HISTORY} AS kept "
        f"WHERE kept.RUN_ID = $run_id AND {_belongs('kept', catalog.columns(_HISTORY))} "
        "ORDER BY kept.PRODUCT_ID, kept.WORK_CENTER_ID, kept.PRODUCTION_WEEK"
    )


def _belongs(table: str, present: tuple[str, ...]) -> str:
    """The condition that a row is the scenario's; one of an earlier release tells only its id."""
    own_id = (
        f"{table}.SCENARIO_ID IN (SELECT SCENARIO_ID FROM {_DEFINITION} "
        "WHERE SCENARIO_CODE = $scenario_code)"
    )
    if "SCENARIO_CODE" not in present:
        return own_id
    code = f"{table}.SCENARIO_CODE"
    return f"({code} = $scenario_code OR ({code} IS NULL AND {own_id}))"
