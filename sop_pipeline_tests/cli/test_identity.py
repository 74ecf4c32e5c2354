"""Scenarios that get other ids keep their plans; plan tables of another shape end nothing late."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY
from sop_pipeline.services.scenarios import read_scenarios
from sop_pipeline.services.staleness import Publications
from sop_pipeline.store import store_at
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.contract.test_identity import SWAPPED, renumbered
from sop_pipeline_tests.small_company import small_company, write_company

FAULT = Path(__file__).parents[3] / "shared" / "faults" / "scenario-ids-renumbered"
SUMMARY = BUILD_PLAN_SUMMARY.qualified_name


def test_every_command_tells_a_scenarios_own_plan_after_a_load_with_other_ids(
    planned: Path, sop: Sop
) -> None:
    shown = {code: sop("show", code).stdout for code in ("BASE", "PUSH")}
    assert shown["BASE"].split("\n")[2:] != shown["PUSH"].split("\n")[2:]
    history = {code: sop("history", code).stdout for code in shown}
    folder = write_company(planned / "other", renumbered(SWAPPED))
    assert sop("init", "--from", folder).exit_code == 0
    assert {code: sop("show", code).stdout for code in shown} == shown
    assert {code: sop("history", code).stdout for code in shown} == history
    assert all("current" in told for told in history.values())


def test_a_plan_is_of_todays_inputs_whatever_ids_its_scenario_has(planned: Path, sop: Sop) -> None:
    folder = write_company(planned / "other", renumbered(SWAPPED))
    assert sop("init", "--from", folder).exit_code == 0
    store = store_at(f"duckdb:{planned / 'warehouse.duckdb'}")
    published, policy = Publications(store), load_policy("notebook")
    for scenario in read_scenarios(store):
        assert published.is_current(scenario, policy, "notebook"), scenario.code


@pytest.mark.long
def test_the_baselines_plan_stays_when_ids_are_swapped(
    workdir: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not FAULT.is_dir():
        pytest.skip("the shared faults are not here")
    del workdir
    monkeypatch.setenv("SOP_POLICY", "standard")
    assert sop("init", "--from", FAULT / "before").exit_code == 0
    assert sop("plan", "--all").exit_code == 0
    assert sop("init", "--from", FAULT / "after").exit_code == 0
    assert "3,195.00" in sop("show", "BASE").stdout
    listed = sop("history", "BASE").stdout
    assert "3,195.00" in listed
    assert "15,975.00" not in listed


def test_plan_tables_of_another_shape_end_a_plan_before_it_begins(planned: Path, sop: Sop) -> None:
    before = sop("show", "BASE").stdout
    runs = sop("scenario", "list").stdout
    statement = f"ALTER TABLE {SUMMARY} ALTER COLUMN PREBUILT_UNITS SET DATA TYPE INTEGER"
    with duckdb.connect(planned / "warehouse.duckdb") as connection:
        connection.execute(statement)
    refused = sop("plan", "BASE")
    assert refused.exit_code == 5
    told = " ".join(refused.stderr.split())
    assert f"{SUMMARY}, column PREBUILT_UNITS: expected DECIMAL(18, 4); got INTEGER" in told
    mended = statement.replace("INTEGER", "DECIMAL(18, 4)")
    assert mended in told
    assert sop("scenario", "list").stdout == runs, "no run was begun"
    with duckdb.connect(planned / "warehouse.duckdb") as connection:
        connection.execute(mended)
    assert sop("show", "BASE").stdout == before
    store_at(f"duckdb:{planned / 'warehouse.duckdb'}").require_plan_tables()


def test_init_adds_a_column_that_is_missing(planned: Path, sop: Sop) -> None:
    with duckdb.connect(planned / "warehouse.duckdb") as connection:
        connection.execute(f"ALTER TABLE {SUMMARY} DROP COLUMN PREBUILT_UNITS")
    refused = sop("plan", "BASE")
    assert refused.exit_code == 5
    assert "`sop init` adds it" in refused.stderr
    assert sop("init", "--from", write_company(planned / "again")).exit_code == 0
    store_at(f"duckdb:{planned / 'warehouse.duckdb'}").require_plan_tables()


def test_two_loads_of_new_scenarios_at_once_give_no_id_twice(workdir: Path, sop: Sop) -> None:
    folders = [_with_new_scenario(workdir / code, code) for code in ("NEW_A", "NEW_B")]
    with _loader() as one, _loader() as other:
        for _ in range(2):  # into no warehouse yet, then into one
            ended = _at_once((one, other), folders)
            assert 0 in {status for status, _ in ended}
            for status, told in ended:
                assert status == 0 or (status == 5 and "Load again" in told), told
    ids = {}
    for folder in folders:
        assert sop("init", "--from", folder).exit_code == 0
        scenarios = read_scenarios(store_at(f"duckdb:{workdir / 'warehouse.duckdb'}"))
        ids.update({one.code: one.id for one in scenarios})
    assert len(set(ids.values())) == len(ids) == 4


def _with_new_scenario(folder: Path, code: str) -> Path:
    """The small company by scenario codes, with one scenario more."""
    tables = small_company()
    definitions, demand = tables["scenario_definitions"], tables["demand_forecasts"]
    codes = definitions.set_index("SCENARIO_ID")["SCENARIO_CODE"]
    named = demand.assign(SCENARIO_CODE=demand["SCENARIO_ID"].map(codes)).drop(
        columns="SCENARIO_ID"
    )
    added = named[named["SCENARIO_CODE"] == "PUSH"].assign(SCENARIO_CODE=code)
    added["DEMAND_FORECAST_ID"] = added["DEMAND_FORECAST_ID"] + 1000
    new = definitions[definitions["SCENARIO_CODE"] == "PUSH"].assign(SCENARIO_CODE=code)
    both = pd.concat([definitions, new]).drop(columns="SCENARIO_ID")
    changed = {"scenario_definitions": both, "demand_forecasts": pd.concat([named, added])}
    return write_company(folder, {**tables, **changed})


_LOADER = """
import json, sys
from click.testing import CliRunner
from sop_pipeline.automation import instance
from sop_pipeline.cli import init, main
for folder in sys.stdin:
    done = CliRunner().invoke(main, ["init", "--from", folder.strip()])
    print(json.dumps([done.exit_code, done.output]), flush=True)
"""


def _loader() -> subprocess.Popen[str]:
    """A process that loads each folder it is told, and answers with exit status and output."""
    command = [sys.executable, "-c", _LOADER]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def _at_once(
    loaders: Iterable[subprocess.Popen[str]], folders: Iterable[Path]
) -> list[tuple[int, str]]:
    """What each process answers, all told their folder before one has answered."""
    asked = list(zip(loaders, folders, strict=True))
    for loader, folder in asked:
        assert loader.stdin is not None
        loader.stdin.write(f"{folder}\n")
    ended = []
    for loader, _ in asked:
        assert loader.stdout is not None
        ended.append(json.loads(loader.stdout.readline()))
    return ended
