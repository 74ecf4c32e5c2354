"""How each class of demand is served, as a table."""

from __future__ import annotations

import pandas as pd

from sop_pipeline.insight.service import service_by_class
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, percent, plain, units


def class_tables(tables: Tables) -> tuple[TextTable, ...]:
    """One table of the classes of demand; none where a plan tells no classes."""
    service = tables["BUILD_PLAN_SERVICE"]
    if service.empty:
        return ()
    rows = tuple(
        (
            plain(one["DEMAND_CLASS"]),
            NONE if pd.isna(one["PRIORITY"]) else f"{one['PRIORITY']:g}",
            units(one["DEMAND"]),
            units(one["LOST_SALES"]),
            percent(100 * one["LOST_SALES"] / one["DEMAND"]) if one["DEMAND"] else NONE,
            units(one["BACKORDER"]),
            amount(one["REVENUE"]),
            amount(one["REVENUE_AT_RISK"]),
        )
        for _, one in service_by_class(service).iterrows()
    )
    heads = ("Class", "Priority", "Demand", "Lost", "Lost %", "Late at most", "Revenue", "At risk")
    title = f"Who goes short, by class of demand (units, {plain(summary_row(tables)['CURRENCY'])})"
    return (TextTable(title, heads, rows, texts=2),)
