"""Decided builds: held to the unit, by certified plans as cheap as an independent solve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.diagnosis import no_feasible_plan
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.solution import Infeasible
from sop_pipeline.planning.solver import solver_of
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic
from sop_pipeline_tests.planning.test_statement import assert_same_statement

ROUTING = {"PRODUCT_ID": 1, "ROUTING_CODE": "A", "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": 1.0}


def decided(*builds: tuple[int, int, str, float]) -> pd.DataFrame:
    """Rows of a plan: product, work centre, period, units."""
    columns = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"]
    frame = pd.DataFrame(list(builds), columns=columns)
    return frame.assign(PRODUCTION_WEEK=pd.to_datetime(frame["PRODUCTION_WEEK"]))


def solved(problem: Problem) -> PlannedQuantities:
    """The certified optimum in fractions."""
    model, solver = PlanningModel(problem), solver_of("highs")
    found = solver.solve(model)
    if isinstance(found, Infeasible):
        raise no_feasible_plan(problem, model.programme)
    certify_plan(model.asked, found).require(found.solver)
    return PlannedQuantities(problem, found.quantities)


def _problem(inputs: PlanningInputs, policy: Policy | None = None) -> Problem:
    return prepare_network(inputs, policy or policy_of()).problem


def test_builds_that_are_decided_are_made_and_the_rest_is_free() -> None:
    inputs = one_line([5, 9, 4])
    held = decided((1, 101, "2025-01-01", 7.0))
    plan = solved(_problem(replace(inputs, held_builds=held)))
    assert plan.family("build").tolist() == [[7.0, 7.0, 4.0]]


def test_a_place_without_a_row_makes_nothing_in_a_period_that_is_decided() -> None:
    inputs = replace(one_line([5, 9], products=2), held_builds=decided((1, 101, "2025-01-01", 5.0)))
    with pytest.raises(NoFeasiblePlan, match="builds that are decided"):
        solved(_problem(inputs))


def test_a_build_no_routing_serves_is_a_conflict_that_is_named_with_its_repair() -> None:
    inputs = replace(one_line([5, 9]), held_builds=decided((1, 999, "2025-01-01", 3.0)))
    with pytest.raises(NoFeasiblePlan) as impossible:
        solved(_problem(inputs))
    told = str(impossible.value)
    assert "product and work centre 1 999, 2025-01" in told
    assert "3 units of decided builds less" in told


def test_of_many_builds_that_cannot_be_made_the_furthest_off_are_told_and_the_rest_counted() -> (
    None
):
    months = pd.date_range("2025-01-01", periods=8, freq="MS").strftime("%Y-%m-%d")
    held = decided(*((1, 101, month, float(n)) for n, month in enumerate(months, start=1)))
    with pytest.raises(NoFeasiblePlan) as impossible:
        solved(_problem(replace(one_line([1] * 8, capacity=1), held_builds=held)))
    lines = str(impossible.value).splitlines()
    told = [line[:7] for line in lines if "units are decided of" in line]
    assert told == ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08"]
    assert "So are 2 more of the decided builds, by no more than these." in lines


def test_a_product_nothing_is_demanded_of_keeps_its_decided_builds() -> None:
    inputs = one_line([5, 9], products=2)
    demand = inputs.demand_forecasts
    inputs = replace(
        inputs,
        demand_forecasts=demand[demand["PRODUCT_ID"] == 1],
        held_builds=decided((1, 101, "2025-01-01", 5.0), (2, 101, "2025-01-01", 4.0)),
    )
    plan = solved(_problem(inputs))
    assert plan.family("build").tolist() == [[5.0, 9.0], [4.0, 0.0]]


def test_builds_stand_at_the_work_centre_they_were_published_at() -> None:
    """A routing whose tightest operation is another today still stands where it stood."""
    other = {"WORK_CENTER_ID": 102, "CAPACITY_PER_UNIT": 4.0}
    centers = one_line([5, 9]).capacity_summary
    second = centers.assign(WORK_CENTER_ID=102, WORK_CENTER_CODE="SECOND")
    inputs = replace(
        one_line([5, 9], product_routings=[ROUTING, ROUTING | other]),
        capacity_summary=pd.concat([centers, second], ignore_index=True),
        held_builds=decided((1, 101, "2025-01-01", 8.0)),
    )
    problem = _problem(inputs)
    assert problem.work_centers[problem.routings.work_center].tolist() == [102]
    assert solved(problem).family("build").tolist() == [[8.0, 6.0]]


def test_builds_outside_the_horizon_hold_nothing_and_leave_the_programme_as_it_is() -> None:
    inputs = one_line([5, 9])
    free = _problem(inputs)
    outside = _problem(replace(inputs, held_builds=decided((1, 101, "2024-12-01", 5.0))))
    assert (free.held, outside.held) == (None, None)
    assert not PlanningModel(free).programme.constraints["frozen_build"].size


def test_a_plan_in_whole_units_keeps_what_is_decided() -> None:
    inputs = replace(one_line([5.5, 9.2]), held_builds=decided((1, 101, "2025-01-01", 7.0)))
    built = planned(inputs).tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"]
    assert built.tolist() == [7.0, 8.0]


def _own_builds(problem: Problem, periods: int) -> pd.DataFrame:
    """The builds of the optimum in the first periods, whole and by work centre."""
    plan, routings = solved(problem), problem.routings
    centers = problem.work_centers[routings.work_center]
    return decided(
        *(
            (int(problem.products[p]), int(w), str(problem.periods.starts[t]), float(units))
            for p, w, row in zip(
                routings.product, centers, np.floor(plan.family("build")), strict=True
            )
            for t, units in enumerate(row[:periods])
        )
    )


@deterministic
@given(companies())
def test_held_builds_cost_what_an_independent_solve_says(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    try:
        rows = _own_builds(_problem(inputs, policy), 1)
    except NoFeasiblePlan:
        return
    held = _problem(replace(inputs, held_builds=rows), policy)
    assert_same_statement(held)
    programme, figures = programme_of(Company(inputs, policy)), Company(inputs, policy)
    standing = {(int(held.products[p]), str(code)): int(held.held.work_center[place])  # type: ignore[union-attr]
                for p, code, place in zip(held.routings.product, held.routings.codes,
                                          held.held.place, strict=True)}  # type: ignore[union-attr]  # fmt: skip
    wanted = rows.groupby(["PRODUCT_ID", "WORK_CENTER_ID"])["RECOMMENDED_QUANTITY"].sum()
    places: dict[tuple[int, int], dict[int, float]] = {place: {} for place in wanted.index}
    for p, code, _, _, costs in figures.routings():
        if costs[0] is not None:
            places[p, standing[p, str(code)]][programme.columns["x", p, code, 0]] = 1.0
    programme.equal += [(row, float(wanted[place])) for place, row in places.items()]
    expected = programme.solve()
    if expected is None:
        with pytest.raises(NoFeasiblePlan):
            solved(held)
        return
    assert solved(held).cost == pytest.approx(expected, rel=1e-6, abs=1e-6)
