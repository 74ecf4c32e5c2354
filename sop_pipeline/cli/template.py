"""`sop template`: an example company to type over, as CSV files or as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import pandas as pd

from sop_pipeline.cli.files import written_whole
from sop_pipeline.demo import coming_year
from sop_pipeline.demo.template import (
    GUIDE_COLUMNS,
    column_guide,
    empty_tables,
    example_tables,
    table_guide,
)
from sop_pipeline.errors import UsageError
from sop_pipeline.planning.days import today
from sop_pipeline.report.named_tables import NamedTable
from sop_pipeline.report.wording import count
from sop_pipeline.report.workbook import write_sheets
from sop_pipeline.settings import Demo

_HEAD = """\
# Your company as files

One CSV file per table, UTF-8, fields separated by commas, decimal points, dates as YYYY-MM-DD.
Type your company over the example, leave out the files marked optional that you do not need, then

    sop solve {target}          # plan, publish nothing
    sop init --from {target}    # load it, and then
    sop plan --all    # plan every scenario, and publish the plans

Whatever is wrong is told at once with file, column and line. Identifiers of rows, such as
DEMAND_FORECAST_ID, count them: 1, 2, 3. Not in the example, but soon needed: UNITS_PER_PALLET in
product_storage.csv; without it the policy's `units_per_pallet` counts, 10 of every product.
"""


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="DIR|FILE.xlsx")
@click.option("--empty", is_flag=True, help="Headings only, of every table.")
def template(target: Path, *, empty: bool) -> None:
    """Write an example company, ready to edit: CSV files and a README, or one workbook."""
    year = Demo.from_environment().year or coming_year(today())
    tables = empty_tables() if empty else example_tables(year)
    is_workbook = target.suffix.casefold() == ".xlsx"
    _require_unused(target, tables, is_workbook=is_workbook)
    with written_whole(target.parent if is_workbook else target) as unfinished:
        if is_workbook:
            _write_workbook(unfinished / target.name, tables)
        else:
            _write_files(unfinished, tables, target)
    what = "sheet" if is_workbook else "file"
    click.echo(f"{target} holds {count(len(tables), what)} and a README. Next: sop solve {target}")


def _require_unused(target: Path, tables: Mapping[str, pd.DataFrame], *, is_workbook: bool) -> None:
    """Refuse to write over somebody's own company."""
    files = [target] if is_workbook else [target / f"{name}.csv" for name in tables]
    there = [str(file) for file in files if file.exists()]
    if there:
        msg = f"{there[0]} is already there: name another place"
        raise UsageError(msg)


def _write_files(folder: Path, tables: Mapping[str, pd.DataFrame], target: Path) -> None:
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "README.md").write_text("\n".join(_readme(target)), "utf-8")


def _readme(target: Path) -> list[str]:
    lines = [_HEAD.format(target=target)]
    rows = list(column_guide())
    for name, text in table_guide().items():
        lines += [f"## {name}.csv\n", f"{text}\n", "| column | type | unit | required | meaning |"]
        lines.append("|---|---|---|---|---|")
        lines += [
            f"| {' | '.join(row[column].replace('|', '&#124;') for column in GUIDE_COLUMNS[1:])} |"
            for row in rows
            if row["file"] == name
        ]
        lines.append("")
    return lines


def _write_workbook(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    guide = pd.DataFrame(column_guide(), columns=list(GUIDE_COLUMNS)).astype("string")
    guide.insert(1, "table", guide["file"].map(table_guide()).astype("string"))
    sheets = {"README": guide, **tables}
    write_sheets(
        path, [NamedTable(name, rows, tuple(map(str, rows))) for name, rows in sheets.items()]
    )
