"""The statements over the history of publications, in every warehouse alike."""

from __future__ import annotations

from collections.abc import Collection

from sop_pipeline.schemas.plan import (
    BUILD_PLAN_SUMMARY,
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
)

ADDED = ("POLICY", "POLICY_SETTINGS", "AS_OF_DATE")
"""Columns that a history made by an earlier version lacks until its next publication."""

_OWN = ("SCENARIO_ID", "RUN_ID", "INPUT_HASH", "PUBLISHED_TIMESTAMP", *ADDED)
_HISTORY = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name
_SUMMARY = BUILD_PLAN_SUMMARY.qualified_name


def append_statement(now: str) -> str:
    """Copy the rows just written, once per run: a repeated publication adds nothing.

    Args:
        now: SQL of the time in UTC.

    Returns:
        The statement, with the parameters of `Publication.origin`.
    """
    copied = [c for c in RECOMMENDED_BUILD_PLAN_HISTORY.columns if c not in _OWN]
    return (
        f"INSERT INTO {_HISTORY} ({', '.join(copied)}, {', '.join(_OWN)}) "
        f"SELECT {', '.join(f'plan.{c}' for c in copied)}, $scenario_id, $run_id, $input_hash, "
        f"{now}, summary.POLICY, summary.POLICY_SETTINGS, CAST($as_of AS DATE) "
        f"FROM {RECOMMENDED_BUILD_PLAN.qualified_name} AS plan "
        f"LEFT JOIN {_SUMMARY} AS summary ON summary.SCENARIO_ID = plan.SCENARIO_ID "
        "WHERE plan.SCENARIO_ID = $written_as "
        f"AND NOT EXISTS (SELECT 1 FROM {_HISTORY} "
        "WHERE RUN_ID = $run_id AND SCENARIO_ID = $scenario_id)"
    )


def publications_statement(present: Collection[str]) -> str:
    """List a scenario's publications, the latest first; its parameter is $scenario_id.

    Args:
        present: The columns the history has.
    """
    policy = "kept.POLICY" if "POLICY" in present else "CAST(NULL AS VARCHAR)"
    as_of = "kept.AS_OF_DATE" if "AS_OF_DATE" in present else "CAST(NULL AS DATE)"
    return (
        f"SELECT kept.RUN_ID, kept.INPUT_HASH, kept.MODEL_VERSION, {policy} AS POLICY, "
        f"{as_of} AS AS_OF_DATE, MAX(kept.PUBLISHED_TIMESTAMP) AS PUBLISHED_TIMESTAMP, "
        "CAST(SUM(kept.PROJECTED_TOTAL_COST) AS DOUBLE) AS TOTAL_COST, "
        "CAST(SUM(kept.RECOMMENDED_QUANTITY) AS DOUBLE) AS UNITS, "
        f"{as_of} IS NULL AND COUNT(summary.SCENARIO_ID) > 0 AS STANDS "
        f"FROM {_HISTORY} AS kept "
        f"LEFT JOIN {_SUMMARY} AS summary ON summary.SCENARIO_ID = kept.SCENARIO_ID "
        "AND summary.INPUT_HASH = kept.INPUT_HASH AND summary.MODEL_VERSION = kept.MODEL_VERSION "
        "WHERE kept.SCENARIO_ID = $scenario_id "
        f"GROUP BY kept.RUN_ID, kept.INPUT_HASH, kept.MODEL_VERSION, {policy}, {as_of} "
        "ORDER BY PUBLISHED_TIMESTAMP DESC, kept.RUN_ID"
    )
