"""The pictures of a hedge: what each future demands and the one build, and what caution costs.

Belongs here: these charts. Does not belong here: the futures in words (`futures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sop_pipeline.planning.futures.frontier import FrontierPoint
from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.report import style
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables, plan_by_period
from sop_pipeline.report.wording import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT_PX = 460
_WIDTH_PX = 880
_MARKS = "osDv^P"


def future_picture(
    tables: Tables, scenario: str, demands: Mapping[str, pd.DataFrame], calendar: Calendar
) -> bytes:
    """Draw the futures and the one build, as `future_figure` tells."""
    return style.webp(future_figure(tables, scenario, demands, calendar))


def future_figure(
    tables: Tables, scenario: str, demands: Mapping[str, pd.DataFrame], calendar: Calendar
) -> Figure:
    """Draw the build as bars, shared by all futures up to the commit period, and each demand.

    Args:
        tables: The result tables of the hedge by name.
        scenario: Its code.
        demands: Rows of `demand_forecasts` by code of the member.
        calendar: The periods of all of them.
    """
    rows, names = plan_by_period(tables), PeriodNames.of_plan(tables)
    summary = tables["BUILD_PLAN_SUMMARY"].iloc[0]
    shared, at = np.asarray(rows.index <= summary["COMMIT_UNTIL"]), np.arange(len(rows))
    figure = style.new_figure(_HEIGHT_PX)
    axes = figure.subplots()
    title = f"The one build of {plain(scenario)}, and what each future demands"
    style.dress(axes, title, "units")
    style.bars(
        axes, at[shared], rows["BUILD"][shared], facecolor=style.GREEN, label="Build, any future"
    )
    style.bars(
        axes, at[~shared], rows["BUILD"][~shared], facecolor=style.GRID, edgecolor=style.GREEN,
        hatch="///", label=style.drawable(f"Build, if {plain(summary['REFERENCE_MEMBER'])} comes"),
    )  # fmt: skip
    most = float(rows["BUILD"].max())
    for place, (code, demand) in enumerate(demands.items()):
        units = _by_period(demand, rows.index, calendar)
        axes.plot(
            at, units, color=style.PALETTE[place % len(style.PALETTE)], linewidth=2.2,
            marker=style.marker(_MARKS[place % len(_MARKS)], len(rows)), markersize=5,
            label=style.drawable(f"Demand, {plain(code)}"),
        )  # fmt: skip
        most = max(most, float(units.max()))
    axes.set_ylim(0, 1.05 * max(most, 1.0))
    style.period_axis(axes, names.on_axis(list(pd.DatetimeIndex(rows.index))), _WIDTH_PX)
    style.shorten(axes, "units")
    style.legend(axes)
    return figure


def frontier_figure(points: Sequence[FrontierPoint], currency: str) -> Figure:
    """Draw what a hedge costs on average against what its costliest futures cost.

    Args:
        points: Its plans, by weight of risk.
        currency: Label of the currency.
    """
    figure = style.new_figure(_HEIGHT_PX)
    axes = figure.subplots()
    style.dress(axes, "What caution costs, by weight of risk", f"expected cost, {plain(currency)}")
    right, up = ([getattr(point, name) for point in points] for name in ("cvar", "expected_cost"))
    axes.plot(right, up, color=style.GREEN, linewidth=2.2, marker="o", markersize=6)
    for number, point in enumerate(points):
        axes.annotate(
            f"{point.risk_weight:g}", (point.cvar, point.expected_cost), color=style.INK,
            xytext=(5, -16 if number % 2 else 7), textcoords="offset points",
        )  # fmt: skip
    axes.margins(0.12)
    axes.set_xlabel(f"mean of the costliest futures, {plain(currency)}", color=style.MUTED)
    axes.xaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.yaxis.set_major_formatter(lambda value, _: style.thousands(value))
    return figure


def _by_period(demand: pd.DataFrame, days: pd.Index, calendar: Calendar) -> pd.Series:
    """Units by the first day of the period."""
    periods = calendar.index(demand["FORECAST_DATE"])
    inside = (periods >= 0) & (periods < len(calendar))
    starts = [pd.Timestamp(calendar.first_day(int(period))) for period in periods[inside]]
    units = demand["FORECAST_QUANTITY"][inside].groupby(starts).sum()
    return units.reindex(days, fill_value=0.0)
