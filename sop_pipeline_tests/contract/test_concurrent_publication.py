"""Publications at the same time: one after the other, each whole to whoever reads."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from sop_pipeline.schemas.plan import (
    RECOMMENDED_BUILD_PLAN,
    RECOMMENDED_BUILD_PLAN_HISTORY,
)
from sop_pipeline.store import Store
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.contract.plans import (
    CODES,
    DIFFERENT_PLANS,
    Plan,
    invented_plan,
    publication,
    publish_repeatedly,
)
from sop_pipeline_tests.contract.test_publication import history, same

BASE, PUSH = 1, 2
BUILD_PLAN = RECOMMENDED_BUILD_PLAN.qualified_name
HISTORY = RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name

# Forked from where the connector's threads load their libraries, a process may wait for ever.
_SERVER = multiprocessing.get_context("spawn")


def test_two_threads_publish_one_scenario_one_after_the_other(backend: Backend) -> None:
    def work(worker: int) -> None:
        publish_repeatedly(backend.location, worker, BASE, times=2)

    in_threads(work)
    published_by_one(backend, BASE, times=2)


def test_two_threads_publish_two_scenarios(store: Store, backend: Backend) -> None:
    in_threads(lambda worker: publish_repeatedly(backend.location, worker, (BASE, PUSH)[worker], 2))
    for scenario_id, figure in zip((BASE, PUSH), DIFFERENT_PLANS, strict=True):
        assert same(store.read_plan(CODES[scenario_id]), invented_plan(scenario_id, figure))
    assert len(history(backend)) == 2 * 2 * 4


def test_two_processes_publish_one_scenario_while_a_reader_sees_whole_plans(
    store: Store, backend: Backend
) -> None:
    store.publish(publication(invented_plan(BASE, DIFFERENT_PLANS[0]), "before"))
    workers = [
        _SERVER.Process(target=publish_in, args=(dict(os.environ), backend.location, worker))
        for worker in (0, 1)
    ]
    for worker in workers:
        worker.start()
    seen: Counter[int] = Counter()
    while any(worker.is_alive() for worker in workers):
        seen[whole_plan(store.read_plan("BASE"))] += 1
        time.sleep(0.05)
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert seen.total() > 0
    backend.run(f"DELETE FROM {HISTORY} WHERE RUN_ID = 'before'")
    published_by_one(backend, BASE, times=2)


def publish_in(environment: Mapping[str, str], location: str, worker: int) -> None:
    """What a process of its own does."""
    os.environ.update(environment)
    publish_repeatedly(location, worker, BASE, times=2)


def in_threads(work: Callable[[int], None]) -> None:
    """Run two workers at once; a failure of one fails the test."""
    failures: list[BaseException] = []
    together = threading.Barrier(2)

    def run(worker: int) -> None:
        together.wait()
        try:
            work(worker)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(worker,)) for worker in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def whole_plan(published: Plan) -> int:
    """Which worker's plan this is, in every table."""
    return [same(published, invented_plan(BASE, figure)) for figure in DIFFERENT_PLANS].index(True)


def published_by_one(backend: Backend, scenario_id: int, times: int) -> None:
    """The plan is one worker's, the history has every run of both, each whole and of one plan."""
    whole_plan(backend.open().read_plan(CODES[scenario_id]))
    counted = backend.rows(
        f"SELECT RUN_ID, RECOMMENDED_QUANTITY, COUNT(*) FROM {HISTORY} "
        "GROUP BY RUN_ID, RECOMMENDED_QUANTITY"
    )
    assert {(run, float(figure), rows) for run, figure, rows in counted} == {
        (f"worker-{worker}-run-{i}", DIFFERENT_PLANS[worker], 4)
        for worker in (0, 1)
        for i in range(times)
    }
    latest = f"SELECT PLAN_ID FROM {BUILD_PLAN} WHERE SCENARIO_ID = {scenario_id}"
    assert set(backend.rows(latest)) <= set(history(backend, "PLAN_ID"))
