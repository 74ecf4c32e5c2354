"""What is demanded, built and stored, period by period: the page's charts of quantities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_pipeline.report.class_tables import class_tables
from sop_pipeline.report.names import Label, Names, called
from sop_pipeline.report.page.blocks import Block, Chart, Charts, Groups, Section, Table, legend_of
from sop_pipeline.report.page.reported import Room
from sop_pipeline.report.page.svg import Series, period_chart
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import (
    HALF_A_STORED_DIGIT,
    Tables,
    percentage,
    plan_by_period,
    worst_warehouses,
)
from sop_pipeline.report.tables import TextTable, shortage_table, warehouse_table
from sop_pipeline.report.wording import count, percent, plain, units

_LARGE = (390, 180)
_SMALL = (300, 130)
_FAMILIES_DRAWN = 7
_SHORTAGES_SHOWN = 8
_NO_FAMILY = "No family"
_OTHERS = "Other families"


def demand_section(tables: Tables, names: Names) -> Section:
    """Demand against build, stock against storage, and where service falls short."""
    rows, periods = plan_by_period(tables), PeriodNames.of_plan(tables)
    blocks: list[Block] = [*(Table(one) for one in class_tables(tables))]
    blocks.append(Table(shortage_table(tables, names, _SHORTAGES_SHOWN)))
    if len(rows):
        blocks.insert(0, Charts((_build_chart(rows, periods), _storage_chart(rows, periods))))
    return Section("volume", "Demand, build and stock", tuple(blocks))


def _build_chart(rows: pd.DataFrame, periods: PeriodNames) -> Chart:
    columns = {"DEMAND": "Demand", "BUILD": "Build", "STOCK": "Stock at the end"}
    misses = {
        "BACKORDER": "Late",
        "LOST_SALES": "Lost",
        "SHORTFALL": "Safety stock missing",
        "SCRAPPED": "Scrapped",
    }
    columns |= {name: head for name, head in misses.items() if rows[name].any()}
    table = _table(f"Demand, build and stock by {periods.noun} (units)", rows, columns, periods)
    series = [_series(rows, periods, "BUILD", "Build", "build", "units")]
    if rows["LOST_SALES"].any():
        lost = _series(rows, periods, "LOST_SALES", "Lost", "bad", "units")
        served = (rows["DEMAND"] - rows["LOST_SALES"]).clip(lower=0).to_list()
        series.append(Series(lost.label, lost.colour, lost.values, lost.told, below=served))
    if rows["SCRAPPED"].any():
        series.append(_series(rows, periods, "SCRAPPED", "Scrapped", "scrap", "units"))
    series.append(_series(rows, periods, "DEMAND", "Demand", "demand", "units", look="line"))
    return _chart(f"Demand against build by {periods.noun}, units", series, rows, periods, table)


def _storage_chart(rows: pd.DataFrame, periods: PeriodNames) -> Chart:
    title = f"Stock of all warehouses by {periods.noun}, pallets"
    return _pallet_chart(title, rows, periods, _LARGE)


def _pallet_chart(
    title: str, rows: pd.DataFrame, periods: PeriodNames, size: tuple[int, int], note: str = ""
) -> Chart:
    """Stock against threshold and positions: PALLETS, THRESHOLD, POSITIONS, OVERFLOW by period."""
    rows = rows.assign(
        WITHIN=rows["PALLETS"] - rows["OVERFLOW"],
        FILL=percentage(rows["PALLETS"], rows["POSITIONS"]),
    )
    series = [_series(rows, periods, "WITHIN", "Stock up to the threshold", "stock", "pallets")]
    columns = {"PALLETS": "Stock", "THRESHOLD": "Threshold", "POSITIONS": "Positions"}
    if (rows["OVERFLOW"] > HALF_A_STORED_DIGIT).any():
        over = _series(rows, periods, "OVERFLOW", "Overflow", "bad", "pallets")
        below = rows["WITHIN"].to_list()
        series.append(Series(over.label, over.colour, over.values, over.told, below=below))
        columns |= {"WITHIN": "Up to the threshold", "OVERFLOW": "Overflow"}
    else:
        series = [_series(rows, periods, "PALLETS", "Stock", "stock", "pallets")]
    for name, label, colour in (
        ("THRESHOLD", "Threshold", "threshold"),
        ("POSITIONS", "Positions", "ink"),
    ):
        series.append(_series(rows, periods, name, label, colour, "pallets", look="step"))
    table = _table(title, rows, columns, periods, share="FILL")
    return _chart(title, series, rows, periods, table, size=size, note=note)


def warehouse_section(tables: Tables, names: Names, room: Room) -> Section:
    """Stock of each warehouse against its threshold and positions, the worst one first."""
    rows = tables["BUILD_PLAN_WAREHOUSE"].sort_values(["SITE_ID", "PERIOD_START"])
    worst = worst_warehouses(rows)
    periods = PeriodNames.of_plan(tables)
    charts = []
    for site in worst[: room.warehouses]:
        own = rows[rows["SITE_ID"] == site].set_index("PERIOD_START")
        own = own.rename(
            columns={
                "THRESHOLD_PALLETS": "THRESHOLD",
                "CAPACITY_PALLETS": "POSITIONS",
                "OVERFLOW_PALLETS": "OVERFLOW",
            }
        )
        title = f"{called(names.sites.get(site), names.site(site))}, pallets"
        charts.append(_pallet_chart(title, own, periods, _SMALL, _fullest(own, periods)))
    lead = "The warehouse nearest to its threshold, or furthest over it, comes first."
    if len(worst) > room.warehouses:
        lead += f" The {room.warehouses} first of {len(worst):,} are drawn."
    table = warehouse_table(tables, names, top=len(worst))
    return Section(
        "warehouses", "Warehouses", (Charts(tuple(charts), small=True), Table(table)), lead
    )


def _fullest(own: pd.DataFrame, periods: PeriodNames) -> str:
    room = own["THRESHOLD"] - own["PALLETS"]
    at = int(room.argmin())
    when = periods.name(pd.Timestamp(str(own.index[at])))
    pallets = abs(float(room.iloc[at]))
    distance = "less than a pallet" if pallets < 1 else f"{units(pallets)} pallets"
    place = "over" if room.iloc[at] < -HALF_A_STORED_DIGIT else "below"
    return f"At the tightest {distance} {place} the threshold, in {when}."


def build_section(tables: Tables, names: Names, room: Room) -> Section:
    """What is built of each family and product, period by period."""
    plan = tables["RECOMMENDED_BUILD_PLAN"]
    periods = PeriodNames.of_plan(tables)
    built = plan.pivot_table(
        index="PRODUCT_ID", columns="PRODUCTION_WEEK", values="RECOMMENDED_QUANTITY", aggfunc="sum"
    ).fillna(0.0)
    if built.empty:
        return Section("builds", "What to build", ())
    labels = {product: names.products.get(int(str(product))) for product in built.index}
    family = pd.Series({p: plain(one and one.group) or _NO_FAMILY for p, one in labels.items()})
    by_family = built.groupby(family).sum()
    by_family = by_family.loc[by_family.sum(axis=1).sort_values(ascending=False).index]
    chart = _family_chart(by_family, periods)
    return Section(
        "builds",
        "What to build",
        (chart, _product_table(built, family, labels, periods, room.cells // len(built.columns))),
    )


def _family_chart(by_family: pd.DataFrame, periods: PeriodNames) -> Chart:
    days = pd.DatetimeIndex(by_family.columns)
    drawn = by_family
    if len(by_family) > _FAMILIES_DRAWN:
        head = by_family.iloc[: _FAMILIES_DRAWN - 1]
        rest = by_family.iloc[_FAMILIES_DRAWN - 1 :].sum().to_frame(_OTHERS).T
        drawn = pd.concat([head, rest])
    below, series = np.zeros(len(days)), []
    for at, (name, built) in enumerate(drawn.iterrows()):
        values = built.to_numpy(dtype=float)
        labels = _told(str(name), values, days, periods, "units")
        series.append(Series(str(name), f"f{at + 1}", list(values), labels, below=list(below)))
        below = below + values
    shown = by_family if len(drawn) == len(by_family) else pd.concat([by_family, drawn.iloc[-1:]])
    rows = [(str(name), *_with_total(built)) for name, built in shown.iterrows()]
    rows.append(("All", *_with_total(by_family.sum())))
    table = TextTable(
        f"Build by family and {periods.noun} (units)",
        ("Family", *_short_heads(days, periods), "Total"),
        tuple(rows),
    )
    title = f"Build by family and {periods.noun}, units"
    return _drawn(title, series, days, periods, table)


def _product_table(
    built: pd.DataFrame,
    family: pd.Series,
    labels: dict[object, Label | None],
    periods: PeriodNames,
    top: int,
) -> Groups:
    """A row per product under its family; of very many products those most is built of."""
    totals = built.sum(axis=1).sort_values(ascending=False, kind="stable")
    kept = built.loc[totals.index[:top]]
    order = built.groupby(family).sum().sum(axis=1).sort_values(ascending=False).index
    groups = []
    for name in order:
        own = kept[(family[kept.index] == name).to_numpy()]
        rows = []
        for product, quantities in own.iterrows():
            label = labels[product] or Label(f"product {product}", "")
            rows.append((plain(label.name), plain(label.code), *_with_total(quantities)))
        if rows:
            groups.append((str(name), tuple(rows)))
    title = f"Build by product and {periods.noun} (units)"
    if len(kept) < len(built):
        title += f": the {len(kept)} most built of {count(len(built), 'product')}"
    days = pd.DatetimeIndex(built.columns)
    return Groups(title, ("Product", "Code", *_short_heads(days, periods), "Total"), tuple(groups))


def _with_total(quantities: pd.Series) -> list[str]:
    return [*map(units, quantities), units(float(quantities.sum()))]


def _short_heads(days: pd.DatetimeIndex, periods: PeriodNames) -> list[str]:
    return [f"{short}\n{year}" for short, year in periods.on_axis(list(days))]


def _series(
    rows: pd.DataFrame,
    periods: PeriodNames,
    column: str,
    label: str,
    colour: str,
    unit: str,
    **look: str,
) -> Series:
    values = rows[column].to_numpy(dtype=float)
    labels = _told(label, values, pd.DatetimeIndex(rows.index), periods, unit)
    return Series(label, colour, list(values), labels, **look)  # type: ignore[arg-type]


def _told(
    label: str, values: np.ndarray, days: pd.DatetimeIndex, periods: PeriodNames, unit: str
) -> list[str]:
    return [
        f"{label}, {periods.name(day)}: {units(float(value))} {unit}"
        for day, value in zip(days, values, strict=True)
    ]


def _table(
    title: str,
    rows: pd.DataFrame,
    columns: dict[str, str],
    periods: PeriodNames,
    share: str = "",
) -> TextTable:
    cells = [
        (
            periods.name(pd.Timestamp(str(day))),
            *(units(float(row[name])) for name in columns),
            *([percent(float(row[share]))] if share else []),
        )
        for day, row in rows.iterrows()
    ]
    heads = (periods.noun.capitalize(), *columns.values(), *(["Filled"] if share else []))
    return TextTable(title, heads, tuple(cells))


def _chart(
    title: str,
    series: Sequence[Series],
    rows: pd.DataFrame,
    periods: PeriodNames,
    table: TextTable,
    *,
    size: tuple[int, int] = _LARGE,
    note: str = "",
) -> Chart:
    return _drawn(title, series, pd.DatetimeIndex(rows.index), periods, table, size, note)


def _drawn(
    title: str,
    series: Sequence[Series],
    days: pd.DatetimeIndex,
    periods: PeriodNames,
    table: TextTable,
    size: tuple[int, int] = _LARGE,
    note: str = "",
) -> Chart:
    svg = period_chart(series, periods.on_axis(list(days)), _described(title, series), size)
    return Chart(title, svg, legend_of(tuple(series)), table, note)


def _described(title: str, series: Sequence[Series]) -> str:
    shown = ", ".join(one.label for one in series)
    return f"Chart: {title}. It shows {shown}; every figure is in the table that follows."
