"""Whose plan is whose: a published plan is its scenario's, by code, whatever id that has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_pipeline.errors import UsageError
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.store import Store
from sop_pipeline.store.folder import load_folder
from sop_pipeline.store.identity import moves
from sop_pipeline.validation.plan_rules import published_faults
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.contract.conftest import OwnCopy
from sop_pipeline_tests.contract.plans import CODES, Plan, invented_plan, publication
from sop_pipeline_tests.emulator import pointed_at
from sop_pipeline_tests.small_company import Tables, small_company, write_company

BASE, PUSH = 1, 2
FIGURES = {"BASE": 0.25, "PUSH": 0.75}
SWAPPED = {1: 2, 2: 1}
DEFINITION = "ATOMIC.SCENARIO_DEFINITION"


def renumbered(ids: Mapping[int, int]) -> Tables:
    """The small company, its scenarios under other ids."""
    return {
        name: frame.replace({"SCENARIO_ID": dict(ids)}) for name, frame in small_company().items()
    }


def loaded(folder: Path, tables: Tables) -> Mapping[str, pa.Table]:
    return load_folder(write_company(folder, tables)).tables


def publish_both(store: Store) -> None:
    for key, code in CODES.items():
        store.publish(publication(invented_plan(key, FIGURES[code]), f"run of {code}", "text"))


def published_under(store: Store, code: str) -> int:
    """The id under which a scenario's own plan stands, in every table."""
    plan = store.read_plan(code)
    (key,) = {int(i) for table in plan.values() for i in table["SCENARIO_ID"].unique()}
    own = invented_plan({"BASE": BASE, "PUSH": PUSH}[code], FIGURES[code])
    assert same(plan, {name: frame.assign(SCENARIO_ID=key) for name, frame in own.items()})
    return key


def same(published: Plan, plan: Plan) -> bool:
    return not published_faults(published, plan)


@pytest.fixture(scope="module")
def with_plans(with_company: Backend, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """The small company, an invented plan of each scenario published, to be copied."""
    made = with_company.copy(tmp_path_factory.mktemp("with_plans"))
    with pointed_at(made.environment):
        publish_both(made.open())
    return made


@pytest.fixture
def backend(with_plans: Backend, own_copy: OwnCopy) -> Backend:
    """A store of one test's own that begins with these plans."""
    return own_copy(with_plans)


@pytest.fixture
def planned(backend: Backend) -> Store:
    """A handle on it."""
    return backend.open()


def test_published_plans_follow_their_scenarios_to_new_ids(planned: Store, tmp_path: Path) -> None:
    planned.replace_inputs(loaded(tmp_path, renumbered(SWAPPED)))
    assert {code: published_under(planned, code) for code in FIGURES} == {"BASE": 2, "PUSH": 1}
    published = planned.read("published_plans")
    assert dict(zip(published["SCENARIO_CODE"], published["SCENARIO_ID"], strict=True)) == {
        "BASE": 2,
        "PUSH": 1,
    }


def test_the_history_of_a_code_is_listed_whatever_ids_it_had(
    planned: Store, tmp_path: Path, backend: Backend
) -> None:
    planned.replace_inputs(loaded(tmp_path, renumbered(SWAPPED)))
    plan = coded(invented_plan(PUSH, 0.5, text="two"), "BASE")
    planned.publish(publication(plan, "second", "two"))
    listed = planned.publications("BASE")
    assert list(listed["RUN_ID"]) == ["second", "run of BASE"]
    assert list(listed["STANDS"].astype(bool)) == [True, False]
    assert list(planned.publications("PUSH")["RUN_ID"]) == ["run of PUSH"]
    assert list(planned.publications("PUSH")["STANDS"].astype(bool)) == [True]
    kept = backend.rows(
        "SELECT DISTINCT RUN_ID, SCENARIO_ID, SCENARIO_CODE "
        "FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN_HISTORY ORDER BY 1"
    )
    assert kept == [("run of BASE", 1, "BASE"), ("run of PUSH", 2, "PUSH"), ("second", 2, "BASE")]


def coded(plan: Plan, code: str) -> Plan:
    """A plan as another scenario's."""
    summary = plan["BUILD_PLAN_SUMMARY"].assign(SCENARIO_CODE=code)
    return {**plan, "BUILD_PLAN_SUMMARY": summary.astype({"SCENARIO_CODE": "string"})}


def test_ids_changed_behind_our_back_change_no_scenarios_plan(
    planned: Store, backend: Backend
) -> None:
    backend.run(f"UPDATE {DEFINITION} SET SCENARIO_ID = 3 - SCENARIO_ID")
    assert {code: published_under(planned, code) for code in FIGURES} == {"BASE": 1, "PUSH": 2}
    new = coded(invented_plan(PUSH, 0.5), "BASE")
    planned.publish(publication(new, "second"))
    assert same(planned.read_plan("BASE"), new)
    assert published_under(planned, "PUSH") == 1


def test_the_plan_of_a_scenario_that_is_gone_makes_way_and_stays(
    planned: Store, backend: Backend
) -> None:
    backend.run(f"DELETE FROM {DEFINITION} WHERE SCENARIO_CODE = 'BASE'")
    backend.run(f"UPDATE {DEFINITION} SET SCENARIO_ID = 1 WHERE SCENARIO_CODE = 'PUSH'")
    new = coded(invented_plan(BASE, 0.5), "PUSH")
    planned.publish(publication(new, "second"))
    assert same(planned.read_plan("PUSH"), new)
    assert published_under(planned, "BASE") < 0
    for table in RESULT_TABLES:
        rows = backend.rows(f"SELECT COUNT(*) FROM {table.qualified_name} WHERE SCENARIO_ID = 2")
        assert rows == [(0,)], table.name


def test_a_plan_made_under_an_id_that_is_anothers_by_now_is_refused(
    planned: Store, backend: Backend
) -> None:
    backend.run(f"UPDATE {DEFINITION} SET SCENARIO_ID = 3 - SCENARIO_ID")
    with pytest.raises(UsageError, match=r"BASE had SCENARIO_ID 1 .* has BASE with SCENARIO_ID 2"):
        planned.publish(publication(invented_plan(BASE, 0.5), "late"))
    assert {code: published_under(planned, code) for code in FIGURES} == {"BASE": 1, "PUSH": 2}
    assert list(planned.publications("BASE")["RUN_ID"]) == ["run of BASE"]


IDS = st.integers(-3, 9)
SCENARIOS = st.sampled_from("ABCDEF")


@given(
    plans=st.dictionaries(IDS, st.none() | SCENARIOS, max_size=6),
    ids=st.lists(IDS, unique=True, min_size=6, max_size=6),
    count=st.integers(0, 6),
)
def test_every_plan_stands_where_its_scenario_is_and_none_where_another_is(
    plans: dict[int, str | None], ids: list[int], count: int
) -> None:
    defined = dict(zip("ABCDEF", ids[:count], strict=False))
    moved = moves(plans, defined)
    stands = {moved.get(key, key): code for key, code in plans.items()}
    assert len(stands) == len(plans), "no two plans in one place"
    for code, key in defined.items():
        assert (stands.get(key) == code) == (code in plans.values())
        assert key not in stands or stands[key] == code
    assert all(key != home for key, home in moved.items())
    assert moves(stands, defined) == {} or len(set(plans.values())) < len(plans)
