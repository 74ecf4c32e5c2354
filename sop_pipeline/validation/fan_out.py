"""Why a view returns more demand than its base table: found from the data.

A join on part of a table's key repeats each forecast row once per matching row. So a table and
key explain a fan-out when, for every product, site, date and class, the view's quantity is the base
quantity times the number of rows the table has for that key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
import pandas as pd

from sop_pipeline.schemas.atomic import ATOMIC_TABLES, DEMAND_FORECAST_VERSIONS
from sop_pipeline.schemas.table import Table

_BASE = DEMAND_FORECAST_VERSIONS.name
_GRAIN = ["PRODUCT_ID", "SITE_ID", "FORECAST_DATE", "DEMAND_CLASS"]
_JOINABLE = {
    "PRODUCT_ID": "PRODUCT_ID",
    "SITE_ID": "SITE_ID",
    "FROM_SITE_ID": "SITE_ID",
    "TO_SITE_ID": "SITE_ID",
    "SCENARIO_ID": "SCENARIO_ID",
    "FORECAST_DATE": "FORECAST_DATE",
}
"""Columns a view may join on, and the demand column each is compared with."""

JoinKey = tuple[str, tuple[str, ...]]
"""A table and the columns of it that a view may join on."""


@dataclass(frozen=True)
class JoinCounts:
    """How often the keys that a view may join on occur.

    Attributes:
        rows: For each of `join_keys`, the key's columns and ROW_COUNT.
        view_text: The view's definition, empty where it cannot be read; it decides between joins
            that explain equally well.
    """

    rows: Mapping[JoinKey, pd.DataFrame]
    view_text: str


def join_keys() -> list[JoinKey]:
    """Every table and key of it that a view of demand may join."""
    return [(table.name, key) for table in ATOMIC_TABLES for key in _keys(table)]


@dataclass(frozen=True)
class Explanation:
    """A join that gives exactly the quantities the view returns.

    Attributes:
        joins: Table and key columns of each join.
        repeats: Whether it repeats rows; else it only drops them.
        uniform: Whether it multiplies every row alike, which many joins could.
    """

    joins: tuple[JoinKey, ...]
    repeats: bool
    uniform: bool

    def __str__(self) -> str:
        """Say it in words."""
        joins = [f"{table}'s {self._how} {', '.join(key)}" for table, key in self.joins]
        return " together with ".join(joins)

    @property
    def _how(self) -> str:
        return "repeated" if self.repeats else "missing"


def explain(
    view: pd.DataFrame, base: pd.DataFrame, scenario_id: int, counts: JoinCounts
) -> list[Explanation]:
    """Find the joins that explain the view's quantities.

    Args:
        view: The scenario's rows as the view returns them (units per product, site, date).
        base: The same from the base table.
        scenario_id: The scenario.
        counts: How often the keys it may join on occur.

    Returns:
        The explanations, fewest tables and key columns first; empty where nothing explains it.
    """
    quantities = _quantities(view, base).assign(SCENARIO_ID=scenario_id)
    factors = [f for f in _factors(quantities, counts) if not np.all(f[1] == 1)]
    for size in (1, 2):
        found = [
            _explanation(chosen)
            for chosen in combinations(factors, size)
            if _explains(quantities, chosen)
        ]
        if found:
            return _most_likely(found, counts.view_text)
    return []


_Factor = tuple[JoinKey, np.ndarray]


def _quantities(view: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    totals = {
        name: frame.groupby(_GRAIN, dropna=False)["FORECAST_QUANTITY"].sum()
        for name, frame in (("VIEW", view), ("BASE", base))
    }
    return pd.DataFrame(totals).fillna(0.0).reset_index()


def _factors(quantities: pd.DataFrame, counts: JoinCounts) -> Iterator[_Factor]:
    """Rows per forecast row that each table and key would give, in an inner and a left join."""
    for (table, key), rows in counts.rows.items():
        compared = [_JOINABLE[name] for name in key]
        renamed = rows.rename(columns=dict(zip(key, compared, strict=True)))
        for column in compared:
            renamed[column] = renamed[column].astype(quantities[column].dtype)
        merged = quantities[compared].merge(renamed, on=compared, how="left")
        inner = merged["ROW_COUNT"].fillna(0).to_numpy(dtype=float)
        yield (table, key), inner
        if np.any(inner == 0):
            yield (table, key), np.maximum(inner, 1)


def _keys(table: Table) -> list[tuple[str, ...]]:
    joinable = [name for name in table.columns if name in _JOINABLE]
    subsets = chain.from_iterable(combinations(joinable, n) for n in range(1, len(joinable) + 1))
    return [key for key in subsets if len({_JOINABLE[name] for name in key}) == len(key)]


def _explains(quantities: pd.DataFrame, chosen: tuple[_Factor, ...]) -> bool:
    factor = np.prod([values for _, values in chosen], axis=0)
    return bool(np.allclose(quantities["BASE"] * factor, quantities["VIEW"], rtol=1e-6, atol=1e-6))


def _explanation(chosen: tuple[_Factor, ...]) -> Explanation:
    factor = np.prod([values for _, values in chosen], axis=0)
    return Explanation(
        joins=tuple(join for join, _ in chosen),
        repeats=any(np.any(values > 1) for _, values in chosen),
        uniform=bool(np.all(factor == factor[0])),
    )


def _most_likely(found: list[Explanation], view_text: str) -> list[Explanation]:
    text = view_text.upper()
    named = [e for e in found if all(_may_join(table, text) for table, _ in e.joins)]
    # A view over other views does not name their tables. Then only a pattern can convince: a
    # factor that is the same everywhere may come from anything.
    candidates = named or [e for e in found if not e.uniform]
    if not candidates:
        return []
    fewest = min(_columns(e) for e in candidates)
    return list(dict.fromkeys(e for e in candidates if _columns(e) == fewest))


def _may_join(table: str, view_text: str) -> bool:
    """Whether the view's text joins the table; the base table must stand there once more."""
    joins = 2 if table == _BASE else 1
    return len(re.findall(rf"\b{table}\b", view_text)) >= joins


def _columns(explanation: Explanation) -> int:
    return sum(len(key) for _, key in explanation.joins)
