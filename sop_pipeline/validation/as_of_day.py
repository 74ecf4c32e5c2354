"""Past days: which can be asked for, and whether enough was known on them to plan.

Belongs here: refusing a day that makes no sense or of which too little is known.
Does not belong here: which rows were known when (`store/as_of_queries`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from sop_pipeline.errors import Fault, UsageError
from sop_pipeline.planning.days import today
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUTS

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


def tables_needed(policy: Policy, *, is_hedge: bool = False) -> tuple[str, ...]:
    """The input tables of which a plan needs at least a row.

    Args:
        policy: What is planned with.
        is_hedge: Whether one build is planned for several scenarios.
    """
    stock = ("opening_inventory",) if policy.opening_inventory == "balance" else ()
    rates = ("logistics_costs",) if policy.holding_cost_per_unit_month is None else ()
    members = ("scenario_members",) if is_hedge else ()
    return (*_ALWAYS_NEEDED, *stock, *rates, *members)


def unknown_on(day: dt.date, earliest: Mapping[str, dt.date | None]) -> list[Fault]:
    """The tables of which nothing was known on a day.

    Args:
        day: The day whose knowledge is planned with.
        earliest: First day on which something was known, of each table that a plan needs and that
            has no row of that day. A table that has no row at all, or does not say since when, is
            left to its own checks.
    """
    return [
        Fault(
            INPUTS[name].title,
            "known_then",
            f"rows that were known on {day}",
            f"none; the earliest are of {first}",
            remedy=f"Ask for {first} or later" if first > day else "",
        )
        for name, first in earliest.items()
        if first is not None
    ]
