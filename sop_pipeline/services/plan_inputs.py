"""The inputs that published plans were made of, where they still stand as they were.

Belongs here: telling whether a plan's inputs have changed since, under the plan's own policy.
Does not belong here: whether a plan of today's policy is current (`staleness`).
"""

from __future__ import annotations

import pandas as pd

from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.checked_scenario import CheckedScenario, of_checked
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store.queries import query_for


class PlanInputs:
    """What plans of a company were made of."""

    def __init__(self, company: Company) -> None:
        """Read nothing yet.

        Args:
            company: The company.
        """
        self._company = company
        self._shared: dict[str, pd.DataFrame] = {}

    def of(self, plan: Plan) -> CheckedScenario | None:
        """A plan's inputs; None where they have changed since or can no longer be read."""
        if plan.inputs is not None:
            return plan.inputs
        found = self.now(plan)
        return found if found and found.input_hash == plan.summary["input_hash"] else None

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
