"""Rows of a plan's tables that are asked for, by code or name.

Belongs here: finding products, families, work centres, sites and periods by what people call them.
Does not belong here: which tables answer to what is asked for (`parts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.wording import plain
from sop_pipeline.suggestions import did_you_mean

NO_FAMILY = "No family"
"""What stands for the family of products that have none."""

_LISTED = 12
"""Most names told of those there are."""
_COLUMNS = {
    "product": ("PRODUCT_CODE", "PRODUCT_NAME"),
    "family": ("CATEGORY_NAME",),
    "work centre": ("WORK_CENTER_CODE", "WORK_CENTER_NAME"),
    "plant": ("PLANT_CODE",),
    "warehouse": ("SITE_CODE", "SITE_NAME"),
}
"""The columns that have the names of each kind of thing, in a table in words."""


@dataclass(frozen=True)
class Choice:
    """What is asked for; None asks for all.

    Attributes:
        product: Code or name of a product.
        family: Name of a product category.
        work_center: Code or name of a work centre.
        site: Code or name of a plant or warehouse.
        period: A period's name, its first day or month, its fiscal month or quarter.
    """

    product: str | None = None
    family: str | None = None
    work_center: str | None = None
    site: str | None = None
    period: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """What is asked for, by attribute."""
        texts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text for name, text in texts.items() if text is not None}

    @property
    def is_empty(self) -> bool:
        """Whether all is asked for."""
        return not self.given


def matching(rows: pd.DataFrame, kind: str, text: str | None, among: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table in words whose thing of a kind is called by a text, in any case.

    Args:
        rows: A table in words, as `named_tables` makes them.
        kind: `product`, `family`, `work centre`, `plant` or `warehouse`.
        text: A code or name, which may be that of several; None keeps every row.
        among: Rows of the same table in which the thing must be.

    Raises:
        UsageError: It is not among them; the nearest that is is told.
    """
    if text is None:
        return rows
    if not is_called(among, kind, text):
        names = _names(among, kind)
        hint = did_you_mean(text, dict.fromkeys(name for one in names for name in one))
        msg = f"The plan has no {kind} {text!r}. {hint or _few(one[0] for one in names if one)}"
        raise UsageError(msg)
    return rows[_called(rows, kind, text)]


def is_called(rows: pd.DataFrame, kind: str, text: str) -> bool:
    """Whether a table in words has a thing of that code or name."""
    return bool(_called(rows, kind, text).any())


def chosen_periods(build: pd.DataFrame, text: str | None, periods: PeriodNames) -> list[object]:
    """The first days of the periods that a text names, in order; all of them for None.

    Args:
        build: Rows with PRODUCTION_WEEK, FISCAL_MONTH and FISCAL_QUARTER.
        text: `Oct 2026`, `2026-10`, `2026-10-01`, `2026-W41`, a fiscal month or quarter.
        periods: What its periods are called.

    Raises:
        UsageError: It names none of them.
    """
    rows = build.drop_duplicates("PRODUCTION_WEEK").sort_values("PRODUCTION_WEEK")
    columns = (rows[name] for name in ("PRODUCTION_WEEK", "FISCAL_MONTH", "FISCAL_QUARTER"))
    names = {
        day: (periods.name(day), f"{day:%Y-%m-%d}", f"{day:%Y-%m}", plain(month), plain(quarter))
        for day, month, quarter in zip(*columns, strict=True)
    }
    if text is None:
        return list(names)
    wanted = plain(text).casefold()
    found = [day for day, known in names.items() if wanted in {name.casefold() for name in known}]
    if not found:
        hint = did_you_mean(text, dict.fromkeys(name for known in names.values() for name in known))
        msg = f"The plan has no period {text!r}. {hint} It has {_span(list(names), periods)}."
        raise UsageError(" ".join(msg.split()))
    return list(found)


def _called(rows: pd.DataFrame, kind: str, text: str) -> pd.Series:
    """Whether each row's thing of a kind has a name."""
    wanted = plain(text).casefold()
    found = pd.Series(data=False, index=rows.index)
    for column in _COLUMNS[kind]:
        known = {value: _told(kind, value).casefold() == wanted for value in rows[column].unique()}
        found |= rows[column].map(known).astype(bool)
    return found


def _names(rows: pd.DataFrame, kind: str) -> list[tuple[str, ...]]:
    pairs = rows[list(_COLUMNS[kind])].drop_duplicates().itertuples(index=False)
    return [tuple(name for value in pair if (name := _told(kind, value))) for pair in pairs]


def _told(kind: str, value: object) -> str:
    return plain(value) or (NO_FAMILY if kind == "family" else "")


def _few(names: Iterable[str]) -> str:
    listed = sorted(dict.fromkeys(names))
    rest = len(listed) - _LISTED
    return f"It has {', '.join(listed[:_LISTED])}" + (f" and {rest} more" if rest > 0 else "") + "."


def _span(days: list[pd.Timestamp], periods: PeriodNames) -> str:
    return periods.span(days[0], days[-1]) if days else "none"
