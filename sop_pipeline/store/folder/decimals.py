"""The decimal mark of a file whose fields are not separated by commas.

`1,5` is decimal, `1,500` may be either: so a file is read only where one of its figures shows
which mark it has, and never where both marks or thousands separators occur.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import fault_of, listed

pc: Any = pyarrow.compute  # Its functions are made at import; no type checker sees them.

_FIGURE = r"^\s*[+-]?[0-9.,]+([eE][+-]?[0-9]+)?\s*$"
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+")
_REMEDY = "Save the numbers without thousands separators, as 1234.5"


def with_decimal_points(texts: pa.Table, table: Table) -> tuple[pa.Table, str]:
    """The texts with points for decimal commas, and the mark the file has; empty where it has none.

    Args:
        texts: The file's known columns.
        table: The table they are of.

    Raises:
        InputRefused: The figures can be read in two ways.
    """
    names = [name for name in texts.column_names if _is_number(table, name)]
    marked = _marked(texts, names)
    mark = _decimal_mark(marked, table)
    if mark != ",":
        return texts, mark
    for name in names:
        column = texts[name]
        pointed = pc.replace_substring(column, ",", ".")
        figures = pc.fill_null(pc.match_substring_regex(column, _FIGURE), fill_value=False)
        mended = pc.if_else(figures, pointed, column)
        texts = texts.set_column(texts.column_names.index(name), name, mended)
    return texts, mark


def _is_number(table: Table, name: str) -> bool:
    return name in table.columns and table.columns[name].type == "number"


def _marked(texts: pa.Table, names: list[str]) -> list[str]:
    """The different figures that have a point or a comma."""
    found: set[str] = set()
    for name in names:
        column = pc.unique(texts[name])
        matches = pc.and_(
            pc.match_substring_regex(column, _FIGURE), pc.match_substring_regex(column, "[.,]")
        )
        found.update(column.filter(matches).to_pylist())
    return sorted(text.strip() for text in found)


def _decimal_mark(marked: list[str], table: Table) -> str:
    if not marked:
        return ""
    marks = {mark for mark in ".," if any(mark in text for text in marked)}
    if len(marks) > 1 or any(max(text.count("."), text.count(",")) > 1 for text in marked):
        examples = [next(text for text in marked if mark in text) for mark in sorted(marks)]
        got = f"thousands separators, as in {listed(dict.fromkeys(examples))}"
        expected = "one decimal mark"
        raise InputRefused([fault_of(table, "numbers", expected, got, remedy=_REMEDY)])
    if all(_THOUSANDS.fullmatch(text) for text in marked):
        expected = "numbers that can be read in one way"
        got = f"{marked[0]}, which may be a thousand or a fraction"
        raise InputRefused([fault_of(table, "numbers", expected, got, remedy=_REMEDY)])
    return marks.pop()
