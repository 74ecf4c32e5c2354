"""A home with a published plan, whose `sop plan` is killed again and again.

Belongs here: what must hold after a kill, and after the next run.
Does not belong here: when to kill (`moments`).
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
from dagster import DagsterInstance, DagsterRunStatus

from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.plan import (
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import solve_and_check
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Publication, store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.chaos.failpoints import (
    KILLED,
    Statement,
    rehearsed,
    run_sop,
    run_sop_for,
)
from sop_pipeline_tests.small_company import write_company

BASE, OTHER = "BASE", "PUSH"
_IDS = {BASE: 1, OTHER: 2}
_POLICIES = {"lean": 0.15, "safe": 0.40}
"""Two policies, by safety-stock ratio, whose plans differ in every table."""

_NEVER_THE_SAME = ("PLAN_ID", "CREATED_TIMESTAMP", "SOLVE_SECONDS")
_OVER = frozenset({DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE})
_COPIED = (*RECOMMENDED_BUILD_PLAN.generated, *RECOMMENDED_BUILD_PLAN.columns)

Rows = Counter[tuple[Any, ...]]
Kill = Callable[[Path, tuple[str, ...]], int]
"""Runs `sop` with these arguments in a folder, kills it somewhere, returns its exit status."""


class ViolationError(AssertionError):
    """Something that must hold after a kill does not."""


@dataclass(frozen=True)
class Snapshot:
    """What the tables hold.

    Attributes:
        tables: Every row of the planned scenario in each result table.
        plan: The same without what differs between any two publications.
        history: Every row of the scenario's history.
        copied: The history's rows per run, in the columns of the build plan.
        other: Every row of the other scenario, history included.
    """

    tables: dict[str, Rows]
    plan: dict[str, Rows]
    history: Rows
    copied: dict[str, Rows]
    other: dict[str, Rows]


class PlannedHome:
    """A folder with the small company, a plan of both its scenarios, and an instance to be made."""

    def __init__(self, folder: Path) -> None:
        """Load the company, publish its plans, and learn what either policy's plan looks like."""
        self.folder = folder
        folder.mkdir(parents=True)
        for name, ratio in _POLICIES.items():
            settings = load_policy("notebook", {"safety_stock_ratio": ratio})
            (folder / f"{name}.yaml").write_text(settings.model_dump_json(), "utf-8")
        self._store = store_at(f"duckdb:{folder / 'warehouse.duckdb'}")
        self._store.replace_inputs(load_folder(write_company(folder / "company")).tables)
        self._publish(OTHER, "safe")
        self._plans: dict[str, dict[str, Rows]] = {}
        for policy in _POLICIES:
            self.statements = self._publish(BASE, policy)
            self._plans[policy] = self._look().plan
            self._published = policy
        self._orphans: dict[str, DagsterRunStatus] = {}
        lean, safe = self._plans.values()
        alike = [table for table in lean if lean[table] == safe[table]]
        _require(not alike, f"the two plans do not differ in {', '.join(alike)}")

    def length(self) -> float:
        """Seconds the real command takes from its start to its end."""
        started = time.monotonic()
        policy = self._other_policy()
        status = run_sop_for(self.folder, *_plan_arguments(policy))
        _require(status == 0, f"sop plan ended with {status}")
        self._published = policy
        return time.monotonic() - started

    def strike(self, kill: Kill) -> str | None:
        """Kill a run that would publish the plan that is not there, and look.

        Returns:
            Which plan was left, `old` or `new`; None where the run ended before it was killed.

        Raises:
            ViolationError: The tables or the history are not as they must be.
        """
        old, new = self._published, self._other_policy()
        before, runs = self._look(), self._runs()
        status = kill(self.folder, _plan_arguments(new))
        if status == 0:
            self._published = new
            return None
        _require(status == KILLED, f"the killed run ended with {status}")
        left = self._check_tables(before, self._look(), old, new)
        self._published = old if left == "old" else new
        self._orphans |= {run: state for run, state in self._runs().items() if run not in runs}
        return left

    def recover(self) -> None:
        """The next run publishes, fails the orphans and removes what they left unfinished.

        Raises:
            ViolationError: It does not.
        """
        old, new = self._published, self._other_policy()
        before = self._look()
        status = run_sop(self.folder, *_plan_arguments(new))
        _require(status == 0, f"the next run ended with {status}")
        left = self._check_tables(before, self._look(), old, new)
        _require(left == "new", "the next run published nothing")
        self._published = new
        runs = self._runs()
        for run, state in self._orphans.items():
            expected = state if state in _OVER else DagsterRunStatus.FAILURE
            _require(runs[run] == expected, f"the orphaned run {run} is {runs[run].value}")
        _require(set(runs.values()) <= _OVER, f"runs are left behind: {runs}")
        unfinished = list((self.folder / "dagster").rglob("*.unfinished"))
        _require(not unfinished, f"files are left behind: {unfinished}")
        self._orphans = {}

    def _other_policy(self) -> str:
        return next(name for name in _POLICIES if name != self._published)

    def _publish(self, code: str, policy: str) -> list[Statement]:
        """Solve and publish without the orchestrator; the statements of the publication."""
        settings = load_policy(str(self.folder / f"{policy}.yaml"))
        scenario = scenario_of(self._store, code)
        checked = read_and_check(InputReader(self._store, scenario, settings))
        tables = solve_and_check(checked, policy_name=policy).solved.tables
        return rehearsed(
            self._store,
            Publication(scenario.id, tables, f"{code} {policy}", checked.input_hash),
        )

    def _check_tables(self, before: Snapshot, after: Snapshot, old: str, new: str) -> str:
        """Whether the old or the new plan is there, whole, with its history."""
        names = {_key(rows): name for name in (old, new) for rows in self._plans[name].values()}
        held = {table: names.get(_key(rows), "neither") for table, rows in after.plan.items()}
        _require(set(held.values()) in ({old}, {new}), f"the tables hold {held}")
        _require(after.other == before.other, f"rows of {OTHER} changed")
        _require(before.history <= after.history, "rows of the history are gone")
        added = {run: rows for run, rows in after.copied.items() if run not in before.copied}
        if set(held.values()) == {old}:
            _require(after.tables == before.tables, "rows of the old plan were written again")
            _require(not added, "the history has a run whose plan is not there")
            return "old"
        published = after.tables[RECOMMENDED_BUILD_PLAN.name]
        _require(list(added.values()) == [published], "the history is not that of the new plan")
        return "new"

    def _runs(self) -> dict[str, DagsterRunStatus]:
        home = self.folder / "dagster"
        if not home.exists():
            return {}
        with (
            mock.patch.dict(os.environ, DAGSTER_HOME=str(home)),
            DagsterInstance.get() as instance,
        ):
            return {run.run_id: run.status for run in instance.get_runs()}

    def _look(self) -> Snapshot:
        with duckdb.connect(self.folder / "warehouse.duckdb", read_only=True) as connection:

            def rows(table: str, scenario: str, columns: str = "*") -> Rows:
                where = f"WHERE SCENARIO_ID = {_IDS[scenario]}"
                found = connection.execute(f"SELECT {columns} FROM SOP_LOGISTICS.{table} {where}")
                return Counter(found.fetchall())

            history = RECOMMENDED_BUILD_PLAN_HISTORY.name
            copied: dict[str, Rows] = {}
            for row, times in rows(history, BASE, ", ".join(("RUN_ID", *_COPIED))).items():
                copied.setdefault(row[0], Counter())[row[1:]] += times
            names = [table.name for table in RESULT_TABLES]
            return Snapshot(
                tables={
                    t.name: rows(t.name, BASE, ", ".join((*t.generated, *t.columns)))
                    for t in RESULT_TABLES
                },
                plan={t.name: rows(t.name, BASE, _lasting(t.columns)) for t in RESULT_TABLES},
                history=rows(history, BASE),
                copied=copied,
                other={name: rows(name, OTHER) for name in (*names, history)},
            )


def _plan_arguments(policy: str) -> tuple[str, ...]:
    return ("plan", BASE, "--policy", f"{policy}.yaml")


def _lasting(columns: Any) -> str:
    return ", ".join(name for name in columns if name not in _NEVER_THE_SAME)


def _key(rows: Rows) -> frozenset[tuple[tuple[Any, ...], int]]:
    return frozenset(rows.items())


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ViolationError(otherwise)
