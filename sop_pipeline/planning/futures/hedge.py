"""Planning a hedge, from the checked inputs of its futures to one certified plan in whole units.

Belongs here: the order of the steps. What is published of single futures is the reference
future's; money that is not published is what all of them cost on average.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from sop_pipeline.planning.confidence import Confidence, Prospect, measured_confidence
from sop_pipeline.planning.days import days
from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.futures.optimum import HedgeOptimum, find_hedge_optimum
from sop_pipeline.planning.futures.preparation import PreparedHedge, prepared_hedge
from sop_pipeline.planning.futures.prices import joint_prices
from sop_pipeline.planning.futures.rules import cost_of_rules
from sop_pipeline.planning.futures.table import future_figures, future_table
from sop_pipeline.planning.futures.whole_build import reference_in_whole_units
from sop_pipeline.planning.optimum import Optimum, PlanningRequest, Progress, Stopwatch
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.shadow_prices import PricedResources
from sop_pipeline.planning.solved_plan import (
    Rounded,
    SolvedPlan,
    as_solved_plan,
    provenance,
)
from sop_pipeline.planning.solver import solver_of

BUILD_PLAN = "RECOMMENDED_BUILD_PLAN"


def plan_hedge(
    hedge: HedgeInputs,
    policy: Policy,
    *,
    policy_name: str,
    input_hash: str,
    progress: Progress | None = None,
    prices: PricedResources = "binding",
) -> SolvedPlan:
    """Plan one build for several futures.

    Args:
        hedge: The checked inputs of its futures, and of mean demand.
        policy: How to plan; what is committed, and how much risk counts.
        policy_name: Name of the policy, for the plan's version.
        input_hash: Fingerprint of inputs and policy, carried into the plan.
        progress: Called with a sentence before each step.
        prices: Which shadow prices to compute: of what binds, of all that is limited, or none.

    Returns:
        The reference future's tables under the hedge's scenario, BUILD_PLAN_FUTURE beside them;
        objective and cost terms of the report are what all futures cost on average.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data, or its solver is not available.
        NoFeasiblePlan: No plan satisfies the hard constraints; the future or conflict is named.
        PlanNotCertified: The solver stopped early, or a plan is not proven optimal.
    """
    request, watch = PlanningRequest(policy, policy_name, prices), Stopwatch(progress)
    with watch.step("build", "Building the model of every future"):
        prepared = prepared_hedge(hedge, policy)
    found = find_hedge_optimum(prepared, policy, watch)
    rounded = reference_in_whole_units(found)
    with watch.step("shadow_prices", "Pricing what is scarce"):
        priced = joint_prices(found.plan, prices, progress)
    reference = _reference(found)
    figures = future_figures(found)
    confidence = _confidence(found, rounded)
    origin = provenance(reference, request, input_hash, confidence, rounded)
    ruled = cost_of_rules(found, rounded)
    more = {**ruled, **_told(found), "futures": figures, "shadow_prices": priced}
    solved = as_solved_plan(rounded, found.objective, origin, more, watch)
    tables = {
        **solved.tables,
        BUILD_PLAN: _committed(solved.tables[BUILD_PLAN], prepared),
        "BUILD_PLAN_FUTURE": future_table(found, figures),
    }
    return replace(solved, tables=tables)


def _committed(rows: pd.DataFrame, hedge: PreparedHedge) -> pd.DataFrame:
    """The build plan with what is one build for all futures marked, where there are several."""
    if len(hedge.futures) == 1:
        return rows
    first = days(hedge.futures[0].problem.periods.starts[: hedge.committed])
    return rows.assign(COMMITTED=rows["PRODUCTION_WEEK"].isin(first).astype("boolean"))


def _reference(found: HedgeOptimum) -> Optimum:
    """The reference future's part of a hedge, as the optimum of the hedge's own scenario."""
    hedge, plan = found.prepared, found.plan
    future = hedge.futures[hedge.reference]
    own = {"scenario_id": hedge.inputs.scenario_id, "scenario_code": hedge.inputs.scenario_code}
    return Optimum(
        inputs=replace(future.member.inputs, **own),
        prepared=replace(future.prepared, notes=hedge.notes),
        model=plan.models[hedge.reference],
        solution=plan.solutions[hedge.reference],
        certificate=found.certificate,
        bounds=plan.bounds,
        solver=solver_of(found.policy.solver),
        watch=found.watch,
        rule_cost=None,
    )


def _confidence(found: HedgeOptimum, rounded: Rounded) -> Confidence:
    """How sure the plan is, each draw of a future; without draws, what the forecasters say."""
    hedge, policy = found.prepared, found.policy
    if not policy.confidence_draws:
        return Confidence(hedge.mean.confidence)
    prospects: list[Prospect] = []
    for future in hedge.futures:
        if future.prepared.errors is None:
            return Confidence(None)
        own = (future.problem, future.prepared.errors, future.member.probability)
        prospects.append(Prospect(*own))
    build, watch = rounded.published.family("build"), found.watch
    with watch.step("confidence", "Judging the plan on draws of demand"):
        return measured_confidence(build, prospects, hedge.committed, policy, watch.progress)


def _told(found: HedgeOptimum) -> dict[str, Any]:
    """What a report tells of a hedge beside what it tells of any plan."""
    hedge = found.prepared
    until = hedge.commit_until
    rows, columns = found.plan.joint.programme.shape
    return {
        "rows": rows,
        "columns": columns,
        **found.figures,
        "commit_until": None if until is None else until.isoformat(),
        "commit_periods": hedge.committed,
        "reference_member": hedge.futures[hedge.reference].code,
    }
