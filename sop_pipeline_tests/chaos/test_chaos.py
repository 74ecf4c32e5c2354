"""A short siege: a kill on either side of the commit. `make chaos` lays the long one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_pipeline_tests.chaos.campaign import new_folder
from sop_pipeline_tests.chaos.failpoints import Failpoint
from sop_pipeline_tests.chaos.moments import InPublication
from sop_pipeline_tests.chaos.planned_home import PlannedHome


@pytest.fixture
def folder() -> Iterator[Path]:
    made = new_folder()
    yield made
    shutil.rmtree(made)


@pytest.mark.long
def test_a_plan_killed_around_its_commit_is_old_or_new_and_the_next_run_recovers(
    folder: Path,
) -> None:
    home = PlannedHome(folder / "home")
    commit = len(home.statements) - 1
    assert home.statements[commit].name == "COMMIT"
    assert home.strike(InPublication("COMMIT", Failpoint(commit, "before"))) == "old"
    assert home.strike(InPublication("COMMIT", Failpoint(commit, "after"))) == "new"
    home.recover()
