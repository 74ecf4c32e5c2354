"""The data dictionary: every table and column as Markdown, made from the schemas.

`python -m sop_pipeline.schemas.dictionary` prints it; docs/data_dictionary.md holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.inputs import INPUT_TABLES, LAST_PLAN_FILE
from sop_pipeline.schemas.plan import PLAN_TABLES
from sop_pipeline.schemas.table import Table

_HEAD = """\
# Data dictionary

Made from `sop_pipeline/schemas` by `make docs`. A column is described once, in
`schemas/input_columns.py` or `schemas/plan_columns.py`; which columns a table has stands in
`schemas/atomic.py` (input tables of the warehouse), `schemas/inputs.py` (what flows to the planner)
and `schemas/plan.py` (the plan).
`schemas/units.txt` defines the units of figures, for pint.

## A folder of files

One CSV or Parquet file per table, named as in brackets below: `products.csv` or
`products.parquet`. A table marked Required needs its file and a row in it; a column marked `yes`
needs a value in every row. Names of columns may be in any case, with blanks for underscores.
Whatever is wrong is told with file, column and line, everything at once, and nothing is loaded;
whatever is left out (files and columns of other names, empty rows) or read in another way than
plain UTF-8 with commas is noted.

- **Codes.** In any table a code may stand in place of an identifier of a scenario, product, family,
  site, work centre or zone: PRODUCT_CODE for PRODUCT_ID, FROM_SITE_CODE for FROM_SITE_ID and so on,
  ZONE_CODE, which is its site's own, for WAREHOUSE_ZONE_ID. Where a master has no identifiers, its
  codes are given some, and a code keeps its identifier from load to load. Where a file has both,
  they must agree.
- **Numbers** are plain: `1234.5`. Where fields are separated by semicolons, tabs or bars, decimal
  commas are read if a figure of the file shows that they are; thousands separators are refused.
- **Dates** are days, `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31, the latter meaning for ever, as
  `infinity` does. A time of day is cut; the day is the one written, or in Parquet that of the
  column's time zone. Timestamps are UTC.
- **Flags** are true or false, t or f, yes or no, y or n, 1 or 0.
- **Encodings** other than UTF-8 are read where they show themselves: UTF-16 and UTF-32 with a
  byte-order mark, and Latin-1.
"""
_SECTIONS = (
    ("Input tables of the warehouse", ATOMIC_TABLES),
    ("What a load leaves beside them", BOOKKEEPING_TABLES),
    ("What a folder may hold beside them", (LAST_PLAN_FILE,)),
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


def _heading(table: Table) -> str:
    """A table of the warehouse with its file; an input asset with the table it is read from."""
    return table.title if table.source is None else f"{table.origin} ({table.name})"


def _table(table: Table) -> Iterator[str]:
    yield f"### {_heading(table)}\n"
    yield " ".join(filter(None, [table.description, table.presence]))
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
