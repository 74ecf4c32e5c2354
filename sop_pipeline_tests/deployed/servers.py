"""PostgreSQL and Redis of this machine's packages, each with its data in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sop_pipeline_tests.deployed.programs import Program, answers, free_port, wait_until

_START_SECONDS = 60
_PASSWORD = "local"  # noqa: S105


class Postgres:
    """A cluster that listens on the loopback alone."""

    def __init__(self, folder: Path) -> None:
        """Make the cluster in a folder that its owner may enter."""
        self.port = free_port()
        self._folder = folder
        self._user = "postgres" if os.geteuid() == 0 else None
        data = folder / "data"
        secret = folder / "secret"
        secret.write_text(_PASSWORD, "utf-8")
        if self._user:
            for path in (folder, secret):
                shutil.chown(path, self._user)
        self._run(
            *("initdb", "-D", str(data), "-U", "sop", "--auth=scram-sha-256"),
            *("--no-sync", f"--pwfile={secret}"),
        )
        options = (f"port={self.port}", "listen_addresses=127.0.0.1", "max_connections=200")
        options += (f"unix_socket_directories={folder}",)
        command = [_postgres("postgres"), "-D", str(data)]
        for option in options:
            command += ["-c", option]
        self.program = Program("postgres", command, folder, dict(os.environ), self._user)

    def environment(self) -> dict[str, str]:
        """The settings that deploy/dagster.yaml reads."""
        return {
            "SOP_PG_HOST": "127.0.0.1",
            "SOP_PG_PORT": str(self.port),
            "SOP_PG_USER": "sop",
            "SOP_PG_PASSWORD": _PASSWORD,
            "SOP_PG_DATABASE": "postgres",
        }

    def start(self) -> None:
        """Start it and wait until it takes connections, recovery after a kill included."""
        self.program.start()
        wait_until(self._is_ready, "PostgreSQL takes connections", _START_SECONDS)

    def _is_ready(self) -> bool:
        command = [_postgres("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [_postgres(program), *arguments],
            cwd=self._folder,
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
        )


class Redis:
    """A broker that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        """Choose a port."""
        self.port = free_port()
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no"]
        self.program = Program("redis", command, folder, dict(os.environ))

    @property
    def url(self) -> str:
        """The broker, as SOP_BROKER names it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self.program.start()
        wait_until(lambda: answers(self.port), "Redis takes connections", _START_SECONDS)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A fresh cluster; gone with its data at the end."""
    with _server_folder() as folder:
        server = Postgres(folder)
        try:
            server.start()
            yield server
        finally:
            server.program.stop()


@contextmanager
def running_redis() -> Iterator[Redis]:
    """A fresh broker."""
    with _server_folder() as folder:
        server = Redis(folder)
        try:
            server.start()
            yield server
        finally:
            server.program.stop()


def skip_without_servers() -> None:
    """Skip the test that asks where a server is not installed, and say which."""
    redis = [] if shutil.which("redis-server") else ["redis-server"]
    missing = redis if _postgres_folder() else [*redis, "postgresql"]
    if missing:
        pytest.skip(f"not installed: {missing}; `make test-system` installs them where it may")


@contextmanager
def _server_folder() -> Iterator[Path]:
    """Straight in the temporary folder: a server's user may not enter folders of this one."""
    folder = Path(tempfile.mkdtemp(prefix="sop-server-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_folder() -> Path | None:
    """Where Debian keeps the newest PostgreSQL, or where the path finds one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = shutil.which("postgres")
    if debian:
        return debian[-1].parent
    return Path(found).resolve().parent if found else None


def _postgres(program: str) -> str:
    folder = _postgres_folder()
    assert folder is not None, "PostgreSQL is not installed"
    return str(folder / program)
