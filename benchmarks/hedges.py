"""Measure hedges beside the plans of their futures, and print the figures as one table.

python -m benchmarks.hedges            60 products x 10 and x 30 futures, 500 x 3: some minutes

Both sides go from problems to whole units and prices; seconds are of the processor, so that what
else the machine does does not count.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.generator import Size, random_problem
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.futures.inputs import HedgeInputs, Member
from sop_pipeline.planning.futures.joint_solve import solve_joint
from sop_pipeline.planning.futures.optimum import find_hedge_optimum
from sop_pipeline.planning.futures.preparation import Future, PreparedHedge
from sop_pipeline.planning.futures.prices import joint_prices
from sop_pipeline.planning.futures.together import Weighing, joined
from sop_pipeline.planning.futures.whole_build import reference_in_whole_units
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import Stopwatch
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.network import Preparation
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.shadow_prices import shadow_prices
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.whole_units import whole_unit_plan

COMMITTED = 3
CASES = ((60, 1, 10), (60, 1, 30), (60, 2, 30), (500, 1, 3))
"""Products, warehouses and futures."""
COLUMNS = (
    *("products x warehouses x futures", "columns", "single plans", "solves alone"),
    *("joint solve", "RP, WS, EEV", "whole units", "prices", "hedge / single plans"),
)


def futures_of(products: int, warehouses: int, futures: int) -> list[Problem]:
    """One company with so many demands, over six months."""
    size = Size("hedge", products, warehouses, 10, 2, 6, 30)
    return [random_problem(size, scenario=scenario) for scenario in range(futures)]


def plan_each(problems: Sequence[Problem]) -> None:
    """Plan every future by itself, from its problem to whole units and prices."""
    solver = solver_of("auto")
    for problem in problems:
        model = PlanningModel(problem)
        found = solver.solve(model)
        if not isinstance(found, Solution) or solver.break_ties is None:
            msg = "expected a plan of a solver that works on the matrix"
            raise TypeError(msg)
        chosen = solver.break_ties(model, found)
        certify_plan(model.asked, chosen).require(chosen.solver)
        whole_unit_plan(model, chosen)
        shadow_prices(problem, model.programme, chosen.of_programme(model.programme))


def plan_together(problems: Sequence[Problem]) -> dict[str, float]:
    """Plan the hedge likewise, with all that stands beside it; seconds by step."""
    seconds: dict[str, float] = {}
    start = time.process_time()
    found = find_hedge_optimum(prepared(problems), Policy.parse({}, "default"), Stopwatch(None))
    seconds["RP, WS, EEV"] = time.process_time() - start
    start = time.process_time()
    reference_in_whole_units(found)
    seconds["whole units"] = time.process_time() - start
    start = time.process_time()
    joint_prices(found.plan, "binding")
    seconds["prices"] = time.process_time() - start
    return seconds


def prepared(problems: Sequence[Problem]) -> PreparedHedge:
    """Equally probable futures of these problems."""
    share = 1.0 / len(problems)
    tables: Any = {name: pd.DataFrame() for name in PlanningInputs.table_names()}
    members = tuple(
        Member(share, PlanningInputs(number, f"F{number}", **tables))
        for number in range(len(problems))
    )
    futures = tuple(
        Future(member, Preparation(problem, None, Notes()))
        for member, problem in zip(members, problems, strict=True)
    )
    mean = replace(
        problems[0],
        demand=np.mean([one.demand for one in problems], axis=0),
        safety_stock=np.mean([one.safety_stock for one in problems], axis=0),
    )
    hedge = HedgeInputs(99, "HEDGE", members, members[0].inputs, None)
    return PreparedHedge(hedge, futures, Preparation(mean, None, Notes()), COMMITTED, 0, Notes())


def measured() -> Table:
    """Every case as a row."""
    table = Table(title="A hedge beside the plans of its futures (seconds of the processor)")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for products, warehouses, futures in CASES:
        problems = futures_of(products, warehouses, futures)
        programmes = [PlanningModel(problem).programme for problem in problems]
        start = time.process_time()
        for lp in programmes:
            solve(lp, "highs")
        alone = time.process_time() - start
        shares = np.full(futures, 1.0 / futures)
        joint = joined(programmes, Weighing(shares), COMMITTED)
        start = time.process_time()
        solve_joint(joint, "highs")
        together = time.process_time() - start
        start = time.process_time()
        plan_each(problems)
        single = time.process_time() - start
        steps = plan_together(problems)
        table.add_row(
            f"{products} x {warehouses} x {futures}",
            f"{joint.columns:,}",
            f"{single:.1f}",
            f"{alone:.1f}",
            f"{together:.1f}",
            *(f"{value:.1f}" for value in steps.values()),
            f"{sum(steps.values()) / single:.1f}x",
        )
    return table


if __name__ == "__main__":
    Console(width=160).print(measured())
