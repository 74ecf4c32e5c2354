"""What every test may use: a folder of its own with its own warehouse and instance, and `sop`.

Fixtures import what takes long themselves: the process that hands out the tests needs none of it.
"""

from __future__ import annotations

import functools
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sop_pipeline.cli import main
from sop_pipeline_tests.emulator import Emulator, pointed_at, running_emulator

SHARED_COMPANY = Path(__file__).parents[2] / "shared/data/sop_company"

Sop = Callable[..., Result]


def pytest_configure() -> None:
    """The demo company of one year, whatever the day, in this process and those it starts."""
    os.environ["SOP_DEMO_YEAR"] = "2026"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What talks to a server, the Snowflake emulator too, is a system test."""
    for item in items:
        if "emulator" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.system)


def pytest_collection_finish() -> None:
    """What has been imported stays: the collector of garbage need not look at it again."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def read_migrations() -> Iterator[None]:
    """Dagster's migrations are read once: each instance and run reads them anew otherwise."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", functools.cache(ScriptDirectory.from_config))
        yield


@pytest.fixture(scope="session")
def new_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an instance without runs, to be copied: making them takes half a second."""
    from sop_pipeline.automation.instance import open_instance  # noqa: PLC0415

    home = tmp_path_factory.mktemp("instance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with open_instance():
            return home


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
