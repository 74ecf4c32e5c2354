"""What changed since the plan before, as tables.

Does not belong here: the changes (`insight.difference`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.insight.comparison import PlanFigures, in_currency
from sop_pipeline.insight.difference import InputChange, Nervousness, PolicyChange
from sop_pipeline.insight.execution import Outcome
from sop_pipeline.planning.money import CENTS
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, count, percent, plain, units
from sop_pipeline.schemas.inputs import INPUTS

SHOWN = 10
"""Builds told in a table, those that moved most first."""
_PRODUCTS_SHOWN = 3


def input_change_table(changes: Sequence[InputChange], names: Names) -> TextTable:
    """The input tables that differ."""
    rows = [
        (
            INPUTS[one.table].origin,
            "; ".join(part for part in (_moved(one), _products(one, names)) if part),
            *(f"{number:,}" for number in (one.added, one.gone, one.moved)),
        )
        for one in changes
    ]
    return TextTable(
        "Inputs that changed (rows)",
        ("Table", "What moved; products", "Added", "Gone", "Moved"),
        tuple(rows),
        texts=2,
        empty="No input has changed.",
    )


def policy_change_table(changes: Sequence[PolicyChange]) -> TextTable:
    """The fields of the policy that differ."""
    rows = [(one.field, one.before or NONE, one.now or NONE) for one in changes]
    return TextTable("Policy that changed", ("Field", "Before", "Now"), tuple(rows), texts=3)


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
    costs: tuple[int, int], split: tuple[int, int] | None, currency: str, *, policy: bool
) -> TextTable:
    """What is spent, before and now, and how much of the difference is of the data.

    Args:
        costs: Spent before and now, in cents.
        split: How much of the change is of the data and of planning anew; None where not known.
        currency: Label of the currency.
        policy: Whether the policy differs too.
    """
    old, new = costs
    what = "Data and policy" if policy else "Data"
    steps = (
        [(f"{what}, with the builds of before", split[0]), ("Planning anew", split[1])]
        if split
        else [("Change", new - old)]
    )
    rows = (
        ("Spent before", amount(old / CENTS)),
        *((name, change(cents / CENTS)) for name, cents in steps),
        ("Spent now", amount(new / CENTS)),
    )
    return TextTable(f"Costs ({plain(currency)})", ("", "Amount"), rows)


def builds_now_table(kept: Outcome, anew: PlanFigures | None, currency: str) -> TextTable:
    """The builds of before under the later inputs beside the plan made anew.

    Args:
        kept: What the builds of before come to.
        anew: The later plan; None where only its builds are kept.
        currency: Label of the currency.
    """
    rows = [
        ("Builds of before", amount(kept.cost), amount(kept.margin), units(kept.lost_units)),
    ]
    if anew is not None:
        margin = in_currency(anew.margin)
        cost = amount((anew.cost + anew.penalties) / CENTS)
        earned = NONE if margin is None else amount(margin)
        rows.append(("Planned anew", cost, earned, units(anew.lost_units)))
    return TextTable(
        f"Under the later inputs ({plain(currency)}, units)",
        ("", "Cost with penalties", "Margin", "Lost"),
        tuple(rows),
    )


def _share(ratio: float | None) -> str:
    return NONE if ratio is None else percent(100 * ratio)


def _moved(one: InputChange) -> str:
    return ", ".join(f"{name} ({rows:,})" for name, rows in one.columns.items())


def _products(one: InputChange, names: Names) -> str:
    first = [names.product(product) for product in list(one.products)[:_PRODUCTS_SHOWN]]
    more = len(one.products) - len(first)
    return ", ".join(first) + (f" and {count(more, 'other')}" if more else "")
