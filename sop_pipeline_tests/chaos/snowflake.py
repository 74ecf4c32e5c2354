"""Publications to Snowflake killed at random moments, against the emulator.

Belongs here: the publishing process, when it is killed, what must hold afterwards.
Does not belong here: the command line (`__main__`).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

# Loaded once, in the server that every publisher is forked from.
import snowflake.connector

from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN_HISTORY
from sop_pipeline.store import SnowflakeStore, store_at
from sop_pipeline.validation.plan_rules import published_faults
from sop_pipeline_tests.chaos.campaign import say
from sop_pipeline_tests.contract.plans import DIFFERENT_PLANS, invented_plan, publication
from sop_pipeline_tests.emulator import Emulator, pointed_at, running_emulator

BASE, OTHER = 1, 2
ROWS = 2_000

# Forked from where the connector's threads load their libraries, a process may wait for ever.
_SERVER = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class SnowflakeKill:
    """One kill: when, and which plan it left, or what it violated."""

    share: float
    left: str = ""
    violation: str = ""


def snowflake_campaign(rng: random.Random, kills: int) -> list[SnowflakeKill]:
    """Kill publications at moments spread over their whole length.

    Args:
        rng: Source of the moments.
        kills: How many.
    """
    with running_emulator() as emulator:
        database = emulator.new_database()
        with pointed_at(emulator.environment(database)):
            return _Siege(emulator, database).kill(rng, kills)


class _Siege:
    """A database with two published scenarios, of which one is published again and again."""

    def __init__(self, emulator: Emulator, database: str) -> None:
        self._emulator = emulator
        self._database = database
        self._store = _open()
        self._store.create()
        for scenario in (BASE, OTHER):
            self._store.publish(publication(_plan(scenario, 0), f"first {scenario}"))
        self._published = 0
        self._number = 0

    def kill(self, rng: random.Random, kills: int) -> list[SnowflakeKill]:
        """Kill so many, each in its own part of a publication's length."""
        length = min(self._whole() for _ in range(3))
        say(f"{kills} kills over a publication of {length:.2f} s")
        results = []
        for i in range(kills):
            results.append(self._kill_one((i + rng.random()) / kills, length))
            result = results[-1]
            told = f"VIOLATED: {result.violation}" if result.violation else f"{result.left} plan"
            say(f"{i + 1:3}/{kills}  at {result.share:4.0%}  {told}")
        return results

    def _whole(self) -> float:
        """Publish undisturbed; the seconds it took."""
        status, seconds = self._publish(None)
        if status:
            msg = f"a publication that was left alone ended with {status}"
            raise RuntimeError(msg)
        self._published = 1 - self._published
        return seconds

    def _kill_one(self, share: float, length: float) -> SnowflakeKill:
        before = self._history()
        moment = share
        while self._publish(moment * length)[0] == 0:  # it was over before
            self._published = 1 - self._published
            before = self._history()
            moment *= 0.95
        self._emulator.end_sessions()
        try:
            left = self._look(before)
            self._whole()  # the next one is not held up
        except (AssertionError, RuntimeError) as violation:
            return SnowflakeKill(moment, violation=str(violation))
        return SnowflakeKill(moment, left)

    def _publish(self, seconds: float | None) -> tuple[int, float]:
        """Publish the other plan in a process of its own, killed after some seconds.

        Returns:
            Its exit status, and how long it published.
        """
        self._number += 1
        ours, theirs = _SERVER.Pipe(duplex=False)
        process = _SERVER.Process(
            target=_work, args=(theirs, dict(os.environ), 1 - self._published, self._number)
        )
        process.start()
        ours.recv()
        started = time.monotonic()
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
        assert process.exitcode is not None
        return process.exitcode, time.monotonic() - started

    def _look(self, before: Counter[str]) -> str:
        """Which plan is there; every table of it, with its history, or none of it."""
        held = self._store.read_plan("BASE")
        found = [i for i in (0, 1) if not published_faults(held, _plan(BASE, i))]
        _require(len(found) == 1, "the tables hold neither plan as a whole")
        other = self._store.read_plan("PUSH")
        _require(not published_faults(other, _plan(OTHER, 0)), "the other scenario has changed")
        added = self._history() - before
        if found[0] == self._published:
            _require(not added, "the history has a run whose plan is not there")
            return "old"
        _require(added == {_run(self._number): ROWS}, "the history is not that of the new plan")
        self._published = found[0]
        return "new"

    def _history(self) -> Counter[str]:
        with self._emulator.connect(self._database) as connection:
            query = f"SELECT RUN_ID FROM {RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name}"
            return Counter(run for (run,) in connection.cursor().execute(query).fetchall())


def _open() -> SnowflakeStore:
    opened = store_at("snowflake")
    assert isinstance(opened, SnowflakeStore)
    return opened


def _plan(scenario: int, which: int) -> dict[str, Any]:
    return invented_plan(scenario, DIFFERENT_PLANS[which], rows=ROWS)


def _run(number: int) -> str:
    return f"run {number}"


def _work(told: Connection, environment: dict[str, str], which: int, number: int) -> None:
    os.environ.update(environment)
    assert snowflake.connector.paramstyle
    plan = publication(_plan(BASE, which), _run(number))
    told.send("now")
    _open().publish(plan)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)
