"""The errors a person may meet, each with the exit status of the command line.

Belongs here: the exception family and the fault that describes one defect of the input.
Does not belong here: the rules that find faults (`validation/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

OFFENDERS_SHOWN = 5
EXIT_STATUS = "exit_status"
"""Name under which a failed step tells the exit status."""


@dataclass(frozen=True)
class Fault:
    """One defect of the input, told so that a person can mend it.

    Attributes:
        table: Table (or file) the defect is in.
        rule: Short name of the rule that found it, as shown in the UI.
        expected: What the rule expects.
        got: What was found instead.
        column: Column at fault, where one column is.
        rows: The first offenders, each named by its key or line.
        total: Number of offending rows; 0 where the fault is not of rows.
        remedy: What to do about it, where it is not obvious.
        sentence: The finding in a planner's words; told where what is expected and what was got
            speak of columns.
        informs: Whether it is worth knowing and no reason for concern.
    """

    table: str
    rule: str
    expected: str
    got: str
    column: str | None = None
    rows: tuple[str, ...] = ()
    total: int = 0
    remedy: str = ""
    sentence: str = ""
    informs: bool = False

    def __str__(self) -> str:
        """Tell the fault in one paragraph: place, expected, got, offenders, remedy."""
        place = self.table if self.column is None else f"{self.table}, column {self.column}"
        text = self.sentence or f"{place}: expected {self.expected}; got {self.got}"
        if self.rows:
            shown = self.rows[:OFFENDERS_SHOWN]
            text += f"{': ' if self.sentence else '. Rows: '}{'; '.join(shown)}"
            rest = max(self.total, len(self.rows)) - len(shown)
            if rest > 0:
                text += f"; and {rest:,} more"
        if self.remedy:
            text += f". {self.remedy}"
        return text


class SopError(Exception):
    """Base of every error this package raises on purpose."""

    exit_status: ClassVar[int] = 1


class UsageError(SopError):
    """The command or the policy makes no sense as given."""

    exit_status = 2


class InputRefused(SopError):
    """The input breaks one or more rules; all of them are told together."""

    exit_status = 3

    def __init__(self, faults: list[Fault] | tuple[Fault, ...]) -> None:
        """Keep the faults, and tell them all in the message."""
        self.faults = tuple(faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        lines = [f"The input is refused: {len(self.faults)} {noun}."]
        super().__init__("\n".join([*lines, *(f"- {fault}" for fault in self.faults)]))


class NoFeasiblePlan(SopError):
    """No plan satisfies the hard constraints; the message names the conflict.

    Attributes:
        gist: What is short and the cheapest repair, where one of many pairs has no plan.
    """

    exit_status = 4

    def __init__(self, message: str, gist: str = "") -> None:
        """Keep the gist; without one it is the message."""
        super().__init__(message)
        self.gist = gist or message


class StoreUnavailable(SopError):
    """The store could not be reached, is locked, or could not be written."""

    exit_status = 5


class OrchestratorUnavailable(SopError):
    """What the orchestrator keeps, its runs or its assets, could not be read or written."""

    exit_status = 5


class PlanNotCertified(SopError):
    """The solver stopped early, or what it returned could not be certified optimal."""

    exit_status = 6
