"""Families are described once, and the programme, the messages and the documents follow."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sop_pipeline.planning.columns_and_rows import Variables
from sop_pipeline.planning.families import (
    BUILD,
    CONSTRAINTS,
    COST_TERMS,
    INDEX_SETS,
    INVENTORY_BALANCE,
    STOCK,
    VARIABLES,
)
from sop_pipeline.planning.linear_program import Axis, LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import EarlierBuilds, LastPlan
from sop_pipeline.planning.programme_builder import LinearProgramBuilder
from sop_pipeline_tests.golden.test_golden import CASES
from sop_pipeline_tests.planning.classed import classed
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.decided import decided_whole
from sop_pipeline_tests.planning.write_model_tables import DOCUMENT, written

EVERYTHING = {
    "shortage": "backorder",
    "overflow": "priced",
    "load_increase_cost_per_unit": 1.0,
    "max_age_days": 30.0,
}
NOTHING = {"shortage": "forbid", "overflow": "forbid", "safety_stock": "hard"}


def _problem(*, max_age_days: object = None, **settings: object) -> Problem:
    row = {"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 1.0, "MAX_AGE_DAYS": max_age_days}
    storage: list[dict[str, object]] = [{**row, "SCRAP_COST": 2.0}]
    company = one_line([3, 4], product_storage=storage)
    return prepare_network(company, policy_of(**settings)).problem


def _held(problem: Problem) -> Problem:
    held = EarlierBuilds(
        product=problem.products,
        work_center=problem.work_centers,
        place=np.array([0]),
        periods=np.array([0]),
        units=np.array([[3.0]]),
    )
    return replace(problem, held=held, last_plan=LastPlan(held, 6.0))


def _members(lp: LinearProgram) -> list[tuple[str, int]]:
    blocks = [*lp.variables.values(), *lp.constraints.values()]
    return [(block.name, block.size) for block in blocks]


def _builder() -> LinearProgramBuilder:
    return LinearProgramBuilder({name: Axis(2, lambda: ["a", "b"]) for name in INDEX_SETS})


def test_the_programme_states_the_families_described_and_no_other() -> None:
    problem = classed(decided_whole(_held(_problem(**EVERYTHING))))
    lp = planning_model(problem)
    for blocks, families in ((lp.variables, VARIABLES), (lp.constraints, CONSTRAINTS)):
        assert [(b.name, b.axes) for b in blocks.values()] == [
            (f.name, f.axes) for f in families.values()
        ]
    assert all(size for _, size in _members(lp))
    assert list(lp.labels) == list(INDEX_SETS)
    assert [field.name for field in fields(Variables)] == list(VARIABLES)


def test_a_family_pays_the_cost_terms_described_and_no_other() -> None:
    lp = planning_model(classed(decided_whole(_held(_problem(**EVERYTHING)))))
    described = {term for family in VARIABLES.values() for term in family.cost_terms}
    assert tuple(lp.cost_terms) == tuple(term for term in COST_TERMS if term in described)
    paid = {
        name: tuple(
            term
            for term, cost in lp.cost_terms.items()
            if any(np.isin(block.indices, columns).any() for columns, _ in cost.parts)
        )
        for name, block in lp.variables.items()
    }
    assert paid == {family.name: family.cost_terms for family in VARIABLES.values()}


def test_a_family_has_a_bound_only_where_its_meaning_is_described() -> None:
    for case in CASES.values():
        inputs, policy = case()
        lp = planning_model(prepare_network(inputs, policy).problem)
        limited = {
            block.name
            for block in lp.variables.values()
            if np.isfinite(lp.upper[block.slice]).any()
        }
        assert limited <= {family.name for family in VARIABLES.values() if family.limit}


def test_a_family_a_problem_does_not_use_has_no_members_and_is_0_everywhere() -> None:
    problem = _problem(**NOTHING)
    lp = planning_model(problem)
    members = _members(lp)
    assert [name for name, size in members if not size] == [
        "backorder",
        "lost_sales",
        "safety_stock_shortfall",
        "scrap",
        "overflow",
        "increase",
        "decrease",
        "activation",
        "setup",
        "lots",
        "more",
        "less",
        "lost_by_class",
        "late_by_class",
        "priority_excess",
        "lost_sales",
        "stock_age",
        "load_change",
        "frozen_build",
        "tier_activation",
        "minimum_use",
        "setup",
        "minimum_lot",
        "lot_size",
        "plan_change",
        "lost_of_classes",
        "late_of_classes",
        "class_owed",
        "priority_kept",
    ]
    assert [name for name, _ in members] == [*VARIABLES, *CONSTRAINTS]
    assert len(lp.names(lp.variables)) == lp.shape[1]
    late = lp.values("backorder", np.ones(lp.shape[1]))
    assert late.shape == problem.shape
    assert not late.any()


def test_two_families_of_one_name_are_refused() -> None:
    lp = _builder()
    lp.variables(BUILD)
    with pytest.raises(ValueError, match="build twice"):
        lp.variables(BUILD, used=False)
    lp.constraints(INVENTORY_BALANCE)
    with pytest.raises(ValueError, match="inventory_balance twice"):
        lp.constraints(INVENTORY_BALANCE, lower=0.0, upper=0.0)


def test_lower_bounds_are_0_unless_they_are_given_and_broadcast_like_upper_ones() -> None:
    lp = _builder()
    built = lp.variables(BUILD)
    stock = lp.variables(STOCK, lower=[-1.0, 2.0], upper=5.0)
    lp.terms(lp.constraints(INVENTORY_BALANCE), stock, 1)
    programme = lp.build()
    assert (programme.lower[built] == 0.0).all()
    assert (programme.lower[stock] == [-1.0, 2.0]).all()
    assert (programme.upper[stock] == 5.0).all()


def test_the_tables_of_families_in_the_docs_are_those_described() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text == written(text), "run `make docs`"
