"""A campaign: many kills over some homes at once, told one by one and summed up."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sop_pipeline_tests.chaos.moments import AnyTime, Moment, failpoints, random_moments
from sop_pipeline_tests.chaos.planned_home import PlannedHome, ViolationError

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """What one kill left, or what it violated."""

    moment: Moment
    left: str = ""
    violation: str = ""


def campaign(
    folder: Path, rng: random.Random, *, at_random: int, at_failpoints: int | None, homes: int
) -> list[Result]:
    """Kill at every failpoint (or some of them), and at random moments.

    Args:
        folder: Where the homes are made.
        rng: Source of the random moments.
        at_random: Kills at random moments.
        at_failpoints: Kills in the publication; None for every failpoint there is.
        homes: Homes worked on at once.
    """
    say(f"Preparing {homes} homes in {folder}")
    started = time.monotonic()
    with ThreadPoolExecutor(homes) as pool:
        planned_homes = [PlannedHome(folder / f"home-{i}") for i in range(homes)]
        length = max(pool.map(PlannedHome.length, planned_homes))
        inside = failpoints(planned_homes[0].statements, at_failpoints, rng)
        moments: list[Moment] = [*inside, *random_moments(at_random, length, rng)]
        rng.shuffle(moments)
        say(f"{len(inside)} kills in the publication, {at_random} over a run of {length:.1f} s")
        tell = _Progress(len(moments), started)
        shares = [moments[i::homes] for i in range(homes)]
        results = pool.map(lambda home, share: besiege(home, share, tell), planned_homes, shares)
        return [result for results_of_one in results for result in results_of_one]


def new_folder() -> Path:
    """A temporary folder, in memory where there is any: what a killed process wrote stays there."""
    memory = Path("/dev/shm")  # noqa: S108
    return Path(tempfile.mkdtemp(prefix="sop-chaos-", dir=memory if memory.is_dir() else None))


def besiege(
    home: PlannedHome, moments: Sequence[Moment], tell: Callable[[Result, float], None]
) -> list[Result]:
    """Kill one home's run at each moment; after a violation the home is left as it is."""
    results: list[Result] = []
    for moment in moments:
        started = time.monotonic()
        try:
            left = _strike(home, moment)
            home.recover()
            results.append(Result(moment, left))
        except ViolationError as violation:
            results.append(Result(moment, violation=str(violation)))
        tell(results[-1], time.monotonic() - started)
        if results[-1].violation:
            break
    return results


def _strike(home: PlannedHome, moment: Moment) -> str:
    left = home.strike(moment)
    while left is None:
        if not isinstance(moment, AnyTime):
            msg = "the run ended without reaching the failpoint"
            raise ViolationError(msg)
        moment = moment.sooner()
        left = home.strike(moment)
    return left


class _Progress:
    """One line per kill."""

    def __init__(self, total: int, started: float) -> None:
        self._total = total
        self._done = 0
        self._started = started

    def __call__(self, result: Result, seconds: float) -> None:
        self._done += 1
        verdict = f"VIOLATED: {result.violation}" if result.violation else f"{result.left} plan"
        took = f"{seconds:5.1f} s"
        at = f"{time.monotonic() - self._started:6.1f} s  {self._done:3}/{self._total}"
        say(f"{at}  {took}  {result.moment.label:55} {verdict}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table_of(results: Sequence[Result]) -> str:
    """Per moment: kills, how many left the old plan and the new one, how many recovered."""
    order = {"before": 0, "during": 1, "after": 2, "closing": 3}

    def rank(moment: Moment) -> tuple[int, int, str]:
        if isinstance(moment, AnyTime):
            return (10**6, 0, moment.label)
        return (moment.failpoint.statement, order[moment.failpoint.side], "")

    rows: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda one: rank(one.moment)):
        rows.setdefault(result.moment.label, []).append(result)
    rows["all"] = list(results)
    lines = [f"{'moment':55} {'kills':>6} {'old':>6} {'new':>6} {'recovered':>10}"]
    for label, some in rows.items():
        left = [result.left for result in some]
        counts = (len(some), left.count("old"), left.count("new"), len(some) - left.count(""))
        lines.append("{:55} {:6} {:6} {:6} {:10}".format(label, *counts))
    return "\n".join(lines)
