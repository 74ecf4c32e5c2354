"""How long the solvers may work on one plan, all their solves together.

Belongs here: the deadline. Does not belong here: where the limit comes from, or what follows.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def solving_within(seconds: float | None) -> Generator[None]:
    """Let every solve of the block end within so many seconds from now; None: no other limit.

    A solve that would go on is stopped, which is told as any solver that stops early: no plan ever
    depends on how fast a machine is.
    """
    before = _deadline.get()
    ends = [] if seconds is None else [time.monotonic() + seconds]
    token = _deadline.set(min([*ends, *([] if before is None else [before])], default=None))
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float | None:
    """Seconds until the deadline, at least 0; None where there is none."""
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())
