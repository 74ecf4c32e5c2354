"""Several plans side by side, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from sop_pipeline.report.comparison import comparison_tables, comparison_warnings
from sop_pipeline.report.page.blocks import (
    Block,
    Chart,
    Charts,
    Messages,
    Section,
    Table,
    Tables,
    legend_of,
)
from sop_pipeline.report.page.reported import Compared, Reported
from sop_pipeline.report.page.svg import Series, period_chart
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import plan_by_period
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import plain, units

_DRAWN = 6


def comparison_section(plans: Sequence[Reported], compared: Compared | None = None) -> Section:
    """Cost, service, build and stock of each plan; the first one is compared with.

    Args:
        plans: At least two.
        compared: Their comparison; by default their figures alone.
    """
    tables = {plan.code: plan.tables for plan in plans}
    first = plans[0].code
    compared = compared or Compared(
        (comparison_tables(tables, first),), comparison_warnings(tables, first)
    )
    blocks: list[Block] = list(_side_by_side(compared))
    if len({PeriodNames.of_plan(one).kind for one in tables.values()}) == 1:
        blocks.insert(1, Charts(tuple(_lines(plans, *column) for column in _COLUMNS)))
    if compared.warnings:
        blocks.append(Messages(compared.warnings, "What limits the comparison"))
    lead = f"{plain(first)} is what the others are compared with."
    return Section("comparison", "Side by side", tuple(blocks), lead)


def changes_section(changes: Compared) -> Section:
    """What changed since the plan before."""
    blocks: list[Block] = list(_side_by_side(changes))
    if changes.warnings:
        blocks.append(Messages(changes.warnings, "What is not known of the change"))
    title = "What changed since the plan before"
    return Section("changes", title, tuple(blocks), changes.lead)


def _side_by_side(compared: Compared) -> Iterator[Tables]:
    """The tables of each group beside one another, a group below the other."""
    for group in compared.groups:
        yield Tables(tuple(map(Table, group)))


_COLUMNS = (
    ("DEMAND", "Demand", "units"),
    ("BUILD", "Build", "units"),
    ("PALLETS", "Stock at the end", "pallets"),
)


def _lines(plans: Sequence[Reported], column: str, label: str, unit: str) -> Chart:
    """One quantity of each plan as a line; of very many plans the first are drawn."""
    periods = PeriodNames.of_plan(plans[0].tables)
    rows = pd.DataFrame({plan.code: plan_by_period(plan.tables)[column] for plan in plans})
    rows = rows.sort_index()
    days = list(pd.DatetimeIndex(rows.index))
    series = [
        Series(
            plain(code),
            f"f{at}",
            rows[code].to_list(),
            [
                f"{plain(code)}, {periods.name(day)}: {units(value)} {unit}"
                for day, value in zip(days, rows[code], strict=True)
            ],
            look="line",
        )
        for at, code in enumerate(list(rows)[:_DRAWN], start=1)
    ]
    title = f"{label} by {periods.noun}, {unit}"
    cells = [
        (periods.name(day), *map(units, figures))
        for day, figures in zip(days, rows.to_numpy(dtype=float), strict=True)
    ]
    heads = (periods.noun.capitalize(), *map(plain, rows))
    description = f"Chart: {title}, a line for each scenario; its figures are in the table."
    svg = period_chart(series, periods.on_axis(days), description)
    return Chart(title, svg, legend_of(tuple(series)), TextTable(title, heads, tuple(cells)))
