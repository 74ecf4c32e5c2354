"""The policy as a Dagster resource: one name and single fields laid over it."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import dagster as dg
from pydantic import Field

from sop_pipeline.errors import EXIT_STATUS, UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy, named_policies, policy_label
from sop_pipeline.resources.policy_overrides import PolicyOverrides


class PolicyResource(dg.ConfigurableResource):
    """The planning policy of a run, editable in the Launchpad.

    Whoever may use the Launchpad names a policy; which files are read, the operator decides.
    """

    configured: ClassVar[str] = ""
    """The policy this process was started with, name or path: what the operator chose."""

    name: str = Field(
        description="A policy's name: standard, notebook, decisions, or a file of the folder "
        "SOP_POLICIES."
    )
    overrides: PolicyOverrides = Field(  # type: ignore[valid-type]  made from the policy
        default=PolicyOverrides(),
        description="Single policy fields to replace, such as capital_rate_per_year: 0.3.",
    )

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Refuse a run config that asks for variables of the environment: they may be secrets.

        Raises:
            Failure: Dagster would put a variable's value where `{env: NAME}` stands, and a message
                on a wrong value would show it.
        """
        run = context.run
        if run is not None and _asks_environment(run.run_config):
            msg = "The run config names a variable of the environment (env): give the value itself."
            raise dg.Failure(
                msg, metadata={EXIT_STATUS: UsageError.exit_status}, allow_retries=False
            )

    def load(self) -> Policy:
        """The validated policy.

        Raises:
            UsageError: There is no policy of that name, or a field is refused.
        """
        if self.name != self.configured and self.name not in named_policies():
            msg = f"No policy named {self.name!r}: expected one of {', '.join(named_policies())}"
            raise UsageError(msg)
        return load_policy(self.name, self.overrides.given())

    @property
    def label(self) -> str:
        """What plans and labels say of the policy: its short name and what is laid over it."""
        return policy_label(self.name, self.overrides.given())

    def laid_over(self, **fields: Any) -> "PolicyResource":
        """The same policy with some fields more laid over it."""
        return type(self)(name=self.name, overrides={**self.overrides.given(), **fields})

    @property
    def run_config(self) -> dict[str, Any]:
        """The policy in a run's own words, so that any process executes it with the same."""
        config: dict[str, Any] = {"name": self.name}
        given = self.overrides.given()
        return {
            "resources": {"policy": {"config": config | ({"overrides": given} if given else {})}}
        }


def _asks_environment(config: Any) -> bool:
    if isinstance(config, Mapping):
        entries = cast("Mapping[str, Any]", config)
        return set(entries) == {"env"} or any(map(_asks_environment, entries.values()))
    return isinstance(config, list) and any(map(_asks_environment, cast("list[Any]", config)))


def policy_resource(configured: str) -> PolicyResource:
    """The resource whose default is the operator's choice.

    Args:
        configured: Name or path of a policy; a path is taken from here alone.
    """

    class OperatorsPolicy(PolicyResource):
        """The policy of a run, by default the one this process was started with."""

        configured: ClassVar[str] = ""

    OperatorsPolicy.configured = configured
    return OperatorsPolicy(name=configured)
