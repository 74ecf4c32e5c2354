"""What a what-if shows: figures of two plans and their difference, as tables of text and as values.

Belongs here: which figures stand in which table, their words, the keys of the JSON.
Does not belong here: computing them (`insight/differences`), laying tables out (`terminal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.insight.comparison import Resource
from sop_pipeline.insight.differences import Pair, PlanDifference
from sop_pipeline.planning.families import COSTS
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.summary import COST_TITLES
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, plain, units

MOST_ROWS = 8
"""Rows of each table of what changes most."""

_HEADS = ("Base", "What-if", "Difference")
_UNITS = {
    "demand_units": "Demand (units)",
    "built_units": "Built (units)",
    "served_units": "Served (units)",
    "lost_units": "Lost (units)",
    "late_unit_periods": "Late (units x periods)",
    "prebuilt_units": "Pre-built (units)",
    "most_overflow_pallets": "Most overflow (pallets)",
}
_POINTS = {"fill_rate": "Fill rate (%)", "peak_load_pct": "Peak load (%)"}
_MONEY = {
    "total_cost": "Total cost",
    "revenue": "Revenue",
    "margin": "Margin",
    "revenue_at_risk": "Revenue at risk",
}
_RESOURCES = {"work_center_capacity": "capacity", "warehouse_storage": "storage"}


@dataclass(frozen=True)
class ShownDifference:
    """A difference with what it takes to word it.

    Attributes:
        difference: The figures.
        names: What ids are called.
        periods: What periods are called.
        currency: Label of the currency.
    """

    difference: PlanDifference
    names: Names
    periods: PeriodNames
    currency: str

    def tables(self) -> tuple[TextTable, ...]:
        """The tables a planner reads: figures, money, builds, limits."""
        return (
            self._figures(),
            self._money(),
            self._builds(by_family=True),
            self._builds(by_family=False),
            self._resources(),
        )

    def values(self) -> dict[str, Any]:
        """The same as values with stable keys, codes and names in place of ids."""
        one = self.difference
        return {
            "figures": {name: _values(pair) for name, pair in one.figures.items()},
            "cost_terms": {name: _values(pair) for name, pair in one.cost_terms.items()},
            "builds": [self._build_values(*row) for row in one.builds.itertuples(index=False)],
            "resources": [self._resource_values(*pair) for pair in one.resources.items()],
        }

    def _figures(self) -> TextTable:
        figures, rows = self.difference.figures, list[tuple[str, ...]]()
        for name, title in _UNITS.items():
            pair = figures[name]
            if name.startswith(("demand", "built", "served")) or pair.base or pair.changed:
                rows.append((title, *_texts(pair, 1, 0)))
        rows += [
            (title, *_texts(figures[name], 100 if name == "fill_rate" else 1, 1))
            for name, title in _POINTS.items()
        ]
        return TextTable("Quantities and service", ("", *_HEADS), tuple(rows))

    def _money(self) -> TextTable:
        figures, terms = self.difference.figures, self.difference.cost_terms
        spent, penalties = (
            [
                (COST_TITLES[cost.column], *_texts(terms[cost.name], 1, 2))
                for cost in COSTS
                if cost.is_spent == is_spent and cost.name in terms
            ]
            for is_spent in (True, False)
        )
        named = {
            title: tuple(_texts(figures[name], 1, 2))
            for name, title in _MONEY.items()
            if name == "total_cost" or figures[name].base or figures[name].changed
        }
        rows = [(title, *texts) for title, texts in named.items()]
        title = f"Money, in whole units ({plain(self.currency)})"
        return TextTable(title, ("", *_HEADS), (*spent, *rows, *penalties))

    def _builds(self, *, by_family: bool) -> TextTable:
        rows = self.difference.builds
        named = [self._label(int(product)) for product in rows["PRODUCT_ID"]]
        texts = (
            [label.group or "(no family)" for label in named]
            if by_family
            else [f"{plain(label.code)} {plain(label.name)}" for label in named]
        )
        keys = ["WHAT", "PERIOD_START"]
        sums = rows.assign(WHAT=texts).groupby(keys, as_index=False)[["BASE", "CHANGED"]].sum()
        sums = sums.assign(DIFFERENCE=sums["CHANGED"] - sums["BASE"])
        order = sums["DIFFERENCE"].abs().sort_values(ascending=False, kind="stable").index
        kept = sums.loc[order].query("DIFFERENCE != 0")
        cells = tuple(
            (plain(what), self.periods.name(day), *_texts(Pair(base, changed), 1, 0))
            for what, day, base, changed, _ in kept.head(MOST_ROWS).itertuples(index=False)
        )
        noun = "family" if by_family else "product"
        shown = _of(len(cells), len(kept))
        title = f"Built differently, by {noun} and {self.periods.noun} (units){shown}"
        heads = (noun.capitalize(), self.periods.noun.capitalize(), *_HEADS)
        return TextTable(title, heads, cells, texts=2, empty="Nothing is built differently.")

    def _resources(self) -> TextTable:
        pairs = self.difference.resources
        cells = tuple(
            (self._resource(one), self.periods.name(one.period), *_prices(pair))
            for one, pair in [*pairs.items()][:MOST_ROWS]
        )
        shown = _of(len(cells), len(pairs))
        title = f"Tightest limits: what one unit more saves ({plain(self.currency)}){shown}"
        heads = ("Limit", self.periods.noun.capitalize(), *_HEADS)
        return TextTable(title, heads, cells, texts=2, empty="No limit binds in either plan.")

    def _resource(self, one: Resource) -> str:
        kind = _RESOURCES.get(one.constraint, one.constraint)
        if one.work_center_id is not None:
            return f"{self.names.work_center(one.work_center_id)} {plain(one.tier)} {kind}"
        return f"{self.names.site(one.site_id or 0)} {kind}"

    def _label(self, product: int) -> Label:
        known = self.names.products.get(product)
        return known or Label(str(product), self.names.product(product))

    def _build_values(
        self, product: int, day: pd.Timestamp, base: float, changed: float, _: float
    ) -> dict[str, Any]:
        label = self._label(product)
        return {
            "product_code": label.code,
            "product_name": label.name,
            "family": label.group or None,
            "period_start": day,
            **_values(Pair(base, changed)),
        }

    def _resource_values(self, one: Resource, pair: Pair) -> dict[str, Any]:
        center, site = one.work_center_id, one.site_id
        return {
            "constraint_name": one.constraint,
            "work_center_code": None if center is None else self.names.work_center(center),
            "tier_code": one.tier or None,
            "site_code": None if site is None else self.names.site(site),
            "period_start": one.period,
            "unit": one.unit,
            **_values(pair),
        }


def _values(pair: Pair) -> dict[str, float | None]:
    return {"base": pair.base, "what_if": pair.changed, "difference": pair.difference}


def _texts(pair: Pair, factor: float, digits: int) -> Iterator[str]:
    """Both figures and their difference with its sign."""
    for value in (pair.base, pair.changed):
        yield NONE if value is None else _number(value * factor, digits)
    change = None if pair.difference is None else round(pair.difference * factor, digits) + 0.0
    yield NONE if change is None else f"{change:+,.{digits}f}" if change else _number(0.0, digits)


def _number(value: float, digits: int) -> str:
    return units(value) if digits == 0 else f"{value:,.{digits}f}"


def _prices(pair: Pair) -> Iterator[str]:
    for value in (pair.base, pair.changed):
        yield amount(value) if value else "does not bind"
    yield from list(_texts(pair, 1, 2))[2:]


def _of(shown: int, total: int) -> str:
    return f", the {shown} largest of {total:,}" if shown < total else ""
