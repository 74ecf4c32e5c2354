"""A column: what it holds, in which unit, within which bounds; and the usual kinds of columns.

Does not belong here: the columns themselves (`columns`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sop_pipeline.planning.totals import MONEY_BELOW as TOTAL_MONEY_BELOW
from sop_pipeline.planning.totals import UNITS_BELOW as TOTAL_UNITS_BELOW

ColumnType = Literal["identifier", "text", "number", "date", "timestamp", "flag"]

IN_WORDS: Mapping[ColumnType, str] = {
    "identifier": "whole numbers below 1e18",
    "text": "texts",
    "number": "numbers",
    "date": "days as YYYY-MM-DD",
    "timestamp": "timestamps as YYYY-MM-DD HH:MM:SS",
    "flag": "true or false, Y or N, 1 or 0",
}
"""What a column of each type holds."""

QUANTITY_BELOW = 1e10
MONEY_BELOW = 1e12
"""Bounds of single figures of the input; totals have their own."""
A_DAY = "a day, not for ever"
A_WHOLE_NUMBER = "a whole number"


@dataclass(frozen=True)
class Column:
    """What one column holds.

    Attributes:
        type: Kind of value; decides the storage type and the pandas dtype.
        unit: Unit of measure as `units.txt` defines it, such as currency/pallet/day; empty for what
            is not measured.
        description: One sentence for a person.
        minimum: Least allowed value.
        above: Values must be strictly greater than this.
        maximum: Greatest allowed value.
        below: Values must be strictly less than this.
        whole: Whether values must be whole numbers.
        choices: Allowed texts; empty allows all.
        pattern: Regular expression the whole text must match.
        storage: (precision, scale) of a stored decimal; None stores a double.
        bounded: Whether a date must be a day of the calendar; else it may be an open end.
    """

    type: ColumnType
    unit: str
    description: str
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    below: float | None = None
    whole: bool = False
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    storage: tuple[int, int] | None = None
    bounded: bool = False

    def bounds(self) -> list[str]:
        """What the values are limited to, in words."""
        words = [
            f"at least {self.minimum:g}" if self.minimum is not None else "",
            f"above {self.above:g}" if self.above is not None else "",
            f"at most {self.maximum:g}" if self.maximum is not None else "",
            f"below {self.below:g}" if self.below is not None else "",
            A_WHOLE_NUMBER if self.whole else "",
            f"one of {', '.join(self.choices)}" if self.choices else "",
            f"matches {self.pattern}" if self.pattern else "",
            A_DAY if self.bounded else "",
        ]
        return [word for word in words if word]


def identifier(description: str) -> Column:
    """A whole number that names a row."""
    return Column("identifier", "", description)


def text(description: str, **limits: object) -> Column:
    """A text."""
    return Column("text", "", description, **limits)  # type: ignore[arg-type]


def quantity(unit: str, description: str) -> Column:
    """A figure of the input that counts or measures something."""
    return Column("number", unit, description, minimum=0, below=QUANTITY_BELOW, storage=(18, 4))


def money(unit: str, description: str) -> Column:
    """A price or rate of the input."""
    return Column("number", unit, description, minimum=0, below=MONEY_BELOW)


def amount(description: str, below: float = TOTAL_MONEY_BELOW) -> Column:
    """Money that is added up: stored to the cent, may be negative where it is a difference."""
    return Column("number", "currency", description, minimum=-below, below=below, storage=(18, 2))


def planned(unit: str, description: str) -> Column:
    """A quantity of the plan, which may add up many of the input."""
    return replace(quantity(unit, description), below=TOTAL_UNITS_BELOW)


def percentage(description: str) -> Column:
    """A percentage of a whole."""
    return Column("number", "percent", description, minimum=0, maximum=100, storage=(5, 2))


def utilization(description: str) -> Column:
    """A percentage that may exceed the whole."""
    return Column("number", "percent", description, minimum=0, maximum=999.99, storage=(5, 2))


def share(description: str) -> Column:
    """A share of a whole."""
    return Column("number", "share", description, minimum=0, maximum=1, storage=(5, 4))


def date(description: str) -> Column:
    """A date, which may be an open end."""
    return Column("date", "", description)


def day(description: str) -> Column:
    """A date that something happens on."""
    return Column("date", "", description, bounded=True)


def timestamp(description: str) -> Column:
    """A moment, in UTC."""
    return Column("timestamp", "", description)


def flag(description: str) -> Column:
    """True or false."""
    return Column("flag", "", description)
