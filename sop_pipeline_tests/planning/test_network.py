"""The network plan of the shared company costs what an independent solve of the contract gives."""

from __future__ import annotations

import pytest

from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline_tests.planning.companies import SHARED_COMPANY, company_from_csv

pytestmark = pytest.mark.skipif(
    not SHARED_COMPANY.exists(), reason="needs the shared reference data"
)

TERMS = {
    "production": 471_496_668.65,
    "tier_premium": 0.0,
    "transport": 384_056.98,
    "handling": 706_532.20,
    "holding": 3_155_603.28,
    "overflow": 0.0,
    "lost_sales": 0.0,
    "backorder": 0.0,
    "safety_stock": 140_307.23,
    "load_change": 0.0,
}


@pytest.fixture(scope="module")
def solved() -> SolvedPlan:
    inputs = company_from_csv(SHARED_COMPANY, "Q4_PUSH")
    return plan(inputs, load_policy("standard"), policy_name="standard", input_hash="test")


def test_objective_and_terms(solved: SolvedPlan) -> None:
    assert round(solved.report["objective"], 2) == 475_883_168.35
    assert {k: round(v, 2) for k, v in solved.report["cost_terms"].items()} == TERMS


def test_the_bottleneck_stage_of_each_plant_is_assumed_to_make_everything(
    solved: SolvedPlan,
) -> None:
    assert set(solved.tables["RECOMMENDED_BUILD_PLAN"]["WORK_CENTER_ID"]) == {103, 204}
    assert any(note.startswith("assumed_routing") for note in solved.report["assumptions"])


def test_tables_add_up_to_the_published_terms_to_the_cent(solved: SolvedPlan) -> None:
    terms = solved.report["published_cost_terms"]
    build = solved.tables["RECOMMENDED_BUILD_PLAN"]
    warehouse = solved.tables["BUILD_PLAN_WAREHOUSE"]
    shipment = solved.tables["BUILD_PLAN_SHIPMENT"]

    def cents(column: object) -> int:
        return round(float(column.sum()) * 100)  # type: ignore[attr-defined]

    def terms_in_cents(*names: str) -> int:
        return round(sum(terms[name] for name in names) * 100)

    storage = terms_in_cents("holding", "overflow")
    production = terms_in_cents("production", "tier_premium")
    logistics = terms_in_cents("transport", "handling")
    assert cents(build["PROJECTED_PRODUCTION_COST"]) == production
    assert cents(build["PROJECTED_STORAGE_COST"]) == storage
    assert cents(build["PROJECTED_TOTAL_COST"]) == production + storage + logistics
    assert cents(warehouse["STORAGE_COST"]) == terms_in_cents("holding")
    assert cents(warehouse["OVERFLOW_COST"]) == terms_in_cents("overflow")
    assert cents(shipment["SHIPMENT_COST"]) == logistics


def test_every_result_table_matches_its_schema(solved: SolvedPlan) -> None:
    for table in RESULT_TABLES:
        frame = solved.tables[table.name]
        assert list(frame.columns) == list(table.columns)
        table.schema.validate(frame)


def test_inventory_balances_hold_on_the_published_integers(solved: SolvedPlan) -> None:
    rows = solved.tables["BUILD_PLAN_INVENTORY"]
    expected = rows["OPENING_INVENTORY"] + rows["RECEIVED"] - rows["SHIPPED_OUT"] - rows["SERVED"]
    assert (expected - rows["ENDING_INVENTORY"]).abs().max() < 5e-4
    shipped = solved.tables["BUILD_PLAN_SHIPMENT"].groupby(["PRODUCT_ID", "PERIOD_START"])
    built = solved.tables["RECOMMENDED_BUILD_PLAN"].groupby(["PRODUCT_ID", "PRODUCTION_WEEK"])
    assert (
        shipped["UNITS_SHIPPED"].sum().to_numpy() == built["RECOMMENDED_QUANTITY"].sum().to_numpy()
    ).all()
