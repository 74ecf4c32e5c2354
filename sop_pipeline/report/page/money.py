"""What a plan costs and earns, as the page shows it."""

from __future__ import annotations

import math

import pandas as pd

from sop_pipeline.report.page.blocks import Bars, Section, Table
from sop_pipeline.report.page.blocks import Tables as SideBySide
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import (
    COST_TITLES,
    PENALTY_COLUMNS,
    SPENT_COLUMNS,
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
    """What is spent, its sum, and beside it the penalties, which are not."""
    total = published_cost(row)
    spent, penalties = (_costs(row, terms) for terms in (SPENT_COLUMNS, PENALTY_COLUMNS))
    largest = max(map(abs, (*spent.values(), *penalties.values())), default=1.0)
    cells = (
        *((COST_TITLES[term], amount(cost), _share(cost, total)) for term, cost in spent.items()),
        ("Total cost", amount(total), _share(total, total)),
        *((COST_TITLES[term], amount(cost), NONE) for term, cost in penalties.items()),
    )
    table = TextTable(f"Cost by term ({plain(row['CURRENCY'])})", ("Term", "Cost", "Share"), cells)
    lengths = [
        [max(0.0, round(100 * cost / largest, 2)) for cost in costs.values()]
        for costs in (spent, penalties)
    ]
    return Bars(table, (*lengths[0], None, *lengths[1]))


def _costs(row: pd.Series, terms: tuple[str, ...]) -> dict[str, float]:
    costs = {term: published_cost(row, (term,)) for term in terms}
    return {term: cost for term, cost in costs.items() if cost}


def _share(cost: float, total: float) -> str:
    return percent(100 * cost / total) if total else NONE


def _margin(row: pd.Series) -> TextTable:
    revenue, margin = figure(row, "REVENUE"), figure(row, "MARGIN")
    cells = (
        ("Revenue of what is served", amount(revenue)),
        ("Total cost", amount(published_cost(row))),
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
