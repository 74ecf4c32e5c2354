"""A planned company to start from: most commands say something about a plan that is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sop_pipeline.cli import main
from sop_pipeline_tests.small_company import write_company


@pytest.fixture(scope="session")
def planned_files(tmp_path_factory: pytest.TempPathFactory, new_instance: Path) -> Path:
    """A folder with a warehouse in which both scenarios are planned, and the instance."""
    home = tmp_path_factory.mktemp("planned")
    shutil.copytree(new_instance, home / "dagster")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("SOP_WAREHOUSE", f"duckdb:{home / 'warehouse.duckdb'}")
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        patch.setenv("SOP_POLICY", "notebook")
        for arguments in (["init", "--from", str(write_company(home / "good"))], ["plan", "--all"]):
            result = CliRunner().invoke(main, arguments, catch_exceptions=False)
            assert result.exit_code == 0, result.output
    return home


@pytest.fixture
def planned(planned_files: Path, workdir: Path) -> Path:
    """The working folder, both scenarios of the small company planned in it."""
    shutil.copy(planned_files / "warehouse.duckdb", workdir)
    shutil.copytree(planned_files / "dagster", workdir / "dagster", dirs_exist_ok=True)
    return workdir
