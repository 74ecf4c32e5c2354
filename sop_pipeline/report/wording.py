"""How figures and texts are worded, the same in every report.

Belongs here: numbers, months and cleaned texts as people read them.
Does not belong here: escaping for one output format (`markdown`, `terminal`, `style`).
"""

from __future__ import annotations

import math
import unicodedata

import pandas as pd

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BREAKS = ("Cc", "Zl", "Zp")
_INVISIBLE = ("Cf", "Cs")
_SCALES = ((1.0, ""), (1e3, "thousand "), (1e6, "million "), (1e9, "billion "))

NONE = "-"
"""What stands where there is no figure."""


def plain(value: object) -> str:
    """Text on one line, without the characters that steer a terminal or turn its direction."""
    if value is None or value is pd.NA:
        return ""
    text = str(value)
    if not text.isprintable():
        kinds = ((sign, unicodedata.category(sign)) for sign in text)
        kept = (" " if kind in _BREAKS else sign for sign, kind in kinds if kind not in _INVISIBLE)
        text = "".join(kept)
    return " ".join(text.split())


def printable(text: str) -> str:
    """Text of several lines without the characters that steer a terminal or turn its direction."""
    kinds = ((sign, unicodedata.category(sign)) for sign in text)
    kept = (
        " " if kind in _BREAKS and sign not in "\n\t" else sign
        for sign, kind in kinds
        if kind not in _INVISIBLE
    )
    return "".join(kept)


def units(value: float) -> str:
    """A quantity to the whole unit; what is there but rounds to nothing says so."""
    if not math.isfinite(value):
        return NONE
    if 0 < value < 0.5:  # noqa: PLR2004  rounds to zero
        return "<1"
    return f"{_unsigned_zero(value, 0):,.0f}"


def in_units(value: float) -> str:
    """A quantity with its unit: `1 unit`, `2 units`."""
    figure = units(value)
    return f"{figure} unit" if figure in ("1", "<1") else f"{figure} units"


def amount(value: float) -> str:
    """Money to the cent, without its label."""
    return f"{_unsigned_zero(value, 2):,.2f}" if math.isfinite(value) else NONE


def money(value: float, currency: str) -> str:
    """Money to the cent with the label of its currency."""
    return f"{amount(value)} {plain(currency)}".rstrip()


def change(value: float) -> str:
    """A difference in money to the cent, always with its sign."""
    rounded = _unsigned_zero(value, 2)
    return f"{rounded:+,.2f}" if rounded else f"{0:,.2f}"


def percent(value: float) -> str:
    """A figure that already is a percentage."""
    return f"{_unsigned_zero(value, 1):,.1f} %" if math.isfinite(value) else NONE


def percent_change(value: float) -> str:
    """A difference in percent, always with its sign."""
    if not math.isfinite(value):
        return NONE
    rounded = _unsigned_zero(value, 1)
    return f"{rounded:+,.1f} %" if rounded else "0.0 %"


def month(day: pd.Timestamp) -> str:
    """A month with its year, whatever the machine's language."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def short_month(day: pd.Timestamp) -> str:
    """A month without its year."""
    return _MONTHS[day.month - 1]


def scale(largest: float, below: float) -> tuple[float, str]:
    """Divisor, and the word for it before a unit, that bring the largest figure below a bound."""
    fitting = (one for one in _SCALES if largest / one[0] < below)
    return next(fitting, _SCALES[-1])


def count(number: int, noun: str) -> str:
    """A number of things: `1 fault`, `2 faults`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _unsigned_zero(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
