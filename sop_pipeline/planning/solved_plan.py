"""A scenario's published plan: its optimum in whole units, priced, pegged and in tables.

Belongs here: the order of the steps from the optimum to the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.planning.allocation import served_in_order, with_excess
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.commitment import commit_periods
from sop_pipeline.planning.confidence import Confidence, Prospect, measured_confidence
from sop_pipeline.planning.costs import Costs, total_cost
from sop_pipeline.planning.decision_tables import setup_table
from sop_pipeline.planning.futures.columns import no_futures
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import (
    Optimum,
    PlanningRequest,
    Progress,
    Stopwatch,
    prepared_problem,
)
from sop_pipeline.planning.pegging import pegging_table
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.network import Preparation
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.sales import Sold, StockFlows, earnings
from sop_pipeline.planning.scrap import warnings_of_scrap
from sop_pipeline.planning.service import service_table, sold_by_class
from sop_pipeline.planning.shadow_prices import PricedResources, shadow_price_table
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solver import Solver, solver_of
from sop_pipeline.planning.stability import freeze_cost, nervousness
from sop_pipeline.planning.summary import Provenance, summary_report, summary_table
from sop_pipeline.planning.tables import (
    build_plan_table,
    capacity_table,
    inventory_table,
    shipment_table,
    warehouse_table,
)
from sop_pipeline.planning.totals import refuse_large_plan
from sop_pipeline.planning.whole_units import Verdict, whole_unit_plan


@dataclass(frozen=True)
class SolvedPlan:
    """One scenario's whole solution.

    Attributes:
        tables: The result tables by name, RECOMMENDED_BUILD_PLAN and every BUILD_PLAN_*.
        report: Plain values: status, costs, certificate, provenance, shadow prices.
    """

    tables: dict[str, pd.DataFrame]
    report: dict[str, Any]


@dataclass(frozen=True)
class Rounded:
    """A plan in fractions and in whole units.

    Attributes:
        relaxed: In fractions.
        published: In whole units.
        verdict: What those cost.
    """

    relaxed: PlannedQuantities
    published: PlannedQuantities
    verdict: Verdict


def in_whole_units(found: Optimum, request: PlanningRequest, input_hash: str) -> SolvedPlan:
    """Publishable plan of an optimum: whole units, prices, pegs and tables.

    Args:
        found: The optimum.
        request: What was asked for.
        input_hash: Fingerprint of inputs and policy, carried into the plan.

    Raises:
        NoFeasiblePlan: No plan in whole units satisfies the hard constraints.
        InputRefused: A total is more than its column holds.
    """
    policy, watch = request.policy, found.watch
    rounded = in_whole_and_in_fractions(found.model, found.solution, watch)
    kept = _kept(found, rounded, policy)
    with watch.step("shadow_prices", "Pricing what is scarce"):
        scope = request.shadow_prices
        prices = _shadow_prices(found.solver, found.model, found.solution, scope, watch.progress)
    confidence = _confidence(found.prepared, rounded.published, policy, watch)
    ruled = {} if found.rule_cost is None else {"rule_cost": found.rule_cost}
    origin = provenance(found, request, input_hash, confidence, rounded)
    more = {**kept, **ruled, "shadow_prices": prices}
    return as_solved_plan(rounded, rounded.relaxed.costs, origin, more, watch)


def in_whole_and_in_fractions(model: PlanningModel, optimum: Solution, watch: Stopwatch) -> Rounded:
    """An optimum beside its plan in whole units.

    Args:
        model: The problem.
        optimum: Its optimal plan in fractions.
        watch: Told of the step.

    Raises:
        NoFeasiblePlan: No plan in whole units satisfies the hard constraints.
        InputRefused: A total is more than its column holds.
    """
    with watch.step("round", "Rounding to whole units"):
        relaxed = PlannedQuantities(model.problem, optimum.quantities)
        paying = with_excess(model, optimum)
        whole = whole_unit_plan(paying, optimum, watch.progress)
        published = PlannedQuantities(model.problem, whole.quantities)
        refuse_large_plan(published)
        paid_on_top = total_cost(paying.problem, whole.quantities) - published.cost
        is_decided = model.problem.decisions is not None
        verdict = Verdict(relaxed.cost, published.cost, whole.bound - paid_on_top, is_decided)
    return Rounded(relaxed, published, verdict)


def as_solved_plan(
    rounded: Rounded, objective: Costs, origin: Provenance, more: dict[str, Any], watch: Stopwatch
) -> SolvedPlan:
    """The tables and the report of a plan.

    Args:
        rounded: The plan in fractions and in whole units.
        objective: What the plan in fractions costs.
        origin: Where it comes from.
        more: What else the report tells, shadow prices included.
        watch: Told of the step.
    """
    relaxed, published = rounded.relaxed, rounded.published
    with watch.step("peg", "Pegging demand to builds"):
        pegged, earned = _pegged(published, origin.scenario_id)
    report = {**summary_report(objective, relaxed, published, origin), **earned, **more}
    summary = summary_table(objective, relaxed, published, report)
    tables = {**_tables(published, origin, report), "BUILD_PLAN_SUMMARY": summary, **pegged}
    return SolvedPlan(tables, report)


def provenance(
    found: Optimum,
    request: PlanningRequest,
    input_hash: str,
    confidence: Confidence,
    rounded: Rounded,
) -> Provenance:
    """Where a plan comes from, with every assumption and warning of its steps."""
    verdict = rounded.verdict
    inputs, notes, bounds = found.inputs, found.prepared.notes, found.bounds
    return Provenance(
        scenario_id=inputs.scenario_id,
        scenario_code=inputs.scenario_code,
        policy=request.policy,
        policy_name=request.policy_name,
        input_hash=input_hash,
        confidence=confidence,
        solver=found.solution.solver,
        certificate=found.certificate,
        bounds=bounds,
        assumptions=notes.assumptions | ({} if bounds is None else bounds.assumptions),
        whole_units=verdict,
        warnings=[
            *notes.warnings,
            *found.solution.notes,
            *verdict.warnings(request.policy.currency),
            *warnings_of_scrap(rounded.published),
            *([] if bounds is None else bounds.warnings),
        ],
        seconds=found.watch.seconds,
    )


def _kept(found: Optimum, rounded: Rounded, policy: Policy) -> dict[str, Any]:
    """How much of the last plan is kept and what its freeze costs, where the policy keeps to it."""
    if not policy.keeps_last_plan:
        return {}
    changes, cost = nervousness_of(found.prepared, rounded, policy), 0.0
    if rounded.published.problem.held is not None:
        with found.watch.step("freeze", "Solving without the freeze"):
            without = policy.model_copy(update={"frozen_periods": 0})
            free = prepared_problem(found.inputs, without).problem
            free = served_in_order(free, Certified(solver_of(policy.solver), policy).solve)
            cost = freeze_cost(rounded.relaxed, free, found.solver, policy)
    return {"nervousness": changes, "freeze_cost": cost}


def nervousness_of(prepared: Preparation, rounded: Rounded, policy: Policy) -> dict[str, Any]:
    """How much of the last plan the published one changes; see `stability.nervousness`."""
    published, frozen = rounded.published, policy.frozen_periods
    periods = published.problem.periods
    return nervousness(prepared.last_plan, published.family("build"), periods, frozen)


def _pegged(
    published: PlannedQuantities, scenario_id: int
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Which build serves which demand, and what the plan earns."""
    problem = published.problem
    inventory = inventory_table(published, scenario_id)
    flows = StockFlows.of_table(inventory, problem.shape)
    sold = Sold.of_products(problem, flows)
    pegging = pegging_table(
        problem,
        scenario_id,
        flows,
        sold.served,
        build=published.family("build"),
        shipment=published.family("shipment"),
        holding_cents=published.cents["holding"],
    )
    tables = {
        "BUILD_PLAN_INVENTORY": inventory,
        "BUILD_PLAN_PEGGING": pegging,
        "BUILD_PLAN_SERVICE": service_table(published, scenario_id, flows),
    }
    if problem.classes is not None:
        sold = sold_by_class(published, flows)
    return tables, earnings(problem, sold, published.cents)


def _confidence(
    prepared: Preparation, published: PlannedQuantities, policy: Policy, watch: Stopwatch
) -> Confidence:
    """How sure the plan is; where no draws are asked for, what its forecasters say."""
    if not policy.confidence_draws:
        return Confidence(prepared.confidence)
    if prepared.errors is None:
        return Confidence(None)
    problem, build = published.problem, published.family("build")
    demand = problem.demand.sum(axis=(0, 1))
    committed = commit_periods(problem.periods, demand, policy.commit_until)
    prospects = [Prospect(problem, prepared.errors)]
    with watch.step("confidence", "Judging the plan on draws of demand"):
        return measured_confidence(build, prospects, committed, policy, watch.progress)


def _shadow_prices(
    solver: Solver,
    model: PlanningModel,
    optimum: Solution,
    scope: PricedResources,
    progress: Progress | None,
) -> list[dict[str, Any]]:
    if scope == "none" or solver.price_resources is None:
        return []
    return solver.price_resources(model, optimum, scope, progress)


def _tables(
    published: PlannedQuantities, origin: Provenance, report: dict[str, Any]
) -> dict[str, pd.DataFrame]:
    scenario = origin.scenario_id
    return {
        "RECOMMENDED_BUILD_PLAN": build_plan_table(
            published, scenario, origin.model_version, origin.confidence.share
        ),
        "BUILD_PLAN_CAPACITY": capacity_table(published, scenario),
        "BUILD_PLAN_SETUP": setup_table(published, scenario),
        "BUILD_PLAN_WAREHOUSE": warehouse_table(published, scenario),
        "BUILD_PLAN_SHIPMENT": shipment_table(published, scenario),
        "BUILD_PLAN_SHADOW_PRICE": shadow_price_table(scenario, report["shadow_prices"]),
        "BUILD_PLAN_FUTURE": no_futures(),
    }
