"""How sure a plan is: every draw judged as an independent programme judges it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import NoFeasiblePlan, UsageError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.confidence import wilson_interval
from sop_pipeline.planning.confidence.draws import ForecastErrors, demand_factors, families_of
from sop_pipeline.planning.confidence.judge import Failure, Judge
from sop_pipeline.planning.optimum import PREPARE
from sop_pipeline.planning.preparation.forecast_errors import NO_LEVEL
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.drawn_tables import Draw
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

LOSING = {"shortage": "lost_sales", "lost_sale_cost_per_unit": 100.0,
          "holding_cost_per_unit_month": 1.0}  # fmt: skip


class Drawn(Company):
    """A company whose demand turns out otherwise than its forecast, in the mathematics' words."""

    def __init__(self, inputs: PlanningInputs, policy: Policy, factors: Any) -> None:
        self.forecast = Company(inputs, policy)
        self.factors = {
            (p, s, t): float(factors[i, j, t])
            for i, p in enumerate(self.forecast.products)
            for j, s in enumerate(self.forecast.warehouses)
            for t in range(self.forecast.T)
        }
        super().__init__(inputs, policy)

    def demand(self, p: int, s: int, t: int) -> float:
        return super().demand(p, s, t) * self.factors.get((p, s, t), 1.0)

    def opening(self, p: int, s: int) -> float:
        return self.forecast.opening(p, s)

    def base(self, s: int) -> float:
        return self.forecast.base(s)

    def safety_stock(self, p: int, s: int, t: int) -> float:  # noqa: ARG002 - none is asked for
        return 0.0

    def figure(self, p: int, column: str) -> float | None:
        return None if column == "TERMINAL_INVENTORY" else super().figure(p, column)


def survives(drawn: Drawn, builds: pd.DataFrame, held: int, rate: float) -> bool:
    """Whether the least-cost plan, the one that serves most of several, reaches a fill rate."""
    programme, units = programme_of(drawn), builds.set_index(
        ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"]
    )["RECOMMENDED_QUANTITY"].to_dict()  # fmt: skip
    rows: dict[tuple[int, int, Any], dict[int, float]] = {}
    for p, code, _, uses, costs in drawn.routings():
        (center,) = {w for w, _ in uses}
        for t in range(held):
            if costs[t] is not None:
                row = rows.setdefault((p, center, drawn.start(t)), {})
                row[programme.columns["x", p, code, t]] = 1.0
    programme.equal += [(row, float(units.get(place, 0.0))) for place, row in rows.items()]
    cost = programme.solve()
    if cost is None:
        return False
    if drawn.policy.shortage == "forbid":
        return True
    programme.less.append((dict(enumerate(programme.cost)), cost + 1e-7 * max(1.0, abs(cost))))
    programme.cost = [0.0] * len(programme.cost)
    places = [(p, s, t) for p in drawn.products for s in drawn.warehouses for t in range(drawn.T)]
    for p, s, t in places:
        missed = {programme.var("missed", p, s, t, cost=1.0): -1.0}
        for name, at, sign in (("l", t, 1.0), ("b", t, 1.0), ("b", t - 1, -1.0)):
            if (name, p, s, at) in programme.columns:
                missed[programme.columns[name, p, s, at]] = sign
        programme.less.append((missed, 0.0))
    least = programme.solve()
    assert least is not None
    return least <= (1 - rate + 1e-6) * sum(drawn.demand(*place) for place in places)


def errors_of(inputs: PlanningInputs, policy: Policy) -> ForecastErrors:
    errors = PREPARE[policy.grain](inputs, policy).errors
    assert errors is not None
    return errors


@st.composite
def lines(draw: Draw) -> tuple[PlanningInputs, Policy]:
    """Two products on a line whose capacity or storage is easily too small, peak at either end."""
    whole = st.integers(1, 20)
    inputs = one_line(
        draw(st.lists(whole, min_size=4, max_size=4)),
        capacity=draw(st.lists(st.integers(10, 40), min_size=4, max_size=4)),
        places=draw(st.integers(10, 60)),
        opening=draw(st.integers(0, 10)),
        products=2,
        # Which of two products is late or lost is never a tie.
        product_storage=[
            {"PRODUCT_ID": 1, "LOST_SALE_COST": 83.0, "BACKORDER_COST_PER_PERIOD": 5.3},
            {"PRODUCT_ID": 2, "LOST_SALE_COST": 109.0, "BACKORDER_COST_PER_PERIOD": 7.1},
        ],
    )
    rows = inputs.demand_forecasts
    rows = rows.assign(
        FISCAL_QUARTER=["Q1", "Q1", "Q2", "Q2"] * 2,
        CONFIDENCE_LEVEL=draw(
            st.lists(st.sampled_from([0.5, 0.7, 0.9, 1.0, None]), min_size=8, max_size=8)
        ),
    ).astype({"CONFIDENCE_LEVEL": float})
    rows.loc[0, "CONFIDENCE_LEVEL"] = 0.8
    policy = policy_of(
        shortage=draw(st.sampled_from(["lost_sales", "backorder", "forbid"])),
        overflow=draw(st.sampled_from(["priced", "forbid"])),
        safety_stock_ratio=draw(st.sampled_from([0.0, 0.5])),
        holding_cost_per_unit_month=1.0,
        confidence_draws=8,
        survival_fill_rate=draw(st.sampled_from([0.8, 0.95, 1.0])),
    )
    return replace(inputs, demand_forecasts=rows), policy


@settings(deterministic, max_examples=8)
@given(lines())
def test_every_draw_is_judged_as_an_independent_programme_judges_it(
    company: tuple[PlanningInputs, Policy],
) -> None:
    require_judged(*company)


@settings(deterministic, max_examples=4)
@given(companies())
def test_every_draw_of_a_network_is_judged_as_an_independent_programme_judges_it(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    operations = inputs.product_routings.drop_duplicates(
        ["PRODUCT_ID", "ROUTING_CODE", "WORK_CENTER_ID"]
    )
    if not operations.duplicated(["PRODUCT_ID", "ROUTING_CODE"]).any():
        more = {"confidence_draws": 5, "survival_fill_rate": 0.9}
        require_judged(inputs, policy.model_copy(update=more))


def require_judged(inputs: PlanningInputs, policy: Policy) -> None:
    try:
        solved = planned(inputs, policy, prices="none")
    except (NoFeasiblePlan, UsageError):
        return
    demand, quarters = commitment(Company(inputs, policy))
    held = max(1, quarters.index(max(quarters, key=demand.__getitem__)))
    builds = solved.tables["RECOMMENDED_BUILD_PLAN"]
    factors = demand_factors(errors_of(inputs, policy), 0.5, policy.confidence_draws)
    survived = sum(
        survives(Drawn(inputs, policy, one), builds, held, policy.survival_fill_rate)
        for one in factors
    )
    assert solved.report["confidence_survived"] == survived


@settings(deterministic, max_examples=12)
@given(lines())
def test_a_draw_is_judged_from_the_plan_of_the_forecast_as_from_nothing(
    company: tuple[PlanningInputs, Policy],
) -> None:
    """The same verdict, and the same first failure, where the draw itself is the forecast."""
    inputs, policy = company
    try:
        prepared = PREPARE[policy.grain](inputs, policy)
    except (NoFeasiblePlan, UsageError):
        return
    problem, errors = prepared.problem, errors_of(inputs, policy)
    fair = np.floor(problem.tiers.capacity.sum(axis=0) / len(problem.products))
    build = np.minimum(fair, problem.demand.sum(axis=1))[problem.routings.product]
    rest = (build, 2, errors.family, policy.survival_fill_rate)
    judge = Judge(problem, *rest)
    for factors in demand_factors(errors, 0.5, policy.confidence_draws):
        drawn = replace(problem, demand=problem.demand * factors)
        expected = Judge(drawn, *rest).failure(np.ones(problem.shape))
        assert judge.failure(factors) == expected


def commitment(company: Company) -> tuple[dict[str, float], list[str]]:
    """Demand of each fiscal quarter, and the quarter of each period."""
    quarters = []
    for period in company.periods:
        rows = [
            row
            for row in company.rows["demand_forecasts"]
            if company.period(row["FORECAST_DATE"]) == period
        ]
        quarters.append(min(rows, key=lambda row: row["FORECAST_DATE"])["FISCAL_QUARTER"])
    demand: dict[str, float] = dict.fromkeys(quarters, 0.0)
    for t, quarter in enumerate(quarters):
        demand[quarter] += sum(
            company.demand(p, s, t) for p in company.products for s in company.warehouses
        )
    return demand, quarters


def line(demand: list[float], level: float | None = 0.8, **options: Any) -> PlanningInputs:
    """A line with its peak in the last quarter, and one level for every forecast."""
    inputs = one_line(demand, **options)
    quarters = ["Q1"] * (len(demand) - 2) + ["Q2", "Q2"]
    rows = inputs.demand_forecasts.assign(
        FISCAL_QUARTER=quarters * options.get("products", 1), CONFIDENCE_LEVEL=level
    ).astype({"CONFIDENCE_LEVEL": float})
    return replace(inputs, demand_forecasts=rows)


def measured(inputs: PlanningInputs, **fields: object) -> dict[str, Any]:
    policy = policy_of(**{**LOSING, "confidence_draws": 40, **fields})
    return planned(inputs, policy, prices="none").report


def test_forecasts_that_are_sure_are_survived_by_every_draw() -> None:
    report = measured(line([5, 5, 9, 9], level=1.0))
    assert report["model_confidence"] == 1.0
    assert report["confidence_first_failure"] is None
    assert (report["confidence_low"], report["confidence_high"]) == wilson_interval(40, 40)


def test_a_company_that_can_only_make_what_is_forecast_fails_as_often_as_demand_is_above_it() -> (
    None
):
    """One period, capacity and demand 10: more than 10 / 0.98 is asked for in so many draws."""
    inputs = one_line([10, 10], capacity=10)
    inputs = replace(inputs, demand_forecasts=inputs.demand_forecasts.assign(CONFIDENCE_LEVEL=0.8))
    policy = policy_of(**LOSING, confidence_draws=40, horizon_periods=1)
    report = planned(inputs, policy, prices="none").report
    factors = np.array([f.item() for f in demand_factors(errors_of(inputs, policy), 0.5, 40)])
    assert report["confidence_survived"] == np.count_nonzero(factors <= 1 / 0.98)
    assert report["confidence_first_failure"] == {
        "period_start": "2025-01-01",
        "product_category_id": None,
        "product_id": 1,
        "site_id": None,
        "draws": np.count_nonzero(factors > 1 / 0.98),
    }


def test_too_much_stock_fails_as_well_as_too_little() -> None:
    """What is built before the peak stands in a full warehouse where less of it is sold."""
    inputs = line([10, 10, 20, 20], capacity=15, places=10.0)
    report = measured(inputs, survival_fill_rate=0.0)
    assert 0 < report["confidence_survived"] < 40
    first = report["confidence_first_failure"]
    assert (first["site_id"], first["product_id"], first["product_category_id"]) == (11, None, None)
    assert measured(inputs, survival_fill_rate=0.0, overflow="priced",
                    overflow_limit_pct=None)["confidence_survived"] == 40  # fmt: skip


def twice(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the warehouse, and the same of a second one."""
    at_warehouse = np.flatnonzero(rows["SITE_ID"] == 11)
    both = rows.iloc[[*range(len(rows)), *at_warehouse]].reset_index(drop=True)
    second = {"SITE_ID": 12, "SITE_CODE": "STORE2", "ZONE_CODE": "Z2", "WAREHOUSE_ZONE_ID": 112,
              "LOGISTICS_COST_ID": 2}  # fmt: skip
    for name in both.columns.intersection(list(second)):
        both.loc[len(rows) :, name] = second[name]
    return both


def test_of_equally_little_the_latest_and_the_warehouse_with_the_lowest_id_gives_way() -> None:
    """Ten units are built too early and there is no room: where they stand is all the same."""
    inputs = line([0, 0, 0, 10], places=0.0)
    names = ("demand_forecasts", "site_master", "warehouse_capacity", "logistics_costs",
             "opening_inventory")  # fmt: skip
    inputs = replace(inputs, **{name: twice(getattr(inputs, name)) for name in names})
    problem = PREPARE["network"](inputs, policy_of(**LOSING, overflow="forbid")).problem
    build = np.zeros((len(problem.routings.codes), 4))
    build[0, 1] = 10.0
    judge = Judge(problem, build, 2, np.zeros(1, dtype=np.int64), 0.0)
    assert judge.failure(np.ones(problem.shape)) == Failure(1, 0, -1)


def test_demand_that_may_not_be_lost_fails_where_it_cannot_be_met() -> None:
    inputs = line([10, 10, 20, 20], capacity=15)
    report = measured(inputs, shortage="forbid")
    assert 0 < report["confidence_survived"] < 40
    assert report["confidence_first_failure"]["product_id"] == 1


def test_what_fails_first_is_named_by_the_family_of_its_products() -> None:
    inputs = line([10, 10, 20, 20], capacity=40, products=2)
    master = inputs.product_master.assign(PRODUCT_CATEGORY_ID=[7, 7]).astype(
        {"PRODUCT_CATEGORY_ID": "Int64"}
    )
    first = measured(replace(inputs, product_master=master))["confidence_first_failure"]
    assert (first["product_category_id"], first["product_id"]) == (7, 1)


def test_after_the_commit_period_everything_is_planned_anew() -> None:
    """Nothing is sold before the peak, and capacity is plenty: every error can be met."""
    inputs = line([0, 0, 20, 20], capacity=400, places=10_000.0)
    assert measured(inputs)["model_confidence"] == 1.0


def test_without_any_level_nothing_is_drawn_and_it_is_told() -> None:
    report = measured(line([5, 5, 9, 9], level=None))
    assert report["model_confidence"] is None
    assert report["confidence_draws"] == 0
    assert report["confidence_survived"] is None
    assert NO_LEVEL in report["warnings"]


def test_without_draws_it_is_what_the_forecasters_say() -> None:
    inputs = line([5, 5, 9, 9], level=0.7)
    report = measured(inputs, confidence_draws=0)
    assert report["model_confidence"] == pytest.approx(0.7)
    assert report["confidence_draws"] == 0
    assert "confidence" not in report["seconds"]


def figures(report: dict[str, Any]) -> tuple[Any, ...]:
    return report["confidence_survived"], report["confidence_first_failure"]


def test_neither_the_order_of_rows_nor_the_unit_of_money_or_goods_changes_what_survives() -> None:
    inputs = line([10, 12, 20, 25], capacity=40, products=3, places=90.0, opening=4)
    expected = figures(measured(inputs))
    assert 0 < expected[0] < 40
    shuffled = {
        name: getattr(inputs, name).sample(frac=1.0, random_state=3, ignore_index=True)
        for name in inputs.table_names()
    }
    assert figures(measured(replace(inputs, **shuffled))) == expected
    in_cents = {"holding_cost_per_unit_month": 100.0, "lost_sale_cost_per_unit": 10_000.0,
                "production_cost_per_unit": 1_000.0}  # fmt: skip
    in_money = {"production_cost_per_unit": 10.0}
    assert figures(measured(inputs, **in_cents)) == figures(measured(inputs, **in_money))


def test_levels_are_of_the_rows_of_a_period_by_quantity_else_of_the_scenario() -> None:
    inputs = one_line([10, 30, 20], products=2)
    rows = inputs.demand_forecasts
    rows = rows.iloc[[*range(len(rows)), 0]].assign(
        FORECAST_DATE=[*rows["FORECAST_DATE"], pd.Timestamp("2025-01-20")],
        FORECAST_QUANTITY=[*rows["FORECAST_QUANTITY"], 30.0],
        CONFIDENCE_LEVEL=[0.9, np.nan, 0.5, 0.6, np.nan, 0.8, 0.7],
    )
    policy = policy_of(confidence_draws=1)
    errors = errors_of(replace(inputs, demand_forecasts=rows), policy)
    mean = (0.9 * 10 + 0.5 * 20 + 0.6 * 10 + 0.8 * 20 + 0.7 * 30) / 90
    expected = [[0.75, mean, 0.5], [0.6, mean, 0.8]]
    assert errors.confidence[:, 0] == pytest.approx(np.array(expected))


def test_families_are_the_categories_and_each_product_without_one() -> None:
    category = np.array([9.0, np.nan, 2.0, 9.0, np.nan])
    assert families_of(category).tolist() == [1, 2, 0, 1, 3]


def test_factors_are_one_on_average_and_as_far_off_as_the_levels_say() -> None:
    """A level of 0.8 is a mean absolute error of a fifth; a family's errors go together."""
    errors = ForecastErrors(np.full((3, 1, 2), 0.8), np.array([1.0, 1.0, 2.0]), np.array([0, 0, 1]))
    factors = np.stack(list(demand_factors(errors, 0.5, 20_000)))
    assert factors.mean() == pytest.approx(1.0, abs=0.005)
    assert factors.std() == pytest.approx(1.2533 * 0.2, abs=0.005)
    logs = np.log(factors).reshape(len(factors), -1)
    correlation = np.corrcoef(logs.T)
    within, across = correlation[0, [1, 2, 3]], correlation[0, [4, 5]]
    assert within == pytest.approx(0.5, abs=0.03)
    assert across == pytest.approx(0.0, abs=0.03)
    again = np.stack(list(demand_factors(errors, 0.5, 3)))
    assert np.array_equal(again, factors[:3])


def test_the_interval_is_the_one_of_wilson() -> None:
    """Newcombe 1998, table I: 81 of 263."""
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
