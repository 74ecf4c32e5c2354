"""Comparison and bridge: what plans differ by, to the cent."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

import sop_pipeline as library
from sop_pipeline.errors import UsageError
from sop_pipeline.report.terminal import text_table
from sop_pipeline_tests.conftest import SHARED_COMPANY
from sop_pipeline_tests.small_company import full_company

SPENT = ("production", "tier_premium", "transport", "handling", "holding", "overflow")
FIGURE = re.compile(r"[+-]?\d[\d,]*\.\d\d")


@pytest.fixture(scope="module")
def company() -> library.Company:
    return library.Company(full_company())


@pytest.fixture(scope="module")
def plans(company: library.Company) -> list[library.Plan]:
    return [library.plan(company, code, policy="standard") for code in ("BASE", "PUSH")]


def _cents(amount: float) -> int:
    return round(amount * 100)


def test_the_bridge_adds_up_to_the_cent_by_term_and_by_family(
    company: library.Company, plans: list[library.Plan]
) -> None:
    compared = library.compare(company, plans)
    (bridge,), (families,) = compared.bridges, compared.families
    base, push = (_cents(plan.summary["margin"]) for plan in plans)
    assert (bridge.start, bridge.end) == (base, push)
    assert sum(step.cents for step in bridge.steps) == push - base != 0
    assert sum(step.cents for step in families) == push - base
    assert {step.family for step in families} == {"Small", "Large"}
    by_term: dict[str, int] = defaultdict(int)
    for step in families:
        by_term[step.term] += step.cents
    told = {step.term: step.cents for step in bridge.steps}
    assert by_term == {
        "revenue": told["revenue"],
        "production": told["production"] + told["tier_premium"],
        "storage": told["holding"] + told["overflow"],
        "logistics": told["transport"] + told["handling"],
    }


def test_every_step_of_the_bridge_is_a_difference_of_published_cents(
    company: library.Company, plans: list[library.Plan]
) -> None:
    (bridge,) = library.compare(company, plans).bridges
    one, other = (plan.summary["published_cost_terms"] for plan in plans)
    assert [(step.term, step.cents) for step in bridge.steps[1:]] == [
        (term, _cents(one[term]) - _cents(other[term])) for term in SPENT
    ]


def test_a_plan_compared_with_itself_gives_zeros(
    company: library.Company, plans: list[library.Plan]
) -> None:
    compared = library.compare(company, [plans[0], plans[0]])
    steps = (*compared.bridges[0].steps, *compared.families[0])
    assert [step.cents for step in steps if step.cents] == []


@pytest.mark.parametrize("width", [80, 100])
def test_no_figure_is_cut_in_two_on_a_narrow_terminal(
    company: library.Company, plans: list[library.Plan], width: int
) -> None:
    compared = library.compare(company, [*plans, plans[0]])
    for table in compared.text_tables:
        written = io.StringIO()
        Console(file=written, width=width).print(text_table(table))
        shown = written.getvalue()
        assert max(len(line) for line in shown.splitlines()) <= width
        figures = {found for row in table.rows for cell in row for found in FIGURE.findall(cell)}
        assert figures <= set(FIGURE.findall(shown))


def test_fewer_than_two_plans_are_no_comparison(company: library.Company) -> None:
    with pytest.raises(UsageError, match="two scenarios or more"):
        library.compare(company, ["PUSH"])


def test_plans_in_several_currencies_are_not_compared(
    company: library.Company, plans: list[library.Plan]
) -> None:
    euros = library.plan(company, "PUSH", policy="standard", overrides={"currency": "EUR"})
    with pytest.raises(UsageError, match="USD and EUR"):
        library.compare(company, [plans[0], euros])


def _revenue_of_files(folder: Path, plan: library.Plan, scenario_id: int) -> dict[int, float]:
    """Units served times what a unit brings, by product, straight from the files."""
    forecasts = pd.read_csv(folder / "demand_forecasts.csv")
    rows = forecasts[forecasts["SCENARIO_ID"] == scenario_id]
    if "IS_CURRENT_VERSION" in rows:
        rows = rows[rows["IS_CURRENT_VERSION"].astype(str).str.lower().isin(["true", "1"])]
    units: dict[tuple[int, int, str], float] = defaultdict(float)
    money: dict[tuple[int, int, str], float] = defaultdict(float)
    for row in rows.to_dict("records"):
        key = (row["PRODUCT_ID"], row["SITE_ID"], str(row["FORECAST_DATE"])[:7])
        units[key] += row["FORECAST_QUANTITY"]
        money[key] += row["FORECAST_QUANTITY"] * row["UNIT_REVENUE"]
    earned: dict[int, float] = defaultdict(float)
    for row in plan.tables["BUILD_PLAN_INVENTORY"].to_dict("records"):
        if row["SERVED"]:
            key = (row["PRODUCT_ID"], row["SITE_ID"], f"{row['PERIOD_START']:%Y-%m}")
            earned[row["PRODUCT_ID"]] += row["SERVED"] * money[key] / units[key]
    return earned


def test_the_bridge_of_the_shared_company_is_that_of_an_independent_computation() -> None:
    company = library.read_folder(SHARED_COMPANY)
    codes = ("BASELINE", "Q4_PUSH")
    plans = [library.plan(company, code, policy="standard") for code in codes]
    compared = library.compare(company, plans)
    revenue, margin, families = [], [], []
    for plan in plans:
        earned = _revenue_of_files(SHARED_COMPANY, plan, plan.summary["scenario_id"])
        spent = plan.tables["RECOMMENDED_BUILD_PLAN"]["PROJECTED_TOTAL_COST"].sum()
        revenue.append(sum(earned.values()))
        margin.append(revenue[-1] - spent)
        by_family: dict[str, float] = defaultdict(float)
        for product, money in earned.items():
            by_family[plan.names.products[product].group] += money
        families.append(by_family)
    (bridge,), (steps,) = compared.bridges, compared.families
    assert bridge.steps[0].amount == pytest.approx(revenue[1] - revenue[0], abs=0.02)
    assert bridge.start / 100 == pytest.approx(margin[0], abs=0.02)
    assert bridge.end / 100 == pytest.approx(margin[1], abs=0.02)
    for step in steps:
        if step.term == "revenue":
            family = step.family or ""
            own = families[1][family] - families[0][family]
            assert step.amount == pytest.approx(own, abs=0.05)
