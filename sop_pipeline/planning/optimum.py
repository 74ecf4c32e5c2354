"""A scenario's least-cost plan in fractions, certified, and what it takes to publish it.

Belongs here: the order of the steps from checked inputs to that plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning.allocation import rule_cost, served_in_order
from sop_pipeline.planning.certificate import Certificate, certify_plan
from sop_pipeline.planning.certified import Certified
from sop_pipeline.planning.decisions.bounds import Bounds
from sop_pipeline.planning.decisions.search import take_decisions
from sop_pipeline.planning.diagnosis import no_feasible_plan
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.aggregate import prepare_aggregate
from sop_pipeline.planning.preparation.network import Preparation, prepare_network
from sop_pipeline.planning.preparation.unfelt import warn_of_unfelt
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.row_codes import planned_codes, with_codes
from sop_pipeline.planning.shadow_prices import PricedResources
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solver import Solver, solver_of

Progress = Callable[[str], None]
PREPARE = {"network": prepare_network, "aggregate": prepare_aggregate}


@dataclass
class Stopwatch:
    """Seconds each step took, told to whoever follows the progress.

    Attributes:
        progress: Called with a sentence before each step.
        seconds: Duration of each step by name, s.
    """

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def step(self, name: str, message: str) -> Generator[None]:
        """Tell of a step, and add what it takes to the seconds of its name."""
        if self.progress is not None:
            self.progress(message)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True)
class PlanningRequest:
    """What is asked for, whichever scenario it is asked of.

    Attributes:
        policy: How to plan.
        policy_name: Name of the policy, for the plan's version.
        shadow_prices: Which shadow prices to compute.
    """

    policy: Policy
    policy_name: str
    shadow_prices: PricedResources


def prepared_problem(inputs: PlanningInputs, policy: Policy) -> Preparation:
    """A scenario's problem at the policy's grain, with what was found on the way to it.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data.
    """
    try:
        prepared = PREPARE[policy.grain](inputs, policy)
    except InputRefused as refused:
        codes = planned_codes(inputs)
        raise InputRefused([with_codes(fault, codes) for fault in refused.faults]) from None
    warn_of_unfelt(policy, prepared.notes)
    return prepared


@dataclass(frozen=True)
class Optimum:
    """A scenario's least-cost plan in fractions, certified, and what it takes to publish it.

    Attributes:
        inputs: The scenario's inputs.
        prepared: Its problem as prepared, with notes.
        model: The problem solved: allocation rules held, whole decisions taken.
        solution: Its optimum that the preferences choose.
        certificate: The proof, the worst of all programmes solved.
        bounds: Bounds of the search for whole decisions; None where none is taken.
        solver: What solved it.
        watch: Durations so far.
        rule_cost: What a rule of allocation costs, in currency; None under `cost`.
    """

    inputs: PlanningInputs
    prepared: Preparation
    model: PlanningModel
    solution: Solution
    certificate: Certificate
    bounds: Bounds | None
    solver: Solver
    watch: Stopwatch
    rule_cost: float | None


def find_optimum(
    inputs: PlanningInputs, request: PlanningRequest, solver: Solver, progress: Progress | None
) -> Optimum:
    """Find and certify the least-cost plan of a scenario.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data.
        NoFeasiblePlan: No plan satisfies the hard constraints; the conflict is named.
        PlanNotCertified: The solver stopped early, or its plan is not proven optimal.
    """
    watch = Stopwatch(progress)
    with watch.step("build", "Building the model"):
        prepared = prepared_problem(inputs, request.policy)
        model = PlanningModel(prepared.problem)
    naming = Naming() if request.policy.grain == "aggregate" else Naming.of(inputs)
    certified = Certified(
        solver_of(request.policy.solver), request.policy, naming, prepared.notes.limiting
    )
    found = settled_optimum(model, solver, certified, watch)
    if isinstance(found, Infeasible):
        raise no_feasible_plan(model.problem, model.programme, naming, certified.remarks)
    cost_of_rule = None
    if request.policy.allocation != "cost":
        with watch.step("solve", "Comparing with the cheapest plan"):
            cost_of_rule = rule_cost(found.asked, found.solution, certified.solve)
    return Optimum(
        inputs,
        prepared,
        found.model,
        found.solution,
        found.certificate.with_worst_of(certified.certificates),
        found.bounds,
        solver,
        watch,
        cost_of_rule,
    )


@dataclass(frozen=True)
class SettledOptimum:
    """A problem's optimum that the preferences choose, certified.

    Attributes:
        asked: The problem with what its allocation rule holds.
        model: The same with its whole decisions taken.
        solution: Its optimum.
        certificate: The proof.
        bounds: Bounds of the search for whole decisions; None where none is taken.
    """

    asked: Problem
    model: PlanningModel
    solution: Solution
    certificate: Certificate
    bounds: Bounds | None


def settled_optimum(
    model: PlanningModel, solver: Solver, certified: Certified, watch: Stopwatch
) -> SettledOptimum | Infeasible:
    """Solve a problem, choose between its equally cheap plans, and certify the one chosen.

    Args:
        model: The problem.
        solver: Solves it.
        certified: Solves what is asked before it, whom an allocation rule serves first.
        watch: Told of each step.

    Raises:
        InputRefused: The solver would not see every figure.
        NoFeasiblePlan: An allocation rule has no plan.
        PlanNotCertified: The solver stopped early, or the plan is not proven optimal.
    """
    if solver.refuse is not None:
        solver.refuse(model)
    rows, columns = programme_shape(model.problem)
    with watch.step("solve", f"Solving {rows:,} rows and {columns:,} columns"):
        asked = served_in_order(model.problem, certified.solve)
        model = model if asked is model.problem else PlanningModel(asked)
        decided = take_decisions(model, certified.policy, watch.progress)
        found = decided if isinstance(decided, Infeasible) else solver.solve(decided.model)
    if isinstance(decided, Infeasible) or isinstance(found, Infeasible):
        return Infeasible(found.solver)
    model, bounds = decided.model, decided.bounds
    with watch.step("ties", "Choosing between equally cheap plans"):
        chosen = found if solver.break_ties is None else solver.break_ties(model, found)
    with watch.step("certify", "Certifying the plan"):
        certificate = certify_plan(model.asked, chosen)
        certificate.require(chosen.solver)
        if bounds is not None:
            bounds.require(certificate.proof.cost, chosen.solver)
    return SettledOptimum(asked, model, chosen, certificate, bounds)
