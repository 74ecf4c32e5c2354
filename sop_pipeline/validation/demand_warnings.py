"""What a plan's reader must know of its demand: what is asked for, and when.

Belongs here: functions that find it. Does not belong here: which rules they are (`warnings`).
"""

from __future__ import annotations

import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.validation.planner_words import (
    count,
    finding,
    names_in,
)
from sop_pipeline.validation.rule import Find
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

_ACTIVE = "ACTIVE"


def not_active(table: str, kind: str, status: str, rule: str) -> Find:
    """A rule that what has demand is ACTIVE, where its status is given.

    Args:
        table: Input table of the products or sites.
        kind: What its keys, codes and names begin with: PRODUCT or SITE.
        status: Its column of the status.
        rule: Name of the rule.
    """

    def find(inputs: ScenarioInputs) -> list[Fault]:
        rows, demanded = inputs.rows(table), inputs.rows("demand_forecasts")[f"{kind}_ID"]
        other = rows[status].notna() & (rows[status] != _ACTIVE)
        idle = rows[other & rows[f"{kind}_ID"].isin(demanded)]
        if idle.empty:
            return []
        names = names_in(rows, kind, idle[f"{kind}_ID"])
        return finding(
            f"{count(len(idle), kind.lower())} with demand but not {_ACTIVE}",
            rule,
            (table, status),
            [f"{name} ({state})" for name, state in zip(names, idle[status], strict=True)],
        )

    return find


def no_families(inputs: ScenarioInputs) -> list[Fault]:
    """A company whose products belong to no family."""
    if inputs.rows("product_master")["CATEGORY_NAME"].notna().any():
        return []
    return finding(
        "No product belongs to a family: reports cannot add up by family",
        "families_named",
        ("product_master", "PRODUCT_CATEGORY_ID"),
    )


def horizon_has_passed(inputs: ScenarioInputs) -> list[Fault]:
    """Periods of the horizon that ended before the day of planning."""
    passed, planned = inputs.passed_periods, len(inputs.planned_periods)
    if not passed:
        return []
    span = passed[0] if len(passed) == 1 else f"{passed[0]} to {passed[-1]}"
    kind = inputs.calendar.kind
    noun = "period" if kind == "fiscal" else kind
    return finding(
        f"{len(passed)} of {planned} {noun}s have passed: {span}",
        "horizon_not_passed",
        ("demand_forecasts", "FORECAST_DATE"),
        remedy="Load newer forecasts"
        if len(passed) == planned
        else f"horizon_start: this_month plans from the current {noun} on",
    )


def fiscal_months_differ(inputs: ScenarioInputs) -> list[Fault]:
    """Forecasts under a fiscal month of the calendar's, dated in another one."""
    demand, calendar = inputs.rows("demand_forecasts"), inputs.calendar
    at = calendar.index(demand["FORECAST_DATE"])
    inside = (at >= 0) & (at < len(calendar))
    rows = demand[inside] if calendar.kind == "fiscal" else demand.head(0)
    if rows.empty:
        return []
    said = rows["FISCAL_MONTH"].astype(str)
    dated = pd.Series([calendar.fiscal_months[period] for period in at[inside]], index=rows.index)
    other = rows[(said != dated) & said.isin(calendar.fiscal_months)]
    if other.empty:
        return []
    pairs = other[["FISCAL_MONTH", "FORECAST_DATE"]].drop_duplicates().itertuples(index=False)
    return finding(
        f"{count(len(other), 'forecast')} under a fiscal month that is not the date's in "
        "FISCAL_CALENDAR",
        "fiscal_months_agree",
        ("demand_forecasts", "FISCAL_MONTH"),
        [f"{month} on {day.date()}" for month, day in pairs],
    )
