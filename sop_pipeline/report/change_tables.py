"""What changed since the plan before, as tables.

Does not belong here: the changes (`insight.difference`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.insight.comparison import PlanFigures, in_currency
from sop_pipeline.insight.difference import InputChange, Nervousness
from sop_pipeline.insight.execution import Outcome
from sop_pipeline.planning.money import CENTS
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, count, percent, plain, units

SHOWN = 10
"""Builds told in a table, those that moved most first."""
_PRODUCTS_SHOWN = 3


def input_change_table(changes: Sequence[InputChange], names: Names) -> TextTable:
    """The input tables that differ."""
    rows = [
        (
            one.table,
            _products(one, names),
            *(f"{number:,}" for number in (one.added, one.gone, one.moved)),
        )
        for one in changes
    ]
    return TextTable(
        "Inputs that changed (rows)",
        ("Table", "Products", "Added", "Gone", "Moved"),
        tuple(rows),
        texts=2,
        empty="No input has changed.",
    )


def build_change_table(builds: pd.DataFrame, names: Names, periods: PeriodNames) -> TextTable:
    """The builds that moved most."""
    order = builds["CHANGE"].abs().sort_values(ascending=False, kind="stable").index
    shown = builds.loc[order].head(SHOWN)
    rows = [
        (
            names.product(int(product)),
            names.work_center(int(center)),
            periods.name(pd.Timestamp(day)),
            *(units(value) for value in (old, new)),
            f"{moved:+,.0f}",
        )
        for product, center, day, old, new, moved in shown.itertuples(index=False)
    ]
    some = f", the {SHOWN} that moved most of {len(builds):,}" if len(builds) > SHOWN else ""
    return TextTable(
        f"Builds that changed (units){some}",
        ("Product", "Work centre", "Period", "Before", "Now", "Change"),
        tuple(rows),
        texts=3,
        empty="No build has changed.",
    )


def nervousness_table(moved: Nervousness, periods: PeriodNames) -> TextTable:
    """How far the builds moved, period by period."""
    rows = [(periods.name(day), _share(ratio)) for day, ratio in moved.by_period.items()]
    return TextTable(
        "Nervousness: units moved over units planned before",
        ("Period", "Moved"),
        (*rows, ("Total", _share(moved.total))),
    )


def cost_change_table(
    costs: tuple[int, int], split: tuple[int, int] | None, currency: str
) -> TextTable:
    """What is spent, before and now, and how much of the difference is of the data."""
    old, new = costs
    steps = (
        [("Data, with the builds of before", split[0]), ("Planning anew", split[1])]
        if split
        else [("Change", new - old)]
    )
    rows = (
        ("Spent before", amount(old / CENTS)),
        *((name, change(cents / CENTS)) for name, cents in steps),
        ("Spent now", amount(new / CENTS)),
    )
    return TextTable(f"Costs ({plain(currency)})", ("", "Amount"), rows)


def builds_now_table(kept: Outcome, anew: PlanFigures, currency: str) -> TextTable:
    """The builds of before under today's inputs beside the plan made anew."""
    margin = in_currency(anew.margin)
    rows = (
        (
            "Builds of before",
            amount(kept.cost),
            amount(kept.margin),
            units(kept.lost_units),
        ),
        (
            "Planned anew",
            amount((anew.cost + anew.penalties) / CENTS),
            NONE if margin is None else amount(margin),
            units(anew.lost_units),
        ),
    )
    return TextTable(
        f"Under today's inputs ({plain(currency)}, units)",
        ("", "Cost with penalties", "Margin", "Lost"),
        rows,
    )


def _share(ratio: float | None) -> str:
    return NONE if ratio is None else percent(100 * ratio)


def _products(one: InputChange, names: Names) -> str:
    first = [names.product(product) for product in list(one.products)[:_PRODUCTS_SHOWN]]
    more = len(one.products) - len(first)
    return ", ".join(first) + (f" and {count(more, 'other')}" if more else "")
