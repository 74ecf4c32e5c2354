"""What preparing the data found: faults that refuse it, assumptions it made, warnings.

Belongs here: the collector every preparation step writes to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused

LIMITING = ("closed_below_minimum_use", "receipts_outside_horizon")
"""Assumptions that leave less to plan with."""


@dataclass
class Notes:
    """Collected while preparing one problem.

    Attributes:
        faults: Defects that refuse the input; all are told together.
        assumptions: Defaults used where the input is silent, one sentence each, by name.
        warnings: What is probably not meant, one sentence each.
        felt: Figures of the policy that count somewhere, by field (`unfelt`).
    """

    faults: list[Fault] = field(default_factory=list[Fault])
    assumptions: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    felt: set[str] = field(default_factory=set[str])

    def assume(self, name: str, sentence: str) -> None:
        """Note a default the planner used."""
        self.assumptions[name] = sentence

    def warn(self, sentence: str) -> None:
        """Note something that is probably not meant."""
        self.warnings.append(sentence)

    @property
    def limiting(self) -> list[str]:
        """Sentences on what leaves less to plan with, for where no plan is found."""
        assumed = [self.assumptions[name] for name in LIMITING if name in self.assumptions]
        return [*assumed, *self.warnings]

    def refuse(
        self,
        table: str,
        column: str | None,
        rows: Sequence[object],
        *,
        expected: str,
        got: str,
        remedy: str = "",
    ) -> None:
        """Note a fault if there is any offending row; a number is an identifier of the column."""
        if len(rows) == 0:
            return
        shown = tuple(
            f"{column}={row}" if isinstance(row, int | np.integer) else str(row)
            for row in rows[:OFFENDERS_SHOWN]
        )
        self.faults.append(
            Fault(table, "planning", expected, got, column, shown, len(rows), remedy)
        )

    def refuse_where(
        self, is_fault: bool, table: str, column: str, *, expected: str, got: str
    ) -> None:
        """Note a fault of a whole table."""
        if is_fault:
            self.faults.append(Fault(table, "planning", expected, got, column))

    def raise_faults(self) -> None:
        """Refuse the input if a fault was found.

        Raises:
            InputRefused: With every fault found so far.
        """
        if self.faults:
            raise InputRefused(self.faults)


def some(values: Sequence[object], limit: int = OFFENDERS_SHOWN, between: str = ", ") -> str:
    """The first few values as text, with the number of those left out."""
    shown = between.join(str(value) for value in values[:limit])
    rest = len(values) - limit
    return f"{shown} and {rest:,} more" if rest > 0 else shown
