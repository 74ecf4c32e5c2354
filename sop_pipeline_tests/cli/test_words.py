"""What the command line answers to a slip of the hand."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sop_pipeline.services.scenarios import read_scenarios
from sop_pipeline.store import store_at
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import altered, write_company


@pytest.mark.parametrize("command", ["show", "plan", "check", "history"])
def test_a_mistyped_scenario_is_answered_with_the_one_meant(
    planned: Path, sop: Sop, command: str
) -> None:
    del planned
    result = sop(command, "psh")
    assert result.exit_code == 2
    assert "There is no scenario 'psh'. Did you mean PUSH? The warehouse has" in result.stderr


def test_all_beside_a_name_says_that_it_is_one_or_the_other(planned: Path, sop: Sop) -> None:
    del planned
    result = sop("plan", "--all", "PUSH")
    assert result.exit_code == 2
    assert "--all plans every scenario: leave out PUSH, or --all." in result.stderr


def test_plans_without_a_baseline_say_why_they_are_not_compared(workdir: Path, sop: Sop) -> None:
    def nameless(frame):  # type: ignore[no-untyped-def]
        return frame.assign(IS_OFFICIAL_BASELINE=False, SCENARIO_TYPE="PLAN")

    folder = write_company(workdir / "in", altered("scenario_definitions", nameless))
    assert sop("init", "--from", folder).exit_code == 0
    told = sop("plan", "--all", "--dry-run").stdout
    assert "Not compared: no scenario is the baseline." in told
    assert "Scenarios against" not in told


def test_the_only_scenario_of_type_baseline_is_the_baseline(workdir: Path, sop: Sop) -> None:
    def unflagged(frame):  # type: ignore[no-untyped-def]
        types = ["BASELINE", *["PLAN"] * (len(frame) - 1)]
        return frame.assign(IS_OFFICIAL_BASELINE=None, SCENARIO_TYPE=types)

    folder = write_company(workdir / "in", altered("scenario_definitions", unflagged))
    assert sop("init", "--from", folder).exit_code == 0
    scenarios = read_scenarios(store_at(f"duckdb:{workdir / 'warehouse.duckdb'}"))
    assert [one.code for one in scenarios if one.baseline] == ["BASE"]


def test_a_shell_completes_scenario_codes_in_any_case(planned: Path) -> None:
    environment = {
        **os.environ,
        "_SOP_COMPLETE": "bash_complete",
        "COMP_WORDS": "sop plan pu",
        "COMP_CWORD": "2",
        "SOP_WAREHOUSE": f"duckdb:{planned / 'warehouse.duckdb'}",
    }
    program = str(Path(sys.executable).with_name("sop"))
    offered = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
    assert offered.stdout.split() == ["plain,PUSH"]
    away = {**environment, "SOP_WAREHOUSE": f"duckdb:{planned / 'nowhere.duckdb'}"}
    offered = subprocess.run([program], env=away, capture_output=True, text=True, check=True)
    assert (offered.stdout.strip(), offered.stderr) == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_under_the_output_is_told_in_one_line(planned: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sop_pipeline.cli", "show", "BASE"],
            cwd=planned,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["The output could not be written: No space left on device."]


def test_a_csv_carries_days_not_nanoseconds(workdir: Path, sop: Sop) -> None:
    folder, out = write_company(workdir / "in"), workdir / "out"
    assert sop("solve", folder, "--scenario", "BASE", "--out", out).exit_code == 0
    plan = (out / "RECOMMENDED_BUILD_PLAN.csv").read_text("utf-8")
    assert "00:00" not in plan
    assert ",2025-12-01," in plan


def test_the_files_of_a_plan_are_written_all_or_none(workdir: Path, sop: Sop) -> None:
    folder, out = write_company(workdir / "in"), workdir / "out"
    arguments = ("solve", str(folder), "--scenario", "BASE", "--out", str(out))
    assert sop(*arguments).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    done = subprocess.run(
        [sys.executable, "-m", "sop_pipeline.cli", *arguments, "--policy", "standard"],
        preexec_fn=full_disk,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_plan_is_not_written_among_its_inputs(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "in")
    before = sorted(path.name for path in folder.iterdir())
    result = sop("solve", folder, "--out", workdir / "." / "in")
    assert result.exit_code == 2
    assert "is the folder of the inputs" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == before
