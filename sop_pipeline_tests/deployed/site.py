"""A site: deploy/'s own settings and units over a database and a warehouse of its own.

Belongs here: setting it up, starting and supervising it as systemd does, launching and watching.
Does not belong here: what is tested, measured or broken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sop_pipeline_tests.deployed.programs import Program, free_port, wait_until
from sop_pipeline_tests.deployed.units import DEPLOY, command_of, environment_of
from sop_pipeline_tests.system.served import Served

WRITABLE = {"SOP_WEB_MODE": ""}
"""The documented way to let the web interface change something."""

_START_SECONDS = 120
_SOCKET = "/run/sop/code.sock"

_BACKFILL = """
mutation Backfill($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
_HEARTBEATS = """
{ instance { daemonHealth { allDaemonStatuses {
    daemonType required healthy lastHeartbeatTime lastHeartbeatErrors { message } } } } }
"""
OVER = frozenset({"SUCCESS", "FAILURE", "CANCELED"})


class Site:
    """The services of one machine, or of workers beside them."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, settings: str = "dagster.yaml"
    ) -> None:
        """Write DAGSTER_HOME and the workspace.

        Args:
            folder: Where everything is kept.
            environment: The settings, as /etc/sop/environment has them.
            settings: Which dagster.yaml of deploy/.
        """
        self.folder = folder
        home = folder / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEPLOY / settings, home / "dagster.yaml")
        self._code_socket = folder / "code.sock"
        self._workspace = folder / "workspace.yaml"
        text = (DEPLOY / "workspace.yaml").read_text("utf-8")
        self._workspace.write_text(text.replace(_SOCKET, str(self._code_socket)), "utf-8")
        self.web_port = free_port()
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "SOP_WEB_PORT": str(self.web_port),
            **environment,
        }
        self.programs: dict[str, Program] = {}

    @property
    def web(self) -> Served:
        """The API of the web interface, and the command line beside it."""
        return Served(self.folder, self.web_port, self.environment)

    def dagster(self, *arguments: str) -> None:
        """Run a Dagster command to its end, which must be a good one."""
        program = str(Path(sys.executable).with_name("dagster"))
        subprocess.run(
            [program, *arguments, "--workspace", str(self._workspace)],
            cwd=self.folder,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def add(self, unit: str, instance: str = "", **more: str) -> Program:
        """A unit's program, not yet started, with more variables of its own."""
        environment = environment_of(unit, {**self.environment, **more})
        words = [
            str(self._workspace) if word == str(DEPLOY / "workspace.yaml") else word
            for word in command_of(unit, environment, instance)
        ]
        words = [str(self._code_socket) if word == _SOCKET else word for word in words]
        name = unit.removesuffix(".service").replace("@", f"-{instance}")
        self.programs[name] = Program(name, words, self.folder, environment)
        return self.programs[name]

    def start(self) -> None:
        """Start every program and wait until the web interface knows the jobs."""
        for program in self.programs.values():
            program.start()
            if program.name == "sop-code-server":
                wait_until(self._code_socket.exists, "the code server", _START_SECONDS)
        if "sop-webserver" in self.programs:
            wait_until(self._is_loaded, "the web interface", _START_SECONDS, every=0.5)

    def revive(self) -> None:
        """Start again what has ended by itself, as Restart=always does."""
        for program in self.programs.values():
            program.start()

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for program in reversed(self.programs.values()):
            program.stop()

    def backfill(self, codes: Sequence[str]) -> str:
        """Launch a run per scenario, as the UI's button does; returns the backfill's id."""
        params = {
            "selector": {
                "partitionSetName": "plan_scenario_partition_set",
                "repositorySelector": {
                    "repositoryLocationName": "sop_pipeline",
                    "repositoryName": "__repository__",
                },
            },
            "partitionNames": list(codes),
        }
        answer = self.web.ask(_BACKFILL, params=params)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return answer["backfillId"]

    def runs(self) -> list[dict[str, Any]]:
        """Every run: its id, status, times and tags."""
        query = """{ runsOrError { ... on Runs { results {
            runId status creationTime startTime endTime tags { key value } } } } }"""
        runs = self.web.ask(query)["runsOrError"]["results"]
        return [{**run, "tags": {t["key"]: t["value"] for t in run["tags"]}} for run in runs]

    def wait_for_runs(self, number: int, seconds: float) -> list[dict[str, Any]]:
        """Wait until so many runs are over; the runs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            runs = [run for run in self.runs() if run["status"] in OVER]
            if len(runs) >= number:
                return runs
            time.sleep(1)
        told = "\n".join(f"{p.name}:\n{p.tail()}" for p in self.programs.values())
        msg = f"not {number} runs over after {seconds:.0f} s: {self.runs()}\n{told}"
        raise AssertionError(msg)

    def heartbeats(self) -> dict[str, float]:
        """When each daemon that must run told last that it does, in seconds since 1970."""
        statuses = self.web.ask(_HEARTBEATS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return {s["daemonType"]: s["lastHeartbeatTime"] or 0.0 for s in statuses if s["required"]}

    def _is_loaded(self) -> bool:
        query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
        self.revive()
        try:
            return bool(self.web.ask(query)["repositoriesOrError"].get("nodes"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """A site started, and stopped at the end."""
    try:
        site.start()
        yield site
    finally:
        site.stop()
