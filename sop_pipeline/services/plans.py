"""A checked scenario's plan, and whether it keeps its own rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sop_pipeline import planning
from sop_pipeline.errors import Fault, PlanNotCertified
from sop_pipeline.planning import SolvedPlan, plan, solving_within
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.planning.planner import PlanRequest, plan_with_change
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.settings import Solvers
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline.validation.rule import RuleResult


@dataclass(frozen=True)
class CheckedPlan:
    """A plan that keeps its rules.

    Attributes:
        solved: The plan.
        warnings: What its reader must know of: of its inputs first, then of itself.
    """

    solved: SolvedPlan
    warnings: tuple[Fault, ...]


def solve(
    checked: CheckedScenario, *, policy_name: str, progress: Progress | None = None
) -> SolvedPlan:
    """The plan of a scenario, its rules not judged yet (`require_rules_kept`).

    Args:
        checked: The scenario.
        policy_name: What the plan says of its policy.
        progress: Told each step as it begins.

    Raises:
        NoFeasiblePlan: Hard constraints contradict each other.
        PlanNotCertified: The time limit of the environment was reached, or no proof found.
    """
    policy, origin = checked.policy, checked.input_hash
    with solving_within(Solvers.from_environment().time_limit_seconds):
        if checked.scenario.is_hedge:
            hedge = checked.hedge_inputs
            return planning.plan_hedge(
                hedge, policy, policy_name=policy_name, input_hash=origin, progress=progress
            )
        inputs = checked.planning_inputs
        return plan(inputs, policy, policy_name=policy_name, input_hash=origin, progress=progress)


def require_rules_kept(results: Iterable[RuleResult]) -> None:
    """Refuse a plan that breaks a rule.

    Args:
        results: What the plan's rules found.

    Raises:
        PlanNotCertified: A rule that blocks found faults.
    """
    broken = [str(fault) for result in results if result.blocks for fault in result.faults]
    if broken:
        raise PlanNotCertified("\n".join(["The plan breaks its own rules:", *broken]))


def solve_and_check(
    checked: CheckedScenario, *, policy_name: str, progress: Progress | None = None
) -> CheckedPlan:
    """The plan of a scenario, once it is found to keep its rules; arguments as of `solve`.

    Raises:
        NoFeasiblePlan: Hard constraints contradict each other.
        PlanNotCertified: There is no proof in time, or the plan breaks its own rules.
    """
    return _checked(checked, solve(checked, policy_name=policy_name, progress=progress))


def solve_with_change(
    base: CheckedScenario,
    changed: CheckedScenario,
    *,
    policy_names: tuple[str, str],
    progress: Progress | None = None,
) -> tuple[CheckedPlan, CheckedPlan]:
    """The plans of a scenario and of a change of it, once they are found to keep their rules.

    Args:
        base: The scenario as it is.
        changed: The same with the change, which is solved from the plan of the other.
        policy_names: What each plan says of its policy.
        progress: Told each step as it begins.

    Raises:
        NoFeasiblePlan: Hard constraints contradict each other.
        PlanNotCertified: There is no proof in time, or a plan breaks its own rules.
    """
    if base.scenario.is_hedge:
        both = zip((base, changed), policy_names, strict=True)
        plans = [solve_and_check(one, policy_name=name, progress=progress) for one, name in both]
        return plans[0], plans[1]
    asked = [
        PlanRequest(one.planning_inputs, one.policy, name, one.input_hash)
        for one, name in zip((base, changed), policy_names, strict=True)
    ]
    with solving_within(Solvers.from_environment().time_limit_seconds):
        solved = plan_with_change(*asked, progress=progress)
    return _checked(base, solved[0]), _checked(changed, solved[1])


def _checked(checked: CheckedScenario, solved: SolvedPlan) -> CheckedPlan:
    results = check_plan(solved)
    require_rules_kept(results)
    warnings = [fault for result in results if not result.blocks for fault in result.faults]
    return CheckedPlan(solved, (*checked.warnings, *warnings))
