"""Ways to corrupt a folder of inputs, and the words a refusal must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sop_pipeline_tests.small_company import full_company

Corrupt = Callable[[Path], None]


@dataclass(frozen=True)
class Corruption:
    """A way to spoil the folder, and what the message must name.

    A fault that can be stored surfaces in `sop check` and `sop plan` alike; planning takes
    seconds, so only some faults are planned. What the notebook's policy makes no use of is
    checked under another.
    """

    name: str
    spoil: Corrupt
    words: tuple[str, ...]
    command: str = "check"
    policy: str = "notebook"


def edited(table: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Corrupt:
    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        frame = pd.read_csv(path, dtype=object)
        changed = change(frame)
        (frame if changed is None else changed).to_csv(path, index=False)

    return spoil


def with_value(table: str, row: int, column: str, value: object) -> Corrupt:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row, column] = value

    return edited(table, change)


def repeated(table: str, row: int, **values: object) -> Corrupt:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame.iloc[[row]].assign(**values)], ignore_index=True)

    return edited(table, change)


def rewritten(table: str, edit: Callable[[str], str]) -> Corrupt:
    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.write_text(edit(path.read_text("utf-8")), "utf-8")

    return spoil


def with_all(table: str, column: str, value: object) -> Corrupt:
    return edited(table, lambda frame: frame.assign(**{column: value}))


def full_table(table: str, row: int, **values: object) -> Corrupt:
    """Add an optional table, with one of its rows changed."""

    def spoil(folder: Path) -> None:
        frame = full_company()[table].astype(object)
        for column, value in values.items():
            frame.loc[row, column] = value
        frame.to_csv(folder / f"{table}.csv", index=False)

    return spoil


def two_operations(column: str, one: object, other: object) -> Corrupt:
    """Give a routing two operations at work centres of one plant that differ in a figure."""

    def spoil(folder: Path) -> None:
        centers = pd.read_csv(folder / "work_centers.csv", dtype=object)
        second = centers.iloc[[0]].assign(WORK_CENTER_ID="102", WORK_CENTER_CODE="A2")
        pd.concat([centers, second]).to_csv(folder / "work_centers.csv", index=False)
        routing = full_company()["product_routings"].iloc[[0]].astype(object)
        rows = [
            routing.assign(**{column: one}),
            routing.assign(WORK_CENTER_ID=102, **{column: other}),
        ]
        pd.concat(rows).to_csv(folder / "product_routings.csv", index=False)

    return spoil


def repeat_in_class(folder: Path) -> None:
    """Two rows of one class, product, warehouse and month that disagree on their priority."""
    path = folder / "demand_forecasts.csv"
    rows = pd.read_csv(path, dtype=object).assign(DEMAND_CLASS="KEY", PRIORITY="1")
    again = rows.iloc[[ROW]].assign(
        DEMAND_FORECAST_ID="99999", PRIORITY="2", FORECAST_DATE="2025-11-09"
    )
    pd.concat([rows, again]).to_csv(path, index=False)


def optional_table(table: str, **columns: list[object]) -> Corrupt:
    """An optional table with these columns."""
    return lambda folder: pd.DataFrame(columns).to_csv(folder / f"{table}.csv", index=False)


def overflow_tiers(*rows: tuple[object, ...]) -> Corrupt:
    """Overflow tiers by site, rank, pallets and rate."""
    names = ("SITE_ID", "TIER_RANK", "MAX_PALLETS", "PENALTY_RATE")
    return optional_table(
        "overflow_tiers", **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    )


DEMAND = "DEMAND_FORECAST_VERSIONS"
QUANTITY = "FORECAST_QUANTITY"
# Row 40 of the demand is PUSH, product 10, site 3, November.
ROW = 40
NAMED = ("PRODUCT_ID=10", "SITE_ID=3", "2025-11-01")
