"""Periods are just periods: the core plans weeks as it plans months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from sop_pipeline.planning.certificate import certify
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.outcome import PlannedQuantities
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Periods, Problem
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.tables import build_plan_table
from sop_pipeline.planning.ties import settle
from sop_pipeline.planning.whole_units import whole_unit_plan
from sop_pipeline_tests.planning.companies import one_line, policy_of

DEMAND = [4, 6, 3, 9, 12, 5, 8, 7, 2, 14]
FIRST_MONDAY = dt.date(2025, 9, 29)


def _months() -> Problem:
    inputs = one_line(DEMAND, capacity=8, places=30, products=2)
    return prepare_network(inputs, policy_of(shortage="lost_sales")).problem


def _in_weeks(problem: Problem) -> Problem:
    starts = [FIRST_MONDAY + dt.timedelta(weeks=week) for week in range(len(problem.periods))]
    labels = tuple(f"{start:%G-W%V}" for start in starts)
    quarters = tuple(f"Q{(start.month + 2) // 3}" for start in starts)
    return replace(problem, periods=Periods(tuple(starts), labels, labels, quarters))


def _plan(problem: Problem) -> PlannedQuantities:
    lp = planning_model(problem)
    found = solve(lp)
    assert isinstance(found, Solution)
    settled = settle(problem, lp, found)
    certify(lp, settled).require("HiGHS")
    return PlannedQuantities(problem, lp, whole_unit_plan(problem, lp, settled).vector)


def test_weeks_are_planned_as_months_with_the_same_figures_are() -> None:
    months = _months()
    by_month, by_week = _plan(months), _plan(_in_weeks(months))
    np.testing.assert_array_equal(by_month.vector, by_week.vector)
    assert by_week.lp.cost @ by_week.vector == pytest.approx(by_month.lp.cost @ by_month.vector)
    assert by_week.vector.any()


def test_every_week_has_its_row_under_its_first_day() -> None:
    table = build_plan_table(_plan(_in_weeks(_months())), 1, "test", 0.9)
    weeks = [FIRST_MONDAY + dt.timedelta(weeks=week) for week in range(len(DEMAND))]
    for _, rows in table.groupby("PRODUCT_ID"):
        assert [day.date() for day in rows["PRODUCTION_WEEK"]] == weeks
    assert table["FISCAL_MONTH"].iloc[0] == "2025-W40"
