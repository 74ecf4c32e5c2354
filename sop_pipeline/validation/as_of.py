"""Past days: which can be asked for, and whether enough was known on them to plan.

Belongs here: refusing a day that makes no sense or of which too little is known.
Does not belong here: which rows were known when (`warehouse/known.py`).
"""

from __future__ import annotations

import datetime as dt
import re

from sop_pipeline.errors import Fault, UsageError
from sop_pipeline.planning.days import today
from sop_pipeline.validation.intake import TABLES, Intake

_ALWAYS_NEEDED = (
    "demand_forecasts",
    "product_master",
    "site_master",
    "capacity_summary",
    "warehouse_capacity",
)


def past_day(text: str) -> dt.date:
    """The day a text names.

    Raises:
        UsageError: It is not a day as YYYY-MM-DD, or one that is still to come.
    """
    try:
        day = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None:
        msg = f"--as-of {text!r}: expected a day as YYYY-MM-DD, such as 2026-01-31"
        raise UsageError(msg)
    if day > today():
        msg = (
            f"--as-of {day}: expected a day up to today, {today()} in UTC; nobody knows what is "
            "known then"
        )
        raise UsageError(msg)
    return day


def unknown_then(intake: Intake) -> list[Fault]:
    """The tables a plan needs of which nothing was known on the intake's day.

    A table that has no row at all is left to its own checks.
    """
    needed = [*_ALWAYS_NEEDED]
    if intake.policy.opening_inventory == "balance":
        needed.append("opening_inventory")
    if intake.policy.holding_cost_per_unit_month is None:
        needed.append("logistics_costs")
    return [fault for name in needed for fault in _unknown(intake, name)]


def _unknown(intake: Intake, name: str) -> list[Fault]:
    if not intake.read(name).empty:
        return []
    table = TABLES[name]
    earliest = intake.warehouse.earliest(table.source, intake.scenario.id)
    if earliest is None:
        return []
    return [
        Fault(
            table.title,
            "known_then",
            f"rows that were known on {intake.as_of}",
            f"none; the earliest are of {earliest}",
            remedy=f"Ask for {earliest} or later" if _is_later(earliest, intake) else "",
        )
    ]


def _is_later(earliest: dt.date, intake: Intake) -> bool:
    return intake.as_of is not None and earliest > intake.as_of
