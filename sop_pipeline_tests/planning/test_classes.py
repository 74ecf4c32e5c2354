"""Who goes short: by cost, by priority, in fair shares; held against other means of solving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import NoFeasiblePlan, UsageError
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan, plan
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import frame, one_line, planned, policy_of, records
from sop_pipeline_tests.planning.drawn_tables import Draw, costs, maybe
from sop_pipeline_tests.planning.independent_classes import ClassCompany, optimum_by_class
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

CLASSES = ("", "KEY", "SPOT")
PRIORITIES = {"": None, "KEY": 1.0, "SPOT": 2.0}


@st.composite
def classed_companies(draw: Draw) -> tuple[PlanningInputs, Policy]:
    """A company whose forecasts belong to classes, and a rule of who goes short."""
    return classed(draw, *draw(companies()))


def classed(draw: Draw, inputs: PlanningInputs, policy: Policy) -> tuple[PlanningInputs, Policy]:
    """The company with its forecasts in classes, and a rule of who goes short."""
    level = {p: draw(st.sampled_from([PRIORITIES, {"": 3.0, "KEY": 2.0, "SPOT": None}]))
             for p in (1, 2, 3)}  # fmt: skip
    rows = [
        {
            **row,
            "DEMAND_CLASS": name or None,
            "FORECAST_QUANTITY": row["FORECAST_QUANTITY"] if n == 0 else draw(st.integers(0, 9)),
            "PRIORITY": level[row["PRODUCT_ID"]][name],
            "LOST_SALE_COST": maybe(draw, costs),
        }
        for row in records(inputs.demand_forecasts)
        for n, name in enumerate(draw(st.sampled_from([("KEY",), ("KEY", "SPOT"), ("SPOT", "")])))
    ]
    rule = {
        "allocation": draw(st.sampled_from(["cost", "priority", "priority", "fair"])),
        "fair_share_weight": draw(st.sampled_from([0.2, 0.0, 1.5])),
        "shortage": draw(st.sampled_from(["lost_sales", "backorder", "backorder"])),
    }
    forecasts = frame(schemas.DEMAND_FORECASTS, rows, check=False)
    return replace(inputs, demand_forecasts=forecasts), policy.model_copy(update=rule)


@settings(deterministic, max_examples=12)
@given(classed_companies(), st.randoms(use_true_random=False))
def test_the_cost_of_a_rule_is_that_of_an_independent_solve(
    drawn: tuple[PlanningInputs, Policy], shuffle: Any
) -> None:
    inputs, policy = drawn
    company = ClassCompany(inputs, policy)
    expected = optimum_by_class(company)
    order = list(range(len(inputs.demand_forecasts)))
    shuffle.shuffle(order)
    shuffled = replace(inputs, demand_forecasts=inputs.demand_forecasts.iloc[order])
    if expected is None:
        with pytest.raises(NoFeasiblePlan):
            _plan(shuffled, policy)
        return
    try:
        solved = _plan(shuffled, policy)
    except NoFeasiblePlan as impossible:
        if "No plan in whole units" not in str(impossible):
            raise
        return
    assert solved.report["objective"] == pytest.approx(expected, rel=1e-5, abs=1e-4)
    assert [str(f) for r in check_plan(solved) if r.blocks for f in r.faults] == []
    _require_served(solved, company)
    if policy.allocation != "cost":
        alone = optimum_by_class(ClassCompany(inputs, policy.model_copy(update=BY_COST)))
        uneven = solved.report["cost_terms"].get("fair_share", 0.0)
        assert alone is not None
        rule = expected - uneven - alone
        assert solved.report["rule_cost"] == pytest.approx(rule, rel=1e-5, abs=1e-3)


BY_COST = {"allocation": "cost"}


def _require_served(solved: SolvedPlan, company: ClassCompany) -> None:
    """Every class is served, late and lost as its own balance says, and none of it below 0."""
    service = solved.tables["BUILD_PLAN_SERVICE"]
    late: dict[Any, float] = {}
    for row in records(service.sort_values("PERIOD_START", kind="stable")):
        place = (row["PRODUCT_ID"], row["SITE_ID"], row["DEMAND_CLASS"] or "")
        t = next(t for t in range(company.T) if company.start(t) == row["PERIOD_START"])
        assert row["DEMAND"] == pytest.approx(company.wanted(place, t), abs=2e-4)
        owed = late.get(place, 0.0) + row["DEMAND"] - row["SERVED"] - row["LOST_SALES"]
        assert owed == pytest.approx(row["BACKORDER"], abs=1e-3)
        assert min(row["SERVED"], row["BACKORDER"], row["LOST_SALES"]) >= 0
        late[place] = row["BACKORDER"]


def _plan(inputs: PlanningInputs, policy: Policy) -> SolvedPlan:
    return plan(inputs, policy, policy_name="classes", input_hash="test", prices="none")


def _rows(*classes: dict[str, Any], product: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "PRODUCT_ID": product,
            "SITE_ID": 11,
            "FORECAST_DATE": pd.Timestamp("2025-01-01"),
            "FISCAL_MONTH": "January",
            "FISCAL_QUARTER": "Q1",
            **row,
        }
        for row in classes
    ]


def two_classes(capacity: float, factor: float = 1.0, money: float = 1.0) -> PlanningInputs:
    """60 units of KEY at 10 and 80 of SPOT at 50, the dearer ones to lose."""
    key = {"DEMAND_CLASS": "KEY", "PRIORITY": 1.0, "FORECAST_QUANTITY": 60.0 * factor}
    spot = {"DEMAND_CLASS": "SPOT", "PRIORITY": 2.0, "FORECAST_QUANTITY": 80.0 * factor}
    rows = _rows(
        {**key, "UNIT_REVENUE": 10.0 * money, "LOST_SALE_COST": 20.0 * money},
        {**spot, "UNIT_REVENUE": 50.0 * money, "LOST_SALE_COST": 100.0 * money},
    )
    return one_line([0.0], capacity=capacity * factor, demand_forecasts=rows)


def _lost(solved: SolvedPlan) -> dict[str, float]:
    rows = records(solved.tables["BUILD_PLAN_SERVICE"])
    return {row["DEMAND_CLASS"] or "": row["LOST_SALES"] for row in rows}


@pytest.mark.parametrize(("factor", "money"), [(1.0, 1.0), (1e5, 1.0), (1.0, 1e6), (1e-1, 1.0)])
def test_the_dearer_class_is_served_by_cost_and_the_first_priority_by_priority(
    factor: float, money: float
) -> None:
    company = two_classes(100.0, factor, money)
    soft = {"shortage": "lost_sales"}
    by_cost = planned(company, policy_of(**soft))
    assert _lost(by_cost) == pytest.approx({"KEY": 40.0 * factor, "SPOT": 0.0}, abs=1e-3)
    assert "rule_cost" not in by_cost.report
    by_priority = planned(company, policy_of(**soft, allocation="priority"))
    assert _lost(by_priority) == pytest.approx({"KEY": 0.0, "SPOT": 40.0 * factor}, abs=1e-3)
    dearer = 40.0 * factor * 80.0 * money
    assert by_priority.report["rule_cost"] == pytest.approx(dearer, rel=1e-5)
    assert by_priority.report["revenue_at_risk"] == pytest.approx(40.0 * factor * 50.0 * money)


def test_what_whole_units_cannot_build_is_lost_by_the_class_that_the_rule_names() -> None:
    company = two_classes(100.5)
    soft = {"shortage": "lost_sales"}
    assert _lost(planned(company, policy_of(**soft))) == {"KEY": 40.0, "SPOT": 0.0}
    by_priority = planned(company, policy_of(**soft, allocation="priority"))
    assert _lost(by_priority) == {"KEY": 0.0, "SPOT": 40.0}


def test_a_priority_spends_any_money_before_it_goes_short() -> None:
    company = replace(
        two_classes(100.0),
        capacity_tiers=frame(
            schemas.CAPACITY_TIERS,
            [
                {
                    "WORK_CENTER_ID": 101,
                    "TIER_CODE": "OVERTIME",
                    "PREMIUM_PER_UNIT": 1e6,
                    "MAX_CAPACITY": 10.0,
                }
            ],
        ),
    )
    solved = planned(company, policy_of(shortage="lost_sales", allocation="priority"))
    assert _lost(solved) == pytest.approx({"KEY": 0.0, "SPOT": 30.0})


def test_equals_share_a_shortage_in_proportion_to_within_a_tenth() -> None:
    rows = _rows(
        {"DEMAND_CLASS": "A", "FORECAST_QUANTITY": 50.0, "LOST_SALE_COST": 20.0},
        {"DEMAND_CLASS": "B", "FORECAST_QUANTITY": 100.0, "LOST_SALE_COST": 20.0},
        {"FORECAST_QUANTITY": 10.0, "LOST_SALE_COST": 20.0},
    )
    company = one_line([0.0], capacity=80.0, demand_forecasts=rows)
    solved = planned(company, policy_of(shortage="lost_sales", allocation="fair"))
    lost = _lost(solved)
    wanted = {"A": 50.0, "B": 100.0, "": 10.0}
    assert sum(lost.values()) == 80.0
    assert all(abs(lost[name] / wanted[name] - 0.5) <= 0.1 for name in wanted)
    # Slices 1 to 5 of each, 16 units a slice, at 20 x 0.2 (i - 1) / 9.
    uneven = 16 * 20 * 0.2 / 9 * (0 + 1 + 2 + 3 + 4)
    assert solved.report["cost_terms"]["fair_share"] == pytest.approx(uneven)
    assert solved.report["rule_cost"] == pytest.approx(0.0, abs=1e-6)
    assert "1.2 times" in " ".join(solved.report["assumptions"])


def test_a_rule_is_told_to_have_no_effect_where_shortage_is_forbidden() -> None:
    solved = planned(two_classes(140.0), policy_of(allocation="priority"))
    assert "allocation: priority changes nothing" in " ".join(solved.report["warnings"])
    assert solved.report["rule_cost"] == 0.0
    assert _lost(solved) == {"KEY": 0.0, "SPOT": 0.0}


def test_the_aggregate_grain_knows_no_classes() -> None:
    with pytest.raises(UsageError, match="allocation: fair goes only with grain: network"):
        policy_of(grain="aggregate", allocation="fair")


def test_a_company_without_classes_has_no_rows_of_service_and_the_programme_it_had() -> None:
    company = one_line([5.0, 9.0], capacity=6.0)
    soft = planned(company, policy_of(shortage="backorder"))
    assert soft.tables["BUILD_PLAN_SERVICE"].empty
    one_class = company.demand_forecasts.assign(DEMAND_CLASS="ALL")
    named = planned(
        replace(company, demand_forecasts=frame(schemas.DEMAND_FORECASTS, one_class, check=False)),
        policy_of(shortage="backorder"),
    )
    for figure in ("rows", "columns", "objective", "cost_terms", "revenue", "fill_rate"):
        assert named.report[figure] == soft.report[figure], figure
    assert len(named.tables["BUILD_PLAN_SERVICE"]) == 2


def test_each_row_has_its_own_cost_of_a_lost_sale_weighted_by_quantity() -> None:
    rows = _rows(
        {"FORECAST_QUANTITY": 30.0, "LOST_SALE_COST": 10.0},
        {"FORECAST_QUANTITY": 10.0, "FORECAST_DATE": pd.Timestamp("2025-01-09"),
         "UNIT_REVENUE": 15.0},
    )  # fmt: skip
    company = one_line([0.0], capacity=0.0, demand_forecasts=rows)
    solved = planned(company, policy_of(shortage="lost_sales"))
    assert solved.report["objective"] == pytest.approx(30 * 10 + 10 * 30)


def test_late_units_earn_what_their_own_class_pays() -> None:
    rows = _rows(
        {"DEMAND_CLASS": "KEY", "PRIORITY": 1.0, "FORECAST_QUANTITY": 30.0, "UNIT_REVENUE": 10.0},
        {"DEMAND_CLASS": "SPOT", "PRIORITY": 2.0, "FORECAST_QUANTITY": 40.0, "UNIT_REVENUE": 30.0},
    )
    later = {**rows[0], "FORECAST_DATE": pd.Timestamp("2025-02-01"), "FORECAST_QUANTITY": 10.0}
    company = one_line([0.0, 0.0], capacity=40.0, demand_forecasts=[*rows, later])
    solved = planned(company, policy_of(shortage="backorder", allocation="priority"))
    service = {
        (row["DEMAND_CLASS"], row["PERIOD_START"].month): row
        for row in records(solved.tables["BUILD_PLAN_SERVICE"])
    }
    assert [service["KEY", t]["SERVED"] for t in (1, 2)] == [30.0, 10.0]
    assert [service["SPOT", t]["SERVED"] for t in (1, 2)] == [10.0, 30.0]
    assert service["SPOT", 2]["REVENUE"] == 900.0
    assert solved.report["revenue"] == 40 * 10 + 40 * 30
    assert solved.report["fill_rate"] == pytest.approx(50 / 80)


PAGE = Path(__file__).parents[2] / "docs" / "allocation.md"
EXAMPLE = (
    {"DEMAND_CLASS": "KEY", "PRIORITY": 1.0, "FORECAST_QUANTITY": 60.0, "UNIT_REVENUE": 10.0,
     "LOST_SALE_COST": 20.0},
    {"DEMAND_CLASS": "RETAIL", "PRIORITY": 2.0, "FORECAST_QUANTITY": 80.0, "UNIT_REVENUE": 11.0,
     "LOST_SALE_COST": 21.0},
)  # fmt: skip


def test_the_figures_of_the_page_are_those_of_the_planner() -> None:
    company = one_line([0.0], capacity=100.0, demand_forecasts=_rows(*EXAMPLE))
    lines: list[str] = []
    for rule in ("cost", "priority", "fair"):
        solved = planned(company, policy_of(shortage="lost_sales", allocation=rule))
        lost, terms = _lost(solved), solved.report["published_cost_terms"]
        paid = sum(terms.values()) - terms.get("fair_share", 0.0)
        costs = f"{solved.report.get('rule_cost', 0.0):,.0f}"
        short = f"{lost['KEY']:,.0f} | {lost['RETAIL']:,.0f}"
        lines.append(f"| `{rule}` | {short} | {paid:,.0f} | {costs} |")
    assert "\n".join(lines) in PAGE.read_text("utf-8"), "\n".join(lines)
