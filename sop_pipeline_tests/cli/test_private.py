"""What the command line writes is its owner's alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sop_pipeline_tests.small_company import small_company, write_company

_FOR_OTHERS = 0o077


def test_no_other_user_may_read_what_is_stored_or_exported(tmp_path: Path) -> None:
    company = write_company(tmp_path / "input", small_company())
    environment = {
        **os.environ,
        "SOP_WAREHOUSE": f"duckdb:{tmp_path / 'kept/warehouse.duckdb'}",
        "DAGSTER_HOME": str(tmp_path / "kept/dagster"),
    }
    solve = ("solve", str(company), "--scenario", "BASE", "--out", str(tmp_path / "kept/out"))
    for arguments in (("init", "--from", str(company)), solve):
        subprocess.run(
            [sys.executable, "-m", "sop_pipeline.cli", *arguments],
            env=environment,
            check=True,
            umask=0o022,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    written = [path for path in (tmp_path / "kept").rglob("*") if not path.is_symlink()]
    assert any(path.name == "summary.json" for path in written)
    assert [path for path in written if path.stat().st_mode & _FOR_OTHERS] == []
