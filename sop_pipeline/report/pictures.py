"""Pictures of demand and of a plan, as WebP bytes.

Belongs here: what each chart of a plan shows.
Does not belong here: colours and frames (`style`), the figures (`periods`), charts of the input
tables (`input_pictures`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sop_pipeline.insight.comparison import PlanFigures
from sop_pipeline.planning.money import CENTS
from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.report import style
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import (
    DemandComparison,
    Quarter,
    Tables,
    compare_demand,
    peak_quarter,
    plan_by_period,
    worst_warehouses,
)
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.wording import (
    amount,
    percent,
    percent_change,
    plain,
    units,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SINGLE_PX = 460
_CODE_SIGNS = 16
_PANELS_PX = 800
_FULL_WIDTH_PX = 880
_PANEL_WIDTH_PX = 400


def demand_comparison_picture(
    demands: Mapping[str, pd.DataFrame], baseline: str, scenario: str, calendar: Calendar
) -> bytes:
    """Draw demand of the baseline against another scenario, as `demand_figure` tells."""
    return style.webp(demand_figure(demands, baseline, scenario, calendar))


def demand_figure(
    demands: Mapping[str, pd.DataFrame], baseline: str, scenario: str, calendar: Calendar
) -> Figure:
    """Draw demand of the baseline against another scenario, period by period.

    The quarter with the scenario's largest demand is shaded, its boundary marked where it has
    periods before it, and the mean increase in it is told.

    Args:
        demands: Rows of `demand_forecasts` by scenario code.
        baseline: Code of the baseline.
        scenario: Code of the other scenario; the baseline's own code draws it alone.
        calendar: The periods of both.

    Raises:
        KeyError: A scenario has no demand frame.
    """
    comparison = compare_demand(demands[baseline], demands[scenario], calendar)
    names = PeriodNames.of_calendar(calendar)
    figure = style.new_figure(_SINGLE_PX)
    axes = figure.subplots()
    alone = baseline == scenario
    _draw_demands(
        axes, comparison, {"BASELINE": baseline} | ({} if alone else {"SCENARIO": scenario}), names
    )
    versus = plain(baseline) if alone else f"{plain(scenario)} against {plain(baseline)}"
    style.dress(axes, f"{names.adjective} demand: {versus}", "")
    style.shorten(axes, "units")
    style.period_axis(axes, names.on_axis(list(comparison.by_period.index)), _FULL_WIDTH_PX)
    style.legend(axes)
    return figure


def margin_picture(plans: Sequence[PlanFigures]) -> bytes:
    """Draw what each plan earns and spends."""
    figure = style.new_figure(_SINGLE_PX)
    axes = figure.subplots()
    at = np.arange(len(plans))
    spent = [(plan.revenue or 0) - (plan.margin or 0) for plan in plans]
    margins = [plan.margin or 0 for plan in plans]
    for values, start, color, label in (
        (spent, 0, style.SKY, "Spent"),
        (margins, spent, style.GREEN, "Margin"),
    ):
        style.bars(
            axes, at, pd.Series(values) / CENTS, start=pd.Series(start, at) / CENTS,
            facecolor=color, label=label,
        )  # fmt: skip
    axes.set_xticks(at, [style.drawable(plain(plan.scenario_code))[:_CODE_SIGNS] for plan in plans])
    style.dress(axes, "Revenue of the published plans: spent and margin", "")
    style.shorten(axes, "money")
    style.legend(axes)
    return style.webp(figure)


def plan_picture(tables: Tables, scenario: str = "", names: Names | None = None) -> bytes:
    """Draw a plan in four charts, as `plan_figure` tells."""
    return style.webp(plan_figure(tables, scenario, names))


def plan_figure(tables: Tables, scenario: str = "", names: Names | None = None) -> Figure:
    """Draw a plan in four charts: build, stock, utilisation, cumulative cost.

    The stock is that of the warehouse nearest to its threshold or furthest over it: all together
    have room while one overflows.

    Args:
        tables: The result tables of one scenario by name, either grain.
        scenario: Its code, for the title.
        names: What warehouses are called.

    Raises:
        ValueError: The tables hold rows of more than one scenario.
    """
    rows, periods = plan_by_period(tables), PeriodNames.of_plan(tables)
    words = {"currency": plain(summary_row(tables)["CURRENCY"]), "period": periods.noun}
    stock, drawn = _worst_stock(tables, rows, names or Names())
    charts = ((_BUILD, rows), (stock, drawn), (_UTILIZATION, rows), (_COST, rows))
    figure = style.new_figure(_PANELS_PX)
    figure.suptitle(
        style.drawable(" ".join(("Build plan", plain(scenario))).strip()),
        color=style.INK, fontsize=14, fontweight="bold", x=0.012, ha="left",
    )  # fmt: skip
    for axes, (chart, own) in zip(figure.subplots(2, 2).flat, charts, strict=True):
        _draw_chart(axes, chart, own, periods, words)
    return figure


_Chart = tuple[str, str, Callable[["Axes", pd.DataFrame, PeriodNames], None]]


def _worst_stock(tables: Tables, rows: pd.DataFrame, names: Names) -> tuple[_Chart, pd.DataFrame]:
    """The chart of stock, and what it draws: of several warehouses the worst one."""
    stores = tables["BUILD_PLAN_WAREHOUSE"]
    worst = worst_warehouses(stores)
    if len(worst) <= 1:
        return ("Stock against storage limit", _STOCK_UNIT, _draw_stock), rows
    own = stores[stores["SITE_ID"] == worst[0]].set_index("PERIOD_START").sort_index()
    drawn = rows[["WAREHOUSE_UTILIZATION"]].assign(
        PALLETS=own["PALLETS"],
        THRESHOLD=own["THRESHOLD_PALLETS"],
        POSITIONS=own["CAPACITY_PALLETS"],
        OVERFLOW=own["OVERFLOW_PALLETS"],
    )
    title = f"Fullest of {len(worst):,} warehouses: {_shortened(names.site(worst[0]))}"
    return (title, _STOCK_UNIT, _draw_stock), drawn


def _shortened(name: str) -> str:
    """A name that fits into the title of a chart."""
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"


def _draw_chart(
    axes: Axes, chart: _Chart, rows: pd.DataFrame, names: PeriodNames, words: Mapping[str, str]
) -> None:
    title, unit, draw = chart
    if rows.empty:
        style.nothing_to_draw(axes, "No period is planned")
        return
    style.dress(axes, title, "")
    draw(axes, rows, names)
    style.shorten(axes, unit.format(**words))
    style.period_axis(axes, names.on_axis(list(rows.index)), _PANEL_WIDTH_PX)
    style.legend(axes)


def _draw_demands(
    axes: Axes, comparison: DemandComparison, codes: Mapping[str, str], names: PeriodNames
) -> None:
    rows = comparison.by_period
    looks: dict[str, dict[str, Any]] = {
        "BASELINE": {
            "color": style.SKY,
            "linestyle": "-",
            "marker": style.marker("o", len(rows)),
        },
        "SCENARIO": {
            "color": style.ORANGE,
            "linestyle": "--",
            "marker": style.marker("s", len(rows)),
        },
    }
    at = np.arange(len(rows))
    for column, code in codes.items():
        label = style.drawable(code)
        [line] = axes.plot(at, rows[column], label=label, linewidth=2.2, markersize=6)
        line.set(**looks[column])
    axes.set_ylim(bottom=0, top=1.22 * max(float(rows.max().max()), 1.0))
    if len(codes) == len(looks):
        low, high = rows["BASELINE"], rows["SCENARIO"]
        axes.fill_between(at, low, high, color=style.ORANGE, alpha=0.13, linewidth=0)
    if comparison.quarter is not None:
        _mark_quarter(axes, rows.index, comparison.quarter, names)
        _tell_quarter(axes, comparison, names, alone=len(codes) == 1)


def _mark_quarter(axes: Axes, periods: pd.Index, quarter: Quarter, names: PeriodNames) -> None:
    """Shade a quarter; a dashed line between two periods is the boundary into it."""
    first = _position(periods, quarter.periods[0]) - 0.5
    last = first + len(quarter.periods)
    axes.axvspan(first, last, color=style.SHADE, alpha=0.05, linewidth=0, zorder=0)
    if quarter.starts_inside:
        axes.axvline(first, color=style.MUTED, linestyle=(0, (4, 3)), linewidth=1.3, zorder=1)
        text = f"{quarter.label} begins {names.name(quarter.periods[0])}"
        side = "left" if first < len(periods) * 0.7 else "right"
        beside = first + len(periods) * (0.008 if side == "left" else -0.008)
        style.note(axes, beside, 0.95, text, ha=side, color=style.MUTED, fontsize=9, bbox=None)


def _position(periods: pd.Index, day: pd.Timestamp) -> float:
    return float(periods.get_indexer(pd.Index([day]))[0])


def _tell_quarter(
    axes: Axes, comparison: DemandComparison, names: PeriodNames, *, alone: bool
) -> None:
    quarter, rows = comparison.quarter, comparison.by_period
    if quarter is None:
        return
    reach = names.span(quarter.periods[0], quarter.periods[-1])
    if alone:
        mean = float(rows.loc[list(quarter.periods), "SCENARIO"].mean())
        text = f"{quarter.label} mean: {units(mean)} units a {names.noun}\n{reach}"
    elif np.isfinite(comparison.mean_increase):
        sign = "+" if comparison.mean_increase >= 0 else "-"
        more = f"{sign}{units(abs(comparison.mean_increase))} units a {names.noun}"
        share = percent_change(comparison.mean_increase_pct)
        text = f"{quarter.label} mean increase: {share}\n{more}, {reach}"
    else:
        text = f"{quarter.label}: no {names.noun} in common"
    centre = _position(rows.index, quarter.periods[0]) + (len(quarter.periods) - 1) / 2
    side = centre / max(len(rows) - 1, 1)
    near_edge = "left" if side < 0.15 else "right" if side > 0.85 else "center"  # noqa: PLR2004
    edges = {"left": -0.4, "center": centre, "right": len(rows) - 0.55}
    style.note(axes, edges[near_edge], 0.1, text, ha=near_edge, fontsize=11, fontweight="bold")


def _draw_build(axes: Axes, rows: pd.DataFrame, names: PeriodNames) -> None:
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
    if (scrapped := rows["SCRAPPED"]).any():
        style.bars(
            axes, at, scrapped, style.BAR / 2, facecolor=style.PURPLE, edgecolor=style.BACKGROUND,
            hatch="///", linewidth=0, label="Scrapped",
        )  # fmt: skip
    labels = rows["FISCAL_QUARTER"]
    quarter = peak_quarter(rows["DEMAND"], labels)
    axes.set_ylim(0, 1.15 * max(float(rows[["BUILD", "DEMAND", "SCRAPPED"]].max().max()), 1.0))
    if quarter is not None:
        _mark_quarter(axes, rows.index, quarter, names)


def _draw_stock(axes: Axes, rows: pd.DataFrame, names: PeriodNames) -> None:
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
    together = rows["WAREHOUSE_UTILIZATION"]
    if "FULLEST_WAREHOUSE" not in rows:
        when = names.name(rows.index[int(together.argmax())])
        text = f"all warehouses: {percent(together.max())} of positions in {when}"
        style.note(axes, len(rows) - 0.6, 0.93, text, ha="right", color=style.MUTED)


def _draw_utilization(axes: Axes, rows: pd.DataFrame, names: PeriodNames) -> None:
    del names
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


def _draw_cost(axes: Axes, rows: pd.DataFrame, names: PeriodNames) -> None:
    del names
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
_UTILIZATION: _Chart = ("Work-centre utilisation", "% of capacity", _draw_utilization)
_COST: _Chart = ("Cumulative cost, without penalties", "{currency}", _draw_cost)
_STOCK_UNIT = "pallets at the {period}'s end"
_NAME_LENGTH = 18
