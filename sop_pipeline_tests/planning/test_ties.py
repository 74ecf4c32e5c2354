"""Equally cheap plans: the same one on every solver, built as late as the cost allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sop_pipeline.planning import PlanningInputs, ties
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import HighsModel, highs
from sop_pipeline.planning.solvers.highs import solve_with_highs
from sop_pipeline.planning.ties import break_ties
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline_tests.planning.companies import frame, one_line, planned, policy_of

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
    """Against the order of the work centres; what it cannot make is left to the next."""
    demand = [3, 4, 5, 3, 4, 5]
    line = one_line(demand).capacity_summary
    second = line.assign(WORK_CENTER_ID=102, WORK_CENTER_CODE="LINE2")
    routings: list[dict[str, object]] = [
        {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": w, "CAPACITY_PER_UNIT": 1.0}
        for code, w in (("B", 101), ("A", 102))
    ]
    tiers: list[dict[str, object]] = [
        {"WORK_CENTER_ID": w, "TIER_CODE": "REGULAR", "MAX_CAPACITY": 4.0, "PREMIUM_PER_UNIT": 0.0}
        for w in (101, 102)
    ]
    inputs = replace(
        one_line(demand, product_routings=routings, capacity_tiers=tiers, capacity_calendar=[]),
        capacity_summary=pd.concat([line, second], ignore_index=True),
    )
    plan = planned(inputs).tables["RECOMMENDED_BUILD_PLAN"]
    by_center = plan.groupby("WORK_CENTER_ID")["RECOMMENDED_QUANTITY"].agg(list)
    assert by_center[102] == [3, 4, 4, 3, 4, 4]
    assert by_center[101] == [0, 0, 1, 0, 0, 1]


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


PLANTS, WAREHOUSES = (1, 2, 3), (11, 12, 13, 14, 15)


def _alike() -> PlanningInputs:
    """Ten products, three plants and five warehouses: whatever costs the same somewhere else."""
    one = one_line([5, 9, 4, 16], products=10, opening=1.0)
    sites = [*((s, "PLANT") for s in PLANTS), *((s, "WAREHOUSE") for s in WAREHOUSES)]

    def at_each(rows: pd.DataFrame, sites: tuple[int, ...], key: str = "SITE_ID") -> pd.DataFrame:
        places = pd.DataFrame({"SITE_ID": sites}).assign(**{key: [10 * s for s in sites]})
        places["SITE_ID"] = sites
        return rows.drop(columns=["SITE_ID", key], errors="ignore").merge(places, how="cross")

    return replace(
        one,
        demand_forecasts=at_each(one.demand_forecasts, WAREHOUSES),
        site_master=frame(
            schemas.SITE_MASTER,
            [
                {"SITE_ID": s, "SITE_CODE": f"S{s}", "SITE_NAME": f"Site {s}", "SITE_TYPE": kind}
                for s, kind in sites
            ],
        ),
        capacity_summary=at_each(one.capacity_summary, PLANTS, "WORK_CENTER_ID"),
        capacity_calendar=one.capacity_calendar.head(0),
        warehouse_capacity=at_each(one.warehouse_capacity, WAREHOUSES, "WAREHOUSE_ZONE_ID"),
        logistics_costs=at_each(one.logistics_costs, WAREHOUSES, "WAREHOUSE_ZONE_ID"),
        opening_inventory=at_each(one.opening_inventory, WAREHOUSES, "WAREHOUSE_ZONE_ID"),
    )


def test_the_plan_does_not_depend_on_the_vertex_a_solver_stops_at() -> None:
    """Where goods may be exchanged in every direction at once, one plan is chosen all the same."""
    problem = prepare_network(_alike(), policy_of(shortage="lost_sales", **FREE_STORAGE)).problem
    lp = planning_model(problem)
    ways = ({}, {"simplex_strategy": 4}, {"solver": "ipm"}, {"presolve": "off"})
    plans = [break_ties(problem, lp, _found(lp, options)).primal for options in ways]
    for plan in plans[1:]:
        np.testing.assert_allclose(plan, plans[0], atol=1e-7)


def _found(lp: LinearProgram, options: dict[str, Any]) -> ProgrammeSolution:
    found = solve_with_highs(lp, options)
    assert isinstance(found, ProgrammeSolution)
    return found


def test_no_exchange_of_eight_goods_cancels_in_the_last_preference() -> None:
    """Products x places x months: what a square of the position would leave undecided."""
    costs = ties.patternless(8 * 9 * 10).reshape(8, 9, 10)
    exchanged = costs
    for axis in range(3):
        exchanged = np.diff(exchanged, axis=axis)
    assert np.abs(exchanged).min() > 1e-6
    assert 1.0 <= costs.min() < costs.max() < 2.0


def test_the_vertex_told_is_that_of_the_plan() -> None:
    """Whole units and shadow prices restart from it: it must be feasible, and cost no less."""
    problem = prepare_network(_alike(), policy_of(shortage="lost_sales")).problem
    lp = planning_model(problem)
    settled = break_ties(problem, lp, _found(lp, {}))
    again = HighsModel(lp, {"simplex_iteration_limit": 0})
    again.start_from_basis(settled.basis)
    outcome = again.solve()
    assert isinstance(outcome, ProgrammeSolution)
    np.testing.assert_allclose(outcome.primal, settled.primal, atol=1e-7)
