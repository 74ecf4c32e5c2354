"""`sop ui`: the web interface, its daemon and the code they load, until interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
import yaml

from sop_pipeline.errors import OrchestratorUnavailable

_LOCATION = "sop_pipeline"
_DAEMON = str(Path(sysconfig.get_path("scripts")) / "dagster-daemon")
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 15


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve at.")
@click.option("--port", default=3000, show_default=True, help="Port to serve at.")
@click.option("--read-only", is_flag=True, help="Show, but launch and change nothing.")
def ui(host: str, port: int, *, read_only: bool) -> None:
    """Serve the web interface, with schedules, sensors and backfills, until interrupted."""
    # Dagster takes more than a second to import, so only where it is used.
    from sop_pipeline.automation.instance import open_instance, reporting_instance  # noqa: PLC0415

    with reporting_instance(), open_instance():
        pass  # which makes its folder and settings
    with tempfile.TemporaryDirectory(prefix="sop-ui-") as folder, _services() as services:
        code = Path(folder) / "code.sock"
        workspace = _workspace(Path(folder), code)
        services["code server"] = _python(
            "dagster", "code-server", "start", "--socket", str(code),
            "--module-name", "sop_pipeline.definitions", "--location-name", _LOCATION,
        )  # fmt: skip
        _wait_for(code, services["code server"])
        services["daemon"] = _start(_DAEMON, "run", "--workspace", workspace)
        services["web interface"] = _python(
            "sop_pipeline.automation.web_interface", "--workspace", workspace,
            "--host", host, "--port", str(port), *(["--read-only"] if read_only else []),
        )  # fmt: skip
        click.echo(f"The web interface starts at http://{host}:{port}; Ctrl-C ends it.")
        _until_one_ends(services)


Services = dict[str, subprocess.Popen[bytes]]


def _workspace(folder: Path, code: Path) -> str:
    """A workspace file whose code server only this user can reach."""
    server = {"grpc_server": {"socket": str(code), "location_name": _LOCATION}}
    file = folder / "workspace.yaml"
    file.write_text(yaml.safe_dump({"load_from": [server]}), "utf-8")
    return str(file)


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the code server listens: who finds nobody there tells so at length."""
    while not socket.exists() and server.poll() is None:
        time.sleep(_LOOK_SECONDS / 5)


def _python(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return _start(sys.executable, "-m", module, *arguments)


def _start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command)  # noqa: S603  our own


@contextmanager
def _services() -> Iterator[Services]:
    """Processes that end with this one, in the order opposite to their start."""
    services: Services = {}
    before = {each: signal.signal(each, _interrupted) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield services
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        _stop([*services.values()][::-1])


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    sys.exit(128 + number)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_one_ends(services: Services) -> NoReturn:
    """Wait; none of them is of use without the others."""
    while True:
        for name, process in services.items():
            if process.poll() is not None:
                msg = f"The {name} ended by itself with status {process.returncode}."
                raise OrchestratorUnavailable(msg)
        time.sleep(_LOOK_SECONDS)
