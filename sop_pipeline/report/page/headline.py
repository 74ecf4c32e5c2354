"""What a person sees first: the figures that decide, and what hurts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.report.names import Names
from sop_pipeline.report.page.blocks import Tile
from sop_pipeline.report.page.money import figure
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import HALF_A_STORED_DIGIT, Tables, work_center_loads
from sop_pipeline.report.shadow_prices import shadow_price_table
from sop_pipeline.report.summary import ClosingSummary, closing_summary, summary_row
from sop_pipeline.report.tables import FULL_PCT
from sop_pipeline.report.wording import NONE, amount, count, in_units, percent, plain, units

Pain = tuple[str, str]
"""A sentence, and the anchor of the section that shows it."""


def tiles(tables: Tables) -> tuple[Tile, ...]:
    """Cost, margin, service, storage and load in one glance."""
    row, closing = summary_row(tables), closing_summary(tables)
    currency, margin, revenue = (
        plain(row["CURRENCY"]),
        figure(row, "MARGIN"),
        figure(row, "REVENUE"),
    )
    penalties = f"and {amount(closing.penalties)} penalties, not spent" if closing.penalties else ""
    share = percent(100 * margin / revenue) if revenue > 0 else NONE
    fullest = tables["BUILD_PLAN_WAREHOUSE"]["UTILIZATION_PCT"]
    overflow = "no overflow" if closing.overflow_avoided else (
        f"overflow, {units(closing.overflow_pallets)} pallets at most"
    )  # fmt: skip
    return (
        Tile(f"Total cost, {currency}", amount(closing.total_cost), penalties),
        Tile(f"Margin, {currency}", amount(margin), f"{share} of revenue {amount(revenue)}"),
        Tile("Fill rate", _fill_rate(closing), _lost(closing)),
        Tile(
            "Fullest warehouse", percent(float(fullest.max())) if len(fullest) else NONE, overflow
        ),
        Tile("Busiest work centre", percent(closing.peak_utilization_pct), "at its peak"),
        Tile("Built ahead", f"{units(closing.prebuilt_units)}", "units before the peak quarter"),
        *_stability(closing),
        *_confidence(closing),
        *_futures(closing),
    )


def _stability(closing: ClosingSummary) -> tuple[Tile, ...]:
    """How much of the last plan is changed, where there is one to keep to."""
    if not np.isfinite(closing.nervousness):
        return ()
    cost = amount(closing.freeze_cost)
    return (Tile("Last plan changed", closing.changed, f"of its builds; the freeze costs {cost}"),)


def _confidence(closing: ClosingSummary) -> tuple[Tile, ...]:
    """How sure the plan is, where it was measured."""
    sure = closing.confidence
    if sure is None:
        return ()
    share, draws = percent(100 * sure.survived / sure.draws), count(sure.draws, "demand draw")
    return (Tile("Demand errors survived", share, f"of {draws}; {sure.interval}"),)


def _futures(closing: ClosingSummary) -> tuple[Tile, ...]:
    """What a hedge costs over its futures, and what knowing would be worth."""
    hedge = closing.hedged
    if hedge is None:
        return ()
    currency = plain(hedge.currency)
    averaging = (
        "" if hedge.vss is None else f"planning for the average costs {amount(hedge.vss)} more"
    )
    return (
        Tile(f"Expected cost, {currency}", amount(hedge.expected_cost), "penalties included"),
        Tile(
            f"Knowing is worth, {currency}",
            amount(hedge.evpi),
            f"at most; {averaging}".rstrip("; "),
        ),
    )


def _fill_rate(closing: ClosingSummary) -> str:
    return closing.service.partition(", ")[0]


def _lost(closing: ClosingSummary) -> str:
    return f"{in_units(closing.lost_units)} lost" if closing.lost_units else "no sale is lost"


def pains(tables: Tables, names: Names) -> tuple[Pain, ...]:
    """What hurts, each in a sentence with the section where its figures are."""
    periods = PeriodNames.of_plan(tables)
    return (
        *_shortages(tables, periods),
        *_overflows(tables, names, periods),
        *_loads(tables, names, periods),
        *_dearest(tables, names),
    )


def _shortages(tables: Tables, periods: PeriodNames) -> list[Pain]:
    stock, sentences = tables["BUILD_PLAN_INVENTORY"], []
    for column, what, verb in (
        ("LOST_SALES", "of demand", "lost"),
        ("SAFETY_STOCK_SHORTFALL", "of safety stock", "missing"),
        ("SCRAPPED", "of stock", "thrown away"),
    ):
        hurt = stock[stock[column] > HALF_A_STORED_DIGIT]
        if hurt.empty:
            continue
        by_period = hurt.groupby("PERIOD_START")[column].sum()
        worst = pd.Timestamp(str(by_period.idxmax()))
        most = in_units(float(by_period.max()))
        when = f"in {periods.name(worst)}"
        if len(by_period) > 1:
            when = f"in {count(len(by_period), periods.noun)}, most in {periods.name(worst)}"
        products = count(int(hurt["PRODUCT_ID"].nunique()), "product")
        text = f"Units {what} are {verb} {when} ({most})"
        if len(by_period) == 1:
            text = f"{most} {what} {'is' if most.endswith('unit') else 'are'} {verb} {when}"
        sentences.append((f"{text}, of {products}.", "volume"))
    return sentences


def _overflows(tables: Tables, names: Names, periods: PeriodNames) -> list[Pain]:
    rows = tables["BUILD_PLAN_WAREHOUSE"]
    over = rows[rows["OVERFLOW_PALLETS"] > HALF_A_STORED_DIGIT]
    if over.empty:
        return []
    worst = over.sort_values("OVERFLOW_PALLETS", ascending=False, kind="stable")
    site, when = int(worst["SITE_ID"].iloc[0]), pd.Timestamp(worst["PERIOD_START"].iloc[0])
    most = units(float(worst["OVERFLOW_PALLETS"].iloc[0]))
    text = (
        f"{count(int(over['SITE_ID'].nunique()), 'warehouse')} over the threshold, most "
        f"{names.site(site)} with {most} pallets in {periods.name(when)}."
    )
    return [(text, "warehouses")]


def _loads(tables: Tables, names: Names, periods: PeriodNames) -> list[Pain]:
    loads = work_center_loads(tables["BUILD_PLAN_CAPACITY"])
    full = loads[loads["UTILIZATION"] >= FULL_PCT].groupby("WORK_CENTER_ID").size()
    if full.empty:
        return []
    longest = full.sort_values(ascending=False, kind="stable")
    center, times = int(str(longest.index[0])), int(longest.iloc[0])
    verb = "is" if len(full) == 1 else "are"
    text = (
        f"{count(len(full), 'work centre')} {verb} full in some {periods.noun}; "
        f"{names.work_center(center)} longest, {count(times, periods.noun)}."
    )
    return [(text, "loads")]


def _dearest(tables: Tables, names: Names) -> list[Pain]:
    prices = shadow_price_table(tables, names, top=1)
    if not prices.rows:
        return []
    what, when, unit, _, saves, _ = prices.rows[0]
    currency = plain(summary_row(tables)["CURRENCY"])
    text = (
        f"Of all limits, {what} in {when} is the dearest: the next of its {unit} would save "
        f"{saves} {currency}."
    )
    return [(text, "loads")]
