"""Whole decisions that the data asks for: which tiers and routings, with which figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import PlanningInputs
from sop_pipeline.planning.preparation.aggregate import prepare_aggregate
from sop_pipeline.planning.preparation.network import Preparation, prepare_network
from sop_pipeline.planning.problem_options import WholeDecisions
from sop_pipeline_tests.planning.companies import one_line, policy_of, records

DEMAND = [5, 9, 4]
JANUARY = {"EXPIRY_DATE": "2025-01-31"}
LATER = {"EFFECTIVE_DATE": "2025-02-01"}


def _tier(code: str = "SHIFT", **more: Any) -> dict[str, Any]:
    return {"WORK_CENTER_ID": 101, "TIER_CODE": code, "PREMIUM_PER_UNIT": 0.0, **more}


def _routing(code: str = "A", **more: Any) -> dict[str, Any]:
    return {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101,
            "CAPACITY_PER_UNIT": 1.0, **more}  # fmt: skip


def _two_centers() -> list[dict[str, Any]]:
    line = one_line(DEMAND).capacity_summary
    return [
        row
        for w in (101, 102)
        for row in records(line.assign(WORK_CENTER_ID=w, WORK_CENTER_CODE=f"W{w}"))
    ]


def _prepared(inputs: PlanningInputs) -> Preparation:
    return prepare_network(inputs, policy_of())


def _asked(**tables: Any) -> WholeDecisions:
    decisions = _prepared(one_line(DEMAND, **tables)).problem.decisions
    assert decisions is not None
    return decisions


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"capacity_tiers": [_tier(MAX_CAPACITY=9.0, FIXED_COST=0.0, MIN_USE=0.0)]},
        {"capacity_tiers": [_tier(FIXED_COST=None, MIN_USE=None)]},
        {
            "product_routings": [
                _routing(SETUP_COST=0.0, SETUP_CAPACITY=0.0, MIN_LOT=0.0, LOT_MULTIPLE=1.0)
            ]
        },
        {"product_routings": [_routing(SETUP_COST=5.0, EXPIRY_DATE="2024-12-31"), _routing("B")]},
    ],
)
def test_nothing_whole_is_asked_where_every_figure_is_none_or_outside_the_horizon(
    tables: dict[str, Any],
) -> None:
    assert _prepared(one_line(DEMAND, **tables)).problem.decisions is None


def test_a_tier_with_a_fixed_cost_or_minimum_use_is_activated_in_its_dates() -> None:
    rows = [
        _tier("FREE"),
        _tier("COST", MAX_CAPACITY=9.0, FIXED_COST=3.0, **LATER),
        _tier("LEAST", MAX_CAPACITY=9.0, MIN_USE=2.0, **JANUARY),
    ]
    prepared = _prepared(one_line(DEMAND, capacity_tiers=rows))
    asked, tiers = prepared.problem.decisions, prepared.problem.tiers
    assert asked is not None
    assert [tiers.codes[k] for k in asked.activated] == ["COST", "LEAST"]
    assert asked.fixed_cost.tolist() == [[0, 3, 3], [0, 0, 0]]
    assert asked.minimum_use.tolist() == [[0, 0, 0], [2, 0, 0]]


def test_regular_time_keeps_its_fixed_cost_where_the_calendar_gives_its_capacity() -> None:
    rows = [_tier("REGULAR", PREMIUM_PER_UNIT=1.0, FIXED_COST=3.0, MIN_USE=4.0)]
    prepared = _prepared(one_line(DEMAND, capacity=[20, 30, 40], capacity_tiers=rows))
    asked, tiers = prepared.problem.decisions, prepared.problem.tiers
    assert asked is not None
    assert tiers.capacity.tolist() == [[20, 30, 40]]
    assert tiers.premium.tolist() == [[1, 1, 1]]
    assert (asked.fixed_cost.tolist(), asked.minimum_use.tolist()) == ([[3] * 3], [[4] * 3])


def test_a_period_with_less_capacity_than_the_minimum_use_closes_the_tier_and_is_told() -> None:
    rows = [
        _tier("REGULAR", MIN_USE=25.0),
        _tier(MAX_CAPACITY=4.0, MIN_USE=5.0, **JANUARY),
        _tier(MAX_CAPACITY=5.0, MIN_USE=5.0, **LATER),
    ]
    prepared = _prepared(one_line(DEMAND, capacity=[20, 30, 25], capacity_tiers=rows))
    assert prepared.problem.tiers.capacity.tolist() == [[0, 30, 25], [0, 5, 5]]
    assert prepared.notes.assumptions["closed_below_minimum_use"] == (
        "Tiers with less capacity than their MIN_USE are closed: LINE Line REGULAR in "
        "2025-01; LINE Line SHIFT in 2025-01"
    )


@pytest.mark.parametrize("figure", [{"FIXED_COST": 3.0}, {"MIN_USE": 3.0}])
def test_a_tier_that_is_used_or_not_needs_a_capacity(figure: dict[str, Any]) -> None:
    rows = [_tier(**figure), _tier("OTHER", MAX_CAPACITY=3.0, **figure)]
    with pytest.raises(InputRefused, match=r"MAX_CAPACITY.*=101, TIER_CODE=SHIFT\b(?!.*OTHER)"):
        _prepared(one_line(DEMAND, capacity_tiers=rows))


def test_figures_of_a_set_up_are_the_routings_and_its_capacity_is_the_operations() -> None:
    rows = [
        _routing("A", SETUP_COST=7.0, SETUP_CAPACITY=2.0, MIN_LOT=4.0),
        _routing("A", WORK_CENTER_ID=102, SETUP_CAPACITY=3.0, SETUP_COST=7.0),
        _routing("B", **LATER, SETUP_CAPACITY=5.0),
        _routing("C"),
    ]
    prepared = _prepared(
        one_line(DEMAND, capacity_summary=_two_centers(), product_routings=rows)
    ).problem
    asked, routings = prepared.decisions, prepared.routings
    assert asked is not None
    assert [routings.codes[r] for r in asked.set_up] == ["A", "B"]
    assert asked.setup_cost.tolist() == [[7] * 3, [0] * 3]
    assert asked.minimum_lot.tolist() == [[4] * 3, [1] * 3]
    assert asked.lot_multiple.tolist() == [[1] * 3] * 2
    centers = prepared.work_centers[routings.operation_work_center[asked.setup_operation]]
    assert centers.tolist() == [101, 102, 101]
    assert asked.setup_capacity.tolist() == [[2] * 3, [3] * 3, [0, 5, 5]]


@pytest.mark.parametrize(
    ("minimum", "multiple", "least"),
    [
        (0.0, 50.0, 50),
        (50.0, 50.0, 50),
        (51.0, 50.0, 100),
        (120.0, None, 120),
        (2.5, None, 3),
        (0.5, 1.0, 1),
        (None, 2.0, 2),
    ],
)
def test_the_minimum_lot_is_the_smallest_whole_multiple_not_below_it(
    minimum: float | None, multiple: float | None, least: float
) -> None:
    asked = _asked(product_routings=[_routing(MIN_LOT=minimum, LOT_MULTIPLE=multiple)])
    assert asked.minimum_lot.tolist() == [[least] * 3]
    assert asked.lot_multiple.tolist() == [[multiple or 1] * 3]


def test_dated_rows_of_a_routing_have_figures_of_their_own() -> None:
    rows = [_routing(SETUP_COST=5.0, **JANUARY), _routing(SETUP_COST=6.0, MIN_LOT=2.0, **LATER)]
    asked = _asked(product_routings=rows)
    assert asked.setup_cost.tolist() == [[5, 6, 6]]
    assert asked.minimum_lot.tolist() == [[1, 2, 2]]


@pytest.mark.parametrize("column", ["SETUP_COST", "MIN_LOT", "LOT_MULTIPLE"])
def test_rows_of_a_routing_that_contradict_each_other_are_refused(column: str) -> None:
    one, other = {column: 2.0}, {column: 3.0, "WORK_CENTER_ID": 102}
    rows = [{**_routing(), **one}, {**_routing(), **other}]
    inputs = one_line(DEMAND, capacity_summary=_two_centers(), product_routings=rows)
    with pytest.raises(InputRefused, match=rf"PRODUCT_ROUTING.*{column}.*2 to 3.*1 A"):
        _prepared(inputs)


def test_a_routing_that_can_never_make_its_minimum_lot_is_warned_of_by_name() -> None:
    rows = [
        _routing("EVER", MIN_LOT=30.0),
        _routing("NEVER", MIN_LOT=30.0, SETUP_CAPACITY=0.5),
        _routing("PLAIN"),
    ]
    warnings = _prepared(
        one_line(DEMAND, capacity=[10, 30, 20], product_routings=rows)
    ).notes.warnings
    assert len(warnings) == 1
    assert "can make no lot" in warnings[0]
    assert warnings[0].endswith(": P1 Product 1, routing NEVER")


def test_the_aggregate_grain_ignores_whole_decisions_and_says_so() -> None:
    inputs = one_line(
        DEMAND,
        product_routings=[_routing(MIN_LOT=3.0)],
        capacity_tiers=[_tier(FIXED_COST=3.0)],
    )
    prepared = prepare_aggregate(inputs, policy_of(grain="aggregate"))
    assert prepared.problem.decisions is None
    assert np.isfinite(prepared.problem.tiers.capacity).all()
    told = prepared.notes.assumptions["not_pooled"]
    assert "product_routings" in told
    assert "capacity_tiers" in told
