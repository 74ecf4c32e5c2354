"""A DuckDB file that holds the small company, and processes that get in its way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from sop_pipeline.store import DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company

NamedConnection = Callable[..., str]
Hold = Callable[[bool], AbstractContextManager[subprocess.Popen[str]]]

_HOLDER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "True"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file that holds the small company, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    made = folder / "warehouse.duckdb"
    DuckDBStore(made).replace_inputs(load_folder(write_company(folder / "company")).tables)
    return made


@pytest.fixture
def path(prepared: Path, tmp_path: Path) -> Path:
    """A warehouse file of the test's own that holds the small company."""
    return Path(shutil.copy(prepared, tmp_path))


@pytest.fixture
def named_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NamedConnection:
    """Write a `connections.toml`, which the connector reads in place of the user's own.

    Its only connection has the given values; the answer is its name.
    """

    def write(**values: str | int) -> str:
        from snowflake.connector.config_manager import CONFIG_MANAGER  # noqa: PLC0415

        file = tmp_path / "connections.toml"
        file.write_text("\n".join(["[planner]", *(f"{k} = {v!r}" for k, v in values.items())]))
        file.chmod(0o600)
        slices = [
            one._replace(path=file) if one.section == "connections" else one
            for one in CONFIG_MANAGER._slices
        ]
        monkeypatch.setattr(CONFIG_MANAGER, "_slices", slices)
        monkeypatch.setattr(CONFIG_MANAGER, "conf_file_cache", None)
        return "planner"

    return write


@pytest.fixture
def hold(path: Path) -> Hold:
    """Let another process hold the file open, for reading only or for writing."""

    @contextmanager
    def held(read_only: bool) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(path), str(read_only)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
            if process.poll() is None:
                process.communicate("let go\n")

    return held
