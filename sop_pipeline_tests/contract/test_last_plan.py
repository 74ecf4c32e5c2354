"""The last plan of a scenario, as it stands and as it stood, read alike from every store."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from sop_pipeline.planning.days import today
from sop_pipeline.store import Publication, Store
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.contract.plans import invented_plan, publication

OTHER_DAY = dt.date(2020, 1, 31)


def _units(store: Store, query: str, code: str = "BASE", **asked: Any) -> set[float]:
    """The quantities of a scenario's last plan; none where there is none."""
    numbers = {"BASE": 1, "PUSH": 2}
    asked = {"as_of": None, "before_run": None, **asked}
    rows: pd.DataFrame = store.read(query, scenario_id=numbers[code], scenario_code=code, **asked)
    return set(rows["RECOMMENDED_QUANTITY"].astype(float))


def test_the_last_plan_is_the_scenarios_own_that_stands(backend: Backend) -> None:
    store = backend.open()
    assert _units(store, "last_plan") == set()
    store.publish(publication(invented_plan(1, 0.25), "first"))
    store.publish(publication(invented_plan(1, 0.75), "second"))
    assert _units(store, "last_plan") == {0.75}
    assert _units(store, "last_plan", "PUSH") == set()


def test_the_history_tells_what_stood_before_a_run_and_on_a_day(backend: Backend) -> None:
    store = backend.open()
    for run, figure in (("first", 0.25), ("second", 0.75)):
        store.publish(publication(invented_plan(1, figure), run))
    kept = invented_plan(1, 0.5)
    store.publish(Publication(1, kept, "third", "hash", as_of=OTHER_DAY))
    then = "last_plan_of_then"
    assert _units(store, then) == {0.75}, "a plan of a past day was never the published one"
    assert _units(store, then, before_run="second") == {0.25}
    assert _units(store, then, before_run="first") == set()
    assert _units(store, then, before_run="no such run") == set()
    assert _units(store, then, as_of=today()) == {0.75}
    assert _units(store, then, as_of=OTHER_DAY) == set()
    assert _units(store, then, "PUSH") == set()
