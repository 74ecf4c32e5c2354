"""What changed from one plan of a scenario to the next: inputs, builds, and how steady they are.

Does not belong here: where the earlier plan and its inputs come from, wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.schemas.table import Table

_NUMBER = "NUMBER_AMONG_EQUALS"
BUILD_KEY = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"]


@dataclass(frozen=True)
class InputChange:
    """How an input table differs.

    Attributes:
        table: Its name.
        added: Rows whose key is new.
        gone: Rows whose key is no more.
        moved: Rows of the same key with other figures.
        columns: In how many of the moved rows each column differs, by name.
        products: How many of these rows each product has, by PRODUCT_ID; empty for tables that
            know no products.
    """

    table: str
    added: int
    gone: int
    moved: int
    columns: Mapping[str, int]
    products: Mapping[int, int]


@dataclass(frozen=True)
class Nervousness:
    """How far builds moved: sum of |new - old| / sum of old, over the periods both plans have.

    Attributes:
        total: Over all common periods; None where the old plan builds nothing in them.
        by_period: The same of each, by its first day.
    """

    total: float | None
    by_period: Mapping[pd.Timestamp, float | None]


def input_changes(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]
) -> tuple[InputChange, ...]:
    """The input tables that differ, in their order.

    Args:
        old: Checked input tables, by name; all or some.
        new: The same of the later plan.
    """
    changes = (
        _changed(name, key_within(table, old[name]), old[name], new[name])
        for name, table in INPUTS.items()
        if name in old
    )
    return tuple(one for one in changes if one.added or one.gone or one.moved)


@dataclass(frozen=True)
class PolicyChange:
    """A field of the policy that differs, each value as text; None where a policy lacks it."""

    field: str
    before: str | None
    now: str | None


def policy_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[PolicyChange, ...]:
    """The fields in which two policies differ, in their order.

    Args:
        old: Every field of a policy.
        new: The same of the later plan.
    """

    def text(settings: Mapping[str, Any], field: str) -> str | None:
        value = settings.get(field)
        return None if value is None else str(value)

    pairs = ((field, text(old, field), text(new, field)) for field in {**old, **new})
    return tuple(PolicyChange(*pair) for pair in pairs if pair[1] != pair[2])


def key_within(table: Table, rows: pd.DataFrame) -> list[str]:
    """The key of an input table in some rows of it; those of one scenario do not name it."""
    return [name for name in table.key if name in rows]


def build_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Builds that differ, over the periods both plans have.

    Args:
        old: Rows of RECOMMENDED_BUILD_PLAN.
        new: The same of the later plan.

    Returns:
        PRODUCT_ID, WORK_CENTER_ID, PRODUCTION_WEEK, OLD, NEW and CHANGE (units), by key.
    """
    both = _both(old, new)
    differing = both[both["CHANGE"] != 0]
    return differing.sort_values(BUILD_KEY, ignore_index=True)


def nervousness(old: pd.DataFrame, new: pd.DataFrame) -> Nervousness:
    """How far the builds of a plan moved from those of the one before; arguments as above."""
    both = _both(old, new)
    sums = (
        both.assign(MOVED=both["CHANGE"].abs()).groupby("PRODUCTION_WEEK")[["MOVED", "OLD"]].sum()
    )
    return Nervousness(
        _ratio(sums["MOVED"].sum(), sums["OLD"].sum()),
        {pd.Timestamp(str(day)): _ratio(row["MOVED"], row["OLD"]) for day, row in sums.iterrows()},
    )


def _both(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Units of both plans by product, work centre and common period; without a row 0."""
    units = {
        name: rows.groupby(BUILD_KEY)["RECOMMENDED_QUANTITY"].sum()
        for name, rows in (("OLD", old), ("NEW", new))
    }
    common = set(old["PRODUCTION_WEEK"]) & set(new["PRODUCTION_WEEK"])
    both = pd.DataFrame(units).fillna(0.0).reset_index()
    both = both[both["PRODUCTION_WEEK"].isin(common)]
    return both.assign(CHANGE=(both["NEW"] - both["OLD"]).round(4))


def _ratio(moved: float, before: float) -> float | None:
    return float(moved / before) if before > 0 else None


def _changed(table: str, key: list[str], old: pd.DataFrame, new: pd.DataFrame) -> InputChange:
    before, after = (_texts(frame, key) for frame in (old, new))
    kept = before.index.intersection(after.index)
    differs = before.loc[kept] != after.loc[kept]
    moved = kept[differs.any(axis=1).to_numpy()]
    columns = {str(name): int(rows) for name, rows in differs.sum().items() if rows}
    added, gone = after.index.difference(before.index), before.index.difference(after.index)
    products: dict[int, int] = {}
    if "PRODUCT_ID" in before.index.names:
        of_keys = [one.get_level_values("PRODUCT_ID") for one in (added, gone, moved)]
        for product in (int(text) for level in of_keys for text in level):
            products[product] = products.get(product, 0) + 1
    counts = len(added), len(gone), len(moved)
    return InputChange(table, *counts, columns, dict(sorted(products.items())))


def _texts(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Cells as texts, so that what is empty equals what is empty, by key.

    Rows of a table without a key are told apart by all their cells, and those alike by number.
    """
    texts = frame.astype("string").fillna("")
    if not key:
        key = [*texts.columns, _NUMBER]
        texts = texts.assign(**{_NUMBER: texts.groupby(list(texts.columns)).cumcount()})
    return texts.set_index(key).sort_index()
