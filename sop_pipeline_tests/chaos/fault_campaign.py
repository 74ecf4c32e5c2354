"""Thirty faults or so, of every kind, over a site of one machine and a site with workers at once.

Belongs here: setting the two sites up, sharing the faults out, telling what became of each.
Does not belong here: the faults (`faults`), what must hold (`faulted_site`).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import duckdb

from sop_pipeline_tests.chaos.campaign import say
from sop_pipeline_tests.chaos.faulted_site import FaultedSite, as_root, environment_for
from sop_pipeline_tests.chaos.faults import KINDS
from sop_pipeline_tests.chaos.planned_home import ViolationError
from sop_pipeline_tests.deployed.clock import FakeClock
from sop_pipeline_tests.deployed.programs import kill_all
from sop_pipeline_tests.deployed.servers import running_postgres, running_redis
from sop_pipeline_tests.deployed.site import Site, running
from sop_pipeline_tests.emulator import running_emulator
from sop_pipeline_tests.small_company import write_company

ONE_MACHINE = ("run", "disk full", "clock", "database")
WORKERS = ("worker", "daemon", "database")
_SERVICES = ("sop-code-server", "sop-webserver", "sop-daemon")
_DISK = "32m"


@dataclass(frozen=True)
class Struck:
    """One fault: its kind, what it did, what it left, or what it violated.

    Attributes:
        kind: The kind.
        what: What was killed, filled or set.
        left: Which plan, `old` or `new`.
        ended: How the run at work ended.
        mended: Seconds from the fault until the site was healthy and its next run green.
        violation: What did not hold.
    """

    kind: str
    what: str = ""
    left: str = ""
    ended: str = ""
    mended: float = 0.0
    violation: str = ""


def fault_campaign(
    folder: Path, rng: random.Random, faults: int, chosen: Sequence[str] = ()
) -> list[Struck]:
    """Strike so many faults, every kind equally often.

    Args:
        folder: Where the sites are made.
        rng: Source of the order and the moments.
        faults: How many.
        chosen: The kinds; all if none.
    """
    kinds = list(islice(cycle(chosen or KINDS), faults))
    here = [kind for kind in kinds if kind in ONE_MACHINE]
    databases = kinds.count("database")
    there = [kind for kind in kinds if kind not in ONE_MACHINE]
    for _ in range(databases // 2):
        here.remove("database")
        there.append("database")
    rng.shuffle(here)
    rng.shuffle(there)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _abandon(folder))
    seeds = rng.random(), rng.random()
    shares = ((_on_one_machine, "one", here), (_on_workers, "two", there))
    with ThreadPoolExecutor(2) as pool:
        results = [
            pool.submit(lay, folder / name, random.Random(seed), share)  # noqa: S311
            for seed, (lay, name, share) in zip(seeds, shares, strict=True)
            if share
        ]
        return [struck for result in results for struck in result.result()]


def _abandon(folder: Path) -> None:
    """Leave nothing running, and the logs where they are."""
    kill_all()
    subprocess.run(["umount", "-l", str(folder / "one/disk")], check=False, capture_output=True)
    say(f"Given up; the logs are kept in {folder}.")
    os._exit(1)


def _on_one_machine(folder: Path, rng: random.Random, kinds: Sequence[str]) -> list[Struck]:
    with ExitStack() as stack:
        database = stack.enter_context(running_postgres())
        disk = stack.enter_context(_small_disk(folder))
        path = disk / "warehouse.duckdb"
        settings = environment_for(disk, {"SOP_WAREHOUSE": f"duckdb:{path}"})
        site = Site(folder, {**database.environment(), **settings})
        clock = FakeClock(folder)
        for unit in _SERVICES:
            site.add(f"{unit}.service", **clock.environment)

        def query(sql: str) -> list[tuple[object, ...]]:
            with duckdb.connect(path, read_only=True) as connection:
                return connection.execute(sql).fetchall()

        _load(site)
        stack.enter_context(running(site))
        return _strike_all(FaultedSite(site, database, disk, query, clock), rng, kinds)


def _on_workers(folder: Path, rng: random.Random, kinds: Sequence[str]) -> list[Struck]:
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        database = stack.enter_context(running_postgres())
        broker = stack.enter_context(running_redis())
        emulator = stack.enter_context(running_emulator())
        name = emulator.new_database()
        settings = environment_for(folder, emulator.environment(name))
        settings |= {**database.environment(), "SOP_BROKER": broker.url}
        site = Site(folder, settings, settings="celery/dagster.yaml")
        for unit in _SERVICES:
            site.add(f"{unit}.service")
        for number in ("1", "2"):
            site.add("sop-worker@.service", number)

        def query(sql: str) -> list[tuple[object, ...]]:
            with emulator.connect(name) as connection:
                return connection.cursor().execute(sql).fetchall()

        _load(site)
        stack.enter_context(running(site))
        return _strike_all(FaultedSite(site, database, folder, query), rng, kinds)


def _load(site: Site) -> None:
    loaded = site.web.sop("init", "--from", str(write_company(site.folder / "company")))
    assert loaded.returncode == 0, loaded.stderr


def _strike_all(site: FaultedSite, rng: random.Random, kinds: Sequence[str]) -> list[Struck]:
    say(f"A run takes {site.length:.1f} s from the queue to its end in {site.site.folder.name}")
    struck = []
    for kind in kinds:
        struck.append(_strike(site, kind, rng))
        one = struck[-1]
        verdict = f"VIOLATED: {one.violation}" if one.violation else f"{one.left} plan"
        say(f"{kind:10} {one.what:34} run {one.ended:8} {verdict:9} mended {one.mended:5.1f} s")
        if one.violation:
            break
    return struck


def _strike(site: FaultedSite, kind: str, rng: random.Random) -> Struck:
    what, started = "", time.time()
    try:
        run = site.launch(site.other_policy())
        what = KINDS[kind](site, run, rng)
        mending = time.time()
        ended = site.settled()[run]["status"]
        left = site.judge()
        site.run_green(site.other_policy())
        site.check_health(started if kind in ("run", "disk full", "worker") else mending)
    except ViolationError as violation:
        return Struck(kind, what, violation=str(violation))
    return Struck(kind, what, left, ended, time.time() - mending)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, small enough to be filled."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    if not as_root():
        msg = "a disk can be filled only where one may be mounted: run this as root"
        raise PermissionError(msg)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)
    try:
        yield disk
    finally:
        os.sync()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def summary_of(struck: Sequence[Struck]) -> str:
    """Per kind: faults, how many left the old plan and the new one, seconds until mended."""
    lines = [
        f"{'kind':10} {'faults':>6} {'old':>5} {'new':>5} {'mended after, s (median, most)':>32}"
    ]
    for kind in [*KINDS, "all"]:
        some = [one for one in struck if kind in ("all", one.kind) and not one.violation]
        if not some:
            continue
        left = [one.left for one in some]
        seconds = sorted(one.mended for one in some)
        middle, most = seconds[len(seconds) // 2], seconds[-1]
        counts = f"{len(some):6} {left.count('old'):5} {left.count('new'):5}"
        lines.append(f"{kind:10} {counts} {middle:24.1f} {most:7.1f}")
    return "\n".join(lines)
