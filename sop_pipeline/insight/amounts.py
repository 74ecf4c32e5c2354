"""By how much a change changes a figure: `+10%`, `-20%`, `+500`, `=1200`, `+1shift`.

Belongs here: reading such an amount, applying it, wording it.
Does not belong here: which figures are changed (`changes`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.arrays import Booleans, Floats

Unit = Literal["percent", "units", "shifts"]

_AMOUNT = re.compile(
    r"(?P<sign>[+=-])(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>%|shifts?|days?)?", re.ASCII
)
_LONGEST = 40
_LARGEST = 1e12
EXPECTED = "expected a sign and a number: +10%, -20%, +500, -500, or =500 for exactly that"


@dataclass(frozen=True)
class Amount:
    """By how much, or to what, a figure is changed.

    Attributes:
        value: The number, negative for less.
        unit: Of what: per cent of the figure, its own units, or shifts.
        exactly: Whether the figure becomes that number.
    """

    value: float
    unit: Unit = "units"
    exactly: bool = False

    @classmethod
    def of(cls, text: str, change: str, *, shifts: bool = False, days: bool = False) -> Amount:
        """Read an amount.

        Args:
            text: As a planner writes it.
            change: The change it belongs to, for the message.
            shifts: Whether it may be of shifts.
            days: Whether it may say that it is of days.

        Raises:
            UsageError: It is none.
        """
        found = _AMOUNT.fullmatch(text.strip().replace(",", ""))
        unit = (found["unit"] or "") if found else ""
        refused = (unit.startswith("shift") and not shifts) or (unit.startswith("day") and not days)
        if found is None or refused or (found["sign"] == "=" and unit == "%"):
            shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
            also = ", or +1shift" if shifts else ""
            msg = f"{change} {shown!r}: {EXPECTED}{also}"
            raise UsageError(msg)
        value = float(found["number"])
        if value >= _LARGEST:
            msg = f"{change} {found['number'][:_LONGEST]}: expected a number below {_LARGEST:.0e}"
            raise UsageError(msg)
        kind: Unit = "percent" if unit == "%" else "shifts" if unit.startswith("s") else "units"
        return cls(-value if found["sign"] == "-" else value, kind, exactly=found["sign"] == "=")

    def of_each(self, figures: Floats) -> Floats:
        """Figures, each changed by it; none is judged."""
        if self.exactly:
            return np.full(figures.shape, self.value)
        if self.unit == "percent":
            return figures * (1 + self.value / 100)
        return figures + self.value

    def of_total(self, figures: Floats, counted: Booleans) -> Floats:
        """Figures shared in proportion, so that the total of those that count is changed by it.

        Whole figures stay whole: what is left of each goes, unit by unit, to the largest rests.

        Args:
            figures: At least one of those that count is above 0.
            counted: Which count.
        """
        total = float(figures[counted].sum())
        wanted = float(self.of_each(np.array([total]))[0])
        shares = figures * (wanted / total)
        whole = bool((figures == np.round(figures)).all())
        result = np.empty_like(figures)
        for part in (counted, ~counted):
            goal = wanted if part is counted else float(shares[part].sum())
            result[part] = _whole(shares[part], goal) if whole else shares[part]
        return result

    def __str__(self) -> str:
        """Tell it: `up by 10 %`, `down by 500`, `exactly 500`."""
        number = f"{abs(self.value):,.10g}"
        if self.exactly:
            return f"exactly {number}"
        way = "down" if self.value < 0 else "up"
        if self.unit == "shifts":
            return f"{way} by {number} shift{'' if abs(self.value) == 1 else 's'}"
        return f"{way} by {number}{' %' if self.unit == 'percent' else ''}"


def _whole(shares: Floats, total: float) -> Floats:
    """Shares as whole numbers that add up to the total, which is rounded half up."""
    floors = np.floor(shares)
    # What is a whole number but for the arithmetic counts as one.
    floors = np.where(
        np.abs(shares - np.round(shares)) < 1e-9 * np.maximum(1.0, shares), np.round(shares), floors
    )
    missing = int(np.floor(total + 0.5 + 1e-9) - floors.sum())
    if missing > 0:
        largest = np.argsort(-(shares - floors), kind="stable")[:missing]
        floors[largest] += 1
    return floors
