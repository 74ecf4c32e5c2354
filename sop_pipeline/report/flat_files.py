"""Plans as CSV and Parquet files with names and ISO dates, for other programs.

Belongs here: how a table becomes a file.
Does not belong here: which tables there are (`named_tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sop_pipeline.report.named_tables import NamedTable
from sop_pipeline.schemas.columns import COLUMNS

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_flat_files(folder: Path, tables: Sequence[NamedTable]) -> None:
    """Write each table as `NAME.csv` and `NAME.parquet`.

    Parquet keeps every text as it is. In CSV a text that a spreadsheet would take for a formula has
    an apostrophe before it, so that opening the file runs nothing.

    Args:
        folder: Where to; it is there.
        tables: What to write.
    """
    for table in tables:
        rows = _with_days(table.rows)
        rows.to_parquet(folder / f"{table.name}.parquet", index=False)
        _without_formulas(rows).to_csv(folder / f"{table.name}.csv", index=False)


def _with_days(rows: pd.DataFrame) -> pd.DataFrame:
    days = [name for name in rows if name in COLUMNS and COLUMNS[str(name)].type == "date"]
    return rows.assign(**{str(name): rows[name].dt.date for name in days})


def _without_formulas(rows: pd.DataFrame) -> pd.DataFrame:
    texts = rows.select_dtypes("string")
    guarded = {
        str(name): column.where(~column.str.startswith(_FORMULA_SIGNS, na=False), "'" + column)
        for name, column in texts.items()
    }
    return rows.assign(**guarded)
