"""Why the steps of a run failed, from its events."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import dagster as dg

from sop_pipeline.errors import EXIT_STATUS


@dataclass(frozen=True)
class StepFailure:
    """A failed step.

    Attributes:
        step: Its key.
        text: Why it failed.
        exit_status: What the command line ends with.
    """

    step: str
    text: str
    exit_status: int


def step_failures(events: Iterable[dg.DagsterEvent]) -> list[StepFailure]:
    """The failed steps among a run's events, in their order."""
    return [_step_failure(event) for event in events if event.is_step_failure]


def _step_failure(event: dg.DagsterEvent) -> StepFailure:
    step = event.step_key or ""
    data = event.step_failure_data
    user_data: Any = data.user_failure_data
    if user_data is None or EXIT_STATUS not in user_data.metadata:
        return StepFailure(step, f"{step}: {data.error_display_string}", 1)
    return StepFailure(
        step, user_data.description or "", int(user_data.metadata[EXIT_STATUS].value)
    )
