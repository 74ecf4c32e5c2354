"""What production smoothing does to the demo company: the table and picture of docs/model.md.

python -m benchmarks.smoothing
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib import pyplot as plt
from rich.console import Console
from rich.table import Table

from sop_pipeline.demo.company import demo_company
from sop_pipeline.planning import PlanningInputs, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore

PICTURE = Path(__file__).parents[1] / "docs" / "smoothing.png"
COSTS = (0.0, 0.5, 2.0, 8.0)
"""Cost of raising or lowering a work centre's load by one capacity unit."""
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")
SCENARIO = "Q4_PUSH"


def demo_inputs(code: str, **changed: pd.DataFrame) -> PlanningInputs:
    """The checked inputs of one scenario of the demo company, some of its tables changed."""
    frames = {**demo_company(), **changed}
    store = DuckDBStore(MEMORY)
    store.replace_inputs(
        {t.name: pa.Table.from_pandas(frames[t.name], preserve_index=False) for t in ATOMIC_TABLES}
    )
    policy = load_policy("standard", {"demand_source": "base"})
    reader = InputReader(store, scenario_of(store, code), policy)
    return read_and_check(reader).planning_inputs


def solve_at(inputs: PlanningInputs, cost: float) -> dict[str, Any]:
    """The plan's figures at one smoothing cost."""
    fields = {"load_increase_cost_per_unit": cost, "load_decrease_cost_per_unit": cost}
    policy = load_policy("standard", fields)
    solved = plan(inputs, policy, policy_name="smoothing", input_hash="demo", prices="none")
    used = solved.tables["BUILD_PLAN_CAPACITY"].pivot_table(
        index="WORK_CENTER_ID", columns="PERIOD_START", values="CAPACITY_USED", aggfunc="sum"
    )
    load = used.to_numpy()
    busy = load[load.sum(axis=1) > 0]
    terms = solved.report["cost_terms"]
    return {
        "cost": cost,
        "months": used.columns,
        "load": load.sum(axis=0),
        "peak_to_mean": float(np.average(busy.max(axis=1) / busy.mean(axis=1),
                                         weights=busy.sum(axis=1))),
        "changes": float(np.abs(np.diff(load, axis=1)).sum()),
        "carry": terms["holding"] + terms["overflow"],
        "load_change": terms["load_change"],
        "total": solved.report["objective"],
    }  # fmt: skip


def draw(results: list[dict[str, Any]]) -> None:
    """Total load by month, one line per smoothing cost."""
    mpl.use("Agg")
    with plt.style.context("dark_background"):
        figure, axes = plt.subplots(figsize=(9, 4.2), layout="constrained")
        for result, colour in zip(results, COLOURS, strict=True):
            label = f"{result['cost']:g} per unit of change"
            axes.step(result["months"], result["load"], where="mid", color=colour, label=label)
        axes.set_ylabel("load of all work centres, capacity units")
        axes.set_title(f"Demo company, {SCENARIO}: dearer changes of load, flatter production")
        axes.legend(title="smoothing cost", frameon=False)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.2)
        figure.savefig(PICTURE, dpi=110)
        plt.close(figure)


def main() -> None:
    """Print the table and draw the picture."""
    inputs = demo_inputs(SCENARIO)
    results = [solve_at(inputs, cost) for cost in COSTS]
    table = Table(title=f"Demo company, {SCENARIO}, standard policy")
    for column in ("smoothing cost", "peak / mean load", "load changed", "cost of carry",
                   "cost of changes", "total cost"):  # fmt: skip
        table.add_column(column, justify="right")
    for r in results:
        table.add_row(
            f"{r['cost']:g}", f"{r['peak_to_mean']:.3f}", f"{r['changes']:,.0f}",
            f"{r['carry']:,.0f}", f"{r['load_change']:,.0f}", f"{r['total']:,.0f}",
        )  # fmt: skip
    Console(width=120).print(table)
    draw(results)


if __name__ == "__main__":
    main()
