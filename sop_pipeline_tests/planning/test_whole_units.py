"""Whole units: what cannot be rounded up goes to safety stock, then late, then lost."""

from __future__ import annotations

import pandas as pd
import pytest

from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of


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
