"""Pictures of the input tables at a glance, as WebP bytes.

Belongs here: charts of capacity and storage as they stand before planning.
Does not belong here: charts of demand and of a plan (`pictures`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sop_pipeline.report import style
from sop_pipeline.report.wording import percent, plain, units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS_SHOWN = 24
_ROW_PX = 30
_FRAME_PX = 150
_STAGES = ("FABRICATION", "ASSEMBLY", "INSPECTION", "PACKAGING")
_LABEL_LENGTH = 34


def capacity_picture(capacity_summary: pd.DataFrame) -> bytes:
    """Draw the monthly capacity of each work centre, one look per production stage.

    Args:
        capacity_summary: Rows of the input table of that name; of more than 24 work centres the
            largest are drawn, and the title says so.
    """
    rows, left_out = _largest(capacity_summary, "MAX_MONTHLY_CAPACITY")
    site = _site_labels(rows)
    rows = rows.assign(
        LABEL=[
            f"{plain(s)} · {plain(c)}" for s, c in zip(site, rows["WORK_CENTER_CODE"], strict=True)
        ]
    ).sort_values(["LABEL", "WORK_CENTER_ID"], ignore_index=True)
    figure = style.new_figure(_height(len(rows)))
    axes = figure.subplots()
    if rows.empty:
        style.nothing_to_draw(axes, "No work centre is current")
        return style.webp(figure)
    title = f"Monthly capacity of {_drawn(len(rows), left_out, 'work centre')}"
    _horizontal(axes, title, "capacity units in 22 working days", list(rows["LABEL"]))
    for i, stage in enumerate(_STAGES):
        own = rows[rows["WORK_CENTER_TYPE"] == stage]
        if own.empty:
            continue
        axes.barh(
            own.index, own["MAX_MONTHLY_CAPACITY"], 0.7, facecolor=style.PALETTE[i],
            edgecolor=style.BACKGROUND, hatch=style.HATCHES[i], linewidth=0,
            label=stage.capitalize(),
        )  # fmt: skip
    _value_labels(
        axes, rows["MAX_MONTHLY_CAPACITY"], [units(v) for v in rows["MAX_MONTHLY_CAPACITY"]]
    )
    style.legend(axes)
    return style.webp(figure)


def storage_picture(warehouse_capacity: pd.DataFrame) -> bytes:
    """Draw the pallet positions of each warehouse, and how many are taken today.

    Args:
        warehouse_capacity: Rows (zones) of the input table of that name; zones of a site are added
            up, and of more than 24 sites the largest are drawn, and the title says so.
    """
    sites = warehouse_capacity.assign(LABEL=_site_labels(warehouse_capacity)).groupby("SITE_ID")
    totals = sites.agg(
        LABEL=("LABEL", "first"),
        POSITIONS=("MAX_CAPACITY_PALLETS", "sum"),
        TAKEN=("CURRENT_OCCUPANCY_PALLETS", "sum"),
    ).reset_index()
    rows, left_out = _largest(totals, "POSITIONS")
    rows = rows.sort_values(["LABEL", "SITE_ID"], ignore_index=True)
    figure = style.new_figure(_height(len(rows)))
    axes = figure.subplots()
    if rows.empty:
        style.nothing_to_draw(axes, "No warehouse zone is current")
        return style.webp(figure)
    title = f"Pallet positions of {_drawn(len(rows), left_out, 'warehouse')}"
    _horizontal(axes, title, "pallets", [plain(label) for label in rows["LABEL"]])
    axes.barh(
        rows.index, rows["POSITIONS"], 0.7, facecolor=style.BACKGROUND, edgecolor=style.MUTED,
        hatch="///", linewidth=1.2, label="Positions",
    )  # fmt: skip
    axes.barh(rows.index, rows["TAKEN"], 0.7, color=style.GREEN, label="Taken today")
    _value_labels(
        axes, rows[["POSITIONS", "TAKEN"]].max(axis=1), [_taken(row) for row in rows.itertuples()]
    )
    style.legend(axes)
    return style.webp(figure)


def _taken(row: object) -> str:
    positions, taken = row.POSITIONS, row.TAKEN  # type: ignore[attr-defined]
    text = f"{units(taken)} of {units(positions)}"
    return f"{text} ({percent(100 * taken / positions)})" if positions > 0 else text


def _largest(rows: pd.DataFrame, by: str) -> tuple[pd.DataFrame, int]:
    kept = rows.sort_values(by, ascending=False, kind="stable").head(_ROWS_SHOWN)
    return kept, len(rows) - len(kept)


def _drawn(shown: int, left_out: int, noun: str) -> str:
    plural = noun if shown == 1 else f"{noun}s"
    if left_out:
        return f"the {shown} largest of {shown + left_out:,} {plural}"
    return f"{shown} {plural}"


def _site_labels(rows: pd.DataFrame) -> pd.Series:
    codes = rows["SITE_CODE"].astype("string")
    return codes.fillna("site " + rows["SITE_ID"].astype("string"))


def _height(rows: int) -> int:
    return _FRAME_PX + _ROW_PX * max(rows, 1)


def _horizontal(axes: Axes, title: str, unit: str, labels: list[str]) -> None:
    style.dress(axes, title, "")
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x", color=style.GRID, linewidth=0.8)
    axes.set_xlabel(unit, color=style.MUTED, fontsize=9.5)
    axes.xaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.set_yticks(range(len(labels)), [style.drawable(_shortened(label)) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", labelcolor=style.INK)


def _shortened(label: str) -> str:
    """The label with its middle left out where it is too long: codes often differ at their end."""
    half = _LABEL_LENGTH // 2
    return label if len(label) <= _LABEL_LENGTH else f"{label[:half]}…{label[1 - half :]}"


def _value_labels(axes: Axes, lengths: pd.Series, texts: list[str]) -> None:
    longest = max(float(lengths.max()), 1.0)
    axes.set_xlim(0, 1.36 * longest)
    for y, (length, text) in enumerate(zip(lengths, texts, strict=True)):
        axes.text(length + 0.01 * longest, y, text, color=style.INK, fontsize=9.5, va="center")
