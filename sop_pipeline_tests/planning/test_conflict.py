"""A conflict is irreducible: it conflicts, and without any one of its members it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sop_pipeline.errors import InputRefused, NoFeasiblePlan
from sop_pipeline.planning import diagnosis
from sop_pipeline.planning.diagnosis import conflict_of
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solvers import conflict as conflict_module
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

ROUTING = {
    "PRODUCT_ID": 1,
    "ROUTING_CODE": "R",
    "WORK_CENTER_ID": 101,
    "CAPACITY_PER_UNIT": 1.0,
    "UNIT_COST": 2.0,
}
HARD = {"shortage": "forbid", "overflow": "forbid", "safety_stock": "hard"}


def can_hold(lp: LinearProgram, rows: list[int], limits: list[int]) -> bool:
    """Whether some of the constraints can hold together, as another solver's own model finds."""
    dense = lp.matrix.toarray()[rows]
    lower, upper = lp.row_lower[rows], lp.row_upper[rows]
    limit = np.full(lp.shape[1], np.inf)
    limit[limits] = lp.upper[limits]
    at_most, at_least = np.isfinite(upper), np.isfinite(lower)
    whole = np.zeros(lp.shape[1])
    whole[lp.whole] = 1
    # The interior point gives up on a few; only the last takes whole numbers.
    for method in ("highs",) if len(lp.whole) else ("highs-ipm", "highs-ds"):
        found = linprog(
            np.zeros(lp.shape[1]),
            A_ub=np.vstack([dense[at_most], -dense[at_least]]),
            b_ub=np.concatenate([upper[at_most], -lower[at_least]]),
            bounds=np.column_stack([lp.lower, limit]),
            method=method,
            integrality=whole if len(lp.whole) else None,
        )
        if found.status in (0, 2):
            return bool(found.status == 0)
    raise AssertionError(found.message)


def require_irreducible(lp: LinearProgram) -> None:
    conflict = conflict_of(lp)
    rows, limits = conflict.rows.tolist(), conflict.limits.tolist()
    assert conflict.irreducible
    assert not can_hold(lp, rows, limits)
    for row in rows:
        assert can_hold(lp, [other for other in rows if other != row], limits), lp.block_of(
            lp.constraints, row
        ).name
    for limit in limits:
        assert can_hold(lp, rows, [other for other in limits if other != limit]), limit


@settings(deterministic, max_examples=15, suppress_health_check=list(HealthCheck))
@given(drawn=companies(), hard=st.sets(st.sampled_from(sorted(HARD)), min_size=1))
def test_no_member_of_a_conflict_can_be_left_out(
    drawn: tuple[PlanningInputs, Policy], hard: set[str]
) -> None:
    inputs, policy = drawn
    policy = policy.model_copy(update={name: HARD[name] for name in hard})
    try:
        lp = planning_model(prepare_network(inputs, policy).problem)
    except InputRefused:
        assume(False)
    every = (range(lp.shape[0]), np.flatnonzero(np.isfinite(lp.upper)))
    assume(not can_hold(lp, *(list(part) for part in every)))
    require_irreducible(lp)


def test_of_two_conflicts_the_earlier_is_told() -> None:
    demand = [3, 9, 1, 1, 50]
    lp = planning_model(prepare_network(one_line(demand, capacity=5), policy_of()).problem)
    conflict = conflict_of(lp)
    told = [lp.member(lp.block_of(lp.constraints, row), row) for row in conflict.rows.tolist()]
    assert {member["period"] for member in told} == {"2025-01", "2025-02"}
    require_irreducible(lp)


ONLY_WHOLE = {
    "a minimum lot too large for the store": {
        "product_routings": [{**ROUTING, "MIN_LOT": 100.0}],
    },
    "a lot multiple that leaves stock": {
        "product_routings": [{**ROUTING, "LOT_MULTIPLE": 70.0}],
    },
    "a tier used for more than fits": {
        "capacity_tiers": [
            {
                "WORK_CENTER_ID": 101,
                "TIER_CODE": "REGULAR",
                "MAX_CAPACITY": 100.0,
                "PREMIUM_PER_UNIT": 0.0,
                "MIN_USE": 90.0,
            }
        ],
    },
}


@pytest.mark.parametrize("tables", ONLY_WHOLE.values(), ids=ONLY_WHOLE)
def test_a_conflict_of_whole_decisions_alone_is_irreducible_and_has_a_repair(
    tables: dict[str, list[dict[str, object]]],
) -> None:
    policy = policy_of(**(HARD | {"safety_stock": "soft"}))
    problem = prepare_network(one_line([30, 30, 30], places=5, **tables), policy).problem
    lp = planning_model(problem)
    relaxed = replace(lp, whole=lp.whole[:0])
    assert can_hold(
        relaxed, list(range(lp.shape[0])), np.flatnonzero(np.isfinite(lp.upper)).tolist()
    )
    require_irreducible(lp)
    told = str(diagnosis.no_feasible_plan(problem, lp))
    assert "of which none can be left out, with decisions taken whole" in told
    assert "Cheapest repair found in the time, 0.00" not in told
    assert "Cheapest repair found in the time" in told


def test_a_large_conflict_is_narrowed_in_few_trials_and_says_that_it_may_be_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conflict_module, "MOST_WORK", 30)
    lp = planning_model(
        prepare_network(one_line([9] * 12, capacity=5, products=3), policy_of()).problem
    )
    conflict = conflict_of(lp)
    assert not conflict.irreducible
    assert not can_hold(lp, conflict.rows.tolist(), conflict.limits.tolist())
    assert "some of which may be left out" in diagnosis.conflict_sentence(lp)


@pytest.mark.parametrize(
    ("lots", "repair"),
    [
        ({"MIN_LOT": 20.0}, "12.00 in all: 12 capacity units more"),
        ({"SETUP_CAPACITY": 3.0}, "3.00 in all: 3 capacity units more"),
    ],
    ids=["a minimum lot above capacity", "a set-up that leaves too little"],
)
def test_capacity_that_lots_or_set_ups_lack_is_the_repair_where_it_is_cheapest(
    lots: dict[str, float], repair: str
) -> None:
    demand = [5, 5, 5] if "MIN_LOT" in lots else [5, 8, 5]
    company = one_line(demand, capacity=8, product_routings=[{**ROUTING, **lots}])
    with pytest.raises(NoFeasiblePlan) as impossible:
        planned(company, policy_of(shortage="forbid"))
    assert repair in str(impossible.value)
