"""What the orchestrator costs: cold starts, one scenario, many scenarios on each engine.

python -m benchmarks.orchestration                    every part, some minutes
python -m benchmarks.orchestration cold one loop      what needs no server
python -m benchmarks.orchestration workers            PostgreSQL, Redis, an emulator, two workers

Seconds by the clock, and of processor where one process does the work: the second figure means
something also while the machine is busy otherwise.
Backfills need PostgreSQL, workers Redis too (`make system-tools`). Everything runs on this machine,
the servers included: with two cores, two workers are no faster than the solver lets them be.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from sop_pipeline.assets.asset_metadata import input_metadata, names_of, plan_metadata
from sop_pipeline.demo import demo_company
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import require_rules_kept, solve
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Publication, store_at
from sop_pipeline.validation.plan_rules import check_plan, published_faults
from sop_pipeline.validation.rules import read_by
from sop_pipeline_tests.deployed.servers import running_postgres, running_redis
from sop_pipeline_tests.deployed.site import WRITABLE, Site, running
from sop_pipeline_tests.emulator import running_emulator
from sop_pipeline_tests.many_scenarios import many_scenarios
from sop_pipeline_tests.small_company import small_company, write_company

_POLICY = "standard"
_SERVICES = ("sop-code-server", "sop-webserver", "sop-daemon")
_TIMEOUT_SECONDS = 3600.0
_REPEATS = 3

STAGES = ("read and check", "solve", "check and draw", "publish and read back")
"""What a scenario's run does, beside recording that it does."""

Spent = tuple[float, float]
"""Seconds by the clock, and of processor."""


class Bench:
    """A folder with a company of many scenarios, and what was measured on it."""

    def __init__(self, folder: Path, company: str, scenarios: int) -> None:
        """Write its tables."""
        self.folder = folder
        tables = _named_by_file(demo_company()) if company == "demo" else small_company()
        tables = many_scenarios(scenarios, tables)
        self.codes = list(tables["scenario_definitions"]["SCENARIO_CODE"])
        self.input = write_company(folder / "input", tables)
        self.alone: dict[str, dict[str, Spent]] = {}

    def without(self, *stages: str) -> float:
        """Seconds a scenario takes on the mean in some stages, called without the orchestrator."""
        spent = [stage[name][0] for stage in self.alone.values() for name in stages]
        return sum(spent) / max(1, len(self.alone))

    def embedded(self, name: str) -> dict[str, str]:
        """Settings of a fresh embedded warehouse and instance, the company loaded."""
        home = self.folder / name
        home.mkdir()
        settings = {
            "SOP_WAREHOUSE": f"duckdb:{home / 'warehouse.duckdb'}",
            "DAGSTER_HOME": str(home / "dagster"),
            "SOP_POLICY": _POLICY,
        }
        self.sop("init", "--from", str(self.input), settings=settings)
        return settings

    def sop(self, *arguments: str, settings: Mapping[str, str]) -> None:
        """Run the command line in a process of its own."""
        command = [sys.executable, "-m", "sop_pipeline.cli", *arguments]
        environment = {**os.environ, **settings}
        subprocess.run(command, check=True, capture_output=True, env=environment, cwd=self.folder)


def cold(bench: Bench) -> None:
    """Fresh processes up to where work would begin."""
    del bench
    for told, code in {
        "sop --help": "from sop_pipeline.cli import main; main(['--help'])",
        "import what sop solve needs": "import sop_pipeline.cli.solve",
        "import what sop plan needs": "import sop_pipeline.cli.plan, sop_pipeline.automation.run, "
        "sop_pipeline.definitions",
    }.items():
        _tell(f"cold start, {told}", *_least(lambda code=code: _python(code)))


def one(bench: Bench) -> None:
    """One scenario, without the orchestrator and through it, in this process."""
    settings = bench.embedded("one")
    spent = _without_orchestrator(settings["SOP_WAREHOUSE"], bench.codes[0])
    for stage, (seconds, processor) in spent.items():
        _tell(f"one scenario without the orchestrator, {stage}", seconds, processor)
    through = _through_orchestrator(settings, bench.codes[0])
    everything = [sum(times) for times in zip(*spent.values(), strict=True)]
    _tell("one scenario through the orchestrator", *through)
    _tell("  of it not the solve", *_less(through, spent["solve"]))
    _tell("  of it the orchestrator", *_less(through, everything))
    command = ("plan", bench.codes[0])
    whole = _least(lambda: bench.sop(*command, settings=settings))
    _tell("one scenario, sop plan from its start to its end", *whole)


def loop(bench: Bench) -> None:
    """Every scenario by one command in one process."""
    settings = bench.embedded("loop")
    for code in bench.codes:
        rounds = 1 if bench.alone else 2
        bench.alone[code] = _without_orchestrator(settings["SOP_WAREHOUSE"], code, rounds)
    spent = _least(lambda: bench.sop("plan", "--all", settings=settings), 1)
    _tell_all(bench, "sop plan --all, one process", *spent)


def backfill(bench: Bench) -> None:
    """A run per scenario through queue and daemon, over PostgreSQL, embedded warehouse."""
    folder = bench.folder / "backfill"
    with running_postgres() as database:
        settings = {"SOP_WAREHOUSE": f"duckdb:{folder / 'warehouse.duckdb'}"}
        site = Site(folder, {**settings, **database.environment(), **_common()})
        _backfill(bench, site, "backfill, a run each, two at once")


def workers(bench: Bench) -> None:
    """The same on two workers, an emulator as the shared warehouse."""
    folder = bench.folder / "workers"
    with ExitStack() as stack:
        database = stack.enter_context(running_postgres())
        broker = stack.enter_context(running_redis())
        emulator = stack.enter_context(running_emulator())
        settings = {
            **emulator.environment(emulator.new_database()),
            **database.environment(),
            **_common(),
            "SOP_BROKER": broker.url,
            "SOP_STORAGE": str(folder / "shared"),
        }
        site = Site(folder, settings, settings="celery/dagster.yaml")
        for number in ("1", "2"):
            site.add("sop-worker@.service", number)
        _backfill(bench, site, "backfill on two workers, emulated Snowflake")


PARTS: dict[str, Callable[[Bench], None]] = {
    part.__name__: part for part in (cold, one, loop, backfill, workers)
}


def _backfill(bench: Bench, site: Site, told: str) -> None:
    for unit in _SERVICES:
        site.add(f"{unit}.service")
    loaded = site.web.sop("init", "--from", str(bench.input))
    assert loaded.returncode == 0, loaded.stderr  # noqa: S101
    with running(site):
        started = time.time()
        site.backfill(bench.codes)
        runs = site.wait_for_runs(len(bench.codes), _TIMEOUT_SECONDS)
    failed = [run["tags"]["dagster/partition"] for run in runs if run["status"] != "SUCCESS"]
    assert not failed, f"not planned: {failed}"  # noqa: S101
    first = min(run["startTime"] for run in runs)
    last = max(run["endTime"] for run in runs)
    mean = sum(run["endTime"] - run["startTime"] for run in runs) / len(runs)
    _tell_all(bench, told, last - started)
    _tell("  until the first run started", first - started)
    _tell("  a run from its start to its end, mean", mean)


def _without_orchestrator(location: str, code: str, rounds: int = 2) -> dict[str, Spent]:
    """What each stage takes, called one after the other, the last time round."""
    spent: dict[str, Spent] = {}
    for number in range(rounds):
        gc.collect()  # so that no stage pays for what another left behind
        times = [_now()]
        store, settings = store_at(location), load_policy(_POLICY)
        reader = InputReader(store, scenario_of(store, code), settings)
        checked = read_and_check(reader)
        times.append(_now())
        solved = solve(checked, policy_name=_POLICY)
        times.append(_now())
        for name, rows in checked.tables.items():
            input_metadata(name, rows, reader.inputs(read_by(name)))
        require_rules_kept(check_plan(solved))
        plan_metadata(solved, code, names_of(checked.tables))
        times.append(_now())
        run, scenario = f"benchmark {number}", checked.scenario
        store.publish(Publication(scenario.id, solved.tables, run, checked.input_hash))
        published_faults(store.read_plan(scenario.code), solved.tables)
        times.append(_now())
        steps = zip(STAGES, pairwise(times), strict=True)
        spent = {stage: _less(end, start) for stage, (start, end) in steps}
    return spent


def _through_orchestrator(settings: Mapping[str, str], code: str) -> Spent:
    """What a scenario's run takes, the best in a process that does several, as a loop does."""
    script = (
        "import time; from sop_pipeline.automation.instance import open_instance\n"
        "from sop_pipeline.automation.run import plan_in_process\n"
        "from sop_pipeline.definitions import build_definitions\n"
        "def now(): return time.perf_counter(), time.process_time()\n"
        f"made = build_definitions({settings['SOP_WAREHOUSE']!r}, {_POLICY!r})\n"
        "with open_instance() as instance:\n"
        f"  for _ in range({_REPEATS}):\n"
        "    start = now()\n"
        f"    one = plan_in_process(made, instance, {code!r}, publish=True, progress=print)\n"
        "    assert one.exit_status == 0, one.failures\n"
        "    print('seconds', *(b - a for a, b in zip(start, now())))\n"
    )
    lines = [line.split() for line in _python(script, settings).splitlines()]
    return min((float(line[1]), float(line[2])) for line in lines if line[0] == "seconds")


def _now() -> Spent:
    """The clock, and what this process has computed."""
    return time.perf_counter(), time.process_time()


def _least(task: Callable[[], Any], repeats: int = _REPEATS) -> Spent:
    """The least a task in processes of its own takes."""
    found: list[Spent] = []
    for _ in range(repeats):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        task()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found.append((time.perf_counter() - started, processor))
    return min(found)


def _less(whole: Sequence[float], part: Sequence[float]) -> Spent:
    return whole[0] - part[0], whole[1] - part[1]


def _python(code: str, settings: Mapping[str, str] | None = None) -> str:
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **(settings or {})}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def _common() -> dict[str, str]:
    return {"SOP_POLICY": _POLICY, **WRITABLE}


def _named_by_file(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    files = {table.name: table.file for table in ATOMIC_TABLES}
    return {files[name]: frame for name, frame in tables.items()}


def _tell_all(bench: Bench, told: str, seconds: float, processor: float | None = None) -> None:
    number = len(bench.codes)
    each = None if processor is None else processor / number
    _tell(f"{number} scenarios, {told}", seconds, processor)
    _tell("  per scenario", seconds / number, each)
    if bench.alone:
        _tell("  of it not the solve", seconds / number - bench.without("solve"))
        _tell("  of it the orchestrator", seconds / number - bench.without(*STAGES))


def _tell(what: str, seconds: float, processor: float | None = None) -> None:
    computed = "" if processor is None else f"{processor:8.2f} s of processor"
    print(f"{what:58} {seconds:8.2f} s {computed}", flush=True)


def main() -> None:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orchestration")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all if none")
    parser.add_argument("--scenarios", type=int, default=20)
    parser.add_argument("--company", choices=("demo", "small"), default="demo")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load:.1f}")
    with tempfile.TemporaryDirectory(prefix="sop-bench-") as name:
        bench = Bench(Path(name), chosen.company, chosen.scenarios)
        for part in chosen.parts or PARTS:
            PARTS[part](bench)


if __name__ == "__main__":
    main()
