"""What a what-if shows: figures of two plans and their difference, as tables of text and as values.

Belongs here: which figures stand in which table, their words, the keys of the JSON.
Does not belong here: computing them (`insight/differences`), laying tables out (`terminal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.insight.differences import Pair, PlanDifference
from sop_pipeline.planning.families import COSTS
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.period_names import PeriodNames
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
_MONEY = {"revenue": "Revenue", "margin": "Margin", "revenue_at_risk": "Revenue at risk"}
_RESOURCES = {"work_center_capacity": "capacity", "warehouse_storage": "storage"}
_TITLES = {cost.name: cost.title for cost in COSTS}


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
            "resources": [self._resource_values(row) for _, row in one.resources.iterrows()],
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
        rows = [(_TITLES[name], *_texts(pair, 1, 2)) for name, pair in terms.items()]
        rows.append(("Total cost", *_texts(figures["total_cost"], 1, 2)))
        rows += [
            (title, *_texts(figures[name], 1, 2))
            for name, title in _MONEY.items()
            if figures[name].base or figures[name].changed
        ]
        title = f"Cost of the plan in whole units, revenue and margin ({plain(self.currency)})"
        return TextTable(title, ("", *_HEADS), tuple(rows))

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
        rows = self.difference.resources
        cells = tuple(
            (self._resource(row), self.periods.name(row["PERIOD_START"]), *_prices(row))
            for _, row in rows.head(MOST_ROWS).iterrows()
        )
        shown = _of(len(cells), len(rows))
        title = f"Tightest limits: what one unit more saves ({plain(self.currency)}){shown}"
        heads = ("Limit", self.periods.noun.capitalize(), *_HEADS)
        return TextTable(title, heads, cells, texts=2, empty="No limit binds in either plan.")

    def _resource(self, row: pd.Series) -> str:
        kind = _RESOURCES.get(str(row["CONSTRAINT_NAME"]), str(row["CONSTRAINT_NAME"]))
        if pd.notna(row["WORK_CENTER_ID"]):
            tier = "" if pd.isna(row["TIER_CODE"]) else f" {plain(row['TIER_CODE'])}"
            return f"{self.names.work_center(int(row['WORK_CENTER_ID']))}{tier} {kind}"
        return f"{self.names.site(int(row['SITE_ID']))} {kind}"

    def _label(self, product: int) -> Label:
        return self.names.products.get(product, Label(str(product), self.names.product(product)))

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

    def _resource_values(self, row: pd.Series) -> dict[str, Any]:
        center, site = row["WORK_CENTER_ID"], row["SITE_ID"]
        return {
            "constraint_name": row["CONSTRAINT_NAME"],
            "work_center_code": None if pd.isna(center) else self.names.work_center(int(center)),
            "tier_code": row["TIER_CODE"],
            "site_code": None if pd.isna(site) else self.names.site(int(site)),
            "period_start": row["PERIOD_START"],
            "unit": row["UNIT"],
            **_values(Pair(row["BASE"], row["CHANGED"])),
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


def _prices(row: pd.Series) -> Iterator[str]:
    pair = Pair(float(row["BASE"]), float(row["CHANGED"]))
    for value in (pair.base, pair.changed):
        yield amount(value) if value else "does not bind"
    yield from list(_texts(pair, 1, 2))[2:]


def _of(shown: int, total: int) -> str:
    return f", the {shown} largest of {total:,}" if shown < total else ""
