"""Stock that ages: nothing stands too long, at the least cost, whatever leaves first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from sop_pipeline.errors import NoFeasiblePlan, UsageError
from sop_pipeline.planning import PlanningInputs, Policy, SolvedPlan
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem_options import StockAges
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

HOLDING = {"holding_cost_per_unit_month": 1.0}


def aged(days: float | None, **figures: Any) -> list[dict[str, object]]:
    return [{"PRODUCT_ID": 1, "MAX_AGE_DAYS": days, **figures}]


def ages_of(inputs: PlanningInputs, **settings: Any) -> StockAges | None:
    return prepare_network(inputs, policy_of(**settings)).problem.ages


def plan_of(inputs: PlanningInputs, **settings: Any) -> SolvedPlan:
    solved = planned(inputs, policy_of(**{**HOLDING, **settings}))
    assert not [outcome for outcome in check_plan(solved) if outcome.blocks]
    return solved


def column(solved: SolvedPlan, name: str) -> list[float]:
    return solved.tables["BUILD_PLAN_INVENTORY"][name].to_list()


@settings(deterministic, max_examples=25)
@given(companies())
def test_what_first_in_first_out_asks_is_what_every_vintage_asks(
    company: tuple[PlanningInputs, Policy],
) -> None:
    figures = Company(*company)
    one, other = (programme_of(figures, by_vintage=each).solve() for each in (False, True))
    assert one == (other if other is None else pytest.approx(other, rel=1e-6, abs=1e-6))


def test_what_is_too_old_to_be_sold_is_thrown_away_at_once_where_holding_costs() -> None:
    storage = aged(60.0, SCRAP_COST=5.0)
    solved = plan_of(one_line([20] * 4, opening=100.0, product_storage=storage))
    assert column(solved, "SCRAPPED") == [60.0, 0.0, 0.0, 0.0]
    assert column(solved, "ENDING_INVENTORY") == [20.0, 0.0, 0.0, 0.0]
    assert solved.report["cost_terms"]["scrap"] == 300.0
    build = solved.tables["RECOMMENDED_BUILD_PLAN"]
    assert build["RECOMMENDED_QUANTITY"].to_list() == [0.0, 0.0, 20.0, 20.0]
    assert build["PROJECTED_STORAGE_COST"].to_list() == [320.0, 0.0, 0.0, 0.0]
    pegs = solved.tables["BUILD_PLAN_PEGGING"]
    (thrown,) = pegs[pegs["SCRAPPED_PERIOD"].notna()].to_dict("records")
    assert (thrown["SOURCE"], thrown["UNITS"], thrown["MONTHS_HELD"]) == ("OPENING", 60.0, 0.0)
    assert solved.report["margin"] == solved.report["revenue"] - 440.0 - 7.0 * 40
    assert not [warning for warning in solved.report["warnings"] if "thrown" in warning]


@pytest.mark.parametrize(("days", "periods"), [(0, 0), (29.9, 0), (30, 1), (89, 2), (3000, 4)])
def test_days_become_periods_rounded_down_and_beyond_the_horizon_are_all_alike(
    days: float, periods: int
) -> None:
    ages = ages_of(one_line([5] * 3), max_age_days=days)
    assert ages is not None
    assert ages.most.tolist() == [periods]


def test_a_product_s_own_age_wins_and_without_any_nothing_ages() -> None:
    company = one_line([5] * 3, products=2, product_storage=aged(60.0))
    ages = ages_of(company, max_age_days=0.0)
    assert ages is not None
    assert ages.most.tolist() == [2, 0]
    alone = ages_of(company)
    assert alone is not None
    assert alone.product.tolist() == [0]
    assert ages_of(one_line([5] * 3)) is None


def test_made_to_order_nothing_stands_at_the_end_of_any_month() -> None:
    company = one_line([10, 30, 10], capacity=20.0, opening=4.0)
    solved = plan_of(company, max_age_days=0, shortage="lost_sales")
    assert column(solved, "ENDING_INVENTORY") == [0.0, 0.0, 0.0]
    assert column(solved, "LOST_SALES") == [0.0, 10.0, 0.0]


def test_a_negative_age_is_a_policy_that_is_refused() -> None:
    with pytest.raises(UsageError, match="max_age_days"):
        policy_of(max_age_days=-1)


def test_receipts_are_new_when_they_come() -> None:
    receipt = {"PRODUCT_ID": 1, "SITE_ID": 11, "RECEIPT_DATE": "2025-02-01", "QUANTITY": 9.0}
    company = one_line([0, 0, 9], scheduled_receipts=[receipt], product_storage=aged(30.0))
    assert sum(column(plan_of(company), "SCRAPPED")) == 0.0


def test_fractions_that_whole_units_leave_are_thrown_away_when_they_are_too_old() -> None:
    company = one_line([10.4, 10.4], product_storage=aged(0.0, SCRAP_COST=1.0))
    solved = plan_of(company, shortage="lost_sales")
    assert column(solved, "SCRAPPED") == pytest.approx([0.6, 0.6])
    assert column(solved, "SERVED") == pytest.approx([10.4, 10.4])


def test_safety_stock_beyond_what_is_demanded_in_time_is_warned_of_by_name() -> None:
    company = one_line([10, 10, 10], products=2, product_storage=aged(30.0))
    settings = {"safety_stock_ratio": 1.5, "terminal_safety_stock": "none"}
    (told,) = [w for w in plan_of(company, **settings).report["warnings"] if "contradicts" in w]
    assert "products P1 Product 1." in told
    enough = plan_of(company, **{**settings, "safety_stock_ratio": 1.0}).report["warnings"]
    assert not [warning for warning in enough if "contradicts" in warning]


@pytest.mark.parametrize(("opening", "told"), [(50.0, "47 units"), (4.0, "1 unit")])
def test_scrap_that_no_age_forces_is_warned_of_by_name(opening: float, told: str) -> None:
    company = one_line([1, 1, 1], opening=opening, product_storage=aged(3000.0))
    (warning,) = [w for w in plan_of(company).report["warnings"] if "not too old" in w]
    assert f"products 1 ({told})" in warning


def test_of_equally_cheap_plans_the_one_with_less_scrap_is_chosen() -> None:
    free = aged(3000.0, SCRAP_COST=0.0)
    solved = plan_of(
        one_line([5, 5], opening=20.0, product_storage=free), holding_cost_per_unit_month=0.0
    )
    assert sum(column(solved, "SCRAPPED")) == 0.0


@pytest.mark.parametrize(
    ("figures", "settings", "told"),
    [
        ({"TERMINAL_INVENTORY": 4.0}, {}, "4 units of stock less at the end"),
        (
            {},
            {"safety_stock": "hard", "safety_stock_ratio": 0.5, "terminal_safety_stock": "none"},
            "units of safety stock less",
        ),
    ],
)
def test_stock_that_is_asked_for_and_may_not_stand_is_named_with_the_cheapest_repair(
    figures: dict[str, object], settings: dict[str, object], told: str
) -> None:
    company = one_line([8, 8], product_storage=aged(0.0, **figures))
    with pytest.raises(NoFeasiblePlan) as refused:
        plan_of(company, **settings)
    place = "product 1 [P1 Product 1], warehouse 11"
    assert f"stock must leave before it is too old ({place}" in str(refused.value)
    assert told in str(refused.value)


def test_a_pooled_plan_ages_by_the_policy() -> None:
    company = one_line([10, 30], capacity=20.0, products=1)
    solved = planned(
        company, policy_of(**HOLDING, grain="aggregate", max_age_days=0, shortage="lost_sales")
    )
    assert column(solved, "ENDING_INVENTORY") == [0.0, 0.0]
