"""A conflict is irreducible: it conflicts, and without any one of its members it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import diagnosis
from sop_pipeline.planning.diagnosis import conflict_of
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solvers import conflict as conflict_module
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

HARD = {"shortage": "forbid", "overflow": "forbid", "safety_stock": "hard"}


def can_hold(lp: LinearProgram, rows: list[int], limits: list[int]) -> bool:
    """Whether some of the constraints can hold together, as another solver's own model finds."""
    dense = lp.matrix.toarray()[rows]
    lower, upper = lp.row_lower[rows], lp.row_upper[rows]
    limit = np.full(lp.shape[1], np.inf)
    limit[limits] = lp.upper[limits]
    at_most, at_least = np.isfinite(upper), np.isfinite(lower)
    for method in ("highs-ipm", "highs-ds"):  # the first gives up on a few
        found = linprog(
            np.zeros(lp.shape[1]),
            A_ub=np.vstack([dense[at_most], -dense[at_least]]),
            b_ub=np.concatenate([upper[at_most], -lower[at_least]]),
            bounds=np.column_stack([lp.lower, limit]),
            method=method,
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
