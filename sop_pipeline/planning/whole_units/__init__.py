"""Whole units: builds and shipments as integers, every balance exact, no limit broken.

The linear programme's plan is followed period by period. Cumulative shipments are first cut to
whole units, then raised where a warehouse lags behind the linear programme and capacity and
storage allow. What cannot be raised goes to the soft terms: safety stock, then late, then lost.
Where a hard constraint is left broken, an integer programme decides.
Does not belong here: what the units cost.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.certificate import TOLERANCE, primal_violation
from sop_pipeline.planning.linear_program import Floats, LinearProgram, axis_name
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solvers import HighsModel
from sop_pipeline.planning.whole_units.allocation import Allocation
from sop_pipeline.planning.whole_units.completion import Completion
from sop_pipeline.planning.whole_units.reference import Reference

__all__ = ["whole_unit_plan"]


def whole_unit_plan(problem: Problem, lp: LinearProgram, primal: Floats) -> Floats:
    """Turn a solution of the linear programme into one with whole builds and shipments.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        primal: Its optimal values, (n,).

    Returns:
        Values of every variable that satisfy the programme, builds and shipments whole, (n,).

    Raises:
        NoFeasiblePlan: A hard policy leaves no plan in whole units.
        PlanNotCertified: Whether it leaves one could not be found out.
    """
    followed = _follow(problem, lp, primal)
    if primal_violation(lp, followed) <= TOLERANCE:
        return followed
    blocks = (lp.variables["build"], lp.variables["shipment"])
    columns = np.concatenate([block.positions.ravel() for block in blocks])
    found = HighsModel(lp).solve_in_whole_numbers(columns)
    if found is None:
        raise NoFeasiblePlan(_no_whole_units(lp, followed))
    builds, shipments = (block.values(found).round() for block in blocks)
    return Completion(Reference(problem, lp, found)).complete(builds, shipments)


def _follow(problem: Problem, lp: LinearProgram, primal: Floats) -> Floats:
    """Whole builds and shipments close to the plan, and what follows from them, (n,)."""
    reference = Reference(problem, lp, primal)
    completion = Completion(reference)
    allocation = Allocation(reference)
    builds, shipments = np.zeros_like(reference.build), np.zeros_like(reference.shipment)
    stock, late = problem.opening_stock, np.zeros_like(problem.opening_stock)
    for t in range(len(problem.periods)):
        available = stock + problem.receipts[..., t] + completion.arriving(t, shipments)
        allocation.decide(t, available, builds, shipments)
        served = completion.serve(t, stock, late, shipments)
        allocation.forget(t, served.lost - reference.lost[..., t])
        stock, late = served.stock, served.late
    return completion.complete(builds, shipments)


def _no_whole_units(lp: LinearProgram, followed: Floats) -> str:
    """Name the constraint and period that whole units break most."""
    values = lp.matrix @ followed
    sides = (
        (lp.constraints, np.maximum(lp.row_lower - values, values - lp.row_upper)),
        (lp.variables, np.maximum(lp.lower - followed, followed - lp.upper)),
    )
    blocks, missing = max(sides, key=lambda side: side[1].max())
    worst = int(np.argmax(missing))
    block = lp.block_of(blocks, worst)
    place = ", ".join(
        f"{axis_name(axis)} {label}" for axis, label in lp.member(block, worst).items()
    )
    return (
        "No plan in whole units satisfies the hard constraints, although one in fractions does. "
        f"Tightest: {block.name.replace('_', ' ')} ({place}) misses {missing[worst]:,.4f}. Make "
        "that constraint soft in the policy, or ease it by one unit"
    )
