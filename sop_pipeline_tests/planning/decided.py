"""Whole decisions added to a problem: its tiers at a price, its routings set up and in lots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions


def decided_whole(problem: Problem) -> Problem:
    """The problem with every tier activated at a price, every routing set up and in lots.

    The last tier has a minimum use, the first operation takes set-up capacity.
    """
    tiers, routings, periods = problem.tiers, problem.routings, len(problem.periods)
    tier, routing = np.arange(len(tiers.codes)), np.arange(len(routings.codes))
    capacity = np.where(np.isfinite(tiers.capacity), tiers.capacity, 100.0)

    def every(values: np.ndarray) -> np.ndarray:
        return np.repeat(values.astype(float)[:, None], periods, axis=1)

    decisions = WholeDecisions(
        activated=tier,
        fixed_cost=every(7.0 + tier),
        minimum_use=np.where(every(tier == tier[-1]) > 0, np.minimum(2.0, capacity), 0.0),
        set_up=routing,
        setup_cost=every(5.0 + routing),
        minimum_lot=every(np.full(len(routing), 4.0)),
        lot_multiple=every(np.where(routing == routing[-1], 2.0, 1.0)),
        setup_operation=np.array([0]),
        setup_capacity=np.full((1, periods), 0.5),
    )
    return replace(problem, tiers=replace(tiers, capacity=capacity), decisions=decisions)
