"""A Snowflake emulator in a process of its own, and what tests need of it beside the protocol.

`python -m sop_pipeline_tests.emulator PORT` serves it until the process is ended.
Belongs here: starting and ending it, pointing the environment at a database of a test's own.
Does not belong here: what is tested.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HOST = "127.0.0.1"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Emulator:
    """A running server, the same from every process."""

    port: int

    def new_database(self) -> str:
        """A name that no other test of this server uses."""
        return f"SOP_{os.getpid()}_{next(_NUMBERS)}"

    def environment(self, database: str) -> dict[str, str]:
        """The settings that point at a database; it is made when it is first connected to."""
        return {
            "SOP_WAREHOUSE": "snowflake",
            "SNOWFLAKE_ACCOUNT": "emulator",
            "SNOWFLAKE_USER": "planner",
            "SNOWFLAKE_PASSWORD": "any",
            "SNOWFLAKE_DATABASE": database,
            "SNOWFLAKE_HOST": _HOST,
            "SNOWFLAKE_PORT": str(self.port),
            "SNOWFLAKE_PROTOCOL": "http",
            # Else every connection asks three clouds whether it runs on theirs, for telemetry.
            "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        }

    def connect(self, database: str) -> Any:
        """A connection of the test's own, behind the package's back."""
        import snowflake.connector  # noqa: PLC0415

        with pointed_at(self.environment(database)):
            return snowflake.connector.connect(
                user="test",
                password="any",  # noqa: S106
                account="emulator",
                host=_HOST,
                port=self.port,
                protocol="http",
                database=database,
                network_timeout=1,
            )

    def end_sessions(self) -> None:
        """End every session and roll back what it left open.

        The service ends a killed client's transaction by itself after some minutes; the emulator
        keeps it for ever.
        """
        self._post("/end-sessions")

    def copy_of(self, template: str) -> str:
        """A new database with the tables of another: making them anew takes a test's time."""
        database = self.new_database()
        self._post(f"/copy-database?template={template}&to={database}")
        return database

    def drop(self, database: str) -> None:
        """Let go of a database and its sessions: with a hundred of them, all takes half as long."""
        self._post(f"/drop-database?name={database}")

    def _post(self, path: str) -> None:
        url = f"http://{_HOST}:{self.port}{path}"
        request = urllib.request.Request(url, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from None


@contextmanager
def running_emulator(log: Path | None = None) -> Iterator[Emulator]:
    """Start a server, and end it with the block."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else subprocess.DEVNULL
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(port)], stdout=output, stderr=output
        )
        try:
            _wait(port, process)
            yield Emulator(port)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def pointed_at(environment: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the block; every other SNOWFLAKE_ variable is unset."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("SNOWFLAKE_")]:
        del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _wait(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((_HOST, port), timeout=1):
            return
        if process.poll() is not None:
            msg = f"the emulator ended with {process.returncode}"
            raise RuntimeError(msg)
        time.sleep(0.05)
    msg = f"the emulator does not answer after {seconds} s"
    raise RuntimeError(msg)


def _serve(port: int) -> None:
    import duckdb  # noqa: PLC0415
    import fakesnow.info_schema  # noqa: PLC0415
    import fakesnow.server  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    def end(tokens: list[str]) -> JSONResponse:
        for connection in [fakesnow.server.sessions.pop(token) for token in tokens]:
            # One may still be at work for a client that is gone: it refuses to close meanwhile.
            while not connection.is_closed():
                connection._duck_conn.interrupt()
                with contextlib.suppress(duckdb.ResourceInUseException):
                    connection.close()
                time.sleep(0.01)
        return JSONResponse({"ended": len(tokens)})

    def end_sessions(request: Request) -> JSONResponse:
        del request
        return end(list(fakesnow.server.sessions))

    def copy_database(request: Request) -> JSONResponse:
        template, to = (request.query_params[name] for name in ("template", "to"))
        with fakesnow.server.shared_fs.duck_conn.cursor() as cursor:
            cursor.execute(f"ATTACH ':memory:' AS {to}")
            cursor.execute(f"COPY FROM DATABASE {template} TO {to}")
            # What the emulator tells of a database names it.
            cursor.execute(f"DROP SCHEMA {to}._fs_information_schema CASCADE")
            cursor.execute(fakesnow.info_schema.per_db_creation_sql(to))
        return JSONResponse({"made": to})

    def drop_database(request: Request) -> JSONResponse:
        name = request.query_params["name"]
        sessions = fakesnow.server.sessions.items()
        ended = end([token for token, session in sessions if session.database == name])
        with fakesnow.server.shared_fs.duck_conn.cursor() as cursor:
            cursor.execute(f"DETACH DATABASE IF EXISTS {name}")
        return ended

    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    for endpoint in (end_sessions, copy_database, drop_database):
        path = "/" + endpoint.__name__.replace("_", "-")
        fakesnow.server.app.router.routes.append(Route(path, endpoint, methods=["POST"]))
    uvicorn.run(fakesnow.server.app, host=_HOST, port=port, log_level="critical")


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
