"""A connection kept between reads: signing in to Snowflake takes longer than most of them.

Belongs here: which connection a read takes, and when a kept one is given up.
Does not belong here: publications, each on a connection of its own, for their stages and
transactions end with it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sop_pipeline.store.catalog import Catalog
from sop_pipeline.store.conforming import OF_SNOWFLAKE
from sop_pipeline.store.snowflake_session import Session, connected
from sop_pipeline.store.snowflake_settings import SnowflakeSettings

_KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class Reader:
    """A connection, and what the database held when it was opened.

    Attributes:
        settings: Where it leads.
        session: The connection.
        catalog: The tables and views.
        closing: Closes the connection.
    """

    settings: SnowflakeSettings
    session: Session
    catalog: Catalog
    closing: ExitStack
    process: int = field(default_factory=os.getpid)
    opened: float = field(default_factory=time.monotonic)

    def serves(self, settings: SnowflakeSettings) -> bool:
        """Whether it leads there, belongs to this process, and knows the tables of late."""
        young = time.monotonic() - self.opened < _KEPT_SECONDS
        return young and self.process == os.getpid() and self.settings == settings


_kept: list[Reader] = []


@contextmanager
def reader(settings: SnowflakeSettings) -> Iterator[Reader]:
    """A reader of one's own for the block; kept for the next unless it failed."""
    taken = _take(settings) or _open(settings)
    try:
        yield taken
    except BaseException:
        taken.closing.close()
        raise
    forget_reader()
    _kept.append(taken)


def forget_reader() -> None:
    """Close the kept connection: what it knows of the tables may be out of date."""
    while kept := _pop():
        _close(kept)


def _pop() -> Reader | None:
    try:
        return _kept.pop()
    except IndexError:  # none, or another thread took it
        return None


def _take(settings: SnowflakeSettings) -> Reader | None:
    kept = _pop()
    if kept is not None and not kept.serves(settings):
        _close(kept)
        return None
    return kept


def _close(kept: Reader) -> None:
    if kept.process == os.getpid():
        kept.closing.close()


def _open(settings: SnowflakeSettings) -> Reader:
    with ExitStack() as opening:
        session = opening.enter_context(connected(settings))
        return Reader(settings, session, Catalog.read(session, OF_SNOWFLAKE), opening.pop_all())
