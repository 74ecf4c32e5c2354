"""What keeping to the last plan costs the demo company: the tables of docs/stability.md.

python -m benchmarks.stability          prints them
python -m benchmarks.stability --write  writes them into the page
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.smoothing import demo_inputs
from sop_pipeline.insight.difference import nervousness
from sop_pipeline.planning import PlanningInputs, SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.schemas.inputs import LAST_PLAN

DOCUMENT = Path(__file__).parents[1] / "docs" / "stability.md"
PUBLISHED, NOW = "BASELINE", "Q4_PUSH"
"""The scenario whose plan was published, and the demand that has come since."""
FROZEN = (0, 1, 2, 3)
CHANGE_COSTS = (0.0, 0.5, 1.0, 2.0, 5.0, 20.0)
"""Cost of one unit more or less than in the last plan."""

_FREEZES = (
    "| frozen months | freeze costs | total cost | penalties | units lost | builds changed |",
    "|---|---|---|---|---|---|",
)
_CHANGES = (
    "| cost of a unit changed | builds changed | cost of changes | total cost | penalties |",
    "|---|---|---|---|---|",
)


def push_after_baseline() -> PlanningInputs:
    """The demo company with the demand of the push, and the baseline's plan as the last one."""
    published = _solved(demo_inputs(PUBLISHED)).tables["RECOMMENDED_BUILD_PLAN"]
    return replace(demo_inputs(NOW), last_plan=LAST_PLAN.typed(published))


def tables(inputs: PlanningInputs) -> str:
    """Both tables, as Markdown."""
    return "\n".join([*_FREEZES, *_freezes(inputs), "", *_CHANGES, *_changes(inputs)])


def written(text: str, made: str) -> str:
    """The page with the tables made anew."""
    begins, ends = re.escape(_FREEZES[0]), re.escape(_CHANGES[1])
    there = re.compile(rf"^{begins}\n[\s\S]*?^{ends}\n(?:\|.*\n)*", re.MULTILINE)
    text, found = there.subn(lambda _: f"{made}\n", text)
    if found != 1:
        msg = f"Expected the tables once; got them {found} times"
        raise ValueError(msg)
    return text


def _freezes(inputs: PlanningInputs) -> Iterator[str]:
    for months in FROZEN:
        solved = _solved(inputs, frozen_periods=months)
        report = solved.report
        lost = solved.tables["BUILD_PLAN_INVENTORY"]["LOST_SALES"].sum()
        yield _row(
            str(months),
            _whole(report.get("freeze_cost", 0.0)),
            _whole(report["total_cost"]),
            _whole(report["penalties"]),
            _whole(lost),
            _moved(inputs, solved),
        )


def _changes(inputs: PlanningInputs) -> Iterator[str]:
    for cost in CHANGE_COSTS:
        solved = _solved(inputs, change_cost_per_unit=cost)
        report = solved.report
        changes = report["published_cost_terms"].get("plan_change", 0.0)
        yield _row(
            f"{cost:g}",
            _moved(inputs, solved),
            _whole(changes),
            _whole(report["total_cost"]),
            _whole(report["penalties"] - changes),
        )


def _moved(inputs: PlanningInputs, solved: SolvedPlan) -> str:
    moved = nervousness(inputs.last_plan, solved.tables["RECOMMENDED_BUILD_PLAN"])
    return f"{moved.total:.1%}"


def _solved(inputs: PlanningInputs, **fields: Any) -> SolvedPlan:
    policy = load_policy("standard", fields)
    return plan(inputs, policy, policy_name="stability", input_hash="demo", prices="none")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _whole(value: float) -> str:
    return f"{np.round(value) + 0.0:,.0f}"


def main(arguments: Iterable[str]) -> None:
    """Print the tables, or write them into the page."""
    made = tables(push_after_baseline())
    sys.stdout.write(f"{made}\n")
    if "--write" in arguments:
        DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
