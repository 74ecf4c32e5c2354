"""The network plans of the reference company: their costs and every figure by other means."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline.planning import SolvedPlan
from sop_pipeline.planning.families import COSTS
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.store import store_at
from sop_pipeline.validation.input_checks import check_inputs
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.published_tables import findings
from sop_pipeline_tests.reference import COMPANY
from sop_pipeline_tests.reference.cases import CASES, FROZEN, case, reader_of, solve


@pytest.fixture(scope="module", params=CASES)
def planned(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Company, SolvedPlan]:
    """A case with its contract, read by other means, and its plan."""
    inputs, policy = case(request.param, tmp_path_factory.mktemp("reference"))
    return request.param, Company(inputs, policy), solve(inputs, policy)


Planned = tuple[str, Company, SolvedPlan]


def test_the_plan_costs_what_an_independent_solve_finds_and_what_it_cost_before(
    planned: Planned,
) -> None:
    name, company, solved = planned
    cost, published, terms = FROZEN[name]
    assert solved.report["objective"] == pytest.approx(programme_of(company).solve(), rel=1e-9)
    assert round(solved.report["objective"], 2) == cost
    assert solved.report["published_cost"] == published
    assert {k: round(v, 2) for k, v in solved.report["cost_terms"].items() if v} == terms


def test_every_published_figure_follows_from_contract_and_tables(planned: Planned) -> None:
    _, company, solved = planned
    assert findings(solved.tables, company) == []
    assert [
        str(fault) for check in check_plan(solved) if check.blocks for fault in check.faults
    ] == []


def test_the_tables_add_up_to_the_published_terms_to_the_cent(planned: Planned) -> None:
    _, _, solved = planned
    terms, tables = solved.report["published_cost_terms"], solved.tables

    def cents(table: str, column: str) -> int:
        return round(float(tables[table][column].sum()) * 100)

    def of(*names: str) -> int:
        return round(sum(terms[name] for name in names) * 100)

    build, warehouse = "RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_WAREHOUSE"
    production, storage = of("production", "tier_premium"), of("holding", "overflow")
    logistics = of("transport", "handling")
    assert cents(build, "PROJECTED_PRODUCTION_COST") == production
    assert cents(build, "PROJECTED_STORAGE_COST") == storage
    assert cents(build, "PROJECTED_TOTAL_COST") == production + storage + logistics
    assert cents(warehouse, "STORAGE_COST") == of("holding")
    assert cents(warehouse, "OVERFLOW_COST") == of("overflow")
    assert cents("BUILD_PLAN_SHIPMENT", "SHIPMENT_COST") == logistics


def test_every_result_table_matches_its_schema(planned: Planned) -> None:
    _, _, solved = planned
    for table in RESULT_TABLES:
        assert list(solved.tables[table.name].columns) == list(table.columns)
        table.schema.validate(solved.tables[table.name])


def test_the_cases_together_pay_every_cost_term_of_all_plans() -> None:
    assert {term for *_, terms in FROZEN.values() for term in terms} == {
        cost.name for cost in COSTS if not cost.used
    }


@pytest.mark.parametrize("solver", ["highs", "pulp:HiGHS", "pulp:CBC"])
def test_whichever_solver_finds_the_same_cost(solver: str, tmp_path: Path) -> None:
    inputs, policy = case("crowded", tmp_path, solver=solver)
    assert round(solve(inputs, policy).report["objective"], 2) == FROZEN["crowded"][0]


def test_a_product_without_routing_is_made_at_the_bottleneck_of_each_plant(
    tmp_path: Path,
) -> None:
    solved = solve(*case("months", tmp_path))
    builds = solved.tables["RECOMMENDED_BUILD_PLAN"]
    assert set(builds[builds["PRODUCT_ID"] == 3]["WORK_CENTER_ID"]) == {101, 201}
    assert any(note.startswith("assumed_routing") for note in solved.report["assumptions"])


def test_two_fiscal_months_of_one_calendar_month_are_refused_by_name(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(COMPANY, tmp_path / "merged"))
    file = folder / "demand_forecasts.csv"
    forecasts = pd.read_csv(file)
    late = forecasts["FORECAST_DATE"] == "2026-04-01"
    forecasts.loc[late, "FORECAST_DATE"] = "2026-03-29"
    forecasts.to_csv(file, index=False)
    reader = reader_of(folder, "BASE", load_policy("standard", {"demand_source": "base"}))
    [told] = {str(fault) for fault in check_inputs(reader.inputs()).faults}
    assert "March and April in 2026-03" in told
    assert "FISCAL_CALENDAR" in told


def test_the_command_line_plans_and_solves_it_at_the_same_cost(workdir: Path, sop: Sop) -> None:
    policy = ("--policy", "base.yaml")
    (workdir / "base.yaml").write_text("grain: network\ndemand_source: base\n", "utf-8")
    assert sop("init", "--from", COMPANY).exit_code == 0
    assert sop("plan", "BASE", *policy).exit_code == 0
    published = store_at(f"duckdb:{workdir / 'warehouse.duckdb'}").read_plan("BASE")
    assert float(published["BUILD_PLAN_SUMMARY"]["OBJECTIVE"].iloc[0]) == FROZEN["months"][0]
    solved = sop("solve", COMPANY, "--scenario", "BASE", *policy, "--out", "out")
    assert solved.exit_code == 0
    told = json.loads((workdir / "out" / "summary.json").read_text("utf-8"))
    assert told["objective"] == pytest.approx(FROZEN["months"][0], abs=0.005)
