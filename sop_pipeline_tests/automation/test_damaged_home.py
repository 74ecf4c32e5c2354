"""A damaged DAGSTER_HOME: exit status 5 with its path and a remedy, or the work goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import write_company


def _other(name: str) -> Callable[[Path], None]:
    """The file holds something else."""
    return lambda home: (home / name).write_bytes(b"no database" * 500) and None


def _cut(name: str) -> Callable[[Path], None]:
    """The file ends in its midst."""

    def cut(home: Path) -> None:
        content = (home / name).read_bytes()
        (home / name).write_bytes(content[: len(content) // 2])

    return cut


def _file_for_folder(name: str) -> Callable[[Path], None]:
    """A file lies where a folder should."""

    def replace(home: Path) -> None:
        shutil.rmtree(home / name)
        (home / name).write_bytes(b"")

    return replace


def _gone(name: str) -> Callable[[Path], None]:
    return lambda home: shutil.rmtree(home / name)


RUNS, INDEX, TICKS = "history/runs.db", "history/runs/index.db", "schedules/schedules.db"
REFUSED = {
    "other runs": _other(RUNS),
    "cut runs": _cut(RUNS),
    "other index": _other(INDEX),
    "cut index": _cut(INDEX),
    "other ticks": _other(TICKS),
    "file for history": _file_for_folder("history"),
    "file for schedules": _file_for_folder("schedules"),
    "other settings": lambda home: (home / "dagster.yaml").write_text("{ no: yaml") and None,
    "unknown setting": lambda home: (home / "dagster.yaml").write_text("colour: red\n") and None,
    "no text for settings": lambda home: (home / "dagster.yaml").write_bytes(b"\xff\xfe") and None,
}
MENDED = {"no history": _gone("history"), "no schedules": _gone("schedules")}


@pytest.fixture
def home(workdir: Path, sop: Sop) -> Path:
    assert sop("init", "--from", write_company(workdir / "company")).exit_code == 0
    return workdir / "dagster"


@pytest.mark.parametrize("damage", REFUSED.values(), ids=REFUSED)
def test_it_is_told_where_it_lies_and_what_to_do(
    home: Path, sop: Sop, damage: Callable[[Path], None]
) -> None:
    damage(home)
    for command in (("scenario", "list"), ("scenario", "retire", "GONE", "--yes")):
        told = sop(*command)
        assert told.exit_code == 5, told.output
        assert str(home) in told.stderr
        assert "Traceback" not in told.output


@pytest.mark.parametrize("damage", MENDED.values(), ids=MENDED)
def test_what_is_missing_is_made_anew(home: Path, sop: Sop, damage: Callable[[Path], None]) -> None:
    damage(home)
    assert sop("scenario", "list").exit_code == 0
