"""Programs in processes of their own, with a log, that can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_STOP_SECONDS = 15
_STARTED: list[Program] = []


@dataclass(eq=False)
class Program:
    """A command in a process group of its own, as a unit has a control group of its own."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    user: str | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """What the program writes."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """Number of the process, also of its group."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, where it is not running."""
        if self.is_running():
            return
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
            )
        if self not in _STARTED:
            _STARTED.append(self)

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill the process with all its children."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end; kill what has not ended after a while."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self.kill()

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", errors="replace")[-3000:] if self.log.exists() else ""

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def kill_all() -> None:
    """Kill every program that was started, when there is no time to end one after the other."""
    for program in _STARTED:
        program.kill()


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether something listens on a port of the loopback."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(holds: Callable[[], bool], what: str, seconds: float, every: float = 0.2) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: It does not, after so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            msg = f"{what}: not after {seconds:.0f} s"
            raise AssertionError(msg)
        time.sleep(every)
