"""A rule, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sop_pipeline.errors import Fault
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

Severity = Literal["blocking", "warning", "information"]


@dataclass(frozen=True)
class Rule[Subject]:
    """One thing that must hold of a subject: a scenario's inputs, or a solved plan.

    Attributes:
        name: Name of the check in the UI.
        table: Table it guards.
        description: What must hold, in one sentence.
        find: Finds what breaks it.
        severity: Whether a finding stops the plan, is a warning, or only informs.
        reads: What it looks at beyond its own table, by names of `ScenarioInputs`. It is given
            no more than that.
    """

    name: str
    table: str
    description: str
    find: Callable[[Subject], list[Fault]]
    severity: Severity = "blocking"
    reads: tuple[str, ...] = ()


Find = Callable[[ScenarioInputs], list[Fault]]
"""What finds the faults of a scenario's inputs."""

InputRule = Rule[ScenarioInputs]
"""A rule about one input table, possibly looking at others."""


@dataclass(frozen=True)
class RuleResult:
    """What one rule found."""

    rule: Rule[Any]
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    @property
    def blocks(self) -> bool:
        """Whether the finding stops the plan."""
        return bool(self.faults) and self.rule.severity == "blocking"
