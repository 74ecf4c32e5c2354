"""Planning scenarios, from checked inputs to certified plans in whole units.

Belongs here: the ways to ask for plans, of one scenario, of a change of it, of many. The steps
stand in order in `optimum` and `solved_plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sop_pipeline.errors import SopError
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.optimum import PlanningRequest, Progress, find_optimum, prepared_problem
from sop_pipeline.planning.parallel import side_by_side
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.shadow_prices import PricedResources
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solved_plan import SolvedPlan, in_whole_units
from sop_pipeline.planning.solver import Solver, solver_of
from sop_pipeline.planning.sweep import WarmStart


def preparation_warnings(inputs: PlanningInputs, policy: Policy) -> list[str]:
    """What preparing the problem warns of, without solving it: one sentence each.

    Raises:
        InputRefused: The input breaks a rule only planning can see.
        UsageError: The policy does not fit the data.
    """
    return prepared_problem(inputs, policy).notes.warnings


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
    request = PlanningRequest(policy, policy_name, prices)
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
    request, solver = PlanningRequest(policy, policy_name, prices), solver_of(policy.solver)
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
    asked = [PlanningRequest(one.policy, one.policy_name, "binding") for one in (base, changed)]
    solver = solver_of(base.policy.solver)
    as_it_is = find_optimum(base.inputs, asked[0], solver, progress)
    warm = WarmStart.of(as_it_is.model, as_it_is.solution, solver_of(changed.policy.solver))
    with_change = find_optimum(changed.inputs, asked[1], warm.warm_solver, progress)
    whole = side_by_side(
        lambda one: in_whole_units(*one),
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
    request, cold = PlanningRequest(policy, policy_name, "none"), solver_of(policy.solver)
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


def _plan(
    inputs: PlanningInputs,
    request: PlanningRequest,
    input_hash: str,
    solver: Solver,
    progress: Progress | None,
) -> tuple[SolvedPlan, PlanningModel, Solution]:
    found = find_optimum(inputs, request, solver, progress)
    return in_whole_units(found, request, input_hash), found.model, found.solution
