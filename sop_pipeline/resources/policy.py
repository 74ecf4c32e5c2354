"""The policy as a Dagster resource: one name and single fields laid over it."""

from typing import Any

import dagster as dg
from pydantic import Field

from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy, policy_name


class PolicyResource(dg.ConfigurableResource):
    """The planning policy of a run, editable in the Launchpad."""

    name: str = Field(description="A shipped policy (standard, notebook) or a YAML file's path.")
    overrides: dict[str, Any] = Field(
        default={}, description="Single policy fields to replace, such as safety_stock_ratio: 0.2."
    )

    def load(self) -> Policy:
        """The validated policy.

        Raises:
            UsageError: There is no such policy, or a field is refused.
        """
        return load_policy(self.name, self.overrides)

    @property
    def label(self) -> str:
        """Short name of the policy, for plans and labels."""
        return policy_name(self.name)
