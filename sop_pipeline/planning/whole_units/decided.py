"""What the whole decisions of a plan leave of its capacity: they stay as they are.

A routing that is set up takes its capacity whether it makes a unit more or less, a tier that is
not activated has none, and one that is activated is used for its least.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import DecisionsTaken


def decided(problem: Problem) -> DecisionsTaken:
    """The decisions of the plan; without members where the problem has none to take.

    Raises:
        ValueError: They have not been taken.
    """
    if problem.decisions is None:
        nothing = np.zeros((0, len(problem.periods)))
        return DecisionsTaken(nothing, nothing, nothing)
    if problem.decisions.taken is None:
        msg = "the whole decisions are taken before whole units"
        raise ValueError(msg)
    return problem.decisions.taken


def setup_load(problem: Problem) -> Floats:
    """Capacity that set-ups take of each work centre, (W, T)."""
    load = np.zeros((len(problem.work_centers), len(problem.periods)))
    decisions, routings = problem.decisions, problem.routings
    if decisions is not None:
        operation = decisions.setup_operation
        set_up = np.searchsorted(decisions.set_up, routings.operation_routing[operation])
        taken = decisions.setup_capacity * decided(problem).setup[set_up]
        np.add.at(load, routings.operation_work_center[operation], taken)
    return load


def least_use(problem: Problem) -> Floats:
    """Capacity that each tier is used for at least, (K, T)."""
    least = np.zeros_like(problem.tiers.capacity)
    if problem.decisions is not None:
        used = problem.decisions.minimum_use * decided(problem).activation
        least[problem.decisions.activated] = used
    return least
