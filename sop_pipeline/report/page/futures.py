"""The one build of a hedge and its futures, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.planning.futures.frontier import FrontierPoint
from sop_pipeline.report.future_tables import frontier_table, future_tables
from sop_pipeline.report.futures import NOT_A_BUDGET, Hedged, future_rows, hedged
from sop_pipeline.report.page.blocks import Bars, Chart, Charts, Messages, Section, legend_of
from sop_pipeline.report.page.svg import Look, Series, curve, period_chart
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables, plan_by_period
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import plain, units


def future_sections(tables: Tables, frontier: Sequence[FrontierPoint] = ()) -> tuple[Section, ...]:
    """A section of the futures; none where a plan is no hedge.

    Args:
        tables: The plan's result tables by name.
        frontier: What the hedge costs at several weights of risk, where that is to be shown.
    """
    hedge = hedged(tables)
    if hedge is None:
        return ()
    blocks = (
        Charts((_one_build(tables, hedge),)),
        _regrets(tables),
        Messages(
            (f"{hedge.knowing}.", f"{hedge.averaging}.", NOT_A_BUDGET), "What not knowing costs"
        ),
        *([_frontier(frontier, str(summary_row(tables)["CURRENCY"]))] if frontier else ()),
    )
    lead = f"One build {hedge.commitment}. What it comes to where each future comes:"
    return (Section("futures", "One build, many futures", blocks, lead),)


def _one_build(tables: Tables, hedge: Hedged) -> Chart:
    """The build that all futures share, and what the published future builds after it."""
    rows, periods = plan_by_period(tables), PeriodNames.of_plan(tables)
    until = tables["BUILD_PLAN_SUMMARY"]["COMMIT_UNTIL"].iloc[0]
    shared = pd.Series(rows.index <= until, index=rows.index)
    series = (
        _series("Build for every future", "build", rows["BUILD"].where(shared, 0.0), periods),
        _series(
            f"Build, if {hedge.reference} comes", "f7", rows["BUILD"].mask(shared, 0.0), periods
        ),
        _series(f"Demand, if {hedge.reference} comes", "demand", rows["DEMAND"], periods, "line"),
    )
    title = f"The one build by {periods.noun}, units"
    days = list(pd.DatetimeIndex(rows.index))
    cells = zip(days, shared, rows["BUILD"], rows["DEMAND"], strict=True)
    table = TextTable(
        title,
        (periods.noun.capitalize(), "Committed", "Build", "Demand"),
        tuple(
            (periods.name(day), "yes" if committed else "no", units(build), units(wanted))
            for day, committed, build, wanted in cells
        ),
        texts=2,
    )
    description = f"Chart: {title}, committed and not; its figures are in the table."
    svg = period_chart(series, periods.on_axis(days), description)
    return Chart(title, svg, legend_of(series), table)


def _frontier(points: Sequence[FrontierPoint], currency: str) -> Charts:
    """What sparing the costliest futures costs on average."""
    table = frontier_table(points, currency)
    labelled = [
        (point.cvar, point.expected_cost, f"{point.risk_weight:g}", ", ".join(row))
        for point, row in zip(points, table.rows, strict=True)
    ]
    titles = ("Mean of the costliest futures", "Expected cost")
    description = f"Chart: {table.title}, by weight of risk; its figures are in the table."
    svg = curve(labelled, titles, description)
    note = "The figure at each point is its weight of risk (risk_weight)."
    return Charts((Chart(table.title, svg, (), table, note),))


def _series(
    label: str, colour: str, values: pd.Series, periods: PeriodNames, look: Look = "bar"
) -> Series:
    labels = [
        f"{label}, {periods.name(pd.Timestamp(str(day)))}: {units(value)} units"
        for day, value in values.items()
    ]
    return Series(label, colour, values.to_list(), labels, look)


def _regrets(tables: Tables) -> Bars:
    """The table of the futures, with the regret of each as a bar."""
    [table] = future_tables(tables)
    rows = future_rows(tables)
    regret = dict(zip(map(plain, rows["MEMBER_SCENARIO_CODE"]), rows["REGRET"], strict=True))
    largest = max(regret.values(), default=0.0) or 1.0
    lengths = tuple(max(0.0, round(100 * regret[row[0]] / largest, 2)) for row in table.rows)
    return Bars(table, lengths)
