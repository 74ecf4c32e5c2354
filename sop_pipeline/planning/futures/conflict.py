"""Why a hedge has no plan: a future that has none itself, or that needs another build.

Belongs here: which futures conflict. Does not belong here: how a conflict is found and told
(`diagnosis`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.diagnosis import conflict_kind, conflict_members, periods_of
from sop_pipeline.planning.futures.preparation import PreparedHedge
from sop_pipeline.planning.futures.together import Weighing, joined
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solver import solver_of
from sop_pipeline.planning.solvers import irreducible_conflict


def no_joint_plan(hedge: PreparedHedge, policy: Policy) -> NoFeasiblePlan:
    """The error that names the future without a plan, else what conflicts between futures."""
    for future in hedge.futures:
        try:
            Certified(solver_of(policy.solver), policy, future.naming).solve(future.problem)
        except NoFeasiblePlan as alone:
            return NoFeasiblePlan(f"Future {future.code}: {alone}")
    code, until = hedge.inputs.scenario_code, hedge.commit_until
    return NoFeasiblePlan(
        f"Every future of {code} has a plan, but no build up to {until} leaves a plan to all of "
        f"them.\n{_between_futures(hedge)}\nMake one of these constraints soft in the policy, or "
        "commit less (commit_until)"
    )


def _between_futures(hedge: PreparedHedge) -> str:
    """The members of a conflict, future by future."""
    programmes = [PlanningModel(future.problem).programme for future in hedge.futures]
    joint = joined(programmes, Weighing(hedge.probabilities), hedge.committed)
    period = np.zeros(joint.columns, dtype=np.int64)
    for lp, place in zip(programmes, joint.places, strict=True):
        period[place] = periods_of(lp, lp.variables)
    rows = [periods_of(lp, lp.constraints) for lp in programmes]
    conflict = irreducible_conflict(
        scale(joint.programme).programme, np.concatenate([*rows, period])
    )
    by_future: list[str] = []
    seen = np.zeros(joint.columns, dtype=bool)
    for number, (lp, future) in enumerate(zip(programmes, hedge.futures, strict=True)):
        own, place = joint.rows_of(number), joint.places[number]
        within = conflict.rows[(conflict.rows >= own.start) & (conflict.rows < own.stop)]
        limits = np.flatnonzero(np.isin(place, conflict.limits) & ~seen[place])
        seen[place] = True
        if len(within) or len(limits):
            members = conflict_members(lp, within - own.start, limits, future.naming)
            by_future.append(f"in {future.code}: {members}")
    return f"{conflict_kind(conflict)}: {'; '.join(by_future)}."
