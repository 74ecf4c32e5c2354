"""A planned company to start from: most commands say something about a plan that is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def planned(both_planned: Path, workdir: Path) -> Path:
    """The working folder, both scenarios of the small company planned in it."""
    return Path(shutil.copytree(both_planned, workdir, dirs_exist_ok=True))


@pytest.fixture
def planned_twice(push_planned_twice: Path, workdir: Path) -> Path:
    """The same, PUSH planned once more since, by the policy `standard`."""
    return Path(shutil.copytree(push_planned_twice, workdir, dirs_exist_ok=True))
