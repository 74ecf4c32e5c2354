"""The real UI, served as `make ui` serves it, with its GraphQL API."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sop_pipeline_tests.small_company import Tables, write_company

REPOSITORY = Path(__file__).parents[2]
_START_SECONDS = 120
_STOP_SECONDS = 10
_RUN_SECONDS = 150

_LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""


@dataclass(frozen=True)
class Served:
    """A running UI over a warehouse and an instance of its own."""

    folder: Path
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        """Where the UI is served."""
        return f"http://127.0.0.1:{self.port}"

    def sop(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own, beside the UI."""
        return subprocess.run(
            [_program("sop"), *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, query: str, **variables: Any) -> Any:
        """Answer of the GraphQL API."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def launch(self, job: str, partition: str, run_config: Mapping[str, Any]) -> str:
        """Launch a run, as the Launchpad does; returns its id."""
        params = {
            "selector": {
                "repositoryLocationName": "sop_pipeline",
                "repositoryName": "__repository__",
                "pipelineName": job,
            },
            "runConfigData": run_config,
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": partition}]},
        }
        launched = self.ask(_LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def wait_for_run(self, run_id: str) -> str:
        """The status a run ends with."""
        query = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
        deadline = time.monotonic() + _RUN_SECONDS
        status = "UNKNOWN"
        while time.monotonic() < deadline:
            status = self.ask(query, id=run_id)["runOrError"]["status"]
            if status in ("SUCCESS", "FAILURE", "CANCELED"):
                break
            time.sleep(0.5)
        return status


@contextmanager
def served_ui(
    folder: Path, tables: Tables | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Served]:
    """Load a company with `sop init`, serve the UI, and stop it with all its processes.

    Args:
        folder: An empty folder for warehouse, instance and logs.
        tables: The company; without them the demo company.
        settings: Further variables, such as another warehouse's.
    """
    environment = {
        **os.environ,
        "SOP_WAREHOUSE": f"duckdb:{folder / 'warehouse.duckdb'}",
        "DAGSTER_HOME": str(folder / "dagster"),
        **settings,
    }
    served = Served(folder, _free_port(), environment)
    source = () if tables is None else ("--from", str(write_company(folder / "input", tables)))
    loaded = served.sop("init", *source)
    assert loaded.returncode == 0, loaded.stderr
    with _sop_ui(served):
        yield served


@contextmanager
def _sop_ui(served: Served) -> Iterator[None]:
    log = served.folder / "ui.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [_program("sop"), "ui", "--port", str(served.port)],
            cwd=served.folder,
            env=dict(served.environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_loaded(served, process, log)
            yield
        finally:
            _stop_group(process)


def _wait_until_loaded(served: Served, process: subprocess.Popen[bytes], log: Path) -> None:
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if served.ask(query)["repositoriesOrError"]["nodes"]:
                return
        except urllib.error.URLError:
            time.sleep(0.5)
    msg = f"The UI did not start:\n{log.read_text('utf-8')}"
    raise AssertionError(msg)


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """Interrupt as Ctrl-C does; what has not gone after a while is killed, children included."""
    os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def polled(served: Served) -> Iterator[list[str]]:
    """Read pages and the API in the background, as open browsers do.

    Yields:
        What went wrong so far, one text per failed read.
    """
    failures: list[str] = []
    stop = threading.Event()

    def poll() -> None:
        while not stop.wait(0.2):
            try:
                served.ask(
                    "{ runsOrError { ... on Runs { results { runId status } } }"
                    " assetNodes { id assetMaterializations(limit: 1) { timestamp } } }"
                )
                urllib.request.urlopen(f"{served.url}/assets", timeout=60).close()  # noqa: S310
            except (OSError, AssertionError) as error:
                failures.append(repr(error))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield failures
    finally:
        stop.set()
        thread.join()


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
