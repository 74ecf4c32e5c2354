"""What if: a scenario planned as it is and with changes, and what differs.

Belongs here: the order of these steps. Nothing is published.
Does not belong here: what a change is (`insight/changes`), what differs (`insight/differences`),
how a changed scenario is kept (`new_scenarios`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.change_language import all_changes
from sop_pipeline.insight.changes import Change, made, policy_overrides
from sop_pipeline.insight.company_frames import CompanyFrames
from sop_pipeline.insight.differences import PlanDifference, plan_difference
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.planning.summary import model_version
from sop_pipeline.services.checked_scenario import (
    CheckedScenario,
    checked_again,
    read_and_check,
    warnings_before_solving,
)
from sop_pipeline.services.company import Company, label_of
from sop_pipeline.services.company_plans import Plan, published, solved_plan
from sop_pipeline.services.new_scenarios import keep_scenario, require_new
from sop_pipeline.services.plans import solve_and_check, solve_with_change


@dataclass(frozen=True)
class WhatIf:
    """A scenario with changes beside the same without them.

    Attributes:
        base: The plan of the inputs as they are: the published one where it is that, else planned
            here.
        plan: The plan of the changed inputs.
        changes: What is changed, in order.
        sentences: The same in words, one for each.
        difference: What differs.
        note: Why `base` is not the published plan; empty where it is.
        saved_as: The scenario it is kept as; None where it is not.
    """

    base: Plan
    plan: Plan
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]
    difference: PlanDifference
    note: str = ""
    saved_as: str | None = None


def whatif(
    company: Company,
    scenario: str | None,
    changes: Iterable[Change | str],
    *,
    policy: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    save_as: str | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Plan a scenario with changes and without, and lay the plans side by side.

    Args:
        company: The company.
        scenario: Code of the scenario; None where there is but one.
        changes: What changes, in order, in planner's words (`demand +10% family TV from 2026-10`)
            or as values of `insight.changes`. Without any both plans are the same.
        policy: Name or file of the policy; by default that of SOP_POLICY, else `standard`.
        overrides: Fields laid over it, with and without the changes.
        save_as: Code of a new scenario to keep the changed forecasts as; None keeps nothing.
        progress: Told each step as it begins.

    Raises:
        UsageError: There is no such scenario or policy, a change makes no sense here, or cannot be
            kept.
        InputRefused: A check that blocks found faults, before the changes or after them.
        NoFeasiblePlan: No plan satisfies the hard constraints; the conflict is named.
        PlanNotCertified: There is no proof in time, or a plan breaks its own rules.
        StoreUnavailable: The new scenario could not be written; nothing is changed.
    """
    asked = all_changes(changes)
    settings = policy_overrides(asked)
    if save_as is not None:
        require_new(company, save_as, asked)
    started = time.perf_counter()
    reader = company.reader(scenario, policy=policy, overrides=overrides)
    base = before = read_and_check(reader)
    laid_over = {**(overrides or {}), **settings}
    if settings:
        _require_other(base, settings)
        code = base.scenario.code
        reader = company.reader(code, policy=policy, overrides=laid_over)
        before = read_and_check(reader)
    made_to = [made(asked, CompanyFrames(one, before.policy)) for one in before.futures]
    changed = checked_again(reader.inputs(), [frames.inputs for frames, _ in made_to])
    sentences = made_to[0][1]
    seconds = {"read": time.perf_counter() - started}
    names = label_of(policy, overrides), label_of(policy, laid_over)
    standing, note = _published_base(company, base, names[0])
    if standing is None:
        both = solve_with_change(base, changed, policy_names=names, progress=progress)
        standing = solved_plan(company, base, both[0], seconds)
        solved = both[1]
    else:
        solved = solve_and_check(changed, policy_name=names[1], progress=progress)
    plan = solved_plan(company, changed, solved, seconds)
    if save_as is not None:
        keep_scenario(company, base, changed, save_as, sentences)
    return WhatIf(
        base=standing,
        plan=plan,
        changes=asked,
        sentences=sentences,
        difference=plan_difference(standing.tables, plan.tables),
        note=note,
        saved_as=save_as,
    )


def _require_other(base: CheckedScenario, settings: Mapping[str, Any]) -> None:
    """Refuse a setting that the policy has already."""
    for field, value in settings.items():
        if str(getattr(base.policy, field)) == str(value):
            msg = f"--set {field}: the policy has {value} already, so nothing would change"
            raise UsageError(msg)


def _published_base(company: Company, base: CheckedScenario, label: str) -> tuple[Plan | None, str]:
    """The published plan where it is that of the inputs as they are; else why it is not.

    The same inputs under the same policy and version give the same plan, to the last cell.
    """
    code = base.scenario.code
    with company.store.reading():
        rows = company.store.read("published_plans")
        origins = rows.loc[rows["SCENARIO_CODE"] == code, ["INPUT_HASH", "MODEL_VERSION"]]
        if origins.empty:
            note = f"{code} has no published plan: "
            return None, f"{note}the base is planned here from the inputs as they are."
        wanted = base.input_hash, model_version(label, base.policy.grain)
        if wanted in set(origins.itertuples(index=False, name=None)):
            plan = published(company, [code])[code]
            return replace(plan, inputs=base, warnings=warnings_before_solving(base)), ""
    note = f"The published plan of {code} is of other inputs, another policy or version: "
    return None, f"{note}the base is planned here from the inputs as they are."
