"""The whole decisions of a plan: tiers that are activated, routings that are set up."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import amount, plain, units


def decision_tables(tables: Tables, names: Names, top: int = 10) -> tuple[TextTable, ...]:
    """Activated tiers and set-ups, dearest first; none of what a plan does not decide.

    Args:
        tables: The result tables of one scenario by name, of this or an earlier release.
        names: What ids are called.
        top: Rows of each table.
    """
    found = (_activated(tables, names, top), _set_ups(tables, names, top))
    return tuple(table for table in found if table is not None)


def _activated(tables: Tables, names: Names, top: int) -> TextTable | None:
    rows = tables["BUILD_PLAN_CAPACITY"]
    if "ACTIVATED" not in rows or rows["ACTIVATED"].isna().all():
        return None
    rows = rows[rows["ACTIVATED"].fillna(value=False).astype(bool)]
    cells, all_rows = _lines(
        rows,
        ["WORK_CENTER_ID", "TIER_CODE"],
        {"CAPACITY_USED": units, "FIXED_COST": amount},
        lambda key: (names.work_center(int(str(key[0]))), plain(key[1])),
        PeriodNames.of_plan(tables),
        top,
    )
    return TextTable(
        f"Activated tiers{_of(len(cells), all_rows)}",
        ("Work centre", "Tier", "Activated in", "Times", "Used", "Fixed cost"),
        cells,
        texts=3,
        empty="No tier is activated.",
    )


def _set_ups(tables: Tables, names: Names, top: int) -> TextTable | None:
    rows = tables.get("BUILD_PLAN_SETUP")
    if rows is None or rows.empty:
        return None
    cells, all_rows = _lines(
        rows[rows["SET_UP"].astype(bool)],
        ["PRODUCT_ID", "ROUTING_CODE"],
        {"LOTS": units, "UNITS": units, "SETUP_CAPACITY": units, "SETUP_COST": amount},
        lambda key: (names.product(int(str(key[0]))), plain(key[1])),
        PeriodNames.of_plan(tables),
        top,
    )
    return TextTable(
        f"Set-ups{_of(len(cells), all_rows)}",
        ("Product", "Routing", "Set up in", "Times", "Lots", "Units", "Capacity", "Cost"),
        cells,
        texts=3,
        empty="No routing is set up.",
    )


def _lines(
    rows: pd.DataFrame,
    key: list[str],
    figures: dict[str, Callable[[float], str]],
    called: Callable[[tuple[object, ...]], tuple[str, str]],
    periods: PeriodNames,
    top: int,
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """A line of each group with its periods and the sums of its figures, and how many there are."""
    groups = rows.groupby(key, sort=True)
    sums = groups[list(figures)].sum()
    order = sums.sort_values(list(figures)[::-1], ascending=False, kind="stable")
    lines: list[tuple[str, ...]] = []
    for one, *values in order.head(top).itertuples():
        days = sorted(pd.Timestamp(day) for day in groups.get_group(one)["PERIOD_START"])
        when = ", ".join(periods.name(day) for day in days)
        shown = (show(value) for show, value in zip(figures.values(), values, strict=True))
        lines.append((*called(one), when, f"{len(days):,}", *shown))
    return tuple(lines), len(order)


def _of(shown: int, every: int) -> str:
    return f", the {shown:,} dearest of {every:,}" if shown < every else ""
