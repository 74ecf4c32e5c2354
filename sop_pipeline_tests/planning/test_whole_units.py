"""Whole units: as cheap as whole units can be; what does not fit goes to the soft terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generator import Size, random_problem
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.whole_units.completion import completed
from sop_pipeline.planning.whole_units.reference import Reference
from sop_pipeline.planning.whole_units.restatement import Restatement
from sop_pipeline.planning.whole_units.search import Search
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.rounding import (
    optimum_of,
    random,
    rounded,
    rounding_cost,
    unequal_shares,
)


def _stock(inputs: PlanningInputs, policy: Policy) -> pd.DataFrame:
    return planned(inputs, policy).tables["BUILD_PLAN_INVENTORY"]


def test_builds_are_raised_where_capacity_allows() -> None:
    stock = _stock(one_line([5.4, 5.4]), policy_of(shortage="lost_sales"))
    assert stock["RECEIVED"].tolist() == [6, 5]
    assert stock["LOST_SALES"].sum() == 0
    assert stock["ENDING_INVENTORY"].tolist() == pytest.approx([0.6, 0.2])


def test_safety_stock_gives_first() -> None:
    policy = policy_of(shortage="lost_sales", safety_stock_ratio=0.5)
    stock = _stock(one_line([5, 9], capacity=[9.6, 9.6]), policy)
    assert stock["RECEIVED"].tolist() == [9, 5]
    assert stock["LOST_SALES"].sum() == 0
    assert stock["SAFETY_STOCK_SHORTFALL"].tolist()[0] == pytest.approx(0.5)


def test_then_demand_is_late() -> None:
    stock = _stock(one_line([5, 2], capacity=[4.5, 9]), policy_of(shortage="backorder"))
    assert stock["RECEIVED"].tolist() == [4, 3]
    assert stock["BACKORDER"].tolist() == [1, 0]
    assert stock["LOST_SALES"].sum() == 0


def test_then_demand_is_lost() -> None:
    stock = _stock(one_line([5, 2], capacity=[4.5, 9]), policy_of(shortage="lost_sales"))
    assert stock["RECEIVED"].tolist() == [4, 2]
    assert stock["LOST_SALES"].tolist() == [1, 0]


def test_hard_safety_stock_is_kept_and_demand_gives() -> None:
    policy = policy_of(shortage="lost_sales", safety_stock="hard", safety_stock_ratio=0.5)
    stock = _stock(one_line([5, 8], capacity=[9.5, 20]), policy)
    assert (stock["SAFETY_STOCK_SHORTFALL"] == 0).all()


def test_storage_is_never_exceeded_by_a_raised_unit() -> None:
    policy = policy_of(shortage="lost_sales", units_per_pallet=1.0)
    inputs = one_line([0.5, 7.25], capacity=5, places=2.5, products=2)
    pallets = planned(inputs, policy).tables["BUILD_PLAN_WAREHOUSE"]["PALLETS"]
    assert (pallets <= 2.5).all()


def test_the_rounding_cost_is_what_whole_units_cost_more() -> None:
    report = planned(one_line([5.4, 5.4]), policy_of(shortage="lost_sales")).report
    published = sum(report["published_cost_terms"].values())
    assert report["rounding_cost"] == pytest.approx(published - report["objective"], abs=0.01)
    assert report["rounding_cost"] > 0


@pytest.mark.parametrize("dear", [1, 2])
def test_what_costs_more_to_lose_is_served_first(dear: int) -> None:
    costs: list[dict[str, object]] = [
        {"PRODUCT_ID": p, "LOST_SALE_COST": 90.0 if p == dear else 60.0} for p in (1, 2)
    ]
    inputs = one_line([3], capacity=4.5, products=2, product_storage=costs)
    stock = _stock(inputs, policy_of(shortage="lost_sales")).set_index("PRODUCT_ID")
    assert stock["LOST_SALES"].to_dict() == {dear: 0, 3 - dear: 2}


def _followed(demand: list[float], units: list[float], **policy: object) -> PlannedQuantities:
    """What follows where the best plan builds and ships some units more or less a period."""
    problem = prepare_network(one_line(demand, capacity=7, opening=4), policy_of(**policy)).problem
    plan = optimum_of(PlanningModel(problem)).quantities
    changed = {family: plan[family] + units for family in ("build", "shipment")}
    return PlannedQuantities(problem, completed(Reference(problem, {**plan, **changed})))


def test_a_unit_less_is_late_and_in_the_last_period_lost() -> None:
    early = _followed([9, 5], [-1, 1], shortage="backorder")
    assert early.family("backorder").ravel().tolist() == [1, 0]
    assert early.family("lost_sales").sum() == 0
    last = _followed([9, 5], [0, -1], shortage="backorder")
    assert last.family("backorder").sum() == 0
    assert last.family("lost_sales").ravel().tolist() == [0, 1]


@pytest.mark.parametrize(("more", "lost", "late"), [(0, 1, 2), (1, 0, 2), (2, 0, 1)])
def test_a_unit_more_serves_what_would_be_lost_and_then_what_would_be_late(
    more: float, lost: float, late: float
) -> None:
    plan = _followed([14, 5], [more, 0], shortage="backorder")
    assert plan.family("lost_sales").ravel().tolist() == [lost, 0]
    assert plan.family("backorder").ravel().tolist() == [late, 0]


@pytest.mark.parametrize(("safety_stock", "lost"), [("soft", 0), ("hard", 1)])
def test_a_unit_less_is_taken_from_a_soft_safety_stock_and_from_demand_before_a_hard_one(
    safety_stock: str, lost: float
) -> None:
    policy = {"shortage": "lost_sales", "safety_stock": safety_stock, "safety_stock_ratio": 0.5}
    plan = _followed([4, 4], [-1, 1], **policy)
    assert plan.family("lost_sales").ravel().tolist() == [lost, 0]
    assert plan.family("safety_stock_shortfall").ravel().tolist() == [1 - lost, 0]


def test_the_programme_in_whole_units_keeps_a_hard_safety_stock() -> None:
    policy = policy_of(
        shortage="lost_sales",
        safety_stock="hard",
        safety_stock_ratio=0.3,
        safety_stock_penalty_per_unit=0.0,
    )
    problem = prepare_network(one_line([5.4, 3.7, 5.9, 4.1]), policy).problem
    optimum = optimum_of(model := PlanningModel(problem))
    restatement = Restatement(model.programme, Reference(problem, optimum.quantities))
    found = solve(restatement.programme, "highs")
    assert isinstance(found, ProgrammeSolution)
    stock = restatement.restore(found.primal).stock
    assert (stock >= problem.safety_stock - 1e-6).all()


@pytest.mark.parametrize("scale", [0.7, 1.0])
def test_rounding_costs_little_where_products_takeunequal_shares(scale: float) -> None:
    problem = unequal_shares(3, scale)
    _, optimum, whole = rounded(problem)
    assert rounding_cost(problem, optimum, whole) < 3e-4


def test_the_order_of_chained_lanes_does_not_matter() -> None:
    """Goods that pass warehouses against the order of their sites reach the last one in time."""
    lanes = [
        {"FROM_SITE_ID": a, "TO_SITE_ID": b, "TRANSPORT_COST_PER_UNIT": 1.0, "LEAD_TIME_DAYS": 0}
        for a, b in ((1, 13), (13, 12), (12, 11))
    ]
    sites = [
        {"SITE_ID": 1, "SITE_CODE": "P", "SITE_NAME": "Plant", "SITE_TYPE": "PLANT"},
        *(
            {"SITE_ID": s, "SITE_CODE": f"S{s}", "SITE_NAME": f"S{s}", "SITE_TYPE": "WAREHOUSE"}
            for s in (11, 12, 13)
        ),
    ]
    zones = [
        {
            "WAREHOUSE_ZONE_ID": 10 * s,
            "ZONE_CODE": f"Z{s}",
            "ZONE_NAME": f"Z{s}",
            "SITE_ID": s,
            "MAX_CAPACITY_PALLETS": 100.0,
            "CURRENT_OCCUPANCY_PALLETS": 0.0,
        }
        for s in (11, 12, 13)
    ]
    costs = [
        {
            "LOGISTICS_COST_ID": s,
            "SITE_ID": s,
            "WAREHOUSE_ZONE_ID": 10 * s,
            "STORAGE_COST_PER_PALLET_PER_DAY": 0.01,
            "TRANSPORT_COST_PER_UNIT": 0.0,
            "HANDLING_COST_PER_PALLET": 0.0,
            "OVERFLOW_PENALTY_RATE": 0.1,
            "OVERFLOW_PENALTY_THRESHOLD_PCT": 100.0,
        }
        for s in (11, 12, 13)
    ]
    inputs = one_line(
        [2.5, 2.5],
        transport_lanes=lanes,
        site_master=sites,
        warehouse_capacity=zones,
        logistics_costs=costs,
    )
    solved = planned(inputs, policy_of(shortage="lost_sales"))
    stock = solved.tables["BUILD_PLAN_INVENTORY"]
    assert stock["LOST_SALES"].sum() == 0
    assert solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == [3, 2]


def test_rounding_a_plan_that_is_whole_changes_nothing() -> None:
    problem = random_problem(Size("whole", 3, 2, 2, 1, 4, 30))
    tiers = replace(problem.tiers, capacity=problem.tiers.capacity.round())
    problem = replace(problem, safety_stock=problem.safety_stock.round(), tiers=tiers)
    _, optimum, whole = rounded(problem)
    assert rounding_cost(problem, optimum, whole) == pytest.approx(0, abs=1e-9)
    for name, values in optimum.quantities.items():
        assert np.allclose(whole.quantities[name], values, atol=1e-6)


def test_the_noise_of_arithmetic_is_cut_off_and_a_fraction_is_not() -> None:
    problem = random_problem(Size("noise", 1, 1, 1, 1, 3, 30))
    plan = {
        "build": np.array([[6758.99999999998, 8831.00000000002, 3.5]]),
        "shipment": np.zeros((1, 3)),
    }
    snapped = Search(PlanningModel(problem)).snapped(plan)
    assert snapped["build"].tolist() == [[6759.0, 8831.0, 3.5]]


many_decimals = st.floats(0.5, 30).map(lambda quantity: round(quantity, 7))


@random
@given(st.lists(many_decimals, min_size=3, max_size=6), st.floats(0.05, 0.6))
def test_a_hard_safety_stock_of_many_decimals_is_not_missed_by_rounding(
    demand: list[float], ratio: float
) -> None:
    policy = policy_of(shortage="lost_sales", safety_stock="hard", safety_stock_ratio=ratio)
    # Capacity is short, so that demand gives and stock ends at the target itself.
    stock = _stock(one_line(demand, opening=round(demand[0] + 20, 7), capacity=7), policy)
    assert (stock["ENDING_INVENTORY"] >= stock["SAFETY_STOCK_TARGET"]).all()
    assert (stock["SAFETY_STOCK_SHORTFALL"] == 0).all()
    balance = (
        stock["OPENING_INVENTORY"] + stock["RECEIVED"] - stock["SHIPPED_OUT"] - stock["SERVED"]
    )
    assert (balance - stock["ENDING_INVENTORY"]).abs().max() < 1e-9
    assert (stock["SERVED"] + stock["LOST_SALES"] - stock["DEMAND"]).abs().max() < 2.5e-4
