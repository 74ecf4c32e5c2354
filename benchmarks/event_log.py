"""What a run leaves in the event log on SQLite, by kind of event.

python -m benchmarks.event_log            the demo company's baseline, planned five times

The first run makes the files and fills each asset's latest event; what a further run adds is what
a home grows by, until `SOP_KEEP_RUNS` bounds it.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

_RUNS = 5
_SCENARIO = "BASELINE"
_BY_KIND = """
SELECT COALESCE(dagster_event_type, 'told in the log'), COUNT(*), SUM(LENGTH(event))
FROM event_logs WHERE run_id = ? GROUP BY 1 ORDER BY 3 DESC
"""
_CHECKS = """
SELECT 'table of checks', COUNT(*), SUM(LENGTH(evaluation_event))
FROM asset_check_executions WHERE run_id = ?
"""

Kinds = list[tuple[str, int, int]]
"""Kind, rows, bytes of their texts."""


def _sop(settings: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "sop_pipeline.cli", *arguments]
    subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _asked(file: Path, query: str, run_id: str) -> Kinds:
    with closing(sqlite3.connect(file)) as opened:
        return opened.execute(query, (run_id,)).fetchall()


def _print(title: str, kinds: Kinds) -> None:
    print(f"\n{title}\n{'':34}rows    bytes")
    for kind, rows, size in [*kinds, ("all", sum(k[1] for k in kinds), sum(k[2] for k in kinds))]:
        print(f"{kind:34}{rows:4} {size:8,}")


def main() -> None:
    """Plan, and tell what was left."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        logs = folder / "home" / "history" / "runs"
        settings = {
            "SOP_WAREHOUSE": f"duckdb:{folder / 'warehouse.duckdb'}",
            "DAGSTER_HOME": str(folder / "home"),
        }
        _sop(settings, "init")
        sizes = []
        for _ in range(_RUNS):
            _sop(settings, "plan", _SCENARIO)
            sizes.append(_size(logs))
        index = logs / "index.db"
        own = [file for file in logs.glob("*.db") if file != index]
        latest = max(own, key=lambda file: file.stat().st_mtime)
        print(f"The event log after each run: {', '.join(f'{size:,}' for size in sizes)} bytes;")
        print(f"a further run adds {(sizes[-1] - sizes[0]) / (_RUNS - 1):,.0f}.")
        _print(
            f"A run's own file, {latest.stat().st_size:,} bytes",
            _asked(latest, _BY_KIND, latest.stem),
        )
        _print(
            "In the index of all runs",
            _asked(index, _BY_KIND, latest.stem) + _asked(index, _CHECKS, latest.stem),
        )


if __name__ == "__main__":
    main()
