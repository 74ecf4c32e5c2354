"""The faults a site meets: each strikes while a run is at work, and is mended.

Belongs here: what breaks and how it is mended, as systemd or a person would.
Does not belong here: what must hold afterwards (`faulted_site`).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle

import psutil

from sop_pipeline_tests.chaos.faulted_site import TIMEOUT_SECONDS, FaultedSite, require
from sop_pipeline_tests.deployed.programs import wait_until

RESTART_SECONDS = 5.0
"""RestartSec of the units."""
_CLOCK_STEPS = cycle((7200, -3600, 86400, -90, 90, -86400))
_FREE_KIB = (0, 16, 256)

Fault = Callable[[FaultedSite, str, random.Random], str]
"""Strikes while a run is at work, mends, and tells what it did."""


def kill_run(site: FaultedSite, run: str, rng: random.Random) -> str:
    """The process of the run alone, or the code server with it, as a power cut would."""
    pid = _process(site, run)
    if pid is None:
        return "nothing: the run was over"
    time.sleep(rng.uniform(0, 0.4 * site.length))
    if rng.random() < 0.5:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return "the run's process"
    site.program("sop-code-server").kill()
    _start_again(site)
    return "the code server with the run"


def kill_daemon(site: FaultedSite, run: str, rng: random.Random) -> str:
    """The daemon, while the run is queued, starting or at work."""
    del run
    time.sleep(rng.uniform(0, site.length))
    site.program("sop-daemon").kill()
    _start_again(site)
    return "the daemon"


def kill_database(site: FaultedSite, run: str, rng: random.Random) -> str:
    """PostgreSQL with all its sessions; it comes back after some seconds and recovers."""
    del run
    time.sleep(rng.uniform(0, site.length))
    site.database.program.kill()
    away = rng.uniform(0, 15)
    time.sleep(away)
    site.database.start()
    return f"the database for {away:.0f} s"


def kill_worker(site: FaultedSite, run: str, rng: random.Random) -> str:
    """The worker that has the run, or only the process it forked for it."""
    pid = _process(site, run)
    if pid is None:
        return "nothing: the run was over"
    time.sleep(rng.uniform(0, 0.4 * site.length))
    with suppress(psutil.NoSuchProcess):
        if rng.random() < 0.5:
            psutil.Process(pid).kill()
            return "the worker's process for the run"
        group = os.getpgid(pid)
        worker = next(p for p in site.site.programs.values() if p.is_running() and p.pid == group)
        worker.kill()
        _start_again(site)
        return f"the worker {worker.name[-1]} with the run"
    return "nothing: the run was over"


def fill_disk(site: FaultedSite, run: str, rng: random.Random) -> str:
    """The disk of warehouse and assets, down to little or nothing; freed when the run is over."""
    time.sleep(rng.uniform(0, 0.6 * site.length))
    left = rng.choice(_FREE_KIB)
    filler = site.folder / "filler"
    free = shutil.disk_usage(site.folder).free
    with suppress(OSError), filler.open("wb") as file:
        file.write(b"\0" * max(0, free - left * 1024))
        file.flush()
    try:
        wait_until(lambda: site.is_over(run), "the run on a full disk ends", TIMEOUT_SECONDS)
    finally:
        filler.unlink()
    return f"the disk but {left} KiB"


def jump_clock(site: FaultedSite, run: str, rng: random.Random) -> str:
    """The clock of every service, forward or back, and right again when the run is over."""
    step = next(_CLOCK_STEPS)
    time.sleep(rng.uniform(0, site.length))
    _set_clock(site, step)
    with suppress(AssertionError):
        wait_until(lambda: site.is_over(run), "the run ends", TIMEOUT_SECONDS / 3)
    _set_clock(site, 0)
    return f"the clock by {step:+} s"


def _set_clock(site: FaultedSite, offset: int) -> None:
    """Set it, and start the daemon again as sop-clock.timer does."""
    assert site.clock is not None
    site.clock.set(offset)
    site.program("sop-daemon").kill()
    _start_again(site)


def _start_again(site: FaultedSite) -> None:
    time.sleep(RESTART_SECONDS)
    site.site.revive()


def _process(site: FaultedSite, run: str) -> int | None:
    """Wait until the run has named its process; None where it was over too soon."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        pid = site.process_of(run)
        if pid is not None or site.is_over(run):
            return pid
        time.sleep(0.1)
    require(holds=False, otherwise="the run never started")
    return None


KINDS: dict[str, Fault] = {
    "run": kill_run,
    "daemon": kill_daemon,
    "worker": kill_worker,
    "database": kill_database,
    "disk full": fill_disk,
    "clock": jump_clock,
}
