"""The statement that appends a publication to the history, in every warehouse alike."""

from __future__ import annotations

from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN, RECOMMENDED_BUILD_PLAN_HISTORY

_OWN = ("RUN_ID", "INPUT_HASH", "PUBLISHED_TIMESTAMP")


def append_statement(now: str) -> str:
    """Copy the rows just written, once per run: a repeated publication adds nothing.

    Args:
        now: SQL of the time in UTC.

    Returns:
        The statement, with the parameters $scenario_id, $run_id and $input_hash.
    """
    copied = ", ".join(c for c in RECOMMENDED_BUILD_PLAN_HISTORY.columns if c not in _OWN)
    history = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name
    return (
        f"INSERT INTO {history} ({copied}, {', '.join(_OWN)}) "
        f"SELECT {copied}, $run_id, $input_hash, {now} "
        f"FROM {RECOMMENDED_BUILD_PLAN.qualified_name} WHERE SCENARIO_ID = $scenario_id "
        f"AND NOT EXISTS (SELECT 1 FROM {history} "
        "WHERE RUN_ID = $run_id AND SCENARIO_ID = $scenario_id)"
    )
