"""The build plan as tables: by family and period first, then what is asked for, closer.

Belongs here: which rows and columns such a table has.
Does not belong here: which part of the plan is asked for (`selection`).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sop_pipeline.report.named_tables import build_in_words
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.selection import NO_FAMILY, Choice
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import amount, plain, scale, units

ROWS_SHOWN = 40
"""Products or work centres in one table; the rest are added up in a last row."""

IN_TOTAL = "total with transport and handling"
"""What the total of a build has in it beside the columns before it."""

_NAME_WIDTH = 24
_UNITS_BELOW = 1e7
_MONEY = {
    "PROJECTED_PRODUCTION_COST": "Production cost",
    "PROJECTED_STORAGE_COST": "Storage cost",
    "PROJECTED_TOTAL_COST": "Total cost",
}


def _coded(code: object, name: object) -> str:
    code, name = plain(code), plain(name)
    return code if name in ("", code) else f"{code} {name}"


_LEVELS: dict[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "family": (("CATEGORY_NAME",), lambda name: plain(name) or NO_FAMILY),
    "product": (("PRODUCT_CODE", "PRODUCT_NAME"), _coded),
    "work centre": (
        ("WORK_CENTER_CODE", "WORK_CENTER_NAME", "PLANT_CODE"),
        lambda code, name, plant: f"{_coded(code, name)} ({plain(plant)})",
    ),
    "all products": (("PRODUCTION_WEEK",), lambda _: "All products"),
}
"""What a row stands for: the columns that say so, and how it is called."""

_PLURALS = {
    "family": "families",
    "product": "products",
    "work centre": "work centres",
    "all products": "",
}


def family_table(tables: Tables, names: Names) -> TextTable | None:
    """The build by family and period; None for a plan that knows no families.

    Args:
        tables: The result tables of one scenario by name.
        names: What ids are called.
    """
    if summary_row(tables)["GRAIN"] == "aggregate":
        return None
    build = build_in_words(tables["RECOMMENDED_BUILD_PLAN"], names)
    return build_table(build, "family", PeriodNames.of_plan(tables))


def level_of(choice: Choice) -> str:
    """What the rows of a table stand for: one step closer than what is asked for."""
    if choice.product is not None:
        return "work centre"
    asked = (choice.family, choice.work_center, choice.site, choice.period)
    return "family" if all(one is None for one in asked) else "product"


def build_table(
    build: pd.DataFrame, level: str, periods: PeriodNames, currency: str = ""
) -> TextTable:
    """A build plan by family, product or work centre: units by period, or one period with its cost.

    Args:
        build: Rows of a build plan in words; what is built nowhere among them is left out.
        level: What a row stands for: `family`, `product` or `work centre`.
        periods: What its periods are called.
        currency: Label of the currency.
    """
    days = sorted(pd.Timestamp(day) for day in build["PRODUCTION_WEEK"].unique())
    build = build.assign(LABEL=_labels(build, level))
    # Of one period the cost is shown too, which stock has that was built in another.
    columns = ["RECOMMENDED_QUANTITY", *(_MONEY if len(days) == 1 else ())]
    figures = build.groupby("LABEL")[columns].sum()
    built = figures["RECOMMENDED_QUANTITY"]
    kept = built[(figures > 0).any(axis=1)]
    few = _first(kept, ROWS_SHOWN)
    rest = f"{len(kept) - len(few):,} others"
    named = build[build["LABEL"].isin(kept.index)]
    named = named.assign(LABEL=named["LABEL"].where(named["LABEL"].isin(few), rest))
    order = [*few, *([rest] if len(few) < len(kept) else [])]
    title = f"{_title(level, days, periods)}{_part(level, len(kept), len(built))}"
    if len(days) == 1:
        return _one_period(named, order, level, title, currency)
    return _by_period(named, order, level, title, days, periods)


def _labels(build: pd.DataFrame, level: str) -> pd.Series:
    """What each row stands for in words, which are made once for the rows that say the same."""
    columns, called = _LEVELS[level]
    keys = list(build[list(columns)].itertuples(index=False, name=None))
    words = {key: called(*key) for key in dict.fromkeys(keys)}
    return pd.Series([words[key] for key in keys], build.index, dtype="string")


def _by_period(
    rows: pd.DataFrame,
    order: list[str],
    level: str,
    title: str,
    days: list[pd.Timestamp],
    periods: PeriodNames,
) -> TextTable:
    table = rows.pivot_table(
        index="LABEL", columns="PRODUCTION_WEEK", values="RECOMMENDED_QUANTITY", aggfunc="sum"
    )
    table = table.reindex(index=order, columns=days).fillna(0.0)
    divisor, word = scale(float(table.to_numpy().sum()), _UNITS_BELOW)
    table = _totalled(table.assign(TOTAL=table.sum(axis=1))) / divisor
    cells = tuple(
        (str(label), *(units(value) for value in row))
        for label, row in zip(table.index, table.to_numpy(), strict=True)
    )
    heads = (level.capitalize(), *(periods.name(day) for day in days), "Total")
    return _table(f"{title} ({word}units)", heads, cells)


def _one_period(
    rows: pd.DataFrame, order: list[str], level: str, title: str, currency: str
) -> TextTable:
    columns = ["RECOMMENDED_QUANTITY", *_MONEY]
    table = _totalled(rows.groupby("LABEL")[columns].sum().reindex(order))
    cells = tuple(
        (str(label), units(row[0]), *(amount(value) for value in row[1:]))
        for label, row in zip(table.index, table.to_numpy(), strict=True)
    )
    heads = (level.capitalize(), "Build", *_MONEY.values())
    money = f", {plain(currency)}" if currency else ""
    return _table(f"{title} (units{money}; {IN_TOTAL})", heads, cells)


def _table(title: str, heads: tuple[str, ...], cells: tuple[tuple[str, ...], ...]) -> TextTable:
    return TextTable(title, heads, cells, empty="Nothing is built.", text_width=_NAME_WIDTH)


def _totalled(table: pd.DataFrame) -> pd.DataFrame:
    """A table with the sum of its rows below them, where there are several."""
    return pd.concat([table, table.sum().to_frame("Total").T]) if len(table) > 1 else table


def _first(built: pd.Series, most: int) -> list[str]:
    """The things most is built of, in the order of their names."""
    return sorted(map(str, built.sort_values(ascending=False, kind="stable").head(most).index))


def _title(level: str, days: list[pd.Timestamp], periods: PeriodNames) -> str:
    by = "Build" if level == "all products" else f"Build by {level}"
    return f"{by} in {periods.name(days[0])}" if len(days) == 1 else f"{by} and {periods.noun}"


def _part(level: str, built: int, planned: int) -> str:
    return f", {built:,} of {planned:,} {_PLURALS[level]}" if built < planned else ""
