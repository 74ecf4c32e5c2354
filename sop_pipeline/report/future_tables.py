"""The futures of a hedge, and what caution costs it, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_pipeline.report.futures import future_rows
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, percent, plain, units

if TYPE_CHECKING:
    from sop_pipeline.planning.futures.frontier import FrontierPoint


def future_tables(tables: Tables) -> tuple[TextTable, ...]:
    """One table of the futures, the likeliest first; none where a plan is no hedge."""
    rows = future_rows(tables)
    if rows.empty:
        return ()
    order = ["PROBABILITY", "MEMBER_SCENARIO_ID"]
    cells = tuple(
        (
            plain(one["MEMBER_SCENARIO_CODE"]),
            percent(100 * one["PROBABILITY"]),
            amount(one["COST"]),
            amount(one["REGRET"]),
            amount(one["MARGIN"]),
            NONE if pd.isna(one["FILL_RATE"]) else percent(100 * one["FILL_RATE"]),
            units(one["LOST_UNITS"]),
        )
        for _, one in rows.sort_values(order, ascending=[False, True]).iterrows()
    )
    heads = ("Future", "Probability", "Cost", "Regret", "Margin", "Fill rate", "Lost units")
    currency = plain(tables["BUILD_PLAN_SUMMARY"]["CURRENCY"].iloc[0])
    title = f"The one build in each future, before whole units ({currency})"
    return (TextTable(title, heads, cells),)


def frontier_table(points: Sequence[FrontierPoint], currency: str) -> TextTable:
    """What a hedge costs on average and at worst, by weight of risk.

    Args:
        points: The plans, from the first weight on.
        currency: Label of the currency.
    """
    rows = tuple(
        (
            f"{point.risk_weight:g}",
            amount(point.expected_cost),
            amount(point.cvar),
            change(point.expected_cost - points[0].expected_cost),
            change(point.cvar - points[0].cvar),
        )
        for point in points
    )
    heads = ("Weight of risk", "Expected cost", "Costliest futures", "Costs more", "Spares them")
    return TextTable(f"What caution costs ({plain(currency)})", heads, rows)
