"""Switching to Snowflake is one setting: same commands, same figures, and no secret anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from sop_pipeline.automation.instance import open_instance
from sop_pipeline.automation.run import plan_in_process
from sop_pipeline.cli import main
from sop_pipeline.definitions import build_definitions
from sop_pipeline.warehouse import open_warehouse
from sop_pipeline_tests.emulator import Emulator, free_port, pointed_at
from sop_pipeline_tests.small_company import write_company

BASE = 1
SECRET = "correct-horse-7f3a"  # noqa: S105
NOTEBOOK_TOTALS = {"BASELINE": 833_037.78, "Q4_PUSH": 1_094_854.56, "CONSERVATIVE": 719_399.48}


@dataclass(frozen=True)
class Home:
    """A folder, the settings that point at its warehouse, and what was printed there."""

    folder: Path
    environment: dict[str, str]
    printed: list[str]

    def sop(self, *arguments: str | Path) -> Result:
        """Run the command line in this process."""
        with self.entered():
            result = CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)
        self.printed.append(result.output)
        return result

    def plan(self, scenario_id: int) -> dict[str, pd.DataFrame]:
        """What is published there."""
        with self.entered():
            return open_warehouse(os.environ["SOP_WAREHOUSE"]).read_plan(scenario_id)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """In the folder, with its settings."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with pointed_at({**self.environment, "DAGSTER_HOME": str(self.folder / "dagster")}):
                yield
        finally:
            os.chdir(before)

    def files_with(self, text: str) -> list[Path]:
        """Every file below the folder that has the text in it."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return [path for path in files if text.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def snowflake(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small company in Snowflake, its first scenario planned."""
    settings = {**emulator.environment(emulator.new_database()), "SNOWFLAKE_PASSWORD": SECRET}
    return planned(Home(tmp_path_factory.mktemp("snowflake"), settings, []))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same in DuckDB."""
    folder = tmp_path_factory.mktemp("embedded")
    return planned(Home(folder, {"SOP_WAREHOUSE": f"duckdb:{folder / 'w.duckdb'}"}, []))


def planned(home: Home) -> Home:
    for arguments in (
        ("init", "--from", write_company(home.folder / "company")),
        ("plan", "BASE", "--policy", "notebook"),
        ("show", "BASE"),
    ):
        result = home.sop(*arguments)
        assert result.exit_code == 0, result.output
    return home


def assert_same_plan(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name, frame in one.items():
        measured = [column for column in frame.columns if column == "SOLVE_SECONDS"]
        pd.testing.assert_frame_equal(
            frame.drop(columns=measured), other[name].drop(columns=measured)
        )


def test_both_warehouses_give_the_same_plan_to_the_last_digit(
    snowflake: Home, embedded: Home
) -> None:
    assert_same_plan(snowflake.plan(BASE), embedded.plan(BASE))


def test_the_same_is_printed(snowflake: Home, embedded: Home) -> None:
    assert snowflake.printed[-1] == embedded.printed[-1]


def test_the_shared_company_costs_what_the_notebook_says(
    emulator: Emulator, shared_company: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path, emulator.environment(emulator.new_database()), [])
    assert home.sop("init", "--from", shared_company).exit_code == 0
    assert home.sop("plan", "--all", "--policy", "notebook").exit_code == 0
    with home.entered():
        warehouse = open_warehouse("snowflake")
        scenarios = warehouse.read("scenarios")
        totals = {
            code: round(warehouse.read_plan(key)["BUILD_PLAN_SUMMARY"]["OBJECTIVE"].iloc[0], 2)
            for key, code in zip(scenarios["SCENARIO_ID"], scenarios["SCENARIO_CODE"], strict=True)
        }
    assert totals == NOTEBOOK_TOTALS


def test_the_password_is_nowhere(snowflake: Home) -> None:
    assert snowflake.files_with("BASE"), "the run left no record to search"
    assert snowflake.files_with(SECRET) == []
    assert SECRET not in "".join(snowflake.printed)


def test_a_warehouse_out_of_reach_ends_with_5_and_tells_no_secret(
    emulator: Emulator, tmp_path: Path
) -> None:
    settings = emulator.environment(emulator.new_database())
    away = {"SNOWFLAKE_PORT": str(free_port()), "SNOWFLAKE_PASSWORD": SECRET}
    home = Home(tmp_path, {**settings, **away}, [])
    result = home.sop("show", "BASE")
    assert result.exit_code == 5
    assert "Snowflake database" in result.output
    assert SECRET not in result.output


def test_missing_settings_are_named(tmp_path: Path) -> None:
    result = Home(tmp_path, {"SOP_WAREHOUSE": "snowflake"}, []).sop("show", "BASE")
    assert result.exit_code == 2
    for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_DATABASE", "SNOWFLAKE_TOKEN"):
        assert name in result.output


def test_demo_data_over_other_data_needs_force(snowflake: Home) -> None:
    refused = snowflake.sop("init")
    assert refused.exit_code == 2
    assert "--force" in refused.output


# What Dagster itself calls for a resource within a resource.
@pytest.mark.filterwarnings("ignore:.*InitResourceContext.dagster_run is deprecated")
def test_a_snowflake_resource_with_secrets_from_the_environment_plans_the_same(
    snowflake: Home, embedded: Home
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of pydantic
        from dagster_snowflake import SnowflakeResource  # noqa: PLC0415

        from sop_pipeline.resources.snowflake import SnowflakeWarehouseResource  # noqa: PLC0415

    settings = snowflake.environment
    resource = SnowflakeWarehouseResource(
        snowflake=SnowflakeResource(
            account=settings["SNOWFLAKE_ACCOUNT"],
            user=settings["SNOWFLAKE_USER"],
            password=dg.EnvVar("PLANNER_PASSWORD"),
            database=settings["SNOWFLAKE_DATABASE"],
            additional_snowflake_connection_args={
                "host": settings["SNOWFLAKE_HOST"],
                "port": int(settings["SNOWFLAKE_PORT"]),
                "protocol": settings["SNOWFLAKE_PROTOCOL"],
            },
        )
    )
    home = Home(snowflake.folder, {"PLANNER_PASSWORD": SECRET}, [])
    with home.entered(), open_instance() as instance:
        definitions = build_definitions("snowflake", "notebook", resource)
        done = plan_in_process(definitions, instance, "BASE", publish=True, progress=lambda _: None)
    assert done.exit_status == 0, done.failures
    assert_same_plan(snowflake.plan(BASE), embedded.plan(BASE))
    assert home.files_with(SECRET) == []


def test_assets_show_where_they_are_stored() -> None:
    graph = build_definitions("snowflake", "standard").resolve_asset_graph()
    for name in ("demand_forecasts", "recommended_build_plan"):
        assert "snowflake" in graph.get(dg.AssetKey(name)).kinds


def test_a_duckdb_user_never_imports_the_connector() -> None:
    code = (
        "import sys; from sop_pipeline.definitions import build_definitions;"
        "import sop_pipeline.cli.plan, sop_pipeline.cli.init;"
        "build_definitions('duckdb:w.duckdb', 'standard');"
        "print([m for m in sys.modules if m.startswith(('snowflake.', 'dagster_snowflake'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
