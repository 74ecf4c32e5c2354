"""A part of a plan as tables: its builds, and what its products, work centres or warehouses do."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_pipeline.report.build_tables import IN_TOTAL, build_table, level_of
from sop_pipeline.report.parts import Part
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import HALF_A_STORED_DIGIT
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import amount, percent, plain, units

_STOCK = {
    "OPENING_INVENTORY": "Opening",
    "RECEIVED": "Received",
    "SHIPPED_OUT": "Shipped out",
    "DEMAND": "Demand",
    "SERVED": "Served",
    "ENDING_INVENTORY": "Ending",
    "SAFETY_STOCK_TARGET": "Safety target",
    "BACKORDER": "Late",
    "LOST_SALES": "Lost",
    "SCRAPPED": "Scrapped",
    "SAFETY_STOCK_SHORTFALL": "Safety short",
}
_WHERE_ANY = {"SHIPPED_OUT", "BACKORDER", "LOST_SALES", "SCRAPPED", "SAFETY_STOCK_SHORTFALL"}
"""Columns left out where they are zero throughout."""

_UNITS = {"RECOMMENDED_QUANTITY": "Build", "PROJECTED_INVENTORY": "Stock"}
_MONEY = {
    "PROJECTED_PRODUCTION_COST": "Production",
    "PROJECTED_STORAGE_COST": "Storage",
    "PROJECTED_TOTAL_COST": "Total",
}
_LOTS = {
    "LOTS": "Lots",
    "UNITS": "Units",
    "LOT_MULTIPLE": "Lot",
    "MIN_LOT": "Least",
    "SETUP_CAPACITY": "Capacity",
}
_FILL = {
    "PALLETS": "Pallets",
    "THRESHOLD_PALLETS": "Threshold",
    "CAPACITY_PALLETS": "Positions",
    "OVERFLOW_PALLETS": "Overflow",
}


def part_tables(part: Part) -> list[TextTable]:
    """What a plan does with what is asked for."""
    shown = []
    if len(part.build):
        level = "all products" if part.grain == "aggregate" else level_of(part.choice)
        shown.append(build_table(part.build, level, part.periods, part.currency))
    if len(part.warehouses):
        shown.append(_fill_table(part.warehouses, part.periods))
    if len(part.stock):
        shown.append(_stock_table(part.stock, part.periods))
    if len(part.capacity):
        centers = part.capacity.groupby("WORK_CENTER_ID")
        shown += [_load_table(rows, part.periods) for _, rows in centers]
    if len(part.setups):
        shown.append(_setup_table(part.setups, part.periods, part.currency))
    return shown


def builds_by_period(part: Part) -> TextTable:
    """All that a build plan alone tells of its periods: quantities and money."""
    sums = part.build.groupby("PRODUCTION_WEEK")[[*_UNITS, *_MONEY]].sum()
    cells = tuple(
        (
            part.periods.name(pd.Timestamp(str(day))),
            *(units(float(row[name])) for name in _UNITS),
            *(amount(float(row[name])) for name in _MONEY),
        )
        for day, row in _records(sums)
    )
    heads = (part.periods.noun.capitalize(), *_UNITS.values(), *_MONEY.values())
    title = f"Build, stock and cost (units, {plain(part.currency)}; {IN_TOTAL})"
    return TextTable(title, heads, cells)


def _stock_table(rows: pd.DataFrame, periods: PeriodNames) -> TextTable:
    """Demand and stock by period."""
    columns = {
        name: head
        for name, head in _STOCK.items()
        if name not in _WHERE_ANY or (name in rows and (rows[name] > HALF_A_STORED_DIGIT).any())
    }
    products = rows["PRODUCT_CODE"].unique()
    what = _coded(rows, "PRODUCT") if len(products) == 1 else f"{len(products):,} products"
    sites = rows["SITE_CODE"].unique()
    where = _coded(rows, "SITE") if len(sites) == 1 else f"{len(sites):,} warehouses"
    sums = rows.groupby("PERIOD_START")[list(columns)].sum()
    cells = tuple(
        (periods.name(pd.Timestamp(str(day))), *(units(float(row[name])) for name in columns))
        for day, row in _records(sums)
    )
    heads = (periods.noun.capitalize(), *columns.values())
    return TextTable(f"Stock of {what} in {where} (units)", heads, cells)


def _load_table(rows: pd.DataFrame, periods: PeriodNames) -> TextTable:
    """What a work centre has and uses, tier by tier."""
    tiers = {tier: f"Used {plain(tier).lower()}" for tier in dict.fromkeys(rows["TIER_CODE"])}
    used = rows.pivot_table(index="PERIOD_START", columns="TIER_CODE", values="CAPACITY_USED")
    sums = rows.groupby("PERIOD_START")[["CAPACITY_AVAILABLE", "CAPACITY_USED"]].sum()
    available = sums["CAPACITY_AVAILABLE"]
    load = (100 * sums["CAPACITY_USED"] / available).where(available > 0)
    figures = used[list(tiers)].assign(AVAILABLE=available, LOAD=load)
    activated = _activated(rows)
    cells = tuple(
        (
            periods.name(pd.Timestamp(str(day))),
            units(row["AVAILABLE"]),
            *(units(row[tier]) for tier in tiers),
            percent(row["LOAD"]),
            *((activated.get(day, "-"),) if activated is not None else ()),
        )
        for day, row in _records(figures)
    )
    decided = () if activated is None else ("Activated",)
    heads = (periods.noun.capitalize(), "Available", *tiers.values(), "Load", *decided)
    return TextTable(f"Capacity of {_coded(rows, 'WORK_CENTER')} (capacity units)", heads, cells)


def _activated(rows: pd.DataFrame) -> dict[object, str] | None:
    """Tiers activated in each period that has any; None where no tier is decided on."""
    if "ACTIVATED" not in rows or rows["ACTIVATED"].isna().all():
        return None
    there = rows[rows["ACTIVATED"].fillna(value=False).astype(bool)]
    tiers = there.groupby("PERIOD_START")["TIER_CODE"].agg(list)
    return {day: ", ".join(map(plain, codes)) for day, codes in tiers.items()}


def _setup_table(rows: pd.DataFrame, periods: PeriodNames, currency: str) -> TextTable:
    """What is set up when, and what lots it makes."""
    ordered = rows.sort_values(["PRODUCT_ID", "ROUTING_CODE", "PERIOD_START"])
    cells = tuple(
        (
            plain(row["PRODUCT_CODE"]),
            plain(row["ROUTING_CODE"]),
            periods.name(row["PERIOD_START"]),
            *(units(row[name]) for name in _LOTS),
            amount(row["SETUP_COST"]),
        )
        for row in ordered.to_dict("records")
    )
    heads = ("Product", "Routing", periods.noun.capitalize(), *_LOTS.values(), "Cost")
    return TextTable(f"Set-ups (units, {plain(currency)})", heads, cells, texts=3)


def _fill_table(rows: pd.DataFrame, periods: PeriodNames) -> TextTable:
    """How full a warehouse is."""
    cells = tuple(
        (
            periods.name(row["PERIOD_START"]),
            *(units(row[name]) for name in _FILL),
            percent(row["UTILIZATION_PCT"]),
        )
        for row in rows.sort_values(["PERIOD_START", "SITE_ID"]).to_dict("records")
    )
    heads = (periods.noun.capitalize(), *_FILL.values(), "Filled")
    return TextTable(f"Warehouse {_coded(rows, 'SITE')} (pallets)", heads, cells)


def _records(sums: pd.DataFrame) -> Iterator[tuple[object, dict[str, float]]]:
    """The days a table is indexed by, with the figures of each."""
    return zip(sums.index, sums.to_dict("records"), strict=True)  # type: ignore[return-value]


def _coded(rows: pd.DataFrame, kind: str) -> str:
    """Code and name of what the rows are about, once where they are the same."""
    first = rows.iloc[0]
    names = (plain(first[f"{kind}_{part}"]) for part in ("CODE", "NAME"))
    return " ".join(dict.fromkeys(name for name in names if name))
