"""The bridge by driver between plans at hand: what stands between them is planned.

Belongs here: planning the steps and asking them to keep their rules.
Does not belong here: what the steps are (`insight/drivers`), how they are worded (`report`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sop_pipeline.errors import InputRefused, NoFeasiblePlan, SopError, UsageError
from sop_pipeline.insight.drivers import Basis, DriverStep, driver_steps, turned_step_by_step
from sop_pipeline.planning import SolvedPlan, solving_within
from sop_pipeline.planning.money import to_cents
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.planning.planner import plan_sweep
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.services.plans import require_rules_kept
from sop_pipeline.settings import Solvers
from sop_pipeline.validation.plan_rules import check_plan


def driver_bridge(
    one: CheckedScenario,
    other: CheckedScenario,
    margins: tuple[int, int],
    progress: Progress | None,
) -> tuple[DriverStep, ...]:
    """From the margin of one plan to that of another, by what changes between their inputs.

    Args:
        one: What the first plan was made of.
        other: What the other was made of.
        margins: Their published margins, in cents.
        progress: Told what is being solved.

    Raises:
        UsageError: One of them is a hedge.
        PlanNotCertified: A plan between them was not solved in time, or breaks its own rules.
    """
    _refuse_hedges(one, other)
    turned = turned_step_by_step(_basis(one), _basis(other))
    if not turned:
        return ()
    between = list(turned.values())[:-1]
    if progress is not None and between:
        codes = f"{one.scenario.code} and {other.scenario.code}"
        progress(f"Planning what stands between {codes}: {len(between)} plans")
    # The policy turns last, so all that stands between is of the first one's.
    with solving_within(Solvers.from_environment().time_limit_seconds):
        found = plan_sweep(
            [basis.inputs for basis in between],
            one.policy,
            policy_name="",
            input_hashes=[""] * len(between),
        )
    start, end = margins
    return driver_steps(start, list(turned), [*map(_margin, found), end])


def driver_bridges(
    inputs: Sequence[CheckedScenario], margins: Sequence[int], progress: Progress | None
) -> tuple[tuple[DriverStep, ...], ...]:
    """The bridge from the first plan to each other one; arguments as of `driver_bridge`."""
    return tuple(
        driver_bridge(inputs[0], other, (margins[0], margin), progress)
        for other, margin in zip(inputs[1:], margins[1:], strict=True)
    )


def _refuse_hedges(*inputs: CheckedScenario) -> None:
    codes = [one.scenario.code for one in inputs if one.scenario.is_hedge]
    if codes:
        msg = (
            f"{codes[0]} is a hedge, made of the inputs of several scenarios: which change of them "
            "a difference comes from is told of single scenarios alone. Leave out --drivers, or "
            "compare its members"
        )
        raise UsageError(msg)


def _basis(checked: CheckedScenario) -> Basis:
    return Basis(checked.planning_inputs, checked.policy)


def _margin(found: SolvedPlan | SopError) -> int | None:
    """A plan's margin, in cents; None where its inputs allow no plan."""
    if isinstance(found, NoFeasiblePlan | InputRefused):
        return None
    if isinstance(found, SopError):
        raise found
    require_rules_kept(check_plan(found))
    return to_cents(found.report["margin"])
