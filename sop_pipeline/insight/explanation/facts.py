"""What an explanation is made of: sentences over facts, each fact a cell of a table.

A sentence holds no figure of its own: its template names facts, and whoever shows it words them.
Belongs here: what a fact and a sentence are.
Does not belong here: names and how figures are worded (`report`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Form = Literal[
    "units",
    "pallets",
    "money",
    "price",
    "percent",
    "count",
    "period",
    "product",
    "site",
    "work_center",
    "tier",
    "demand_class",
    "scenario",
]
"""What a value is, which says how it is worded."""


@dataclass(frozen=True)
class Fact:
    """A cell of a table.

    Attributes:
        table: Table of the plan, or of the explanation.
        key: What finds its row: values by column; empty in a table of one row.
        column: Its column.
        value: What stands there.
        form: How it is worded.
    """

    table: str
    key: Mapping[str, Any]
    column: str
    value: Any
    form: Form


@dataclass(frozen=True)
class Sentence:
    """One thing an explanation says.

    Attributes:
        subject: What it is about: headline, prebuild, capacity, storage, shortage, comparison.
        template: The text, each fact named in braces.
        facts: The facts by those names.
        weight: What it is about in currency, to put the largest first.
    """

    subject: str
    template: str
    facts: Mapping[str, Fact]
    weight: float = 0.0


@dataclass(frozen=True)
class Explanation:
    """Why a plan is so.

    Attributes:
        sentences: What is to be said, the headline first, then by money.
        tables: Tables that facts stand in beyond those of the plan.
        notes: What could not be told, and why.
    """

    sentences: tuple[Sentence, ...]
    tables: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...] = ()


@dataclass
class Telling:
    """An explanation as it grows: sentences, and the tables their facts stand in."""

    sentences: list[Sentence] = field(default_factory=list[Sentence])
    tables: dict[str, pd.DataFrame] = field(default_factory=dict[str, pd.DataFrame])

    def say(
        self, subject: str, template: str, facts: Mapping[str, Fact], weight: float = 0.0
    ) -> None:
        """Add a sentence."""
        self.sentences.append(Sentence(subject, template, dict(facts), weight))

    def cells(
        self, name: str, frame: pd.DataFrame, key: Sequence[str], row: int, **columns: Form
    ) -> dict[str, Fact]:
        """Facts of one row of a table, by the names of their columns in lower case.

        Args:
            name: Name of the table.
            frame: The table.
            key: Columns that find a row.
            row: Position of the row.
            columns: The form of each column wanted, by its name in lower case.
        """
        self.tables[name] = frame
        values = frame.iloc[row]
        found = {column: values[column] for column in key}
        return {
            column: Fact(name, found, column.upper(), values[column.upper()], form)
            for column, form in columns.items()
        }


def joined(parts: Sequence[str]) -> str:
    """Parts of a sentence: `a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
