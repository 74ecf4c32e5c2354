"""Shortages in whole units are shared among classes as the rule says, beyond the plan's shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.classes import most_lost
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.whole_units.shortage import by_class
from sop_pipeline_tests.planning.companies import policy_of
from sop_pipeline_tests.planning.test_classes import two_classes


def _problem(**rule: Any) -> Problem:
    """60 units of KEY at 20 and 80 of SPOT at 100 to lose, KEY first by priority."""
    fields = {"shortage": "lost_sales"} | rule
    return prepare_network(two_classes(100.0), policy_of(**fields)).problem


def _shares(
    problem: Problem, planned: list[float], lost: float, late: float = 0.0
) -> dict[str, Floats]:
    """Shares of both classes where the plan in fractions shares losses or lateness so."""
    shares = np.zeros(most_lost(problem).shape)
    owed = np.zeros((2, 1))
    (owed if late else shares[:, 0])[:, 0] = planned
    quantities = {"lost_by_class": shares, "late_by_class": owed}
    totals = (np.full(problem.shape, amount) for amount in (lost, late))
    return by_class(problem, quantities, *totals)


@pytest.mark.parametrize(
    ("allocation", "planned", "lost", "expected"),
    [
        ("cost", [39.5, 0.0], 41.0, [41.0, 0.0]),
        ("cost", [59.5, 0.0], 62.0, [60.0, 2.0]),
        ("cost", [10.0, 30.0], 35.0, [10.0, 25.0]),
        ("cost", [10.0, 30.0], 5.0, [5.0, 0.0]),
        ("cost", [30.5, 9.5], 40.0, [30.5, 9.5]),
        ("priority", [0.0, 39.5], 41.0, [0.0, 41.0]),
        ("priority", [0.0, 79.5], 82.0, [2.0, 80.0]),
        ("priority", [10.0, 30.0], 35.0, [5.0, 30.0]),
    ],
)
def test_more_is_lost_by_who_loses_first_and_less_is_spared_who_loses_last(
    allocation: str, planned: list[float], lost: float, expected: list[float]
) -> None:
    shares = _shares(_problem(allocation=allocation), planned, lost)
    assert shares["lost_by_class"][:, 0, 0].tolist() == expected
    assert not shares["late_by_class"].any()


@pytest.mark.parametrize(
    ("allocation", "planned", "late", "expected"),
    [
        ("cost", [6.5, 0.0], 7.0, [7.0, 0.0]),
        ("cost", [5.0, 5.0], 7.0, [5.0, 2.0]),
        ("cost", [59.5, 0.0], 62.0, [60.0, 2.0]),
        ("priority", [0.0, 6.5], 7.0, [0.0, 7.0]),
        ("priority", [5.0, 5.0], 7.0, [2.0, 5.0]),
    ],
)
def test_so_is_what_is_late(
    allocation: str, planned: list[float], late: float, expected: list[float]
) -> None:
    problem = _problem(allocation=allocation, shortage="backorder")
    shares = _shares(problem, planned, lost=0.0, late=late)
    assert shares["late_by_class"][:, 0].tolist() == expected
    assert not shares["lost_by_class"].any()


def test_what_is_lost_is_late_no_more() -> None:
    problem = _problem(allocation="cost", shortage="backorder")
    planned = {
        "lost_by_class": np.zeros(most_lost(problem).shape),
        "late_by_class": np.zeros((2, 1)),
    }
    planned["lost_by_class"][0], planned["late_by_class"][0] = 50.0, 60.0
    shares = by_class(problem, planned, *(np.full(problem.shape, sum_) for sum_ in (50.0, 12.0)))
    assert shares["late_by_class"][:, 0].tolist() == [10.0, 2.0]


def test_of_what_may_wait_no_class_loses_more_than_it_is_owed() -> None:
    problem = _problem(allocation="cost", shortage="backorder")
    assert _shares(problem, [0.0, 0.0], 62.0)["lost_by_class"][:, 0, 0].tolist() == [60.0, 2.0]


def test_of_classes_alike_the_last_loses_first() -> None:
    problem = _problem(allocation="cost")
    assert problem.classes is not None
    alike = np.full_like(problem.classes.lost_sale_cost, 20.0)
    classes = replace(problem.classes, lost_sale_cost=alike)
    shares = _shares(replace(problem, classes=classes), [0.0, 0.0], 82.0)
    assert shares["lost_by_class"][:, 0, 0].tolist() == [2.0, 80.0]


def test_in_fair_shares_the_cheapest_slices_are_lost_whoevers_they_are() -> None:
    problem = _problem(allocation="fair", fair_share_weight=100.0)
    room = most_lost(problem)[..., 0]
    lost = room[0, 0] + room[1, 0]
    shares = _shares(problem, [0.0, 0.0], lost)["lost_by_class"][..., 0]
    # A second slice of the class that costs a fifth is dearer by now than the first of the other.
    assert shares[:, 0] == pytest.approx(room[:, 0])
    assert shares.sum() == pytest.approx(lost)
