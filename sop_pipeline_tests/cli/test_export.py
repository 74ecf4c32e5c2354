"""`sop export` as a planner uses it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

import sop_pipeline as library
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import write_company


def test_a_published_plan_is_written_to_a_workbook(planned: Path, sop: Sop) -> None:
    done = sop("export", "BASE", planned / "plan.xlsx")
    assert done.exit_code == 0, done.stderr
    assert "holds 1 plan" in done.stdout
    assert openpyxl.load_workbook(planned / "plan.xlsx").sheetnames[0] == "Summary"


def test_published_plans_are_written_to_a_folder_that_need_not_be_there(
    planned: Path, sop: Sop
) -> None:
    done = sop("export", "BASE", planned / "new" / "plans")
    assert done.exit_code == 0, done.stderr
    builds = pd.read_csv(planned / "new" / "plans" / "BUILD_PLAN.csv")
    assert set(builds["SCENARIO_CODE"]) == {"BASE"}


def test_a_scenario_without_a_plan_is_refused_and_writes_nothing(workdir: Path, sop: Sop) -> None:
    assert sop("init", "--from", write_company(workdir / "company")).exit_code == 0
    done = sop("export", "BASE", workdir / "plan.xlsx")
    assert done.exit_code == 2
    assert "BASE has no published plan yet" in done.stderr
    assert not (workdir / "plan.xlsx").exists()


def test_a_target_that_is_neither_workbook_nor_folder_is_refused(planned: Path, sop: Sop) -> None:
    done = sop("export", "BASE", planned / "plan.xls")
    assert done.exit_code == 2
    assert "neither an .xlsx file nor a folder" in done.stderr


def test_a_published_plan_can_be_read_by_a_script(planned: Path) -> None:
    del planned
    plan = library.published(library.open_store(), ["BASE"])["BASE"]
    assert plan.summary["status"] in ("optimal", "within_gap")
    assert plan.build["SCENARIO_CODE"].eq("BASE").all()
