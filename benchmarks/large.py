"""The structured method against HiGHS, and what its plans prove.

python -m benchmarks.large Middle M          sizes to measure; more by name
python -m benchmarks.large M --highs         HiGHS on the same problems, where it finishes
python -m benchmarks.large "XL net" --plain --middle --capacities 1 0.7    without the vertex
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.features import ALL, Features, with_features
from benchmarks.generator import SIZES, random_problem
from sop_pipeline.planning import solver
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.solution import Solution

CAPACITIES = (1.0, 0.7, 0.5)


def timed[Result](task: Callable[[], Result]) -> tuple[float, float, Result]:
    """Processor seconds of a run, as the machine may do other work meanwhile, and the clock's."""
    processor, clock = time.process_time(), time.perf_counter()
    result = task()
    return time.process_time() - processor, time.perf_counter() - clock, result


def plan_with(name: str, model: PlanningModel, *, unique: bool = True) -> Solution:
    """The plan of a solver, ties broken where it is to be unique."""
    chosen = solver.solver_of(name)
    found = chosen.solve(model)
    assert isinstance(found, Solution)  # noqa: S101
    if not unique:
        return found
    assert chosen.break_ties is not None  # noqa: S101
    return chosen.break_ties(model, found)


def main() -> None:
    """Measure the sizes asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", choices=sorted(SIZES))
    parser.add_argument("--highs", action="store_true", help="solve by HiGHS too")
    parser.add_argument("--plain", action="store_true", help="without any features")
    parser.add_argument("--middle", action="store_true", help="ties are not broken")
    parser.add_argument("--capacities", type=float, nargs="+", default=CAPACITIES)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    solver.STRUCTURED_COLUMNS = 0
    plan_with("auto", PlanningModel(with_features(random_problem(SIZES["S"]), ALL)))  # compiles
    to = "a certified" if asked.middle else "a unique"
    table = Table(title=f"To {to} plan (processor seconds)")
    for column in ("size", "features", "capacity", "variables", "structured", "by the clock",
                   "HiGHS", "ratio", "dual violation", "gap", "most memory so far",
                   "notes"):  # fmt: skip
        table.add_column(column, justify="right")
    for size in asked.sizes:
        for label, features in (("plain", Features()), ("all", ALL))[: 1 if asked.plain else 2]:
            for capacity in asked.capacities:
                problem = with_features(
                    random_problem(SIZES[size], asked.seed),
                    replace(features, capacity=capacity),
                    asked.seed,
                )
                model = PlanningModel(problem)
                seconds, clock, plan = timed(
                    lambda one=model: plan_with("auto", one, unique=not asked.middle)
                )
                proof = certify_plan(model.asked, plan)
                other = "-"
                ratio = "-"
                if asked.highs:
                    by_highs, *_ = timed(
                        lambda one=model: plan_with("highs", one, unique=not asked.middle)
                    )
                    other, ratio = f"{by_highs:.2f}", f"{by_highs / seconds:.1f}"
                row = (
                    size, label, f"{capacity:g}", f"{programme_shape(problem)[1]:,}",
                    f"{seconds:.2f}", f"{clock:.2f}", other, ratio, f"{proof.dual_violation:.0e}",
                    f"{proof.avoidable_gap:.0e}",
                    f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB",
                    " ".join(plan.notes) or "-",
                )  # fmt: skip
                print(*row, sep="  ", file=sys.stderr, flush=True)
                table.add_row(*row)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
