"""Planning one scenario, from checked inputs to a certified plan in whole units.

Belongs here: the order of the steps. Each step lives in a module of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sop_pipeline.errors import SopError
from sop_pipeline.planning.allocation import rule_cost, served_in_order, with_excess
from sop_pipeline.planning.certificate import Certificate, certify_plan
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.confidence import Confidence, measured_confidence
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.decision_tables import setup_table
from sop_pipeline.planning.decisions.bounds import Bounds
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import no_feasible_plan
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.pegging import pegging_table
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.aggregate import prepare_aggregate
from sop_pipeline.planning.preparation.network import Preparation, prepare_network
from sop_pipeline.planning.preparation.unfelt import warn_of_unfelt
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.sales import Sold, StockFlows, earnings
from sop_pipeline.planning.scrap import warnings_of_scrap
from sop_pipeline.planning.service import service_table, sold_by_class
from sop_pipeline.planning.shadow_prices import PricedResources, shadow_price_table
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solver import Solver, solver_of
from sop_pipeline.planning.stability import freeze_cost, nervousness
from sop_pipeline.planning.summary import Provenance, summary_report, summary_table
from sop_pipeline.planning.sweep import WarmStart, side_by_side
from sop_pipeline.planning.tables import (
    build_plan_table,
    capacity_table,
    inventory_table,
    shipment_table,
    warehouse_table,
)
from sop_pipeline.planning.totals import refuse_large_plan
from sop_pipeline.planning.whole_units import Verdict, whole_unit_plan

Progress = Callable[[str], None]
PREPARE = {"network": prepare_network, "aggregate": prepare_aggregate}


@dataclass(frozen=True)
class SolvedPlan:
    """One scenario's whole solution.

    Attributes:
        tables: The result tables by name, RECOMMENDED_BUILD_PLAN and every BUILD_PLAN_*.
        report: Plain values: status, costs, certificate, provenance, shadow prices.
    """

    tables: dict[str, pd.DataFrame]
    report: dict[str, Any]


@dataclass
class _Stopwatch:
    """Seconds each step took, told to whoever follows the progress."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def step(self, name: str, message: str) -> Generator[None]:
        if self.progress is not None:
            self.progress(message)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True)
class _Request:
    """What is asked for, whichever scenario it is asked of."""

    policy: Policy
    policy_name: str
    shadow_prices: PricedResources


def preparation_warnings(inputs: PlanningInputs, policy: Policy) -> list[str]:
    """What preparing the problem warns of, without solving it: one sentence each.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data.
    """
    return _prepared(inputs, policy).notes.warnings


def plan(
    inputs: PlanningInputs,
    policy: Policy,
    *,
    policy_name: str,
    input_hash: str,
    progress: Progress | None = None,
    prices: PricedResources = "binding",
    start: WarmStart | None = None,
) -> SolvedPlan:
    """Plan one scenario.

    Args:
        inputs: Its checked input tables.
        policy: How to plan.
        policy_name: Name of the policy, for the plan's version.
        input_hash: Fingerprint of inputs and policy, carried into the plan.
        progress: Called with a sentence before each step.
        prices: Which shadow prices to compute: of what binds, of all that is limited, or none.
        start: Plan of a scenario like it to start from, of `plan_base`; the plan is the same.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data, or its solver is not available.
        NoFeasiblePlan: No plan satisfies the hard constraints; the conflict is named.
        PlanNotCertified: The solver stopped early, or its plan is not proven optimal.
    """
    request = _Request(policy, policy_name, prices)
    solver = solver_of(policy.solver) if start is None else start.warm_solver
    return _plan(inputs, request, input_hash, solver, progress)[0]


def plan_base(
    inputs: PlanningInputs,
    policy: Policy,
    *,
    policy_name: str,
    input_hash: str,
    progress: Progress | None = None,
    prices: PricedResources = "binding",
) -> tuple[SolvedPlan, WarmStart]:
    """Plan one scenario, and keep what changed ones start from; see `plan`."""
    request, solver = _Request(policy, policy_name, prices), solver_of(policy.solver)
    solved, model, optimum = _plan(inputs, request, input_hash, solver, progress)
    return solved, WarmStart.of(model, optimum, solver)


@dataclass(frozen=True)
class PlanRequest:
    """What `plan_with_change` plans: as the arguments of `plan` say."""

    inputs: PlanningInputs
    policy: Policy
    policy_name: str
    input_hash: str


def plan_with_change(
    base: PlanRequest, changed: PlanRequest, *, progress: Progress | None = None
) -> tuple[SolvedPlan, SolvedPlan]:
    """Plan a scenario and a change of it, the changed one solved from the plan of the other.

    Both are the plans of `plan`; they come to whole units side by side.

    Args:
        base: The scenario as it is.
        changed: The same with the change.
        progress: Called with a sentence before each step.

    Raises:
        SopError: Either cannot be planned; see `plan`.
    """
    asked = [_Request(one.policy, one.policy_name, "binding") for one in (base, changed)]
    solver = solver_of(base.policy.solver)
    as_it_is = _optimum(base.inputs, asked[0], solver, progress)
    warm = WarmStart.of(as_it_is.model, as_it_is.solution, solver_of(changed.policy.solver))
    with_change = _optimum(changed.inputs, asked[1], warm.warm_solver, progress)
    whole = side_by_side(
        lambda one: _in_whole_units(*one),
        [(as_it_is, asked[0], base.input_hash), (with_change, asked[1], changed.input_hash)],
    )
    return whole[0], whole[1]


def plan_sweep(
    scenarios: Sequence[PlanningInputs],
    policy: Policy,
    *,
    policy_name: str,
    input_hashes: Sequence[str],
    progress: Progress | None = None,
) -> list[SolvedPlan | SopError]:
    """Plan many scenarios in one process, each started from the first that has a plan; see `plan`.

    The plans are those of `plan`, without shadow prices, several made at once. A scenario that
    cannot be planned has its error in its place.
    """
    request, cold = _Request(policy, policy_name, "none"), solver_of(policy.solver)
    starts: list[WarmStart] = []

    def plan_one(scenario: tuple[PlanningInputs, str]) -> SolvedPlan | SopError:
        inputs, input_hash = scenario
        if progress is not None:
            progress(f"Planning {inputs.scenario_code}")
        solver = starts[0].warm_solver if starts else cold
        try:
            solved, model, optimum = _plan(inputs, request, input_hash, solver, None)
            if not starts:
                starts.append(WarmStart.of(model, optimum, cold))
        except SopError as error:
            return error
        return solved

    results: list[SolvedPlan | SopError] = []
    rest = zip(scenarios, input_hashes, strict=True)
    for scenario in rest:
        results.append(plan_one(scenario))
        if starts:
            break
    return results + side_by_side(plan_one, rest)


def _prepared(inputs: PlanningInputs, policy: Policy) -> Preparation:
    prepared = PREPARE[policy.grain](inputs, policy)
    warn_of_unfelt(policy, prepared.notes)
    return prepared


def _plan(
    inputs: PlanningInputs,
    request: _Request,
    input_hash: str,
    solver: Solver,
    progress: Progress | None,
) -> tuple[SolvedPlan, PlanningModel, Solution]:
    found = _optimum(inputs, request, solver, progress)
    return _in_whole_units(found, request, input_hash), found.model, found.solution


@dataclass(frozen=True)
class _Optimum:
    """A scenario's least-cost plan in fractions, certified, and what it takes to publish it."""

    inputs: PlanningInputs
    prepared: Preparation
    model: PlanningModel
    solution: Solution
    certificate: Certificate
    bounds: Bounds | None
    solver: Solver
    watch: _Stopwatch
    rule_cost: float | None


def _optimum(
    inputs: PlanningInputs, request: _Request, solver: Solver, progress: Progress | None
) -> _Optimum:
    watch = _Stopwatch(progress)
    with watch.step("build", "Building the model"):
        prepared = _prepared(inputs, request.policy)
        model = PlanningModel(prepared.problem)
        if solver.refuse is not None:
            solver.refuse(model)
    naming = Naming() if request.policy.grain == "aggregate" else Naming.of(inputs)
    certified = Certified(solver_of(request.policy.solver), request.policy, naming)
    rows, columns = programme_shape(model.problem)
    with watch.step("solve", f"Solving {rows:,} rows and {columns:,} columns"):
        asked = served_in_order(model.problem, certified.solve)
        model = model if asked is model.problem else PlanningModel(asked)
        decided = take_decisions(model, request.policy, progress)
        found = decided if isinstance(decided, Infeasible) else solver.solve(decided.model)
    if isinstance(decided, Infeasible) or isinstance(found, Infeasible):
        raise no_feasible_plan(model.problem, model.programme, naming)
    model, bounds = decided.model, decided.bounds
    with watch.step("ties", "Choosing between equally cheap plans"):
        optimum = found if solver.break_ties is None else solver.break_ties(model, found)
    with watch.step("certify", "Certifying the plan"):
        certificate = certify_plan(model.asked, optimum)
        certificate.require(optimum.solver)
        if bounds is not None:
            bounds.require(certificate.proof.cost, optimum.solver)
    cost_of_rule = None
    if request.policy.allocation != "cost":
        with watch.step("solve", "Comparing with the cheapest plan"):
            cost_of_rule = rule_cost(asked, optimum, certified.solve)
    certificate = certificate.with_worst_of(certified.certificates)
    return _Optimum(
        inputs, prepared, model, optimum, certificate, bounds, solver, watch, cost_of_rule
    )


def _in_whole_units(found: _Optimum, request: _Request, input_hash: str) -> SolvedPlan:
    policy, inputs, watch = request.policy, found.inputs, found.watch
    model, optimum, prepared = found.model, found.solution, found.prepared
    with watch.step("round", "Rounding to whole units"):
        relaxed = PlannedQuantities(model.problem, optimum.quantities)
        paying = with_excess(model, optimum)
        whole = whole_unit_plan(paying, optimum, watch.progress)
        published = PlannedQuantities(model.problem, whole.quantities)
        refuse_large_plan(published)
        paid_on_top = total_cost(paying.problem, whole.quantities) - published.cost
        verdict = Verdict(relaxed.cost, published.cost, whole.bound - paid_on_top)
    kept = _kept(found, relaxed, published, policy)
    with watch.step("shadow_prices", "Pricing what is scarce"):
        scope = request.shadow_prices
        prices = _shadow_prices(found.solver, model, optimum, scope, watch.progress)
    with watch.step("peg", "Pegging demand to builds"):
        pegged, earned = _pegged(published, inputs.scenario_id)
    confidence = _confidence(prepared, published, policy, watch)
    origin = Provenance(
        scenario_id=inputs.scenario_id,
        scenario_code=inputs.scenario_code,
        policy=policy,
        policy_name=request.policy_name,
        input_hash=input_hash,
        confidence=confidence,
        solver=optimum.solver,
        certificate=found.certificate,
        bounds=found.bounds,
        assumptions={
            **prepared.notes.assumptions,
            **({} if found.bounds is None else found.bounds.assumptions),
        },
        whole_units=verdict,
        warnings=[
            *prepared.notes.warnings,
            *optimum.notes,
            *verdict.warnings(policy.currency),
            *warnings_of_scrap(published),
            *([] if found.bounds is None else found.bounds.warnings),
        ],
        seconds=watch.seconds,
    )
    ruled = {} if found.rule_cost is None else {"rule_cost": found.rule_cost}
    report = {
        **summary_report(relaxed, published, origin),
        **earned,
        **kept,
        **ruled,
        "shadow_prices": prices,
    }
    return SolvedPlan({**_tables(relaxed, published, origin, report), **pegged}, report)


def _kept(
    found: _Optimum, relaxed: PlannedQuantities, published: PlannedQuantities, policy: Policy
) -> dict[str, Any]:
    """How much of the last plan is kept and what its freeze costs, where the policy keeps to it."""
    if not policy.keeps_last_plan:
        return {}
    periods, frozen = published.problem.periods, policy.frozen_periods
    told = nervousness(found.prepared.last_plan, published.family("build"), periods, frozen)
    cost = 0.0
    if published.problem.held is not None:
        with found.watch.step("freeze", "Solving without the freeze"):
            without = policy.model_copy(update={"frozen_periods": 0})
            free = _prepared(found.inputs, without).problem
            free = served_in_order(free, Certified(solver_of(policy.solver), policy).solve)
            cost = freeze_cost(relaxed, free, found.solver, policy)
    return {"nervousness": told, "freeze_cost": cost}


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
    prepared: Preparation, published: PlannedQuantities, policy: Policy, watch: _Stopwatch
) -> Confidence:
    """How sure the plan is; where no draws are asked for, what its forecasters say."""
    if not policy.confidence_draws:
        return Confidence(prepared.confidence)
    if prepared.errors is None:
        return Confidence(None)
    with watch.step("confidence", "Judging the plan on draws of demand"):
        return measured_confidence(published, prepared.errors, policy, watch.progress)


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
    relaxed: PlannedQuantities,
    published: PlannedQuantities,
    origin: Provenance,
    report: dict[str, Any],
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
        "BUILD_PLAN_SUMMARY": summary_table(relaxed, published, report),
    }
