"""The tables a person reads, as headings and rows of text, whatever shows them.

Belongs here: which columns and rows a table has, how its figures are worded.
Does not belong here: how a terminal or a page lays it out (`terminal`, `markdown`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import (
    HALF_A_STORED_DIGIT,
    Tables,
    plan_by_period,
    work_center_loads,
)
from sop_pipeline.report.summary import (
    COST_TITLES,
    PENALTY_COLUMNS,
    SPENT_COLUMNS,
    published_cost,
    summary_row,
)
from sop_pipeline.report.wording import NONE, amount, plain, scale, units

FULL_PCT = 99.95
"""A work centre is full from here on: it reads as 100.0 %."""

_CENTS_BELOW = 1e8
_WHOLE_MONEY_BELOW = 1e10
_UNITS_BELOW = 1e7


@dataclass(frozen=True)
class TextTable:
    """Headings and rows, all of them text taken from data or worded here.

    Attributes:
        title: What the table shows, with its unit.
        heads: Column headings.
        rows: Cells by row.
        texts: How many columns from the left are texts; the rest are figures.
        empty: What to say where there are no rows.
        text_width: Columns that a text is given at least where it is longer.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1
    empty: str = ""
    text_width: int = 10


def period_tables(tables: Tables) -> tuple[TextTable, TextTable]:
    """What a plan does period by period: quantities and loads, then money."""
    rows, names = plan_by_period(tables), PeriodNames.of_plan(tables)
    return _volume_table(rows, names), _cost_by_period_table(rows, names, _currency(tables))


def _volume_table(rows: pd.DataFrame, names: PeriodNames) -> TextTable:
    """Build, demand, stock and loads by period; what is zero throughout is left out."""
    columns = {"BUILD": "Build", "DEMAND": "Demand", "STOCK": "Stock"}
    misses = {
        "BACKORDER": "Late",
        "LOST_SALES": "Lost",
        "SHORTFALL": "Safety short",
        "SCRAPPED": "Scrapped",
    }
    columns |= {name: head for name, head in misses.items() if rows[name].any()}
    divisor, word = scale(_largest(rows[list(columns)]), _UNITS_BELOW)
    loads = {"MEAN_UTILIZATION": "Mean load %", "PEAK_UTILIZATION": "Peak load %"}
    if (rows["MEAN_UTILIZATION"] == rows["PEAK_UTILIZATION"]).all():
        loads = {"PEAK_UTILIZATION": "Load %"}
    loads |= {"WAREHOUSE_UTILIZATION": "Stores %"}
    cells = [
        (
            _period(names, day, row["FISCAL_QUARTER"]),
            *(units(row[name] / divisor) for name in columns),
            *(_points(row[name]) for name in loads),
        )
        for day, row in rows.iterrows()
    ]
    heads = (names.noun.capitalize(), *columns.values(), *loads.values())
    return TextTable(f"Build, demand and stock ({word}units)", heads, tuple(cells))


def _cost_by_period_table(rows: pd.DataFrame, names: PeriodNames, currency: str) -> TextTable:
    """Money spent by period and kind, and up to it; kinds that cost nothing are left out."""
    kinds = {
        "PRODUCTION": "Production",
        "LOGISTICS": "Logistics",
        "HOLDING": "Holding",
        "OVERFLOW_COST": "Overflow",
    }
    columns = {name: head for name, head in kinds.items() if rows[name].any()}
    columns |= {"TOTAL": "Total", "CUMULATIVE": "Cumulative"}
    rows = rows.assign(CUMULATIVE=rows["TOTAL"].cumsum())
    largest = _largest(rows[list(columns)])
    divisor, word = scale(largest, _WHOLE_MONEY_BELOW)
    worded = amount if largest < _CENTS_BELOW else units
    cells = [
        (
            _period(names, day, row["FISCAL_QUARTER"]),
            *(worded(row[name] / divisor) for name in columns),
        )
        for day, row in rows.iterrows()
    ]
    title = f"Cost ({word}{currency}; logistics is transport and handling)"
    return TextTable(title, (names.noun.capitalize(), *columns.values()), tuple(cells))


def cost_term_table(tables: Tables) -> TextTable:
    """Each cost term, in whole units and at the optimum where they differ; without empty terms.

    What is spent comes first and adds up to the total cost, then the penalties, which are not.
    """
    row = summary_row(tables)
    cells = [
        *_terms(row, SPENT_COLUMNS),
        ("Total cost", amount(published_cost(row)), amount(_optimal_cost(row, SPENT_COLUMNS))),
        *_terms(row, PENALTY_COLUMNS),
    ]
    if cells[-1][0] != "Total cost":
        every = published_cost(row, (*SPENT_COLUMNS, *PENALTY_COLUMNS))
        cells.append(("Total with penalties", amount(every), amount(float(row["OBJECTIVE"]))))
    title = f"Cost by term ({_currency(tables)})"
    if all(published == optimum for _, published, optimum in cells):
        return TextTable(title, ("Term", "Cost"), tuple(cell[:2] for cell in cells))
    return TextTable(title, ("Term", "In whole units", "Optimum"), tuple(cells))


def _terms(row: pd.Series, terms: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [
        (COST_TITLES[term], amount(float(row[f"PUBLISHED_{term}"])), amount(float(row[term])))
        for term in terms
        if row[term] or row[f"PUBLISHED_{term}"]
    ]


def _optimal_cost(row: pd.Series, terms: tuple[str, ...]) -> float:
    return round(sum(float(row[term]) for term in terms), 2)


def product_table(tables: Tables, names: Names, top: int) -> TextTable:
    """The products most is built of."""
    built = _sum(tables["RECOMMENDED_BUILD_PLAN"], "PRODUCT_ID", "RECOMMENDED_QUANTITY")
    stock = tables["BUILD_PLAN_INVENTORY"]
    demand, lost = (_sum(stock, "PRODUCT_ID", name) for name in ("DEMAND", "LOST_SALES"))
    rows = pd.DataFrame({"BUILT": built, "DEMAND": demand, "LOST": lost}).fillna(0.0)
    total = float(rows["BUILT"].sum())
    kept = rows.sort_values("BUILT", ascending=False, kind="stable").head(top)
    cells = [
        (
            names.product(int(str(product))),
            units(row["BUILT"]),
            _points(100 * row["BUILT"] / total) if total else NONE,
            units(row["DEMAND"]),
            units(row["LOST"]),
        )
        for product, row in kept.iterrows()
    ]
    heads = ("Product", "Build", "Share %", "Demand", "Lost")
    return TextTable(
        f"{_top(len(kept), len(rows), 'products')} by build (units)", heads, tuple(cells)
    )


def shortage_table(tables: Tables, names: Names, top: int) -> TextTable:
    """Where demand is lost or late, safety stock missing or stock scrapped, the worst first."""
    place = ["PRODUCT_ID", "SITE_ID"]
    rows = (
        tables["BUILD_PLAN_INVENTORY"]
        .groupby(place, as_index=False)
        .agg(
            LOST=("LOST_SALES", "sum"),
            LATE=("BACKORDER", "max"),
            SHORT=("SAFETY_STOCK_SHORTFALL", "max"),
            SCRAPPED=("SCRAPPED", "sum"),
        )
    )
    heads = ["Lost in all", "Late at most", "Safety stock missing at most"]
    worst = ["LOST", "LATE", "SHORT"]
    if (rows["SCRAPPED"] > HALF_A_STORED_DIGIT).any():
        heads.append("Scrapped in all")
        worst.append("SCRAPPED")
    hurt = rows[(rows[worst] > HALF_A_STORED_DIGIT).any(axis=1)]
    order = [False] * len(worst) + [True] * len(place)
    kept = hurt.sort_values([*worst, *place], ascending=order).head(top)
    cells = [
        (
            names.product(int(product)),
            names.site(int(site)),
            *(units(value) for value in figures),
        )
        for product, site, *figures in kept[[*place, *worst]].itertuples(index=False)
    ]
    return TextTable(
        f"{_top(len(kept), len(hurt), _places_with(hurt))} (units)",
        ("Product", "Warehouse", *heads),
        tuple(cells),
        texts=2,
        empty="No sale is lost, nothing is late, and no safety stock is missing.",
    )


def _places_with(hurt: pd.DataFrame) -> str:
    """What the places are short of, all together: where nothing is lost, nothing is said to be."""
    kinds = {
        "LOST": "lost sales",
        "LATE": "late demand",
        "SHORT": "safety stock missing",
        "SCRAPPED": "stock thrown away",
    }
    found = [kind for name, kind in kinds.items() if (hurt[name] > HALF_A_STORED_DIGIT).any()]
    return f"places with {' or '.join(found)}" if found else "shortages"


def work_center_table(tables: Tables, names: Names, top: int) -> TextTable:
    """The work centres with the highest peak load."""
    capacity = tables["BUILD_PLAN_CAPACITY"]
    loads, periods = work_center_loads(capacity), PeriodNames.of_plan(tables)
    extra = capacity[capacity["TIER_CODE"] != "REGULAR"]
    beyond = _sum(extra, "WORK_CENTER_ID", "CAPACITY_USED")
    loads = loads.assign(FULL=loads["UTILIZATION"] >= FULL_PCT)
    groups = loads.groupby("WORK_CENTER_ID")
    peaks = loads.loc[groups["UTILIZATION"].idxmax()].set_index("WORK_CENTER_ID")
    peaks = peaks[["PERIOD_START", "UTILIZATION"]].assign(
        MEAN=groups["UTILIZATION"].mean(), FULL=groups["FULL"].sum(), BEYOND=beyond
    )
    kept = peaks.sort_values("UTILIZATION", ascending=False, kind="stable").head(top)
    cells = [
        (
            names.work_center(center),
            periods.name(day),
            _points(peak),
            _points(mean),
            f"{full:,}",
            units(beyond_regular),
        )
        for center, day, peak, mean, full, beyond_regular in kept.fillna(
            {"BEYOND": 0.0}
        ).itertuples()
    ]
    return TextTable(
        f"{_top(len(kept), len(peaks), 'work centres')} by peak load",
        (
            "Work centre",
            "Peak in",
            "Peak load %",
            "Mean load %",
            f"Full {periods.noun}s",
            "Beyond regular",
        ),
        tuple(cells),
        texts=2,
        empty="No work centre is planned.",
    )


def warehouse_table(tables: Tables, names: Names, top: int) -> TextTable:
    """The warehouses that are fullest in some period."""
    rows = tables["BUILD_PLAN_WAREHOUSE"].sort_values(
        ["SITE_ID", "PERIOD_START"], ignore_index=True
    )
    periods = PeriodNames.of_plan(tables)
    rows = rows.assign(OVER=rows["OVERFLOW_PALLETS"] > HALF_A_STORED_DIGIT)
    groups = rows.groupby("SITE_ID")
    peaks = rows.loc[groups["UTILIZATION_PCT"].idxmax()].set_index("SITE_ID")
    peaks = peaks[["PERIOD_START", "UTILIZATION_PCT"]].assign(
        TIMES=groups["OVER"].sum(),
        MOST=groups["OVERFLOW_PALLETS"].max(),
        COST=groups["OVERFLOW_COST"].sum(),
    )
    kept = peaks.sort_values("UTILIZATION_PCT", ascending=False, kind="stable").head(top)
    cells = [
        (names.site(site), periods.name(day), _points(peak), f"{over:,}", units(most), amount(cost))
        for site, day, peak, over, most, cost in kept.itertuples()
    ]
    return TextTable(
        f"{_top(len(kept), len(peaks), 'warehouses')} by peak fill (pallets, {_currency(tables)})",
        (
            "Warehouse",
            "Peak in",
            "Peak fill %",
            f"Overflow {periods.noun}s",
            "Most overflow",
            "Penalty",
        ),
        tuple(cells),
        texts=2,
        empty="No warehouse is planned.",
    )


def network_tables(tables: Tables, names: Names, top: int = 10) -> tuple[TextTable, ...]:
    """The tables that only a plan of several products and places needs; none for an aggregate."""
    if summary_row(tables)["GRAIN"] == "aggregate":
        return ()
    makers = (product_table, shortage_table, work_center_table, warehouse_table)
    return tuple(make(tables, names, top) for make in makers)


def _sum(frame: pd.DataFrame, key: str, column: str) -> pd.Series:
    return frame.groupby(key)[column].sum()


def _largest(figures: pd.DataFrame) -> float:
    return float(figures.abs().max().max()) if len(figures) else 0.0


def _period(names: PeriodNames, day: object, quarter: object) -> str:
    label = "" if pd.isna(quarter) else plain(quarter)  # type: ignore[call-overload]
    return f"{names.name(pd.Timestamp(str(day)))} {label}".strip()


def _points(value: float) -> str:
    return f"{value:,.1f}"


def _currency(tables: Tables) -> str:
    return plain(summary_row(tables)["CURRENCY"])


def _top(shown: int, total: int, noun: str) -> str:
    if shown < total:
        return f"The {shown} first of {total:,} {noun}"
    return noun[0].upper() + noun[1:]
