"""The part of a plan that is asked for: its builds, and what its products and places do.

Belongs here: which rows of which tables answer to what is asked for.
Does not belong here: finding a thing by its name (`selection`), how rows are shown (`part_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.report.named_tables import build_in_words, in_words
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.selection import Choice, chosen_periods, is_called, matching
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.wording import plain
from sop_pipeline.suggestions import did_you_mean


@dataclass(frozen=True)
class Part:
    """Rows of a plan, in words; a table that says nothing of what is asked for has none.

    Attributes:
        choice: What was asked for.
        build: What to build there.
        stock: Stock of the products asked for, or in the warehouse asked for.
        capacity: Tiers of the work centre asked for.
        setups: Set-ups of the products, or at the work centre, asked for.
        warehouses: How full the warehouse asked for is.
        periods: What the periods are called.
        grain: network or aggregate.
        currency: Label of the currency.
    """

    choice: Choice
    build: pd.DataFrame
    stock: pd.DataFrame
    capacity: pd.DataFrame
    setups: pd.DataFrame
    warehouses: pd.DataFrame
    periods: PeriodNames
    grain: str
    currency: str

    @property
    def rows(self) -> Mapping[str, pd.DataFrame]:
        """Its rows by what they tell."""
        return {
            "build": self.build,
            "stock": self.stock,
            "capacity": self.capacity,
            "setups": self.setups,
            "warehouses": self.warehouses,
        }


def part_of(tables: Tables, scenario: str, names: Names, choice: Choice) -> Part:
    """The part of a plan that is asked for.

    Args:
        tables: The result tables of one scenario by name.
        scenario: Its code.
        names: What ids are called.
        choice: What is asked for.

    Raises:
        UsageError: Something asked for is not in the plan, or there is nothing of all of it
            together, or an aggregate plan is asked for more than periods.
    """
    row, periods = summary_row(tables), PeriodNames.of_plan(tables)
    build = build_in_words(tables["RECOMMENDED_BUILD_PLAN"], names, scenario)
    require_network(str(row["GRAIN"]), choice)
    days = chosen_periods(build, choice.period, periods)
    words = {
        name: in_words(tables[f"BUILD_PLAN_{name.upper()}"], scenario, names)
        for name in ("inventory", "capacity", "warehouse", "setup")
        if f"BUILD_PLAN_{name.upper()}" in tables
    }
    within = {name: rows[rows["PERIOD_START"].isin(days)] for name, rows in words.items()}
    site = choice.site
    warehouse = site if site is not None and _is_warehouse(site, words, build, choice) else None
    stock = within["inventory"]
    for kind, text in (
        ("product", choice.product), ("family", choice.family), ("warehouse", warehouse)
    ):  # fmt: skip
        stock = matching(stock, kind, text, words["inventory"])
    centers = matching(within["capacity"], "work centre", choice.work_center, words["capacity"])
    stores = matching(within["warehouse"], "warehouse", warehouse, words["warehouse"])
    builds = build.head(0) if warehouse else chosen_builds(build, choice, days)
    asks_for_stock = not (choice.product is choice.family is warehouse is None)
    return Part(
        choice,
        builds,
        stock if asks_for_stock else stock.head(0),
        centers if choice.work_center is not None else centers.head(0),
        _setups(within.get("setup"), builds, choice),
        stores if warehouse else stores.head(0),
        periods,
        str(row["GRAIN"]),
        str(row["CURRENCY"]),
    )


def part_of_builds(
    build: pd.DataFrame, choice: Choice, periods: PeriodNames, grain: str, currency: str
) -> Part:
    """The part of a plan of which nothing but its builds is kept.

    Args:
        build: As `build_in_words` gives them.
        choice: What is asked for.
        periods: What the periods are called.
        grain: network or aggregate.
        currency: Label of the currency.

    Raises:
        UsageError: As `part_of`; and a warehouse is asked for.
    """
    require_network(grain, choice)
    builds = chosen_builds(build, choice, chosen_periods(build, choice.period, periods))
    nothing = pd.DataFrame()
    return Part(choice, builds, nothing, nothing, nothing, nothing, periods, grain, currency)


def chosen_builds(build: pd.DataFrame, choice: Choice, days: list[object]) -> pd.DataFrame:
    """The rows of a build plan in words that are asked for.

    Args:
        build: As `build_in_words` gives them.
        choice: What is asked for; a site is a plant here.
        days: First days of the periods asked for.

    Raises:
        UsageError: Something asked for is not in the plan, or nothing is planned of it together.
    """
    rows = build[build["PRODUCTION_WEEK"].isin(days)]
    for kind, text in (
        ("product", choice.product),
        ("family", choice.family),
        ("work centre", choice.work_center),
        ("plant", choice.site),
    ):
        rows = matching(rows, kind, text, build)
    if rows.empty and len(build):
        asked = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in choice.given.items())
        msg = f"Nothing is planned for {asked} together: leave out one of them"
        raise UsageError(msg)
    return rows


def require_network(grain: str, choice: Choice) -> None:
    """Refuse to look for one product or place in a plan that pools them all.

    Raises:
        UsageError: It is such a plan, and more than a period is asked for.
    """
    asked = [f"--{name.replace('_', '-')}" for name in choice.given if name != "period"]
    if grain == "aggregate" and asked:
        msg = (
            "An aggregate plan knows one pooled product, work centre and warehouse: leave out "
            f"{', '.join(asked)}"
        )
        raise UsageError(msg)


def _setups(rows: pd.DataFrame | None, builds: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Set-ups of what is built there, where a product or a work centre is asked for."""
    asks = not (choice.product is choice.family is choice.work_center is None)
    if rows is None or not asks:
        return pd.DataFrame()
    place = ["PRODUCT_CODE", "WORK_CENTER_CODE"]
    there = pd.MultiIndex.from_frame(rows[place]).isin(pd.MultiIndex.from_frame(builds[place]))
    return rows[rows["SET_UP"].astype(bool) & there]


def _is_warehouse(
    site: str, words: Mapping[str, pd.DataFrame], build: pd.DataFrame, choice: Choice
) -> bool:
    """Whether the site asked for is a warehouse; a plant makes something, a warehouse nothing."""
    stores = words["warehouse"]
    if is_called(build, "plant", site):
        return False
    if not is_called(stores, "warehouse", site):
        codes = dict.fromkeys((*build["PLANT_CODE"], *stores["SITE_CODE"]))
        hint = did_you_mean(site, map(plain, codes)) or f"It has {', '.join(map(plain, codes))}."
        msg = f"The plan has no plant or warehouse {site!r}. {hint}"
        raise UsageError(msg)
    if choice.work_center is not None:
        msg = f"Nothing is built in the warehouse {site}: leave out --work-center or --site"
        raise UsageError(msg)
    return True
