"""How much of the last plan a plan keeps, and what keeping it costs.

Does not belong here: what has to be kept (`preparation/earlier_builds`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import certify_plan
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.index_sets import shapes
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.money import more_than
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Periods, Problem, Quantities
from sop_pipeline.planning.problem_options import EarlierBuilds
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import (
    Infeasible,
    ProgrammeSolution,
    Solution,
    SolverResult,
)
from sop_pipeline.planning.solver import Solver
from sop_pipeline.planning.solvers import EXACT, HighsModel


def nervousness(
    last: EarlierBuilds | None, build: Floats, periods: Periods, frozen_periods: int
) -> dict[str, Any]:
    """What share of the last plan's builds a plan changes: sum of |x - xhat| over sum of xhat.

    Args:
        last: The last plan in the periods that both have; None where there is none.
        build: Units built by routing, as published, (R, T).
        periods: The periods planned.
        frozen_periods: How many of them are frozen.

    Returns:
        `total`, `frozen`, and `by_period` by the period's first day; None where the last plan
        builds nothing.
    """
    if last is None:
        return {"total": None, "frozen": None, "by_period": {}}
    changed = np.abs(last.at_places(build) - last.units).sum(axis=0)
    planned = last.units.sum(axis=0)
    frozen = last.periods < frozen_periods
    return {
        "total": _share(changed, planned),
        "frozen": _share(changed[frozen], planned[frozen]),
        "by_period": {
            str(periods.starts[int(t)]): _share(changed[i : i + 1], planned[i : i + 1])
            for i, t in enumerate(last.periods)
        },
    }


def freeze_cost(frozen: PlannedQuantities, free: Problem, solver: Solver, policy: Policy) -> float:
    """What the cheapest plan costs more with the freeze than without it, in currency.

    Args:
        frozen: The optimal plan with the freeze, in fractions.
        free: The problem without the freeze; it is solved from that plan where it can be.
        solver: What solves a problem whose decisions are whole.
        policy: How they are searched for.

    Raises:
        PlanNotCertified: The plan without the freeze is not proven optimal.
    """
    start = _start(frozen.quantities, free)
    ordered = free.classes is not None and free.classes.by_priority
    # A search ends within a gap: without the freeze it must not end at a plan dearer than with it.
    # Who goes short without the freeze may be fewer, which then is no plan of the problem.
    decided = take_decisions(PlanningModel(free), policy, known=None if ordered else start)
    if isinstance(decided, Infeasible):
        found, model = decided, PlanningModel(free)
    else:
        model = decided.model
        found = solver.solve(model) if free.decisions else _solved_from(start, model)
    if isinstance(found, Infeasible):
        msg = f"{found.solver} finds no plan without the freeze where there is one with it"
        raise PlanNotCertified(msg)
    certify_plan(model.asked, found).require(found.solver)
    return more_than(frozen.cost, total_cost(free, found.quantities))


def _solved_from(start: Mapping[str, Floats] | None, model: PlanningModel) -> SolverResult:
    """Solve from a plan of the problem, where one is known."""
    lp = model.programme
    scaled = scale(lp)
    highs = HighsModel(scaled.programme, EXACT)
    if start is not None:
        vertex = ProgrammeSolution(lp.of_columns(start), np.zeros(lp.shape[0]), 0.0, highs.name)
        highs.start_from(scaled.scaled(vertex))
    found = scaled.original(highs.solve())
    return Solution.of(lp, found) if isinstance(found, ProgrammeSolution) else found


def _start(plan: Quantities, free: Problem) -> Quantities | None:
    """The plan as one of the problem without the freeze; None where that has other products."""
    changes = {} if free.last_plan is None else free.last_plan.changes(plan["build"])
    start = {**plan, **changes}
    wanted = shapes(free, VARIABLES)
    return start if all(start[name].shape == wanted[name] for name in wanted) else None


def _share(changed: Floats, planned: Floats) -> float | None:
    total = float(planned.sum())
    return float(changed.sum()) / total if total > 0 else None
