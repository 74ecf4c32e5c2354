"""Writes the tables of docs/model.md that follow from the families of the model.

`python -m sop_pipeline_tests.planning.write_model_tables` after a family has changed; a test holds
the document to what this writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sop_pipeline.planning.families import CONSTRAINTS, COSTS, VARIABLES

DOCUMENT = Path(__file__).parents[2] / "docs/model.md"

_VARIABLES = "| symbol | family | unit | meaning, at least 0 | upper bound | pays | exists |"
_CONSTRAINTS = "| family and function | inequality | unit | meaning | its dual: worth of | exists |"
_COSTS = "| term | column of BUILD_PLAN_SUMMARY | called | money spent |"


def written(text: str) -> str:
    """The document with its tables of families and cost terms made anew.

    Raises:
        ValueError: A table is not there, by its header.
    """
    for header, rows in (
        (_VARIABLES, _variable_rows()),
        (_CONSTRAINTS, _constraint_rows()),
        (_COSTS, _cost_rows()),
    ):
        rule = re.sub(r"[^|]+", "---", header)
        table = "\n".join([header, rule, *(f"| {' | '.join(row)} |" for row in rows)])
        there = re.compile(rf"^{re.escape(header)}\n(\|.*\n)*", re.MULTILINE)
        text, found = there.subn(lambda _, table=table: f"{table}\n", text)
        if found != 1:
            msg = f"Expected one table with the header {header}; got {found}"
            raise ValueError(msg)
    return text


def _variable_rows() -> Iterator[tuple[str, ...]]:
    for family in VARIABLES.values():
        whole = ", published whole" if family.is_whole else ""
        pays = ", ".join(term.replace("_", " ") for term in family.cost_terms)
        yield (
            family.symbol,
            f"`{family.name}`",
            f"{family.unit}{whole}",
            family.meaning,
            family.limit,
            pays,
            family.used or "always",
        )


def _constraint_rows() -> Iterator[tuple[str, ...]]:
    for family in CONSTRAINTS.values():
        yield (
            f"`{family.name}`{family.indices}",
            family.formula,
            family.unit,
            family.meaning,
            family.price,
            family.used or "always",
        )


def _cost_rows() -> Iterator[tuple[str, ...]]:
    for cost in COSTS:
        yield f"`{cost.name}`", cost.column, cost.title, "yes" if cost.is_spent else "no"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")
