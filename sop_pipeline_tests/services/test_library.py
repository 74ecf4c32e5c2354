"""The package as a library: the same plans from files, frames and the store, in a few lines."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import Tables, full_company, small_company, write_company

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> library.Company:
    return library.read_folder(write_company(tmp_path_factory.mktemp("c") / "c", full_company()))


@pytest.fixture(scope="module")
def plan(company: library.Company) -> library.Plan:
    return library.plan(company, "PUSH", policy="standard")


def _same_tables(one: library.Plan, other: library.Plan) -> None:
    for name, frame in one.tables.items():
        columns = [column for column in frame if column != "SOLVE_SECONDS"]
        pd.testing.assert_frame_equal(frame[columns], other.tables[name][columns])


def test_frames_give_the_plan_of_their_files(plan: library.Plan) -> None:
    _same_tables(plan, library.plan(library.Company(full_company()), "PUSH", policy="standard"))


def test_frames_may_be_named_like_tables_and_hold_days_and_flags(plan: library.Plan) -> None:
    def typed(tables: Tables) -> Tables:
        tables = dict(tables)
        forecasts = tables.pop("demand_forecasts")
        dates = pd.to_datetime(forecasts["FORECAST_DATE"])
        tables["DEMAND_FORECAST_VERSIONS"] = forecasts.assign(FORECAST_DATE=dates)
        products = tables.pop("products")
        tables["PRODUCT"] = products.assign(IS_CURRENT_FLAG=products["IS_CURRENT_FLAG"] == "TRUE")
        return tables

    _same_tables(
        plan, library.plan(library.Company(typed(full_company())), "PUSH", policy="standard")
    )


def test_the_build_is_the_published_one_in_words(plan: library.Plan) -> None:
    published = plan.tables["RECOMMENDED_BUILD_PLAN"]
    assert plan.build["RECOMMENDED_QUANTITY"].tolist() == published["RECOMMENDED_QUANTITY"].tolist()
    assert {"Lamp", "Stool", "Shelf"} == set(plan.build["PRODUCT_NAME"])


def test_overrides_are_laid_over_the_policy_and_told() -> None:
    company = library.Company(small_company())
    free = library.plan(company, "PUSH", policy="standard", overrides={"safety_stock_ratio": 0.0})
    assert free.summary["policy"] == "standard + safety_stock_ratio=0.0"
    assert not free.tables["BUILD_PLAN_INVENTORY"]["SAFETY_STOCK_TARGET"].any()


def test_the_only_scenario_need_not_be_named_and_one_of_several_must(
    company: library.Company,
) -> None:
    with pytest.raises(UsageError, match="The company has BASE, PUSH"):
        library.plan(company)
    tables = small_company()
    for name in ("scenario_definitions", "demand_forecasts"):
        tables[name] = tables[name][tables[name]["SCENARIO_ID"] == 1]
    assert library.plan(library.Company(tables)).scenario_code == "BASE"


def test_frames_that_cannot_be_read_are_refused_with_every_fault() -> None:
    tables = small_company()
    del tables["sites"]
    tables["product"] = tables.pop("products")
    tables["warehouse_zones"] = tables["warehouse_zones"].assign(MAX_CAPACITY_PALLETS="many")
    with pytest.raises(InputRefused) as refused:
        library.Company(tables)
    told = str(refused.value)
    assert "a frame sites" in told
    assert "product" in told
    assert "Did you mean PRODUCT?" in told
    assert "MAX_CAPACITY_PALLETS" in told


def test_a_column_of_mixed_values_is_refused_by_name() -> None:
    tables = small_company()
    tables["products"] = tables["products"].assign(UNIT_PRICE=[1.0, "two", None])
    with pytest.raises(InputRefused, match="UNIT_PRICE"):
        library.Company(tables)


def test_a_notebook_shows_a_plan_with_its_figures_and_no_markup_of_the_data(
    plan: library.Plan,
) -> None:
    shown = plan._repr_html_()
    spent = plan.tables["RECOMMENDED_BUILD_PLAN"]["PROJECTED_TOTAL_COST"].sum()
    assert "Build, demand and stock" in shown
    assert f"{spent:,.2f}" in shown
    hostile = small_company()
    hostile["sites"] = hostile["sites"].assign(SITE_CODE=["<b>1", "<b>2", "<b>3", "<b>4"])
    assert (
        "<b>" not in library.plan(library.Company(hostile), "PUSH", policy="standard")._repr_html_()
    )


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, sop_pipeline; assert not {'pandas', 'dagster', 'duckdb'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_the_package_offers_can_be_got_and_nothing_else() -> None:
    for name in library.__all__:
        assert getattr(library, name).__doc__, name
    with pytest.raises(AttributeError, match="has no attribute 'Plann'"):
        _ = library.Plann  # type: ignore[attr-defined]


@pytest.mark.usefixtures("workdir")
@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_examples_run_as_they_stand(sop: Sop, page: str) -> None:
    assert sop("template", "mine").exit_code == 0
    text = (README.parent / page).read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example, page, "exec"), {"__name__": "__main__"})  # noqa: S102  it is our own page
    assert Path("plan.xlsx").exists() or Path("plans.html").exists()
