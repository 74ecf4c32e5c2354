"""Measure the planner and print the figures as tables, all from this one run.

python -m benchmarks.run            S and L, and the sweep at S: under a minute
python -m benchmarks.run --full     M too, with its cold solve and sweep: some minutes
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pulp
from rich.console import Console
from rich.table import Table

from benchmarks.bare import bare_highs
from benchmarks.folder import write_folder
from benchmarks.generator import SIZES, random_problem
from benchmarks.loops import looped_model
from sop_pipeline.planning.certificate import certify, certify_plan
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import PlanningModel, planning_model
from sop_pipeline.planning.parallel import side_by_side
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.shadow_prices import shadow_prices
from sop_pipeline.planning.solution import ProgrammeSolution, Solution, SolverResult
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.solvers.highs import HighsModel, highs_version
from sop_pipeline.planning.solvers.pulp_rendering import pulp_model
from sop_pipeline.planning.sweep import WarmStart
from sop_pipeline.planning.ties import break_ties
from sop_pipeline.planning.whole_units import whole_unit_plan

REPEATS = 5
SCENARIOS = 10
LOOPS_UP_TO = 60_000
"""Columns up to which the notebook's way is measured; beyond, it takes minutes."""


def best_of(task: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Least seconds of several runs: what the work costs, not what else the machine did."""
    seconds: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = time.perf_counter() - start


def read_back(size: int) -> None:
    """Turn a solver's lists into arrays, as after a solve."""
    np.array([0.0] * size)


def ways(problem: Problem) -> dict[str, Callable[[], Any]]:
    """Every way to get the programme into a solver and its values out."""

    def arrays() -> None:
        model = bare_highs(problem)
        np.array(model.getSolution().col_value or [0.0] * model.getNumCol())

    def blocks() -> None:
        lp = planning_model(problem)
        HighsModel(lp)
        read_back(lp.shape[1])

    def named() -> None:
        model = pulp_model(planning_model(problem))
        solver = pulp.HiGHS(msg=False)
        solver.createAndConfigureSolver(model)
        solver.buildSolverModel(model)
        np.array([v.varValue or 0.0 for v in model.variables()])

    def loops() -> None:
        model = looped_model(problem)
        solver = pulp.HiGHS(msg=False)
        solver.createAndConfigureSolver(model)
        solver.buildSolverModel(model)
        np.array([v.varValue or 0.0 for v in model.variables()])

    return {"bare arrays": arrays, "blocks, in memory": blocks, "blocks, PuLP": named,
            "loops, PuLP": loops}  # fmt: skip


def handover_table(sizes: list[str]) -> Table:
    """Build, hand over and read back, without the solve."""
    table = Table(title="Build, hand over, read back (seconds; times bare arrays)")
    for column in ("size", "rows", "columns", *ways(random_problem(SIZES["S"]))):
        table.add_column(column, justify="right")
    for name in sizes:
        problem = random_problem(SIZES[name])
        rows, columns = planning_model(problem).shape
        cells: list[str] = []
        base = 0.0
        for way, task in ways(problem).items():
            slow = "PuLP" in way
            if slow and columns > LOOPS_UP_TO and name != "M":
                cells.append("-")
                continue
            seconds = best_of(task, 1 if slow and columns > LOOPS_UP_TO else REPEATS)
            base = base or seconds
            cells.append(f"{seconds:.3f} ({seconds / base:.2f}x)")
        table.add_row(name, f"{rows:,}", f"{columns:,}", *cells)
    return table


def solve_table() -> Table:
    """The notebook's way against ours, solve included, at S."""
    problem = random_problem(SIZES["S"])
    lp = planning_model(problem)
    table = Table(title="Size S, build to values, solve included (seconds)")
    table.add_column("way")
    table.add_column("seconds", justify="right")
    table.add_column("objective", justify="right")
    rows: dict[str, Callable[[], float]] = {
        "blocks, HiGHS in memory": lambda: _objective(planning_model(problem), "highs"),
        "blocks, PuLP, HiGHS": lambda: _objective(planning_model(problem), "pulp:HiGHS"),
        "blocks, PuLP, CBC": lambda: _objective(planning_model(problem), "pulp:CBC"),
        "loops, PuLP, HiGHS": lambda: _looped(problem, pulp.HiGHS(msg=False)),
        "loops, PuLP, CBC": lambda: _looped(problem, pulp.COIN_CMD(msg=False)),
    }
    for way, task in rows.items():
        seconds = best_of(task, 3)
        table.add_row(way, f"{seconds:.3f}", f"{task():,.2f}")
    del lp
    return table


def stage_table(name: str) -> Table:
    """What each stage of a plan costs, and ten scenarios in one sweep."""
    seconds: dict[str, float] = {}
    problem = random_problem(SIZES[name])
    model = PlanningModel(problem)
    with timed(seconds, "build"):
        lp = model.programme
    solver = solver_of("highs")
    with timed(seconds, "cold solve"):
        found = _plan_of(solver.solve(model))
    with timed(seconds, "break ties"):
        settled = break_ties(problem, lp, found.of_programme(lp))
    optimum = Solution.of(lp, settled)
    with timed(seconds, "certify, without the matrix"):
        certify_plan(model.asked, optimum)
    with timed(seconds, "certify, with the matrix"):
        certify(lp, settled)
    with timed(seconds, "whole units"):
        whole_unit_plan(model, optimum)
    with timed(seconds, "shadow prices"):
        shadow_prices(problem, lp, settled)
    others = [PlanningModel(random_problem(SIZES[name], scenario=s)) for s in range(1, SCENARIOS)]
    with timed(seconds, f"sweep of {SCENARIOS}"):
        start = WarmStart.of(model, optimum, solver)
        for outcome in side_by_side(start.solve, others):
            _plan_of(outcome)
    seconds[f"sweep of {SCENARIOS}"] += seconds["cold solve"]
    table = Table(
        title=f"Size {name} ({lp.shape[1]:,} columns), stages (seconds; times cold solve)"
    )
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for stage, value in seconds.items():
        table.add_row(stage, f"{value:.2f} ({value / seconds['cold solve']:.2f}x)")
    return table


def folder_line() -> str:
    """From input folder to result files at S, everything but the solve, in a fresh process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(folder)
        out = folder / "out"
        command = [sys.executable, "-m", "sop_pipeline.cli", "solve", str(folder), "--scenario",
                   "BASE", "--policy", "standard", "--out", str(out)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        spent = json.loads((out / "summary.json").read_text("utf-8"))["seconds"]
    rest = sum(v for k, v in spent.items() if k not in ("total", "solve"))
    return (
        f"S from folder to files: {rest:.2f} s without the solve ({spent['solve']:.2f} s); "
        + ", ".join(f"{k} {v:.2f}" for k, v in spent.items())
    )


def _objective(lp: LinearProgram, solver: str) -> float:
    return _solution(solve(lp, solver)).objective


def _looped(problem: Problem, solver: pulp.LpSolver) -> float:
    return float(looped_model(problem).solve(solver).objective or 0.0)


def _plan_of(outcome: SolverResult) -> Solution:
    assert isinstance(outcome, Solution)  # noqa: S101
    return outcome


def _solution(outcome: Any) -> ProgrammeSolution:
    assert isinstance(outcome, ProgrammeSolution)  # noqa: S101
    return outcome


def main() -> None:
    """Run the benchmarks and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="measure M too: some minutes")
    full = parser.parse_args().full
    console = Console(width=140)
    console.print(f"{highs_version()}, PuLP {pulp.__version__}")
    console.print(folder_line())
    console.print(handover_table(["S", "M", "L"] if full else ["S", "L"]))
    console.print(solve_table())
    console.print(stage_table("S"))
    if full:
        console.print(stage_table("M"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"Peak memory of this process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
