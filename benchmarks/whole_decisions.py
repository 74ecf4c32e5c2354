"""What whole decisions cost in time, and how sure their plans are.

python -m benchmarks.whole_decisions            every company, some minutes
python -m benchmarks.whole_decisions shifts-500  one of them
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.generator import Size, random_problem
from sop_pipeline.planning.problem import Problem, WholeDecisions

MONTHS = 18


def third_shifts(problem: Problem, seed: int = 0) -> Problem:
    """The problem with a third shift on every work centre, at a price for each month used."""
    rng = np.random.default_rng(seed)
    tiers, centers, periods = problem.tiers, len(problem.work_centers), len(problem.periods)
    regular = tiers.capacity[tiers.work_center.argsort(kind="stable")][
        :: len(tiers.codes) // centers
    ]
    shift = 0.4 * regular
    price = (3.0 * shift * rng.uniform(0.8, 1.2, (centers, 1))).round()
    order = np.argsort(np.concatenate([tiers.work_center, np.arange(centers)]), kind="stable")
    codes = (*tiers.codes, *("THIRD",) * centers)
    grown = replace(
        tiers,
        codes=tuple(codes[k] for k in order),
        work_center=np.concatenate([tiers.work_center, np.arange(centers)])[order],
        capacity=np.concatenate([tiers.capacity, shift])[order],
        premium=np.concatenate([tiers.premium, np.zeros_like(shift)])[order],
    )
    activated = np.flatnonzero(order >= len(tiers.codes))
    nothing = np.empty(0, np.int64)
    return replace(
        problem,
        tiers=grown,
        decisions=WholeDecisions(
            activated=activated,
            fixed_cost=price,
            minimum_use=np.zeros_like(price),
            set_up=nothing,
            setup_cost=np.zeros((0, periods)),
            minimum_lot=np.zeros((0, periods)),
            lot_multiple=np.zeros((0, periods)),
            setup_operation=nothing,
            setup_capacity=np.zeros((0, periods)),
        ),
    )


def set_ups(problem: Problem, seed: int = 0) -> Problem:
    """The problem with set-ups that take money and time, and minimum runs, on every routing."""
    rng = np.random.default_rng(seed)
    routings, periods = problem.routings, len(problem.periods)
    mean = problem.demand.sum(axis=1).mean(axis=1)[routings.product]
    holding = problem.holding_cost.mean(axis=(1, 2))[routings.product]
    every = rng.uniform(1.0, 4.0, len(mean))  # months a run would cover were it for cost alone
    cost = (holding * mean * every**2 / 2).round()
    taken = (0.05 * mean * rng.uniform(0.5, 1.5, len(mean))).round(1)
    least = np.maximum(1.0, (0.5 * mean).round())

    def in_all(values: np.ndarray) -> np.ndarray:
        return np.repeat(values[:, None], periods, axis=1)

    return replace(
        problem,
        decisions=WholeDecisions(
            activated=np.empty(0, np.int64),
            fixed_cost=np.zeros((0, periods)),
            minimum_use=np.zeros((0, periods)),
            set_up=np.arange(len(mean)),
            setup_cost=in_all(cost),
            minimum_lot=in_all(least),
            lot_multiple=np.ones((len(mean), periods)),
            setup_operation=np.arange(len(mean)),
            setup_capacity=in_all(taken),
        ),
    )


COMPANIES: dict[str, tuple[Callable[[], Problem], float]] = {
    "setups-60": (lambda: set_ups(random_problem(Size("60", 60, 2, 4, 1, MONTHS, 30))), 60.0),
    "setups-200": (lambda: set_ups(random_problem(Size("200", 200, 2, 10, 1, MONTHS, 30))), 100.0),
    "shifts-500": (lambda: third_shifts(random_problem(Size("500", 500, 3, 20, 1, 12, 30))), 30.0),
}
"""Companies, and the seconds their search may take."""
