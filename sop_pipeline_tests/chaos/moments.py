"""The moments to kill at: around every statement of the publication, and at random ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sop_pipeline_tests.chaos.failpoints import Failpoint, Statement, run_sop, run_sop_for

_CLOSING_SECONDS = 0.02
_TIMES_AROUND_COMMIT = 3


@dataclass(frozen=True)
class InPublication:
    """At a statement of the publication."""

    name: str
    failpoint: Failpoint

    @property
    def label(self) -> str:
        """Side and statement."""
        return f"{self.failpoint.side} {self.name}"

    def __call__(self, folder: Path, arguments: tuple[str, ...]) -> int:
        """Run and die there."""
        return run_sop(folder, *arguments, failpoint=self.failpoint)


@dataclass(frozen=True)
class AnyTime:
    """Some share of the run's length after its start."""

    share: float
    length: float

    @property
    def label(self) -> str:
        """The fifth of the run it falls into."""
        low = int(self.share * 5) * 20
        return f"at random, {low:2} to {low + 20} % of the run"

    def __call__(self, folder: Path, arguments: tuple[str, ...]) -> int:
        """Run the real command and kill it from outside."""
        return run_sop_for(folder, *arguments, seconds=self.share * self.length)

    def sooner(self) -> AnyTime:
        """A moment to try instead where the run was over before this one."""
        return replace(self, share=0.8 * self.share)


Moment = InPublication | AnyTime


def failpoints(
    statements: Sequence[Statement], times: int | None, rng: random.Random
) -> list[InPublication]:
    """Before and after the statements, while the last commits and while the file then closes.

    Args:
        statements: The publication's, the commit last.
        times: How many moments, spread evenly from the first statement to the last; None for
            before and after every one.
        rng: Source of the moments within the commit and the closing.
    """
    commit = len(statements) - 1
    seconds = statements[commit].seconds
    closing = [
        point
        for _ in range(_TIMES_AROUND_COMMIT)
        for point in (
            Failpoint(commit, "during", rng.uniform(0, seconds)),
            Failpoint(commit, "closing", rng.uniform(0, _CLOSING_SECONDS)),
        )
    ]
    around = [Failpoint(n, side) for n in range(len(statements)) for side in ("before", "after")]
    if times is not None:
        around = _spread(around, max(2, times - len(closing)))
    points = [*around, *closing]
    return [InPublication(_short(statements[p.statement].name), p) for p in points]


def _spread(points: list[Failpoint], times: int) -> list[Failpoint]:
    last = len(points) - 1
    return [points[round(i * last / (times - 1))] for i in range(times)]


def random_moments(times: int, length: float, rng: random.Random) -> list[AnyTime]:
    """Moments spread over the whole length of a run, one in each of as many equal parts."""
    return [AnyTime((i + rng.random()) / times, length) for i in range(times)]


def _short(sql: str) -> str:
    """The statement's verb and table."""
    words = sql.replace("(", " ").split()
    table = next((w for w in words if "STAGED_" in w or "SOP_LOGISTICS." in w), "")
    verb = "READ BACK" if "EXCEPT" in sql else words[0]
    return f"{verb} {table.removeprefix('SOP_LOGISTICS.')}".strip()
