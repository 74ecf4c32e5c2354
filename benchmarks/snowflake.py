"""Rows per second published to Snowflake: staged and copied, against one INSERT per row.

`python -m benchmarks.snowflake [--rows N]` runs both against the emulator; only the ratio says
anything of the real service, and there each round trip costs more, not less.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import pandas as pd

from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.store import store_at
from sop_pipeline_tests.contract.plans import invented_plan, publication
from sop_pipeline_tests.emulator import Emulator, pointed_at, running_emulator

_SINGLE_ROWS = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.snowflake")
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    with running_emulator() as emulator:
        database = emulator.new_database()
        with pointed_at(emulator.environment(database)):
            store_at("snowflake").create()
            bulk = rows / _published(rows)
            single = _SINGLE_ROWS / _inserted(emulator, database, _SINGLE_ROWS)
    print(f"staged and copied, read back, with history  {bulk:10,.0f} rows/s  ({rows:,} rows)")
    print(f"one INSERT per row, nothing else            {single:10,.0f} rows/s")
    print(f"ratio                                       {bulk / single:10,.0f}")


def _published(rows: int) -> float:
    """Seconds of one publication, verified and committed, all tables and the history included."""
    plan = publication(invented_plan(1, rows=rows))
    store = store_at("snowflake")
    started = time.perf_counter()
    store.publish(plan)
    return time.perf_counter() - started


def _inserted(emulator: Emulator, database: str, rows: int) -> float:
    """Seconds of as many INSERT statements, the way a notebook writes a plan."""
    name = RECOMMENDED_BUILD_PLAN.qualified_name
    frame = invented_plan(2, rows=rows)[RECOMMENDED_BUILD_PLAN.name].astype(object)
    places = ", ".join(["%s"] * len(frame.columns))
    statement = f"INSERT INTO {name} ({', '.join(frame.columns)}) VALUES ({places})"
    with emulator.connect(database) as connection:
        cursor = connection.cursor()
        started = time.perf_counter()
        for row in frame.itertuples(index=False):
            cursor.execute(statement, tuple(map(_plain, row)))
        return time.perf_counter() - started


def _plain(value: Any) -> Any:
    """A value as the connector binds it."""
    return value.date() if isinstance(value, pd.Timestamp) else value


if __name__ == "__main__":
    main()
