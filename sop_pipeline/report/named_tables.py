"""Plan tables as a person takes them away: with codes and names beside the ids, units in the heads.

Belongs here: which columns such a table has, and what they are called.
Does not belong here: the file they are written to (`workbook`, `flat_files`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import summary_row
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import RESULT_TABLES

_PREFIXES = ("", "FROM_", "TO_")

BUILD_PLAN = "BUILD_PLAN"
"""The table planners pivot on: RECOMMENDED_BUILD_PLAN in words."""

_BUILD_COLUMNS = {
    "SCENARIO_CODE": "Scenario",
    "CATEGORY_NAME": "Family",
    "PRODUCT_CODE": "Product code",
    "PRODUCT_NAME": "Product",
    "PLANT_CODE": "Plant",
    "WORK_CENTER_CODE": "Work centre code",
    "WORK_CENTER_NAME": "Work centre",
    "PRODUCTION_WEEK": "Period",
    "FISCAL_MONTH": "Fiscal month",
    "FISCAL_QUARTER": "Fiscal quarter",
    "RECOMMENDED_QUANTITY": "Build",
    "CURRENT_CAPACITY_AVAILABLE": "Capacity",
    "CAPACITY_UTILIZATION_PCT": "Load",
    "PROJECTED_INVENTORY": "Stock at the end",
    "WAREHOUSE_UTILIZATION_PCT": "Warehouses filled",
    "PROJECTED_PRODUCTION_COST": "Production cost",
    "PROJECTED_STORAGE_COST": "Storage cost",
    "PROJECTED_TOTAL_COST": "Total cost",
}


@dataclass(frozen=True)
class NamedTable:
    """A table to take away.

    Attributes:
        name: Its name.
        rows: Its rows.
        heads: Heading of each column, with its unit.
    """

    name: str
    rows: pd.DataFrame
    heads: tuple[str, ...]


def named_tables(plans: Mapping[str, Tables], names: Names) -> list[NamedTable]:
    """Every table of some plans: first the build plan in words, then each as it is published.

    Args:
        plans: Result tables by scenario code.
        names: What ids are called.
    """
    currency = _currency(plans)
    named = {
        table.name: _together(
            [in_words(tables[table.name], code, names) for code, tables in plans.items()]
        )
        for table in RESULT_TABLES
        if all(table.name in tables for tables in plans.values())
    }
    builds = named["RECOMMENDED_BUILD_PLAN"]
    words = NamedTable(
        BUILD_PLAN,
        builds[list(_BUILD_COLUMNS)],
        tuple(_head(title, name, currency) for name, title in _BUILD_COLUMNS.items()),
    )
    raw = [
        NamedTable(name, rows, tuple(_head(column, column, currency) for column in map(str, rows)))
        for name, rows in named.items()
    ]
    return [words, *raw]


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of every frame; a frame without rows says nothing of a column's type."""
    filled = [frame for frame in frames if not frame.empty]
    if not filled:
        return frames[0]
    # Column by column: a frame whose days are all empty is no reason for pandas to warn of units.
    columns = {name: [frame[name] for frame in filled] for name in filled[0]}
    return pd.DataFrame({name: pd.concat(one, ignore_index=True) for name, one in columns.items()})


def build_in_words(rows: pd.DataFrame, names: Names, scenario: str = "") -> pd.DataFrame:
    """A build plan with codes and names in place of its ids, as BUILD_PLAN has it.

    Args:
        rows: Rows of RECOMMENDED_BUILD_PLAN, or of its history.
        names: What ids are called.
        scenario: The scenario's code.
    """
    return in_words(rows, scenario, names)[list(_BUILD_COLUMNS)]


def in_words(rows: pd.DataFrame, scenario: str, names: Names) -> pd.DataFrame:
    """A table's rows with the scenario's code in front and codes and names after each id.

    Args:
        rows: Rows of a result table.
        scenario: The scenario's code.
        names: What ids are called.
    """
    columns: dict[str, object] = {"SCENARIO_CODE": scenario}
    for name in rows:
        columns[str(name)] = rows[name].to_numpy() if name == "SCENARIO_CODE" else rows[name]
        columns |= _labels(str(name), rows[name], names)
    return pd.DataFrame(columns, index=rows.index)


def _labels(column: str, ids: pd.Series, names: Names) -> dict[str, object]:
    if column == "PRODUCT_ID":
        return _looked_up(
            ids, names.products, ("PRODUCT_CODE", "PRODUCT_NAME", "CATEGORY_NAME"), "product"
        )
    if column == "WORK_CENTER_ID":
        wanted = ("WORK_CENTER_CODE", "WORK_CENTER_NAME", "PLANT_CODE")
        return _looked_up(ids, names.work_centers, wanted, "work centre")
    for prefix in _PREFIXES:
        if column == f"{prefix}SITE_ID":
            wanted = (f"{prefix}SITE_CODE", f"{prefix}SITE_NAME")
            return _looked_up(ids, names.sites, wanted, "site")
    return {}


def _looked_up(
    ids: pd.Series, labels: Mapping[int, Label], columns: Sequence[str], noun: str
) -> dict[str, object]:
    """Code, name and group of each id; an id that no master knows is told in place of its code."""
    unknown = {i: Label(f"{noun} {i}", "") for i in ids.dropna().unique() if i not in labels}
    found = {i: (one.code, one.name, one.group) for i, one in {**labels, **unknown}.items()}
    texts = {i: dict(zip(columns, one, strict=False)) for i, one in found.items()}
    return {
        column: ids.map({i: text[column] for i, text in texts.items()}).astype("string")
        for column in columns
    }


def _head(title: str, column: str, currency: str) -> str:
    unit = COLUMNS[column].unit if column in COLUMNS else ""
    unit = unit.replace("currency", currency).replace("percent", "%").replace("_", " ")
    return f"{title} ({unit})" if unit else title


def _currency(plans: Mapping[str, Tables]) -> str:
    """The label all plans share."""
    labels = {str(summary_row(tables)["CURRENCY"]) for tables in plans.values()}
    return labels.pop() if len(labels) == 1 else "currency"
