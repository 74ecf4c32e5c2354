"""The inputs that published plans were made of: those that stand, or those kept beside the plan.

Belongs here: telling whether a plan's inputs have changed since, under the plan's own policy.
Does not belong here: whether a plan of today's policy is current (`staleness`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.checked_scenario import CheckedScenario, of_checked
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.input_archive import kept_inputs
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store.queries import query_for


@dataclass(frozen=True)
class PlanOrigin:
    """What a plan was made of.

    Attributes:
        inputs: Its inputs; None where they have changed since and are not kept.
        stands: Whether they are the inputs as they are now.
    """

    inputs: CheckedScenario | None
    stands: bool


class PlanInputs:
    """What plans of a company were made of."""

    def __init__(self, company: Company) -> None:
        """Read nothing yet.

        Args:
            company: The company.
        """
        self._company = company
        self._shared: dict[str, pd.DataFrame] = {}

    def of(self, plan: Plan) -> PlanOrigin:
        """What a plan was made of: today's inputs where they are its own, else those kept.

        Raises:
            StoreUnavailable: What is kept is damaged.
        """
        if plan.inputs is not None:
            return PlanOrigin(plan.inputs, stands=True)
        found = self.now(plan)
        if found and found.input_hash == plan.summary["input_hash"]:
            return PlanOrigin(found, stands=True)
        return PlanOrigin(self._kept(plan), stands=False)

    def _kept(self, plan: Plan) -> CheckedScenario | None:
        """A published plan's inputs as they are kept beside it; None for an earlier release's."""
        origin = str(plan.summary["input_hash"])
        tables = kept_inputs(self._company.store, origin)
        if tables is None:
            return None
        scenario = self._company.scenario(plan.scenario_code)
        return CheckedScenario(scenario, policy_of(plan), tables, origin)

    def now(self, plan: Plan) -> CheckedScenario | None:
        """What stands now of a published plan's scenario, under the policy it was planned with.

        Tables that are the same for all scenarios are read once.
        """
        try:
            policy = policy_of(plan)
            scenario = self._company.scenario(plan.scenario_code)
            frames = dict(self._shared)
            before = plan.run_id if policy.keeps_last_plan else None
            reader = InputReader(
                self._company.store, scenario, policy, before_run=before, frames=frames
            )
            inputs = reader.inputs(INPUTS)
            for name in INPUTS:
                if not query_for(name, policy.demand_source).parameters:
                    self._shared[name] = inputs.rows(name)
            return of_checked(inputs)
        except (InputRefused, UsageError):
            return None


def policy_of(plan: Plan) -> Policy:
    """The policy a plan was made with, its horizon dated.

    Raises:
        UsageError: It is of a release whose policies had other fields.
    """
    return Policy.parse(plan.summary["policy_settings"], f"of the plan of {plan.scenario_code}")
