"""The last plan as an input: what is read of it, what is refused, and what makes a plan stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline as sop
from sop_pipeline.errors import InputRefused
from sop_pipeline.policies import load_policy, policy_label
from sop_pipeline.services.checked_scenario import CheckedScenario, read_and_check
from sop_pipeline.services.company_plans import published
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plan_inputs import PlanInputs
from sop_pipeline.services.plans import solve
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.services.staleness import Publications
from sop_pipeline.store import Publication, store_at
from sop_pipeline.store.duckdb_store import DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import small_company, write_company

FROZEN = {"frozen_periods": 2}
FREE = {"frozen_periods": 0}
FILE = "recommended_build_plan"


def last_plan(quantity: float = 30.0) -> pd.DataFrame:
    """BASE's last plan: every product on both lines in the first two months."""
    return pd.DataFrame(
        {
            "PRODUCT_ID": product,
            "WORK_CENTER_ID": center,
            "SCENARIO_ID": 1,
            "PRODUCTION_WEEK": month,
            "RECOMMENDED_QUANTITY": quantity,
            "MODEL_VERSION": "sop_pipeline 0.2.0 standard network",
        }
        for product in (10, 20, 30)
        for center in (101, 201)
        for month in ("2025-07-01", "2025-08-01")
    )


def given(plan: pd.DataFrame | None, **overrides: object) -> CheckedScenario:
    tables = small_company() | ({} if plan is None else {FILE: plan})
    return sop.Company(tables).checked("BASE", policy="standard", overrides=overrides)


def refused(plan: pd.DataFrame, **overrides: object) -> str:
    with pytest.raises(InputRefused) as faults:
        given(plan, **{**FROZEN, **overrides})
    return str(faults.value)


def test_a_folders_last_plan_is_read_where_the_policy_keeps_to_it_alone() -> None:
    assert len(given(last_plan(), **FROZEN).tables["last_plan"]) == 12
    assert len(given(last_plan(), change_cost_per_unit=1.0).tables["last_plan"]) == 12
    assert given(last_plan(), **FREE).tables["last_plan"].empty
    assert given(last_plan(), **FREE).input_hash == given(None, **FREE).input_hash
    assert given(last_plan(), **FROZEN).input_hash != given(last_plan(31.0), **FROZEN).input_hash


def test_a_what_if_keeps_what_is_frozen() -> None:
    company = sop.Company(small_company() | {FILE: last_plan()})
    found = sop.whatif(company, "BASE", ["demand +20%"], policy="standard", overrides=FROZEN)
    for plan in (found.base, found.plan):
        rows = plan.tables["RECOMMENDED_BUILD_PLAN"]
        first = rows[rows["PRODUCTION_WEEK"] <= "2025-08-01"]
        assert len(first) == len(last_plan())
        assert set(first["RECOMMENDED_QUANTITY"]) == {30.0}
    assert found.difference.figures["demand_units"].difference


def test_another_scenarios_rows_are_not_the_last_plan() -> None:
    assert given(last_plan().assign(SCENARIO_ID=2), **FROZEN).tables["last_plan"].empty


def test_codes_may_stand_in_place_of_identifiers() -> None:
    coded = last_plan().drop(columns=["PRODUCT_ID", "WORK_CENTER_ID", "SCENARIO_ID"])
    plan = last_plan()
    coded = coded.assign(
        PRODUCT_CODE=plan["PRODUCT_ID"].map({10: "P-10", 20: "P-20", 30: "P-30"}),
        WORK_CENTER_CODE=plan["WORK_CENTER_ID"].map({101: "WC-A", 201: "WC-B"}),
        SCENARIO_CODE="BASE",
    )
    pd.testing.assert_frame_equal(
        given(coded, **FROZEN).tables["last_plan"], given(plan, **FROZEN).tables["last_plan"]
    )


def test_numbers_of_a_company_of_codes_are_refused() -> None:
    """The numbers that codes are given may be others once a code is added."""
    tables = small_company()
    products = tables["products"]
    codes = dict(zip(products["PRODUCT_ID"], products["PRODUCT_CODE"], strict=True))
    for name in ("products", "demand_forecasts", "inventory_balances"):
        coded = tables[name].assign(PRODUCT_CODE=tables[name]["PRODUCT_ID"].map(codes))
        tables[name] = coded.drop(columns="PRODUCT_ID")
    company = sop.Company({**tables, FILE: last_plan()})
    company.checked("BASE", policy="standard", overrides=FREE)
    with pytest.raises(InputRefused, match="PRODUCT_CODE, as products has no numbers"):
        company.checked("BASE", policy="standard", overrides=FROZEN)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda plan: pd.concat([plan, plan.head(1)]), "expected one row per PRODUCT_ID"),
        (
            lambda plan: pd.concat([plan, plan.head(1).assign(PRODUCTION_WEEK="2025-07-08")]),
            "one row of each product and work centre in a month",
        ),
        (lambda plan: plan.assign(MODEL_VERSION="sop 1 x aggregate"), "one of grain aggregate"),
        (lambda plan: plan.assign(RECOMMENDED_QUANTITY=0.5), "whole units in frozen periods"),
        (lambda plan: plan.assign(RECOMMENDED_QUANTITY=-1.0), "at least 0"),
        (lambda plan: plan.assign(RECOMMENDED_QUANTITY="many"), "RECOMMENDED_QUANTITY"),
        (lambda plan: plan.drop(columns="WORK_CENTER_ID"), "WORK_CENTER_ID"),
        (lambda plan: plan.assign(SCENARIO_ID=None), "column SCENARIO_ID"),
    ],
)
def test_a_last_plan_that_cannot_be_kept_is_refused_only_where_it_is(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], told: str
) -> None:
    plan = spoil(last_plan())
    assert told in refused(plan)
    assert given(plan, **FREE).tables["last_plan"].empty


def test_a_plan_of_months_is_not_taken_for_one_of_weeks() -> None:
    demand = small_company()["demand_forecasts"]
    month = pd.to_datetime(demand["FORECAST_DATE"]).dt.month
    weeks = pd.Timestamp("2025-06-30") + pd.to_timedelta(7 * (month - 7), unit="D")
    tables = small_company() | {
        "demand_forecasts": demand.assign(FORECAST_DATE=weeks.dt.strftime("%Y-%m-%d")),
        FILE: last_plan(),
    }
    company = sop.Company(tables)
    asked = {"period": "week", "opening_inventory": "balance", **FROZEN}
    with pytest.raises(InputRefused, match="the plan is of other periods"):
        company.checked("BASE", policy="standard", overrides=asked)


@pytest.mark.parametrize("name", ["recommended_build_plan.csv", "RECOMMENDED_BUILD_PLAN.csv"])
def test_a_file_of_either_case_is_read_by_solve_and_left_out_by_init(
    tmp_path: Path, name: str
) -> None:
    folder = write_company(tmp_path / "company")
    last_plan().assign(PLAN_ID="old").to_csv(folder / name, index=False)
    checked = sop.read_folder(folder).checked("BASE", policy="standard", overrides=FROZEN)
    assert len(checked.tables["last_plan"]) == 12
    assert load_folder(folder).notes == (f"{name} is left out: it is a plan, not an input",)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DuckDBStore:
    """A warehouse in which BASE was planned twice, the second time with a freeze."""
    folder = tmp_path_factory.mktemp("kept")
    store = DuckDBStore(folder / "warehouse.duckdb")
    store.replace_inputs(load_folder(write_company(folder / "company")).tables)
    publish(store, "first", FREE)
    with store._writing() as session:
        session.execute("UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_QUANTITY = "
                        "FORECAST_QUANTITY + 7 WHERE SCENARIO_ID = 1")  # fmt: skip
    publish(store, "second", FROZEN)
    return store


def publish(store: DuckDBStore, run: str, overrides: Mapping[str, object]) -> None:
    policy = load_policy("standard", overrides)
    checked = read_and_check(InputReader(store, scenario_of(store, "BASE"), policy))
    solved = solve(checked, policy_name=policy_label("standard", overrides))
    store.publish(Publication(1, solved.tables, run, checked.input_hash))


def test_the_published_plan_is_what_is_frozen(store: DuckDBStore) -> None:
    first, second = (store.read_publication("BASE", run) for run in ("first", "second"))
    months = sorted(second["PRODUCTION_WEEK"].unique())
    for month, same in zip(months, (True, True, False, False), strict=False):
        builds = [
            rows[rows["PRODUCTION_WEEK"] == month]["RECOMMENDED_QUANTITY"].tolist()
            for rows in (first, second)
        ]
        assert (builds[0] == builds[1]) == same, month
    (plan,) = published(sop.open_store(f"duckdb:{store.path}"), ["BASE"]).values()
    assert plan.summary["nervousness"]["frozen"] == 0.0
    assert plan.summary["nervousness"]["total"] > 0
    assert plan.summary["freeze_cost"] > 0
    assert "Last plan: " in str(plan)


def test_a_plans_own_publication_makes_it_no_older(store: DuckDBStore) -> None:
    scenario, policy = scenario_of(store, "BASE"), load_policy("standard", FROZEN)
    label = policy_label("standard", FROZEN)
    assert Publications(store).is_current(scenario, policy, label)
    company = sop.open_store(f"duckdb:{store.path}")
    (plan,) = published(company, ["BASE"]).values()
    inputs = PlanInputs(company).of(plan).inputs
    assert inputs is not None
    first = store.read_publication("BASE", "first")["RECOMMENDED_QUANTITY"].tolist()
    assert inputs.tables["last_plan"]["RECOMMENDED_QUANTITY"].tolist() == first


def test_the_same_inputs_have_one_fingerprint_whatever_is_published(store: DuckDBStore) -> None:
    read = InputReader(store, scenario_of(store, "BASE"), load_policy("standard", FREE))
    assert read_and_check(read).tables["last_plan"].empty
    assert "last_plan" not in _queries(read)


def _queries(reader: InputReader) -> list[str]:
    """The named queries that reading its inputs takes."""
    asked: list[str] = []

    class Watched(DuckDBStore):
        def read(self, query: str, **parameters: object) -> pd.DataFrame:
            asked.append(query)
            return super().read(query, **parameters)  # type: ignore[arg-type]

    read_and_check(InputReader(Watched(store_at(f"duckdb:{reader.store.name}").name),
                               reader.scenario, reader.policy))  # fmt: skip
    return asked
