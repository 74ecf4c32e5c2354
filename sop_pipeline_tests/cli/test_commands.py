"""The command line as a planner uses it: what each command prints, does and ends with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import duckdb
import pandas as pd
import pytest

from sop_pipeline.cli import main
from sop_pipeline.store.ddl import view_statements
from sop_pipeline.validation.rules import RULES
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import altered, write_company

COST_JOIN = "JOIN ATOMIC.LOGISTICS_COST_FACT AS cost ON cost.SITE_ID = forecast.SITE_ID\nWHERE"


@pytest.fixture
def company(workdir: Path, sop: Sop) -> Path:
    """A folder with the small company, loaded."""
    folder = write_company(workdir / "company")
    assert sop("init", "--from", folder).exit_code == 0
    return folder


def _rows(workdir: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(workdir / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_command_tells_what_it_does(sop: Sop) -> None:
    told = sop("--help").stdout
    assert "Exit status" in told
    listed = " ".join(told.split())
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    for name, command in commands.items():
        assert command is not None
        assert f"{name} {command.get_short_help_str(limit=200)}" in listed


def test_listing_the_commands_imports_none_of_what_they_need() -> None:
    listing = (
        "import sys; from sop_pipeline.cli import main; main(['--help'], standalone_mode=False)"
    )
    needed = "assert not {'pandas', 'dagster', 'duckdb'} & set(sys.modules), sorted(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{listing}; {needed}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["whatif", "explain", "compare", "show"])
def test_a_command_does_not_wait_for_what_others_need(command: str) -> None:
    others = ["dagster", "pulp", "jinja2", "openpyxl", "sop_pipeline.planning.futures.hedge"]
    code = (
        "import sys, click; from sop_pipeline.cli import main; "
        f"main.get_command(click.Context(main), {command!r}); "
        f"print([one for one in {others} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_all_tries_every_scenario_and_ends_with_the_first_failure_even_of_the_baseline(
    workdir: Path, sop: Sop
) -> None:
    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["SCENARIO_ID"] == 1, "FORECAST_QUANTITY"] = "inf"
        return frame

    folder = write_company(workdir / "company", altered("demand_forecasts", spoil))
    assert sop("init", "--from", folder).exit_code == 0

    result = sop("plan", "--all")

    assert result.exit_code == 3
    assert "BASE is not planned" in result.stderr
    assert "PUSH: published." in result.stdout


def test_show_prints_what_is_published_with_policy_and_grain(planned: Path, sop: Sop) -> None:
    del planned
    shown = sop("show", "PUSH").stdout
    assert "notebook, aggregate" in shown
    for line in (
        "Status",
        "Total cost",
        "Peak build month",
        "Peak stock month",
        "Overflow avoided",
    ):
        assert line in shown
    assert max(len(line) for line in shown.splitlines()) <= 100


def test_usage_that_makes_no_sense_ends_with_2(company: Path, workdir: Path, sop: Sop) -> None:
    del company
    assert sop("plan").exit_code == 2
    assert sop("plan", "BASE", "--all").exit_code == 2
    unknown = sop("plan", "NO_SUCH")
    assert (unknown.exit_code, "BASE, PUSH" in unknown.stderr) == (2, True)
    assert sop("show", "PUSH").exit_code == 2, "nothing is published yet"
    policy = workdir / "mine.yaml"
    policy.write_text("saftey_stock_ratio: 0.2\n")
    refused = sop("plan", "PUSH", "--policy", policy)
    assert refused.exit_code == 2
    assert "saftey_stock_ratio: unknown field" in refused.stderr
    assert sop("frobnicate").exit_code == 2


def test_hard_limits_that_conflict_end_with_4_and_name_the_month(planned: Path, sop: Sop) -> None:
    plans = "SELECT * FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN ORDER BY 1"
    before = _rows(planned, plans)
    policy = planned / "tight.yaml"
    notebook = Path(__file__).parents[2] / "sop_pipeline/policies/notebook.yaml"
    policy.write_text(notebook.read_text().replace("threshold_pct: 87", "threshold_pct: 5"))

    result = sop("plan", "PUSH", "--policy", policy)

    assert result.exit_code == 4, result.output
    assert "2025" in result.stderr
    assert _rows(planned, plans) == before


def test_a_warehouse_that_is_not_there_ends_with_5(sop: Sop) -> None:
    for arguments in (("plan", "--all"), ("show", "PUSH"), ("check",)):
        result = sop(*arguments)
        assert result.exit_code == 5
        assert "sop init" in result.stderr


def test_the_demo_company_does_not_replace_other_data_without_force(
    company: Path, sop: Sop
) -> None:
    del company
    refused = sop("init")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert sop("init", "--force").exit_code == 0
    assert sop("init").exit_code == 0, "the demo company may be loaded again over itself"


def test_a_view_with_a_fan_out_is_refused_and_the_base_table_is_planned_instead(
    planned: Path, sop: Sop
) -> None:
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        connection.execute(view_statements()[0].replace("WHERE", COST_JOIN))

    refused = sop("check", "PUSH")

    assert refused.exit_code == 3
    told = " ".join(refused.stderr.split())
    assert "returns 1.47 times the base table's quantity" in told
    assert "LOGISTICS_COST_FACT's repeated SITE_ID explains it" in told
    policy = planned / "base.yaml"
    notebook = Path(__file__).parents[2] / "sop_pipeline/policies/notebook.yaml"
    policy.write_text(notebook.read_text() + "demand_source: base\n")
    publish("PUSH", policy=policy)


def test_check_runs_the_rules_alone(company: Path, workdir: Path, sop: Sop) -> None:
    del company
    result = sop("check", "PUSH")
    assert result.exit_code == 0, result.output
    assert f"PUSH: {sum(map(len, RULES.values()))} checks, fine" in result.stdout
    assert _rows(workdir, "SELECT COUNT(*) FROM SOP_LOGISTICS.BUILD_PLAN_SUMMARY") == [(0,)]


def test_solve_writes_every_table_twice_and_the_summary(workdir: Path, sop: Sop) -> None:
    folder = write_company(workdir / "company")

    result = sop("solve", folder, "--out", workdir / "out")

    assert result.exit_code == 0, result.output
    for code in ("BASE", "PUSH"):
        out = workdir / "out" / code
        summary = json.loads((out / "summary.json").read_text())
        assert sum(summary["cost_terms"].values()) == pytest.approx(summary["objective"])
        assert set(summary["seconds"]) >= {"read", "build", "solve", "certify", "write", "total"}
        assert max(summary["certificate"].values()) <= 1e-6
        plan = pd.read_parquet(out / "RECOMMENDED_BUILD_PLAN.parquet")
        assert len(plan) == len(pd.read_csv(out / "RECOMMENDED_BUILD_PLAN.csv")) == 6
    assert not (workdir / "warehouse.duckdb").exists()


NOTEBOOK_RESULTS = {
    "BASELINE": (833037.78, [0, 0, 60089, 219712, 226573, 190319]),
    "Q4_PUSH": (1094854.56, [0, 0, 140929, 285275, 293954, 247306]),
    "CONSERVATIVE": (719399.48, [0, 0, 0, 197619, 203909, 171289]),
}


def test_the_notebook_policy_reproduces_the_reference_results_to_the_cent(
    shared_company: Path, workdir: Path, sop: Sop
) -> None:
    assert sop("init", "--from", shared_company).exit_code == 0
    planned = sop("plan", "Q4_PUSH", "--policy", "notebook")
    assert planned.exit_code == 0, planned.output
    published = _rows(
        workdir,
        "SELECT RECOMMENDED_QUANTITY FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN "
        "ORDER BY PRODUCTION_WEEK",
    )
    [(stated,)] = _rows(workdir, "SELECT OBJECTIVE FROM SOP_LOGISTICS.BUILD_PLAN_SUMMARY")
    assert (float(stated), [float(u) for (u,) in published]) == NOTEBOOK_RESULTS["Q4_PUSH"]
    assert sop("solve", shared_company, "--policy", "notebook", "--out", "out").exit_code == 0
    for code, (objective, builds) in NOTEBOOK_RESULTS.items():
        out = workdir / "out" / code
        assert json.loads((out / "summary.json").read_text())["objective"] == pytest.approx(
            objective, abs=0.005
        )
        solved = pd.read_parquet(out / "RECOMMENDED_BUILD_PLAN.parquet")
        assert solved.sort_values("PRODUCTION_WEEK")["RECOMMENDED_QUANTITY"].to_list() == builds


def test_the_real_view_with_a_fan_out_is_told_4_68_times(
    shared_company: Path, workdir: Path, sop: Sop
) -> None:
    assert sop("init", "--from", shared_company).exit_code == 0
    with duckdb.connect(str(workdir / "warehouse.duckdb")) as connection:
        connection.execute(view_statements()[0].replace("WHERE", COST_JOIN))
    told = " ".join(sop("check", "Q4_PUSH").stderr.split())
    assert "4.68 times" in told
    assert "LOGISTICS_COST_FACT's repeated SITE_ID explains it" in told


def test_check_finds_what_only_the_planner_can_see(workdir: Path, sop: Sop) -> None:
    no_rates = altered("logistics_costs", lambda frame: frame[frame["SITE_ID"] != 4])
    folder = write_company(workdir / "company", no_rates)
    assert sop("init", "--from", folder).exit_code == 0
    assert sop("check", "PUSH", "--policy", "notebook").exit_code == 0

    refused = sop("check", "PUSH", "--policy", "standard")

    assert refused.exit_code == 3, refused.output
    assert "LOGISTICS_COST_FACT" in refused.stderr
