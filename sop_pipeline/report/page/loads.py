"""How full each work centre is, tier by tier and period by period, as a heat map."""

from __future__ import annotations

import math

import pandas as pd

from sop_pipeline.report.decision_tables import decision_tables
from sop_pipeline.report.names import Names, called
from sop_pipeline.report.page.blocks import HeatMap, Section, Table
from sop_pipeline.report.page.reported import Room
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import HALF_A_STORED_DIGIT, Tables, work_center_loads
from sop_pipeline.report.shadow_prices import shadow_price_table
from sop_pipeline.report.tables import TextTable, work_center_table
from sop_pipeline.report.wording import count, plain, units

_BEYOND = 11
_PRICES_SHOWN = 15
_REGULAR = "REGULAR"


def load_section(tables: Tables, names: Names, room: Room) -> Section:
    """The load of each work centre by tier, the busiest first."""
    capacity = tables["BUILD_PLAN_CAPACITY"]
    busiest = _busiest(capacity)
    shown = busiest[: room.centers]
    lead = (
        "Share of each tier's capacity that the plan uses, in percent; of a tier without a limit, "
        "what it makes (capacity units, marked u). The busiest work centre comes first."
    )
    if len(shown) < len(busiest):
        lead += f" The {len(shown)} busiest of {count(len(busiest), 'work centre')} are shown."
    blocks = (
        _heat_map(capacity, shown, names, PeriodNames.of_plan(tables)),
        Table(work_center_table(tables, names, top=room.centers)),
        *(Table(decided) for decided in decision_tables(tables, names, top=room.centers)),
        Table(shadow_price_table(tables, names, _PRICES_SHOWN)),
    )
    return Section("loads", "Work centres and scarce resources", blocks, lead)


def _busiest(capacity: pd.DataFrame) -> list[int]:
    """Work centres by their peak load, then by how much they use in all."""
    loads = work_center_loads(capacity).groupby("WORK_CENTER_ID")
    order = loads.agg(PEAK=("UTILIZATION", "max"), MEAN=("UTILIZATION", "mean"))
    order = order.sort_values(["PEAK", "MEAN"], ascending=False, kind="stable")
    return [int(str(center)) for center in order.index]


def _heat_map(
    capacity: pd.DataFrame, centers: list[int], names: Names, periods: PeriodNames
) -> HeatMap:
    days = sorted(capacity["PERIOD_START"].unique())
    by_row = capacity.set_index(["WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"]).sort_index()
    rows, shades = [], []
    for center in centers:
        own = by_row.loc[center]
        tiers = sorted(own.index.unique("TIER_CODE"), key=lambda tier: (tier != _REGULAR, tier))
        for tier in tiers:
            cells = own.loc[tier].reindex(days)
            if tier != _REGULAR and not (cells["CAPACITY_USED"] > HALF_A_STORED_DIGIT).any():
                continue
            drawn = [_cell(available, used) for available, used in zip(
                cells["CAPACITY_AVAILABLE"], cells["CAPACITY_USED"], strict=True
            )]  # fmt: skip
            label = plain(tier).replace("_", " ").lower()
            name = called(names.work_centers.get(center), names.work_center(center))
            rows.append((name, label, *(text for text, _ in drawn)))
            shades.append(tuple(shade for _, shade in drawn))
    heads = [f"{s}\n{year}" for s, year in periods.on_axis([pd.Timestamp(day) for day in days])]
    title = f"Load by work centre, tier and {periods.noun} (%)"
    table = TextTable(title, ("Work centre", "Tier", *heads), tuple(rows), texts=2)
    return HeatMap(table, tuple(shades))


def _cell(available: object, used: object) -> tuple[str, int]:
    """Text and shade of one tier in one period."""
    limit, load = _number(available), _number(used)
    if not math.isfinite(load):
        return "", -1
    if not math.isfinite(limit):
        return (f"{units(load)} u" if load > HALF_A_STORED_DIGIT else "0"), -1
    if limit <= 0:
        return ("shut", -1) if load <= HALF_A_STORED_DIGIT else (f"{units(load)} u", _BEYOND)
    share = 100 * load / limit
    return units(share), _BEYOND if share > 100.05 else round(share / 10)  # noqa: PLR2004


def _number(value: object) -> float:
    return math.nan if pd.isna(value) else float(str(value))  # type: ignore[call-overload]
