"""What whole decisions cost in time, and how sure their plans are.

python -m benchmarks.whole_decisions            every company, some minutes
python -m benchmarks.whole_decisions shifts-500  one of them
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.generator import Size, random_problem
from benchmarks.smoothing import demo_inputs
from sop_pipeline.demo.company import demo_company
from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.decisions.search import Decided, take_decisions
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import PREPARE
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.policies import load_policy

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


def demo_shifts(code: str) -> Problem:
    """A scenario of the demo company, a third shift at a monthly price in place of overtime."""
    tiers = demo_company(variant="decisions")["CAPACITY_TIER"]
    policy = load_policy("standard", {"demand_source": "base"})
    return PREPARE[policy.grain](demo_inputs(code, CAPACITY_TIER=tiers), policy).problem


COMPANIES: dict[str, tuple[Callable[[], Problem], float]] = {
    "setups-60": (lambda: set_ups(random_problem(Size("60", 60, 2, 4, 1, MONTHS, 30))), 60.0),
    "setups-200": (lambda: set_ups(random_problem(Size("200", 200, 2, 10, 1, MONTHS, 30))), 100.0),
    "shifts-demo": (lambda: demo_shifts("BASELINE"), 30.0),
    "shifts-push": (lambda: demo_shifts("Q4_PUSH"), 60.0),
    "shifts-500": (lambda: third_shifts(random_problem(Size("500", 500, 3, 20, 1, 12, 30))), 30.0),
}
"""Companies, and the seconds their search may take."""


def measured(name: str) -> list[str]:
    """A row of the table: time of the clock and of the processor, cost, and both gaps."""
    problem, seconds = COMPANIES[name][0](), COMPANIES[name][1]
    settings = {"solve_seconds": seconds, "acceptable_gap": 1.0, "solver": "highs"}
    policy = Policy.parse(settings, "of the benchmark")
    clock, processor = time.perf_counter(), time.process_time()
    try:
        decided = take_decisions(PlanningModel(problem), policy)
    except PlanNotCertified as stopped:
        return [name, f"{seconds:.0f}", "", "", str(stopped), "", ""]
    took = time.perf_counter() - clock, time.process_time() - processor
    if not isinstance(decided, Decided) or decided.bounds is None:
        return [name, f"{seconds:.0f}", "", "", "no plan", "", ""]
    found = solver_of("highs").solve(decided.model)
    if not isinstance(found, Solution):
        return [name, f"{seconds:.0f}", "", "", "not settled", "", ""]
    cost = certify_plan(decided.model.asked, found).proof.cost
    gaps = decided.bounds.figures(cost)
    return [
        name,
        f"{seconds:.0f}",
        f"{took[0]:.0f}",
        f"{took[1]:.0f}",
        f"{cost:,.0f}",
        f"{gaps['proven_gap']:.2%}",
        f"{gaps['claimed_gap']:.2%}",
    ]


def main(names: list[str]) -> None:
    """Print the table of some companies, of all where none is named."""
    table = Table("company", "seconds given", "clock", "processor", "cost", "proven", "claimed")
    for name in names or COMPANIES:
        table.add_row(*measured(name))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
