"""Which failures of Snowflake a retry can mend, and how often it is tried.

Belongs here: telling failures apart by error number, state and message; waiting.
Does not belong here: what is tried (`snowflake_store`).
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class RequestFailedError(Exception):
    """One HTTP request failed in a way the connector would repeat on its own.

    The connector repeats without a bound on their number; here the whole operation is repeated
    instead, on a new connection and with a bound. `__context__` has the reason.
    """


class LockHeldError(Exception):
    """Another publication is under way."""


class Failure(Enum):
    """Kinds of failure; all but the last may pass by themselves."""

    DROPPED = "the connection was lost or could not be made"
    BUSY = "the service is busy or away"
    SERVER = "the service failed"
    LOCKED = "another publication holds the lock"
    FINAL = "refused"


_RETRIES = {Failure.DROPPED: 4, Failure.BUSY: 4, Failure.SERVER: 2}

# Numbers of the connector and of the service, as listed in the connector's errorcode and network
# modules: 250002/250003 connection closed or request failed, 251011/251012 timeouts of a login,
# 290401 and 390104 to 390114 sessions that are gone or expired.
_DROPPED = {250002, 250003, 251011, 251012, 290401, 390104, 390111, 390112, 390114}
_LOCK_NUMBERS = {625}
_LOCK_WORDS = re.compile(r"waiters for this lock|lock has not yet been released|waiting for lock")
_UNREACHED = re.compile(r"Could not connect to Snowflake backend after")
_HTTP = 290000
_BUSY_STATUSES = {408, 429, 502, 503, 504}
_SERVER_STATUSES = range(500, 600)
_FIRST_WAIT_SECONDS = 0.5
# Snowflake waits for a lock within the statement, so little is left to wait for here.
_FIRST_LOCK_WAIT_SECONDS = 0.05
_LONGEST_LOCK_WAIT_SECONDS = 1.0


def once() -> Iterator[int]:
    """A back-off policy for the connector that ends at the first failure."""
    yield 0
    raise RequestFailedError


def failure_of(error: BaseException) -> Failure:
    """What kind of failure an error is."""
    if isinstance(error, LockHeldError):
        return Failure.LOCKED
    if isinstance(error, RequestFailedError):
        cause = _cause(error)
        return _failure_of_number(cause) if _number(cause) else Failure.DROPPED
    return _failure_of_number(error)


def reason_of(error: BaseException) -> str:
    """The error in words; where the connection failed, why."""
    failure = failure_of(error)
    cause = _cause(error) if isinstance(error, RequestFailedError) else error
    if failure is Failure.DROPPED:
        cause = cause.__context__ or cause
    text = str(cause) or type(cause).__name__
    return text if failure is Failure.FINAL else f"{failure.value}. {text}"


def _failure_of_number(error: BaseException) -> Failure:
    number, text = _number(error), str(error)
    if number in _LOCK_NUMBERS or _LOCK_WORDS.search(text):
        return Failure.LOCKED
    if number in _DROPPED or _UNREACHED.search(text):
        return Failure.DROPPED
    status = number - _HTTP
    if status in _BUSY_STATUSES:
        return Failure.BUSY
    if status in _SERVER_STATUSES:
        return Failure.SERVER
    return Failure.FINAL


def _number(error: BaseException) -> int:
    return getattr(error, "errno", None) or 0


def _cause(error: BaseException) -> BaseException:
    """The failure behind a request that was not repeated."""
    cause = error.__context__
    if cause is None:
        return error
    inner = cause.args[0] if cause.args else None
    return inner if isinstance(inner, BaseException) else cause


@dataclass(frozen=True)
class Retries:
    """How long is waited, and for what.

    Attributes:
        lock_seconds: How long in all for another publication to end.
        sleep: Waits some seconds.
    """

    lock_seconds: float
    sleep: Callable[[float], None] = time.sleep

    def retry(self, operation: Callable[[], T], only: Failure | None = None) -> T:
        """Run an operation, again where that can mend its failure; it must be safe to repeat.

        Args:
            operation: What to run.
            only: The one kind of failure to try again after; by default every kind that may pass.

        Raises:
            BaseException: The operation's own last failure.
        """
        deadline = time.monotonic() + self.lock_seconds
        tried: dict[Failure, int] = {}
        while True:
            try:
                return operation()
            except Exception as error:
                failure = failure_of(error)
                times = tried.get(failure, 0)
                if failure is not (only or failure) or not _again(failure, times, deadline):
                    raise
                tried[failure] = times + 1
            self.sleep(_wait(failure, times) * random.uniform(0.5, 1.0))  # noqa: S311


def _wait(failure: Failure, times: int) -> float:
    """Seconds to wait, twice as long each time."""
    if failure is Failure.LOCKED:
        return min(_FIRST_LOCK_WAIT_SECONDS * 2 ** min(times, 10), _LONGEST_LOCK_WAIT_SECONDS)
    return _FIRST_WAIT_SECONDS * 2**times


def _again(failure: Failure, times: int, deadline: float) -> bool:
    if failure is Failure.LOCKED:
        return time.monotonic() < deadline
    return times < _RETRIES.get(failure, 0)
