"""Who goes short, in a line: each class's loss, and what the rule of allocation costs."""

from __future__ import annotations

import pandas as pd

from sop_pipeline.insight.service import service_by_class
from sop_pipeline.report.periods import HALF_A_STORED_DIGIT, Tables
from sop_pipeline.report.wording import money, percent, plain, units

_TOLD = 4


def goes_short(tables: Tables, row: pd.Series) -> str:
    """Who goes short and what the rule costs; empty where a plan tells no classes.

    Args:
        tables: The plan's result tables by name.
        row: Its row of BUILD_PLAN_SUMMARY.
    """
    service = tables["BUILD_PLAN_SERVICE"]
    if service.empty:
        return ""
    classes = service_by_class(service)
    shown = [_in_words(one) for _, one in classes.head(_TOLD).iterrows()]
    if len(classes) > _TOLD:
        shown.append(f"and {len(classes) - _TOLD} classes more")
    cost = row["RULE_COST"]
    if pd.notna(cost):
        shown.append(_cost_of_rule(float(cost), plain(row["CURRENCY"])))
    return "; ".join(shown)


def _cost_of_rule(cost: float, currency: str) -> str:
    """What the rule costs; a search that ended at a gap may leave the cheapest plan unfound."""
    if cost < 0:
        return "a rule that costs nothing that the gap of the search would show"
    return f"a rule that costs {money(cost, currency)} more than least cost"


def _in_words(one: pd.Series) -> str:
    name, demand, lost, late = plain(one["DEMAND_CLASS"]), one["DEMAND"], one["LOST_SALES"], ""
    if one["BACKORDER"] > HALF_A_STORED_DIGIT:
        late = f", up to {units(one['BACKORDER'])} late"
    if lost <= HALF_A_STORED_DIGIT:
        return f"{name} nothing lost{late}"
    return f"{name} {units(lost)} of {units(demand)} lost ({percent(100 * lost / demand)}){late}"
