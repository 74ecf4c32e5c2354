"""`--json` prints what its schema says and nothing else; `--quiet` prints the result alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from sop_pipeline.services.company import open_store
from sop_pipeline.services.company_plans import published
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import full_company, small_company, write_company

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "sop_pipeline" / "cli" / "schemas"


def schema(name: str) -> dict[str, Any]:
    """The documented schema of what a command prints with --json."""
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def _valid(name: str, text: str) -> Any:
    value = json.loads(text)
    checker = jsonschema.FormatChecker(["date"])
    jsonschema.validate(value, schema(name), format_checker=checker)
    return value


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ("show", ["show", "PUSH"]),
        ("show", ["show", "PUSH", "--period", "2025-10"]),
        ("history", ["history", "PUSH"]),
        ("check", ["check", "PUSH"]),
        ("scenario_list", ["scenario", "list"]),
        ("compare", ["compare", "BASE", "PUSH", "--regret"]),
        ("explain", ["explain", "PUSH", "--against", "BASE"]),
        ("whatif", ["whatif", "PUSH", "--demand", "+10%"]),
    ],
)
def test_what_is_printed_is_what_the_schema_says(
    planned: Path, sop: Sop, schema: str, arguments: list[str]
) -> None:
    del planned
    done = sop(*arguments, "--json", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert _valid(schema, done.stdout)


def test_a_plan_its_parts_and_plans_of_the_past_follow_the_schema_too(
    planned: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    del planned
    monkeypatch.setenv("SOP_POLICY", "standard")
    planned_anew = sop("plan", "PUSH", "--json", "--quiet")
    assert (planned_anew.exit_code, planned_anew.stderr) == (0, "")
    plan = _valid("plan", planned_anew.stdout)["plans"][0]
    run = sop("history", "PUSH", "--json")
    assert plan["run_id"] == json.loads(run.stdout)["publications"][0]["run_id"]
    for arguments in (
        ["--product", "P-10"],
        ["--site", "WH-A"],
        ["--work-center", "WC-A"],
        ["--run", plan["run_id"]],
    ):
        done = sop("show", "PUSH", *arguments, "--json")
        assert done.exit_code == 0, done.output
        assert _valid("show", done.stdout), arguments


def test_what_changed_since_the_plan_before_follows_its_schema(
    planned_twice: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    del planned_twice
    monkeypatch.setenv("SOP_POLICY", "standard")
    assert _valid("diff", sop("diff", "PUSH", "--json").stdout)["builds"] is not None


def test_solve_prints_what_summary_json_holds(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "c", full_company())
    done = sop(
        "solve", folder, "--scenario", "PUSH", "--policy", "standard", "--out", "o", "--json"
    )
    printed = _valid("solve", done.stdout)
    assert printed == json.loads((workdir / "o" / "summary.json").read_text("utf-8"))
    every = _valid("solve", sop("solve", folder, "--policy", "standard", "--json").stdout)
    assert [one["scenario_code"] for one in every] == ["BASE", "PUSH"]


def test_a_failure_keeps_its_text_and_status_and_leaves_json_whole(workdir: Path, sop: Sop) -> None:
    tables = small_company()
    tables["products"] = tables["products"].assign(UNIT_COST=-1.0)
    folder = write_company(workdir / "c", tables)
    done = sop("solve", folder, "--scenario", "PUSH", "--json", "--quiet")
    assert done.exit_code == 3
    assert json.loads(done.stdout) is None
    assert "UNIT_COST" in done.stderr


def test_quiet_prints_the_result_and_no_progress_notes_or_warnings(planned: Path, sop: Sop) -> None:
    del planned
    assert re.search(r"\d warning", sop("check", "PUSH").stdout)
    before = sop("history", "PUSH").stdout
    quiet = sop("plan", "PUSH", "--dry-run", "--quiet")
    assert quiet.stderr == ""
    assert "Plan of PUSH" in quiet.stdout
    assert "Total cost" in quiet.stdout
    assert sop("history", "PUSH").stdout == before, "a dry run publishes nothing"
    assert "warning" not in quiet.stdout


def test_a_published_summary_has_the_keys_of_a_solved_one(planned: Path) -> None:
    del planned
    [plan] = published(open_store(), ["PUSH"]).values()
    solved = set(schema("solve")["anyOf"][0]["required"])
    assert solved - set(plan.summary) == {"rows", "columns", "warnings", "notes"}
    builds = plan.tables["RECOMMENDED_BUILD_PLAN"]["PROJECTED_TOTAL_COST"]
    assert plan.summary["total_cost"] == pytest.approx(builds.sum(), abs=0.005)
    assert isinstance(plan.summary["policy_settings"], dict)
    assert not pd.isna(plan.summary["margin"])


def test_what_only_informs_is_no_warning(planned: Path, sop: Sop) -> None:
    del planned
    told = json.loads(sop("check", "PUSH", "--json").stdout)["scenarios"][0]["warnings"]
    informing = {fault["rule"] for fault in told if fault["informs"]}
    assert informing <= {"capacity_covers_demand"}
    text = sop("check", "PUSH").stdout
    assert (f"{len(informing)} note" in text) == bool(informing)
    assert f"{len(told) - len(informing)} warning" in text


def test_every_schema_is_documented_and_every_command_has_one() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    assert {file.name for file in SCHEMAS.glob("*.json")} == set(
        re.findall(r"`(\w+\.json)`", text)
    ) - {"summary.json"}
    assert "| |" not in text
