"""What a plan costs and earns, as the page shows it."""

from __future__ import annotations

import math

import pandas as pd

from sop_pipeline.report.page.blocks import Bars, Section, Table
from sop_pipeline.report.page.blocks import Tables as SideBySide
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import (
    COST_NAMES,
    PENALTY_COLUMNS,
    published_cost,
    summary_row,
)
from sop_pipeline.report.tables import TextTable, period_tables
from sop_pipeline.report.wording import NONE, amount, percent, plain


def money_section(tables: Tables) -> Section:
    """Cost by term, revenue and margin, cost by period."""
    row = summary_row(tables)
    lead = (
        "Costs are those of the published plan, in whole units. Penalties steer the plan and are "
        "not spent; the margin is revenue less what is spent."
    )
    _, by_period = period_tables(tables)
    blocks = (SideBySide((_terms(row), Table(_margin(row)))), Table(by_period, folded=True))
    return Section("money", "Cost and margin", blocks, lead)


def _terms(row: pd.Series) -> Bars:
    total = published_cost(row)
    costs = {term: published_cost(row, (term,)) for term in COST_NAMES}
    costs = {term: cost for term, cost in costs.items() if cost}
    largest = max(map(abs, costs.values()), default=1.0)
    cells = [
        (
            COST_NAMES[term],
            "penalty" if term in PENALTY_COLUMNS else "spent",
            amount(cost),
            percent(100 * cost / total) if total else NONE,
        )
        for term, cost in costs.items()
    ]
    table = TextTable(
        f"Cost by term ({plain(row['CURRENCY'])})",
        ("Term", "Kind", "Cost", "Share"),
        (*cells, ("Total", "", amount(total), percent(100.0) if total else NONE)),
        texts=2,
    )
    lengths = [max(0.0, round(100 * cost / largest, 2)) for cost in costs.values()]
    return Bars(table, (*lengths, None))


def _margin(row: pd.Series) -> TextTable:
    revenue, margin = figure(row, "REVENUE"), figure(row, "MARGIN")
    spent = published_cost(row) - published_cost(row, PENALTY_COLUMNS)
    cells = (
        ("Revenue of what is served", amount(revenue)),
        ("Spent", amount(spent)),
        ("Margin", amount(margin)),
        ("Margin of revenue", percent(100 * margin / revenue) if revenue > 0 else NONE),
        ("Revenue at risk (lost sales)", amount(figure(row, "REVENUE_AT_RISK"))),
    )
    title = f"Revenue and margin ({plain(row['CURRENCY'])})"
    return TextTable(title, ("", "Amount"), cells)


def figure(row: pd.Series, column: str) -> float:
    """A figure of the summary; NaN where a plan of an earlier release does not have it."""
    value = row.get(column)
    return math.nan if value is None or pd.isna(value) else float(value)
