"""Where something that a run hands on comes from, and who may take it.

What passes from step to step belongs to one run, one scenario, one store and one policy; what
is published was solved to be published.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sop_pipeline.errors import UsageError

_NOUNS = {
    "run_id": "run",
    "scenario": "scenario",
    "store": "store",
    "policy": "policy",
    "settings": "settings of the policy",
}


@dataclass(frozen=True)
class Origin:
    """Where something that is handed on comes from.

    Attributes:
        run_id: The run that made it.
        scenario: Code of the scenario.
        store: Identity of the store that its inputs were read from.
        policy: Label of the policy.
        settings: Fingerprint of the policy's settings.
        to_publish: Whether the run publishes.
    """

    run_id: str
    scenario: str
    store: str
    policy: str
    settings: str
    to_publish: bool

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> "Origin":
        """An origin as a file tells it; `TypeError` where it does not."""
        return cls(**settings)

    def described(self) -> dict[str, Any]:
        """As a file tells it."""
        return asdict(self)

    def require(self, what: str, expected: Mapping[str, str]) -> None:
        """Refuse what comes from elsewhere.

        Args:
            what: What was made, for the message.
            expected: The fields that must hold, by name.

        Raises:
            UsageError: One is another.
        """
        wrong = [
            f"it is of {_NOUNS[name]} {getattr(self, name)}, not {one}"
            for name, one in expected.items()
            if getattr(self, name) != one
        ]
        if wrong:
            msg = (
                f"{what} of run {self.run_id} cannot be used here: {'; '.join(wrong)}. "
                "Execute all steps anew, in one run."
            )
            raise UsageError(msg)

    def require_to_publish(self, what: str) -> None:
        """Refuse what was solved in a run that does not publish.

        Raises:
            UsageError: It was.
        """
        if not self.to_publish:
            msg = (
                f"{what} of run {self.run_id} was not solved to be published. Plan the scenario "
                "anew, such as by the job plan_scenario."
            )
            raise UsageError(msg)
