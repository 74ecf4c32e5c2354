"""What one unit more or less of each scarce resource is worth, as a table with names."""

from __future__ import annotations

import math

import pandas as pd

from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, count, plain

_UNITS = {"capacity_unit": "capacity units", "pallet": "pallets"}
_KINDS = {"work_center_capacity": "Work-centre capacity", "warehouse_storage": "Storage"}


def shadow_price_table(tables: Tables, names: Names, top: int) -> TextTable:
    """The scarce resources, those of which one more unit saves most first.

    Args:
        tables: The result tables of one scenario by name.
        names: What ids are called.
        top: Most rows to show.
    """
    rows = tables["BUILD_PLAN_SHADOW_PRICE"]
    rows = rows.sort_values(
        ["ONE_MORE_SAVES", "PERIOD_START"], ascending=[False, True], kind="stable"
    )
    periods, currency = PeriodNames.of_plan(tables), plain(summary_row(tables)["CURRENCY"])
    cells = [
        (
            resource(row, names),
            periods.name(pd.Timestamp(row["PERIOD_START"])),
            _UNITS.get(str(row["UNIT"]), plain(row["UNIT"])),
            f"{row['LIMIT_VALUE']:,.1f}",
            _price(row["ONE_MORE_SAVES"]),
            "no plan" if row["ONE_LESS_INFEASIBLE"] else _price(row["ONE_LESS_COSTS"]),
        )
        for _, row in rows.head(top).iterrows()
    ]
    shown = f", the {top} dearest of {count(len(rows), 'limit')}" if len(rows) > top else ""
    return TextTable(
        f"What one unit more saves and one less costs ({currency}){shown}",
        ("Scarce", periods.noun.capitalize(), "Unit", "Limit", "One more saves", "One less costs"),
        tuple(cells),
        texts=3,
        empty="No capacity and no warehouse is scarce: one unit more would save nothing.",
    )


def resource(row: pd.Series, names: Names) -> str:
    """What a row of BUILD_PLAN_SHADOW_PRICE prices, by name."""
    kind = _KINDS.get(str(row["CONSTRAINT_NAME"]), plain(row["CONSTRAINT_NAME"]))
    if pd.notna(row["WORK_CENTER_ID"]):
        tier = plain(row["TIER_CODE"])
        tier = "" if tier in ("", "REGULAR") else f", {tier.lower()}"
        return f"{names.work_center(int(row['WORK_CENTER_ID']))}{tier}"
    if pd.notna(row["SITE_ID"]):
        return f"{kind} {names.site(int(row['SITE_ID']))}"
    return kind


def _price(value: object) -> str:
    figure = float("nan") if pd.isna(value) else float(str(value))  # type: ignore[call-overload]
    if not math.isfinite(figure):
        return NONE
    return f"{figure:,.2f}" if abs(figure) >= 1 else f"{figure:,.4f}"
