"""A site that faults befall: what must hold after a fault, and that the next run is green.

Belongs here: the plan whole, the history whole, the instance healthy.
Does not belong here: the faults (`faults`), how many of them (`fault_campaign`).
"""

from __future__ import annotations

import os
import time
import urllib.error
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sop_pipeline.automation.instance import PROCESS_TAG
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN, RECOMMENDED_BUILD_PLAN_HISTORY
from sop_pipeline.store import store_at
from sop_pipeline_tests.chaos.planned_home import ViolationError
from sop_pipeline_tests.deployed.clock import FakeClock
from sop_pipeline_tests.deployed.programs import Program
from sop_pipeline_tests.deployed.servers import Postgres
from sop_pipeline_tests.deployed.site import OVER, Site
from sop_pipeline_tests.emulator import pointed_at

BASE, BASE_ID = "BASE", 1
POLICIES = {"lean": 0.15, "safe": 0.40}
"""Two policies, by safety-stock ratio, whose plans differ."""

TIMEOUT_SECONDS = 600.0
_FRESH_SECONDS = 60.0
_NEVER_THE_SAME = ("PLAN_ID", "CREATED_TIMESTAMP", "SOLVE_SECONDS")
_AWAY = (urllib.error.URLError, ConnectionError, TimeoutError, AssertionError)

T = TypeVar("T")
Plan = dict[str, Counter[tuple[Any, ...]]]
Query = Callable[[str], list[tuple[Any, ...]]]


class FaultedSite:
    """A started site whose scenario BASE is planned under one policy, then under the other."""

    def __init__(
        self,
        site: Site,
        database: Postgres,
        folder: Path,
        query: Query,
        clock: FakeClock | None = None,
    ) -> None:
        """Publish either policy's plan once, to know it again.

        Args:
            site: Running, its warehouse loaded with the small company.
            database: Keeps its instance.
            folder: Where a file fills the disk that its plans and assets are kept on.
            query: Asks the warehouse behind the package's back.
            clock: What its programs take for the time of day, where that can be set.
        """
        self.site, self.database, self.folder = site, database, folder
        self.clock = clock
        self._query = query
        self._plans: dict[str, Plan] = {}
        self.length = 0.0
        for name in POLICIES:
            started = time.monotonic()
            self.run_green(name)
            self.length = time.monotonic() - started
        lean, safe = self._plans.values()
        require(lean != safe, "the two plans are alike")

    def program(self, name: str) -> Program:
        """A program of the site."""
        return self.site.programs[name]

    def other_policy(self) -> str:
        """The policy whose plan is not there."""
        return next(name for name in POLICIES if name != self.published)

    def launch(self, policy: str) -> str:
        """Put a run into the queue; its id."""
        overrides = {"safety_stock_ratio": POLICIES[policy]}
        config = {"resources": {"policy": {"config": {"name": "notebook", "overrides": overrides}}}}
        return self.patiently(lambda: self.site.web.launch("plan_scenario", BASE, config))

    def run_green(self, policy: str) -> None:
        """Run once; it must end well and leave this policy's plan, whole.

        Raises:
            ViolationError: It does not.
        """
        run = self.launch(policy)
        runs = self.settled()
        require(runs[run]["status"] == "SUCCESS", f"the next run ended {runs[run]['status']}")
        plan = self.plan()
        require(self._plans.setdefault(policy, plan) == plan, "the next run's plan is another")
        self.published = policy

    def process_of(self, run: str) -> int | None:
        """The process a run has named, where it works."""
        found = next((one for one in self.runs() if one["runId"] == run), None)
        if found is None or found["status"] in OVER:
            return None
        tag = found["tags"].get(PROCESS_TAG)
        return int(tag.rsplit(":", 2)[1]) if tag else None

    def is_over(self, run: str) -> bool:
        """Whether a run has ended."""
        return any(one["runId"] == run and one["status"] in OVER for one in self.runs())

    def runs(self) -> list[dict[str, Any]]:
        """Every run, also where the web interface must be waited for."""
        return self.patiently(self.site.runs)

    def settled(self) -> dict[str, dict[str, Any]]:
        """Wait until no run is queued, starting or started; every run by its id.

        Raises:
            ViolationError: One stays behind.
        """
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            runs = self.runs()
            if all(run["status"] in OVER for run in runs) and not _awaiting_retry(runs):
                return {run["runId"]: run for run in runs}
            time.sleep(1)
        msg = f"runs are left behind: {[r for r in self.runs() if r['status'] not in OVER]}"
        raise ViolationError(msg)

    def judge(self) -> str:
        """Which plan is there, whole and with its history: `old` or `new`.

        Raises:
            ViolationError: Neither is.
        """
        plan = self.plan()
        held = [name for name, known in self._plans.items() if known == plan]
        require(len(held) == 1, "the tables hold neither plan as a whole")
        history = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name
        sql = f"SELECT RUN_ID, COUNT(*) FROM {history} WHERE SCENARIO_ID = {BASE_ID} GROUP BY 1"
        rows = sum(plan[RECOMMENDED_BUILD_PLAN.name].values())
        partial = {run: count for run, count in self._query(sql) if count != rows}
        require(not partial, f"the history has parts of plans: {partial}")
        left = "old" if held == [self.published] else "new"
        [self.published] = held
        return left

    def check_health(self, since: float) -> None:
        """Every daemon has told lately, and after the fault was over, that it runs.

        Raises:
            ViolationError: One has not.
        """
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            beats = self.patiently(self.site.heartbeats)
            late = {n: t for n, t in beats.items() if t < since or time.time() - t > _FRESH_SECONDS}
            if beats and not late:
                return
            require(time.monotonic() < deadline, f"no heartbeat since the fault: {late}")
            time.sleep(1)

    def plan(self) -> Plan:
        """The published tables, without what differs between any two publications."""
        environment = self.site.environment
        with pointed_at({k: v for k, v in environment.items() if k.startswith("SNOWFLAKE_")}):
            tables = store_at(environment["SOP_WAREHOUSE"]).read_plan("BASE")
        return {name: _rows(frame) for name, frame in tables.items()}

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer; what has ended by itself is started again meanwhile."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                return ask()
            except _AWAY as error:
                require(time.monotonic() < deadline, f"no answer: {error}")
            self.site.revive()
            time.sleep(1)


def require(holds: bool, otherwise: str) -> None:
    """Raise a violation where something does not hold."""
    if not holds:
        raise ViolationError(otherwise)


def _awaiting_retry(runs: list[dict[str, Any]]) -> bool:
    """Whether a failed run is to be started again and is not yet, or that is not known yet."""
    again = {run["tags"].get("dagster/parent_run_id") for run in runs}
    return any(
        run["tags"].get("dagster/will_retry") != "false" and run["runId"] not in again
        for run in runs
        if run["status"] == "FAILURE"
    )


def _rows(frame: Any) -> Counter[tuple[Any, ...]]:
    lasting = frame.drop(columns=[name for name in _NEVER_THE_SAME if name in frame])
    return Counter(lasting.astype(str).itertuples(index=False, name=None))


def environment_for(folder: Path, store: Mapping[str, str]) -> dict[str, str]:
    """What every such site has in common."""
    shared = str(folder / "assets")
    return {"SOP_POLICY": "notebook", "SOP_STORAGE": shared, "SOP_WEB_MODE": "", **store}


def as_root() -> bool:
    """Whether a file system may be mounted."""
    return os.geteuid() == 0
