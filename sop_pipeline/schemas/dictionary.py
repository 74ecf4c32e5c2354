"""The data dictionary: every table and column as Markdown, made from the schemas.

`python -m sop_pipeline.schemas.dictionary` prints it; docs/data_dictionary.md holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.columns import Column
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.table import Table

_HEAD = """\
# Data dictionary

Made from `sop_pipeline/schemas` by `make docs`. A column is described once, in
`schemas/columns.py`; which columns a table has stands in `schemas/atomic.py` (input tables of the
warehouse), `schemas/inputs.py` (what flows to the planner) and `schemas/plan.py` (the plan).
"""
_SECTIONS = (
    ("Input tables of the warehouse", ATOMIC_TABLES),
    ("Input assets", INPUT_TABLES),
    ("Plan tables", PLAN_TABLES),
)


def data_dictionary() -> str:
    """The whole dictionary as Markdown."""
    parts = [_HEAD]
    for title, tables in _SECTIONS:
        parts.append(f"## {title}\n")
        parts.extend("\n".join(_table(table)) for table in tables)
    return "\n".join(parts)


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.title}\n"
    yield f"{table.description}{' Optional.' if table.optional else ''}"
    if table.key:
        yield f"One row per {', '.join(table.key)}."
    yield "\n| column | type | unit | required | description | bounds |"
    yield "|---|---|---|---|---|---|"
    for name, column in table.columns.items():
        required = "" if name in table.may_be_empty else "yes"
        cells = (name, column.type, column.unit, required, column.description, _bounds(column))
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
    yield ""


def _bounds(column: Column) -> str:
    return "; ".join(column.bounds())


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
