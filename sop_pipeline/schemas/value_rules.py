"""What the values of a column, and the rows of a table, must satisfy.

Each rule is stated once: pandera tells by it which rows are at fault, and `Table.accepts` that
none is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.planning.days import FOR_EVER, SINCE_EVER
from sop_pipeline.schemas.column import A_DAY, A_WHOLE_NUMBER, Column


@dataclass(frozen=True)
class ValueRule:
    """A rule of single values or rows.

    Attributes:
        words: What is expected.
        holds: Of values without an empty one, or of a frame, which keep the rule.
    """

    words: str
    holds: Callable[[Any], Any]


def value_rules(column: Column) -> list[ValueRule]:
    """The rules of a column's values."""
    least, above, most, below = column.minimum, column.above, column.maximum, column.below
    rules: list[ValueRule] = []
    if least is not None:
        rules.append(ValueRule(f"at least {least:g}", lambda values: values >= least))
    if above is not None:
        rules.append(ValueRule(f"above {above:g}", lambda values: values > above))
    if most is not None:
        rules.append(ValueRule(f"at most {most:g}", lambda values: values <= most))
    if below is not None:
        rules.append(ValueRule(f"below {below:g}", lambda values: values < below))
    if column.whole:
        rules.append(ValueRule(A_WHOLE_NUMBER, lambda values: values % 1 == 0))
    if column.choices:
        one_of = f"one of {', '.join(column.choices)}"
        rules.append(ValueRule(one_of, lambda values: values.isin(column.choices)))
    if column.bounded:
        rules.append(ValueRule(A_DAY, _is_bounded))
    if column.pattern is not None:
        pattern = rf"^(?:{column.pattern})\Z"
        words = f"text matching {column.pattern}"
        rules.append(ValueRule(words, lambda values: values.str.match(pattern)))
    return rules


def row_rules(columns: Collection[str]) -> list[ValueRule]:
    """The rules of whole rows of a table with these columns."""
    if not {"EFFECTIVE_DATE", "EXPIRY_DATE"} <= set(columns):
        return []
    return [
        ValueRule(
            "EFFECTIVE_DATE on or before EXPIRY_DATE",
            lambda frame: ~(frame["EFFECTIVE_DATE"] > frame["EXPIRY_DATE"]),
        )
    ]


def _is_bounded(days: pd.Series) -> pd.Series:
    return (days > pd.Timestamp(SINCE_EVER)) & (days < pd.Timestamp(FOR_EVER))
