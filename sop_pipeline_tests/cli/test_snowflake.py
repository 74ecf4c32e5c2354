"""Switching to Snowflake is one setting: same commands, same figures, and no secret anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from sop_pipeline.cli import main
from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import snowflake_errors, store_at
from sop_pipeline_tests.emulator import Emulator, free_port, pointed_at
from sop_pipeline_tests.secrets import PASSPHRASE, PASSWORD, TOKEN, Key
from sop_pipeline_tests.small_company import write_company


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

    def plan(self, code: str) -> dict[str, pd.DataFrame]:
        """What is published there."""
        with self.entered():
            return store_at(os.environ["SOP_WAREHOUSE"]).read_plan(code)

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

    def signed_in_by(self, **settings: str) -> Home:
        """The same home, signed in another way."""
        ways = ("PASSWORD", "TOKEN", "PRIVATE_KEY_PATH", "PRIVATE_KEY_PASSPHRASE")
        none = {name: v for name, v in self.environment.items() if name[10:] not in ways}
        return replace(self, environment={**none, **settings})


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def snowflake(emulator: Emulator, key: Key, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small company in Snowflake, its first scenario planned, each time signed in otherwise."""
    settings = emulator.environment(emulator.new_database())
    home = Home(tmp_path_factory.mktemp("snowflake"), settings, [])
    by_password = home.signed_in_by(SNOWFLAKE_PASSWORD=PASSWORD)
    by_key = home.signed_in_by(
        SNOWFLAKE_PRIVATE_KEY_PATH=str(key.path), SNOWFLAKE_PRIVATE_KEY_PASSPHRASE=PASSPHRASE
    )
    return planned(by_password, by_key, home.signed_in_by(SNOWFLAKE_TOKEN=TOKEN))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same in DuckDB."""
    folder = tmp_path_factory.mktemp("embedded")
    home = Home(folder, {"SOP_WAREHOUSE": f"duckdb:{folder / 'w.duckdb'}"}, [])
    return planned(home, home, home)


def planned(loading: Home, planning: Home, showing: Home) -> Home:
    """Load, plan and show, from three views of one home."""
    company = write_company(loading.folder / "company")
    for home, arguments in (
        (loading, ("init", "--from", company)),
        (planning, ("plan", "BASE", "--policy", "notebook")),
        (showing, ("show", "BASE")),
    ):
        result = home.sop(*arguments)
        assert result.exit_code == 0, result.output
    return showing


def assert_same_plan(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name, frame in one.items():
        measured = [column for column in frame.columns if column == "SOLVE_SECONDS"]
        pd.testing.assert_frame_equal(
            frame.drop(columns=measured), other[name].drop(columns=measured)
        )


def test_both_warehouses_give_the_same_plan_to_the_last_digit(
    snowflake: Home, embedded: Home
) -> None:
    assert_same_plan(snowflake.plan("BASE"), embedded.plan("BASE"))


def test_the_same_is_printed(snowflake: Home, embedded: Home) -> None:
    assert snowflake.printed[-1] == embedded.printed[-1]


def test_no_secret_is_printed_or_kept(snowflake: Home, key: Key) -> None:
    kept = [path for path in snowflake.folder.rglob("*") if path.is_file()]
    assert any(b"BASE" in path.read_bytes() for path in kept), "the run left no record to search"
    assert key.told_below(snowflake.folder) == []
    assert key.told_in("".join(snowflake.printed).encode()) == []


def test_a_warehouse_out_of_reach_ends_with_5_and_tells_no_secret(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snowflake_errors, "_FIRST_WAIT_SECONDS", 0.01)
    settings = emulator.environment(emulator.new_database())
    away = {"SNOWFLAKE_PORT": str(free_port()), "SNOWFLAKE_PASSWORD": PASSWORD}
    home = Home(tmp_path, {**settings, **away}, [])
    result = home.sop("show", "BASE")
    assert result.exit_code == 5
    assert "Snowflake database" in result.output
    assert PASSWORD not in result.output


def test_missing_settings_are_named(tmp_path: Path) -> None:
    result = Home(tmp_path, {"SOP_WAREHOUSE": "snowflake"}, []).sop("show", "BASE")
    assert result.exit_code == 2
    for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_DATABASE", "SNOWFLAKE_TOKEN"):
        assert name in result.output


def test_demo_data_over_other_data_needs_force(snowflake: Home) -> None:
    refused = snowflake.sop("init")
    assert refused.exit_code == 2
    assert "--force" in refused.output


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
