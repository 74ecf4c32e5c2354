"""The part of the planning model that takes decisions whole: activation, set-ups and lots.

One function per constraint family, as in `model`.
"""

from __future__ import annotations

from sop_pipeline.planning.columns_and_rows import Rows, Variables
from sop_pipeline.planning.families import (
    LOT_SIZE,
    MINIMUM_LOT,
    MINIMUM_USE,
    SETUP_LIMIT,
    TIER_ACTIVATION,
)
from sop_pipeline.planning.most_built import most_built
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions
from sop_pipeline.planning.programme_builder import LinearProgramBuilder


def whole_decisions(
    lp: LinearProgramBuilder, problem: Problem, decisions: WholeDecisions, v: Variables, r: Rows
) -> None:
    """Every constraint of whole decisions."""
    tier_activation(lp, problem, decisions, v, r)
    minimum_use(lp, decisions, v, r)
    setup(lp, problem, decisions, v, r)
    minimum_lot(lp, decisions, v, r)
    lot_size(lp, decisions, v, r)


def tier_activation(
    lp: LinearProgramBuilder, problem: Problem, decisions: WholeDecisions, v: Variables, r: Rows
) -> None:
    """u[w,k,t] <= cap[w,k,t] z[w,k,t]; once the decisions are taken it is a bound of u."""
    rows, tiers = r[TIER_ACTIVATION], decisions.activated
    if rows.size:
        lp.terms(rows, v.tier_use[tiers], 1)
        lp.terms(rows, v.activation, -problem.tiers.capacity[tiers])


def minimum_use(lp: LinearProgramBuilder, decisions: WholeDecisions, v: Variables, r: Rows) -> None:
    """u[w,k,t] >= umin[w,k,t] z[w,k,t]."""
    least = decisions.at_least
    lp.terms(r[MINIMUM_USE], v.tier_use[decisions.activated[least]], 1)
    lp.terms(r[MINIMUM_USE], v.activation[least], -decisions.minimum_use[least])


def setup(
    lp: LinearProgramBuilder, problem: Problem, decisions: WholeDecisions, v: Variables, r: Rows
) -> None:
    """x[r,t] <= M[r,t] s[r,t]."""
    lp.terms(r[SETUP_LIMIT], v.build[decisions.set_up], 1)
    lp.terms(r[SETUP_LIMIT], v.setup, -most_built(problem, decisions))


def minimum_lot(lp: LinearProgramBuilder, decisions: WholeDecisions, v: Variables, r: Rows) -> None:
    """x[r,t] >= max(1, xmin[r]) s[r,t]: a set-up makes at least one unit."""
    lp.terms(r[MINIMUM_LOT], v.build[decisions.set_up], 1)
    lp.terms(r[MINIMUM_LOT], v.setup, -decisions.minimum_lot)


def lot_size(lp: LinearProgramBuilder, decisions: WholeDecisions, v: Variables, r: Rows) -> None:
    """x[r,t] = q[r] n[r,t]."""
    lots = decisions.in_lots
    lp.terms(r[LOT_SIZE], v.build[decisions.set_up[lots]], 1)
    lp.terms(r[LOT_SIZE], v.lots, -decisions.lot_multiple[lots])
