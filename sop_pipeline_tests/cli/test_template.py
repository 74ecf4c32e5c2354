"""`sop template`: what it writes plans as it is, names every column, and writes over nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sop_pipeline.demo.template import column_guide, template_columns
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.conftest import Sop


@pytest.mark.usefixtures("workdir")
def test_the_example_plans_as_it_is(sop: Sop) -> None:
    assert sop("template", "mine").exit_code == 0
    done = sop("solve", "mine", "--scenario", "Q4_PUSH", "--policy", "standard")
    assert done.exit_code == 0, done.stderr
    assert "Fill rate         100.0 %" in done.stdout


def test_the_commands_of_the_readme_lead_from_the_example_to_published_plans(
    workdir: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_POLICY", "standard")
    assert sop("template", "mine").exit_code == 0
    lines = (workdir / "mine/README.md").read_text("utf-8").splitlines()
    commands = [line.partition("#")[0].split() for line in lines if line.startswith("    sop ")]
    assert [command[1] for command in commands] == ["solve", "init", "plan"]
    for _, *command in commands:
        done = sop(*command)
        assert done.exit_code == 0, done.output
    assert "Plan of Q4_PUSH" in sop("show", "Q4_PUSH").stdout


def test_the_workbook_holds_the_same_company_as_the_files(workdir: Path, sop: Sop) -> None:
    assert sop("template", "mine").exit_code == 0
    assert sop("template", "mine.xlsx").exit_code == 0
    assert load_folder(workdir / "mine.xlsx").tables == load_folder(workdir / "mine").tables


@pytest.mark.parametrize("target", ["mine", "mine.xlsx"])
@pytest.mark.usefixtures("workdir")
def test_nothing_is_written_over_somebodys_company(sop: Sop, target: str) -> None:
    assert sop("template", target).exit_code == 0
    again = sop("template", target)
    assert again.exit_code == 2
    assert "is already there" in again.stderr


def test_empty_has_the_headings_of_every_table_and_no_row(workdir: Path, sop: Sop) -> None:
    assert sop("template", "mine", "--empty").exit_code == 0
    for table in ATOMIC_TABLES:
        frame = pd.read_csv(workdir / "mine" / f"{table.file}.csv")
        assert list(frame) == template_columns(table)
        assert frame.empty


def test_the_readme_tells_every_column_with_what_it_means(workdir: Path, sop: Sop) -> None:
    assert sop("template", "mine").exit_code == 0
    assert sop("template", "mine.xlsx").exit_code == 0
    told = (workdir / "mine" / "README.md").read_text("utf-8")
    sheet = openpyxl.load_workbook(workdir / "mine.xlsx")["README"]
    rows = {(row[0], row[2]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    for row in column_guide():
        assert row["meaning"], row
        assert f"| {row['column']} | {row['type']} |" in told
        assert (row["file"], row["column"]) in rows
