"""Loading the definitions, as every code server and every run does first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOAD = """
import sop_pipeline.definitions as definitions
definitions.defs().resolve_asset_graph()
for job in ("plan_scenario", "solve_scenario"):
    definitions.defs().resolve_job_def(job)
"""


def test_definitions_load_without_a_warning_and_connect_to_nothing(workdir: Path) -> None:
    before = set(workdir.rglob("*"))
    loaded = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOAD],
        cwd=workdir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert set(workdir.rglob("*")) == before
