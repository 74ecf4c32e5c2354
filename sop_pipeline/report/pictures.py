"""Pictures of demand and of a plan, as PNG bytes.

Belongs here: what each chart of a plan shows.
Does not belong here: colours and frames (`style`), the figures (`periods`), charts of the input
tables (`input_pictures`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sop_pipeline.report import style
from sop_pipeline.report.periods import (
    DemandComparison,
    Quarter,
    Tables,
    compare_demand,
    peak_quarter,
    plan_by_period,
)
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.wording import (
    amount,
    month,
    percent,
    percent_change,
    plain,
    short_month,
    units,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SINGLE_PX = 460
_PANELS_PX = 800
_FULL_WIDTH_PX = 880
_PANEL_WIDTH_PX = 400


def demand_comparison_picture(
    demands: Mapping[str, pd.DataFrame], baseline: str, scenario: str
) -> bytes:
    """Draw monthly demand of the baseline against another scenario, as `demand_figure` tells."""
    return style.png(demand_figure(demands, baseline, scenario))


def demand_figure(demands: Mapping[str, pd.DataFrame], baseline: str, scenario: str) -> Figure:
    """Draw monthly demand of the baseline against another scenario.

    The quarter with the scenario's largest demand is shaded, its boundary marked where it has
    months before it, and the mean increase in it is told.

    Args:
        demands: Rows of `demand_forecasts` by scenario code.
        baseline: Code of the baseline.
        scenario: Code of the other scenario; the baseline's own code draws it alone.

    Raises:
        KeyError: A scenario has no demand frame.
    """
    comparison = compare_demand(demands[baseline], demands[scenario])
    figure = style.new_figure(_SINGLE_PX)
    axes = figure.subplots()
    alone = baseline == scenario
    _draw_demands(
        axes, comparison, {"BASELINE": baseline} | ({} if alone else {"SCENARIO": scenario})
    )
    versus = plain(baseline) if alone else f"{plain(scenario)} against {plain(baseline)}"
    style.dress(axes, f"Monthly demand: {versus}", "")
    style.shorten(axes, "units")
    style.month_axis(axes, list(comparison.by_month.index), _FULL_WIDTH_PX)
    style.legend(axes)
    return figure


def plan_picture(tables: Tables, scenario: str = "") -> bytes:
    """Draw a plan in four charts, as `plan_figure` tells."""
    return style.png(plan_figure(tables, scenario))


def plan_figure(tables: Tables, scenario: str = "") -> Figure:
    """Draw a plan in four charts: build, stock, utilisation, cumulative cost.

    Args:
        tables: The result tables of one scenario by name, either grain.
        scenario: Its code, for the title.

    Raises:
        ValueError: The tables hold rows of more than one scenario.
    """
    rows = plan_by_period(tables)
    currency = plain(summary_row(tables)["CURRENCY"])
    figure = style.new_figure(_PANELS_PX)
    figure.suptitle(
        style.drawable(" ".join(("Build plan", plain(scenario))).strip()),
        color=style.INK, fontsize=14, fontweight="bold", x=0.012, ha="left",
    )  # fmt: skip
    for axes, chart in zip(figure.subplots(2, 2).flat, _CHARTS, strict=True):
        _draw_chart(axes, chart, rows, currency, _PANEL_WIDTH_PX)
    return figure


_Chart = tuple[str, str, Callable[["Axes", pd.DataFrame], None]]


def _draw_chart(
    axes: Axes, chart: _Chart, rows: pd.DataFrame, currency: str, width_px: int
) -> None:
    title, unit, draw = chart
    if rows.empty:
        style.nothing_to_draw(axes, "No period is planned")
        return
    style.dress(axes, title, "")
    draw(axes, rows)
    style.shorten(axes, unit.format(currency=currency))
    style.month_axis(axes, list(rows.index), width_px)
    style.legend(axes)


def _draw_demands(axes: Axes, comparison: DemandComparison, codes: Mapping[str, str]) -> None:
    months = comparison.by_month
    looks: dict[str, dict[str, Any]] = {
        "BASELINE": {
            "color": style.SKY,
            "linestyle": "-",
            "marker": style.marker("o", len(months)),
        },
        "SCENARIO": {
            "color": style.ORANGE,
            "linestyle": "--",
            "marker": style.marker("s", len(months)),
        },
    }
    at = np.arange(len(months))
    for column, code in codes.items():
        label = style.drawable(code)
        [line] = axes.plot(at, months[column], label=label, linewidth=2.2, markersize=6)
        line.set(**looks[column])
    axes.set_ylim(bottom=0, top=1.22 * max(float(months.max().max()), 1.0))
    if len(codes) == len(looks):
        low, high = months["BASELINE"], months["SCENARIO"]
        axes.fill_between(at, low, high, color=style.ORANGE, alpha=0.13, linewidth=0)
    if comparison.quarter is not None:
        _mark_quarter(axes, months.index, comparison.quarter)
        _tell_quarter(axes, comparison, alone=len(codes) == 1)


def _mark_quarter(axes: Axes, months: pd.Index, quarter: Quarter) -> None:
    """Shade a quarter; a dashed line between two months is the boundary into it."""
    first = _position(months, quarter.months[0]) - 0.5
    last = first + len(quarter.months)
    axes.axvspan(first, last, color=style.SHADE, alpha=0.05, linewidth=0, zorder=0)
    if quarter.starts_inside:
        axes.axvline(first, color=style.MUTED, linestyle=(0, (4, 3)), linewidth=1.3, zorder=1)
        text = f"{quarter.label} begins {month(quarter.months[0])}"
        side = "left" if first < len(months) * 0.7 else "right"
        beside = first + len(months) * (0.008 if side == "left" else -0.008)
        style.note(axes, beside, 0.95, text, ha=side, color=style.MUTED, fontsize=9, bbox=None)


def _position(months: pd.Index, day: pd.Timestamp) -> float:
    return float(months.get_indexer(pd.Index([day]))[0])


def _tell_quarter(axes: Axes, comparison: DemandComparison, *, alone: bool) -> None:
    quarter, months = comparison.quarter, comparison.by_month
    if quarter is None:
        return
    first, last = quarter.months[0], quarter.months[-1]
    reach = month(last) if first == last else f"{short_month(first)} to {month(last)}"
    if alone:
        mean = float(months.loc[list(quarter.months), "SCENARIO"].mean())
        text = f"{quarter.label} mean: {units(mean)} units a month\n{reach}"
    elif np.isfinite(comparison.mean_increase):
        sign = "+" if comparison.mean_increase >= 0 else "-"
        more = f"{sign}{units(abs(comparison.mean_increase))} units a month"
        share = percent_change(comparison.mean_increase_pct)
        text = f"{quarter.label} mean increase: {share}\n{more}, {reach}"
    else:
        text = f"{quarter.label}: no month in common"
    centre = _position(months.index, quarter.months[0]) + (len(quarter.months) - 1) / 2
    side = centre / max(len(months) - 1, 1)
    near_edge = "left" if side < 0.15 else "right" if side > 0.85 else "center"  # noqa: PLR2004
    edges = {"left": -0.4, "center": centre, "right": len(months) - 0.55}
    style.note(axes, edges[near_edge], 0.1, text, ha=near_edge, fontsize=11, fontweight="bold")


def _draw_build(axes: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))
    style.bars(axes, at, rows["BUILD"], facecolor=style.SKY, label="Build")
    axes.plot(
        at, rows["DEMAND"], color=style.ORANGE, marker=style.marker("o", len(rows)),
        markersize=5, linewidth=2, linestyle="--", label="Demand",
    )  # fmt: skip
    if (lost := rows["LOST_SALES"]).any():
        below = (rows["DEMAND"] - lost).clip(lower=0)
        style.bars(
            axes, at, lost, style.BAR / 2, below, facecolor=style.RED, edgecolor=style.BACKGROUND,
            hatch="xxx", linewidth=0, label="Lost sales",
        )  # fmt: skip
    labels = rows["FISCAL_QUARTER"]
    quarter = peak_quarter(rows["DEMAND"], labels)
    axes.set_ylim(0, 1.15 * max(float(rows[["BUILD", "DEMAND"]].max().max()), 1.0))
    if quarter is not None:
        _mark_quarter(axes, rows.index, quarter)


def _draw_stock(axes: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))
    below = rows["PALLETS"] - rows["OVERFLOW"]
    style.bars(axes, at, below, facecolor=style.GREEN, label="Stock")
    if rows["OVERFLOW"].any():
        style.bars(
            axes, at, rows["OVERFLOW"], start=below, facecolor=style.RED,
            edgecolor=style.BACKGROUND, hatch="xxx", linewidth=0, label="Overflow",
        )  # fmt: skip
    edges = np.append(at - 0.5, len(rows) - 0.5)
    for column, label, color, line in (
        ("THRESHOLD", "Threshold", style.YELLOW, "--"),
        ("POSITIONS", "Capacity", style.INK, "-"),
    ):
        axes.stairs(
            rows[column], edges, baseline=None, color=color, linestyle=line, linewidth=1.8,
            label=label,
        )  # fmt: skip
    axes.set_ylim(0, 1.2 * max(float(rows[["PALLETS", "THRESHOLD", "POSITIONS"]].max().max()), 1.0))
    fullest = rows["FULLEST_WAREHOUSE"]
    if (fullest - rows["WAREHOUSE_UTILIZATION"]).abs().max() > 0:
        when = month(rows.index[int(fullest.argmax())])
        text = f"fullest warehouse: {percent(fullest.max())} in {when}"
        style.note(axes, len(rows) - 0.6, 0.93, text, ha="right", color=style.MUTED)


def _draw_utilization(axes: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))
    mean, peak = rows["MEAN_UTILIZATION"], rows["PEAK_UTILIZATION"]
    several = bool((peak - mean).abs().max() > 0)
    label = "Mean" if several else "Utilisation"
    style.bars(axes, at, mean, facecolor=style.PURPLE, label=label)
    if several:
        axes.plot(
            at, peak, color=style.YELLOW, marker=style.marker("D", len(rows)),
            markersize=5, linewidth=1.8, linestyle=":", label="Busiest work centre",
        )  # fmt: skip
    axes.axhline(100, color=style.INK, linewidth=1.4, label="Full")
    axes.set_ylim(0, 1.1 * max(float(peak.max()), 100.0))


def _draw_cost(axes: Axes, rows: pd.DataFrame) -> None:
    at, below = np.arange(len(rows)), np.zeros(len(rows))
    kinds = {
        "PRODUCTION": "Production",
        "LOGISTICS": "Logistics",
        "HOLDING": "Holding",
        "OVERFLOW_COST": "Overflow",
    }
    for i, (column, label) in enumerate(kinds.items()):
        if not rows[column].any():
            continue
        spent = rows[column].cumsum().to_numpy()
        style.bars(
            axes, at, spent, start=below, facecolor=style.PALETTE[i], edgecolor=style.BACKGROUND,
            hatch=style.HATCHES[i], linewidth=0, label=label,
        )  # fmt: skip
        below = below + spent
    axes.set_ylim(0, 1.17 * max(float(below.max()), 1.0))
    total = float(rows["TOTAL"].sum())
    style.note(axes, len(rows) - 0.6, 0.93, amount(total), ha="right", fontweight="bold")


_BUILD: _Chart = ("Build against demand", "units", _draw_build)
_STOCK: _Chart = ("Stock against storage limit", "pallets at the month's end", _draw_stock)
_UTILIZATION: _Chart = ("Work-centre utilisation", "% of capacity", _draw_utilization)
_COST: _Chart = ("Cumulative cost, without penalties", "{currency}", _draw_cost)
_CHARTS = (_BUILD, _STOCK, _UTILIZATION, _COST)
