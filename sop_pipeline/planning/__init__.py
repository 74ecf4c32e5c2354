"""The planning core: tables of one scenario in, one certified plan out.

Knows no database, no file, no orchestrator. `plan` is the way in, `plan_hedge` that of one build
for many scenarios.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_pipeline.on_demand import imported_when_used

if TYPE_CHECKING:
    from sop_pipeline.planning.futures.hedge import plan_hedge
    from sop_pipeline.planning.futures.inputs import HedgeInputs, Member
    from sop_pipeline.planning.inputs import PlanningInputs
    from sop_pipeline.planning.planner import (
        plan,
        plan_base,
        plan_sweep,
        preparation_warnings,
    )
    from sop_pipeline.planning.policy import Policy
    from sop_pipeline.planning.solved_plan import SolvedPlan
    from sop_pipeline.planning.solvers.limit import solving_within

__getattr__ = imported_when_used(
    __name__,
    {
        "HedgeInputs": "futures.inputs",
        "Member": "futures.inputs",
        "PlanningInputs": "inputs",
        "Policy": "policy",
        "SolvedPlan": "solved_plan",
        "plan": "planner",
        "plan_base": "planner",
        "plan_hedge": "futures.hedge",
        "plan_sweep": "planner",
        "preparation_warnings": "planner",
        "solving_within": "solvers.limit",
    },
)

__all__ = [
    "HedgeInputs",
    "Member",
    "PlanningInputs",
    "Policy",
    "SolvedPlan",
    "plan",
    "plan_base",
    "plan_hedge",
    "plan_sweep",
    "preparation_warnings",
    "solving_within",
]
