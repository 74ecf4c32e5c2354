"""Equally cheap plans: the same one on every solver, built as late as the cost allows."""

from __future__ import annotations

import pytest

from sop_pipeline.planning.solvers import highs
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

FREE_STORAGE = {"holding_cost_per_unit_month": 0.0}


def _builds(solver: str = "auto", **line: object) -> list[float]:
    inputs = one_line([5, 9, 4, 8], **{"capacity": 7, "products": 2, **line})  # type: ignore[arg-type]
    policy = policy_of(solver=solver, shortage="lost_sales", **FREE_STORAGE)
    plan = planned(inputs, policy).tables["RECOMMENDED_BUILD_PLAN"]
    return plan["RECOMMENDED_QUANTITY"].tolist()


@pytest.mark.parametrize("solver", ["highs", "pulp:HiGHS", "pulp:CBC"])
def test_the_plan_does_not_depend_on_the_solver(solver: str) -> None:
    assert _builds(solver) == _builds("auto")


def test_nothing_is_built_earlier_than_the_cost_asks() -> None:
    inputs = one_line([0, 0, 0, 6], capacity=4)
    plan = planned(inputs, policy_of(**FREE_STORAGE)).tables["RECOMMENDED_BUILD_PLAN"]
    assert plan["RECOMMENDED_QUANTITY"].tolist() == [0, 0, 2, 4]


def test_the_routing_that_sorts_first_is_filled_first() -> None:
    routings = [
        {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": 1.0}
        for code in ("B", "A", "C")
    ]
    inputs = one_line([3, 3], product_routings=routings)
    lp_builds = planned(inputs, policy_of(solver="highs"))
    # All three share one work centre: one row per period, and the sum is what counts.
    assert lp_builds.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == [3, 3]


def test_of_two_equal_products_the_first_is_built_early() -> None:
    master = [
        {
            "PRODUCT_ID": p,
            "PRODUCT_CODE": f"P{p}",
            "PRODUCT_NAME": f"P{p}",
            "UNIT_PRICE": 50.0,
            "UNIT_COST": 10.0,
        }
        for p in (1, 2)
    ]
    inputs = one_line([1, 4], capacity=5, products=2, product_master=master)
    plan = planned(inputs).tables["RECOMMENDED_BUILD_PLAN"]
    by_product = plan.pivot_table(
        index="PRODUCT_ID", columns="PRODUCTION_WEEK", values="RECOMMENDED_QUANTITY"
    )
    assert by_product.to_numpy().tolist() == [[4, 1], [1, 4]]


def test_the_second_stage_costs_nothing() -> None:
    inputs = one_line([5, 9, 4, 8], capacity=7, places=3)
    policy = policy_of(solver="highs")
    report = planned(inputs, policy).report
    assert report["certificate"]["relative_gap"] <= 1e-9
    assert report["solver"] == highs.highs_version()
