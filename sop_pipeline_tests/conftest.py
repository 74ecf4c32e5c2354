"""What every test may use: a folder of its own with its own warehouse and instance, and `sop`.

Fixtures import what takes long themselves: the process that hands out the tests needs none of it.
"""

from __future__ import annotations

import gc
import mimetypes
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sop_pipeline.cli import main
from sop_pipeline_tests.emulator import Emulator, pointed_at, running_emulator
from sop_pipeline_tests.made_once import made_once

TESTS = Path(__file__).parent
SHARED_COMPANY = TESTS.parents[1] / "shared/data/sop_company"

LONGEST = ("test_readme.py", "test_ui.py", "test_snowflake.py")
"""Modules near the end of the alphabet that take a minute."""

SYSTEM_FOLDERS = ("cli", "contract", "deploy", "store", "system")
"""Where the tests are that `make test-system` runs: its workers read no other folder."""

Sop = Callable[..., Result]


def pytest_configure() -> None:
    """The demo company of one year, whatever the day, in this process and those it starts.

    While the tests are read there is no garbage: what is imported stays.
    """
    os.environ["SOP_DEMO_YEAR"] = "2026"
    gc.disable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where system tests alone are asked for, look where they are."""
    if not config.option.markexpr.startswith("system") or collection_path.parent != TESTS:
        return None
    return collection_path.name not in SYSTEM_FOLDERS or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What talks to a server, the Snowflake emulator too, is a system test.

    What takes longest begins first, so that no worker ends alone with it.
    """
    for item in items:
        if "emulator" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.system)
    _require_system_tests_are_found(items)
    items.sort(key=lambda item: item.path.name not in LONGEST)


def _require_system_tests_are_found(items: list[pytest.Item]) -> None:
    lost = {
        str(item.path.relative_to(TESTS))
        for item in items
        if item.get_closest_marker("system") and not item.get_closest_marker("long")
        if item.path.relative_to(TESTS).parts[0] not in SYSTEM_FOLDERS
    }
    if lost:
        msg = f"System tests outside of SYSTEM_FOLDERS, where nothing runs them: {sorted(lost)}"
        raise pytest.UsageError(msg)


def pytest_collection_finish() -> None:
    """Look for garbage less often, and in what has been imported not at all: that stays."""
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.fixture(scope="session")
def new_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an instance without runs, to be copied: making them takes half a second."""
    from sop_pipeline.automation.instance import open_instance  # noqa: PLC0415

    def make(home: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", str(home))
            with open_instance():
                pass

    return made_once(tmp_path_factory, "new_instance", make)


@pytest.fixture(scope="session")
def base_planned(tmp_path_factory: pytest.TempPathFactory, new_instance: Path) -> Path:
    """To be copied: a warehouse of the small company, BASE planned in it, and the instance.

    `planned` and `open_home(folder, planned=base_planned)` hand out copies.
    """
    from sop_pipeline_tests.small_company import write_company  # noqa: PLC0415

    def make(home: Path) -> None:
        shutil.copytree(new_instance, home / "dagster")
        _in_home(home, "init", "--from", str(write_company(home / "input")))
        _in_home(home, "plan", "BASE")

    return made_once(tmp_path_factory, "base_planned", make)


@pytest.fixture(scope="session")
def both_planned(tmp_path_factory: pytest.TempPathFactory, base_planned: Path) -> Path:
    """The same with PUSH planned as well."""
    return _planned_after(base_planned, tmp_path_factory, "both_planned", "PUSH")


@pytest.fixture(scope="session")
def push_planned_twice(tmp_path_factory: pytest.TempPathFactory, both_planned: Path) -> Path:
    """The same with PUSH planned once more, over products and sites, by the policy `standard`."""
    again = ("PUSH", "--policy", "standard")
    return _planned_after(both_planned, tmp_path_factory, "push_planned_twice", *again)


def _planned_after(
    before: Path, tmp_path_factory: pytest.TempPathFactory, name: str, *asked: str
) -> Path:
    """A home like one before, with `sop plan` of what is asked."""

    def make(home: Path) -> None:
        shutil.copytree(before, home, dirs_exist_ok=True)
        _in_home(home, "plan", *asked)

    return made_once(tmp_path_factory, name, make)


def _in_home(home: Path, *arguments: str) -> None:
    """Run the command line on the warehouse and the instance of a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("SOP_WAREHOUSE", f"duckdb:{home / 'warehouse.duckdb'}")
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        patch.setenv("SOP_POLICY", "notebook")
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_instance: Path) -> Path:
    """A working folder with an instance of its own; a warehouse is made in it."""
    shutil.copytree(new_instance, tmp_path / "dagster")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOP_WAREHOUSE", f"duckdb:{tmp_path / 'warehouse.duckdb'}")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("SOP_POLICY", "notebook")
    return tmp_path


@pytest.fixture
def sop(workdir: Path) -> Sop:
    """Run the command line in this process; the result has exit_code, stdout and stderr."""
    del workdir

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)

    return run


@pytest.fixture
def shared_company() -> Path:
    """The shared real input; tests that need it skip where it is absent."""
    if not SHARED_COMPANY.is_dir():
        pytest.skip("the shared company is not here")
    return SHARED_COMPANY


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """A Snowflake emulator; each test uses a database of its own."""
    # The machine's tables of file types: the connector reads them for each file it uploads.
    mimetypes.knownfiles.clear()
    with running_emulator() as running:
        yield running


@pytest.fixture(scope="session")
def created(emulator: Emulator) -> str:
    """A database of the emulator with every schema, table and view, to be copied."""
    from sop_pipeline.store import store_at  # noqa: PLC0415
    from sop_pipeline.store.snowflake_reader import forget_reader  # noqa: PLC0415

    database = emulator.new_database()
    with pointed_at(emulator.environment(database)):
        store_at("snowflake").create()
        forget_reader()
    return database
