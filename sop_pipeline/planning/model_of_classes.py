"""The part of the planning model that says who goes short: classes of demand and priorities.

One function per constraint family, as in `model`.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.classes import apart_of, at_sites, held_priorities
from sop_pipeline.planning.columns_and_rows import Rows, Variables
from sop_pipeline.planning.families import (
    CLASS_OWED,
    LATE_OF_CLASSES,
    LOST_OF_CLASSES,
    PRIORITY_KEPT,
)
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.programme_builder import LinearProgramBuilder


def who_goes_short(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Every constraint of classes of demand."""
    lost_of_classes(lp, problem, v, r)
    late_of_classes(lp, problem, v, r)
    class_owed(lp, v, r)
    priority_kept(lp, problem, v, r)


def lost_of_classes(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """l[p,s,t] = sum of lost[c,p,s,i,t] over the classes and slices."""
    rows, apart = r[LOST_OF_CLASSES], apart_of(problem)
    if rows.size:
        lp.terms(rows, v.lost_sales[at_sites(problem)], 1)
        lp.terms(rows[apart.site][:, None, :], v.lost_by_class, -1)


def late_of_classes(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """b[p,s,t] = sum of late[c,p,s,t] over the classes."""
    rows, apart = r[LATE_OF_CLASSES], apart_of(problem)
    if rows.size:
        lp.terms(rows, v.backorder[at_sites(problem)], 1)
        lp.terms(rows[apart.site], v.late_by_class, -1)


def class_owed(lp: LinearProgramBuilder, v: Variables, r: Rows) -> None:
    """Sum over i of lost[c,p,s,i,t] + late[c,p,s,t] <= d[c,p,s,t] + late[c,p,s,t-1]."""
    rows = r[CLASS_OWED]
    lp.terms(rows[:, None, :], v.lost_by_class, 1)
    lp.terms(rows, v.late_by_class, 1)
    lp.terms(rows[..., 1:], v.late_by_class[..., :-1], -1)


def priority_kept(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of revenue x (lost + late) of priority k - over[k] <= its least value, once found."""
    lp.terms(r[PRIORITY_KEPT], v.priority_excess, -1)
    apart = apart_of(problem)
    place, period = np.nonzero(apart.rank < len(held_priorities(problem)))
    rows, revenue = r[PRIORITY_KEPT][apart.rank[place, period]], apart.revenue[place, period]
    if not rows.size:
        return
    lp.terms(rows[:, None], v.lost_by_class[place, :, period], revenue[:, None])
    if v.late_by_class.size:
        lp.terms(rows, v.late_by_class[place, period], revenue)
