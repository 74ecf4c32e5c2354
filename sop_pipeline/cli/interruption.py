"""Ctrl-C and SIGTERM end a command at once, in one line, with exit status 130 or 143.

A transaction under way is rolled back, or has been committed. A solver does not hear signals, so
a thread of its own waits for one, and ends the process where the command has not ended by itself.
Does not belong here: what a command leaves in order (it says so by `on_interruption`).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
_GRACE_SECONDS = 3.0
_CLEAN_UP_SECONDS = 3.0


class Interrupted(BaseException):
    """The command is to end."""


_received: list[int] = []
_ended = threading.Event()
_clean_ups: list[Callable[[], None]] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """Let signals end what is done within; what was ignored from outside stays ignored."""
    _received.clear()
    _ended.clear()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    heard = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, _raise) for one in heard}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()
    try:
        yield
    except BaseException as error:
        if not _received and not isinstance(error, KeyboardInterrupt):
            raise
        for one in heard:
            signal.signal(one, signal.SIG_IGN)
        number = _received[0] if _received else signal.SIGINT
        _tell(number)
        sys.exit(128 + number)
    finally:
        _ended.set()
        signal.set_wakeup_fd(wakeup)
        for one, handler in before.items():
            signal.signal(one, handler)
        os.close(writing)


@contextmanager
def on_interruption(clean_up: Callable[[], None]) -> Iterator[None]:
    """Leave in order what the work within has begun, should it be interrupted."""
    _clean_ups.append(clean_up)
    try:
        yield
    except BaseException:
        if _received:
            clean_up()
        raise
    finally:
        _clean_ups.remove(clean_up)


def end_if_interrupted() -> None:
    """End here where a signal was heard, but not by this thread.

    Raises:
        Interrupted: One was.
    """
    if _received:
        raise Interrupted


def _raise(number: int, _frame: object) -> None:
    if number not in _received:
        _received.append(number)
    raise Interrupted


def _watch(reading: int) -> None:
    """Wait for a signal, and for the command to end by itself; end the process if it does not."""
    with os.fdopen(reading, "rb", buffering=0) as signals:
        while received := signals.read(1):
            number = received[0]
            if number not in _SIGNALS:
                continue
            if number not in _received:
                _received.append(number)
            if not _ended.wait(_GRACE_SECONDS):
                _end_process(number)


def _end_process(number: int) -> None:
    for clean_up in tuple(_clean_ups):
        cleaning = threading.Thread(target=clean_up, daemon=True)
        cleaning.start()
        cleaning.join(_CLEAN_UP_SECONDS)
    _tell(number)
    os._exit(128 + number)


def _tell(number: int) -> None:
    """Say why, unless who would read it is gone: then there is nobody to tell."""
    with suppress(OSError):
        os.write(2, f"{_line(number)}\n".encode())


def _line(number: int) -> str:
    return f"Stopped by {_SIGNALS[signal.Signals(number)]}; what was published stays."
