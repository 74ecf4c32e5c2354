"""`sop export`: published plans as an Excel workbook, or as a folder of CSV and Parquet files."""

from __future__ import annotations

from pathlib import Path

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.files import written_whole
from sop_pipeline.cli.progress import stages
from sop_pipeline.errors import UsageError
from sop_pipeline.report.flat_files import write_flat_files
from sop_pipeline.report.named_tables import named_tables
from sop_pipeline.report.wording import count
from sop_pipeline.report.workbook import write_workbook
from sop_pipeline.services.company import open_store
from sop_pipeline.services.company_plans import published


@click.command()
@click.argument("scenario", nargs=-1, required=True, shell_complete=scenario_codes)
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE.xlsx|DIR")
def export(scenario: tuple[str, ...], target: Path) -> None:
    """Write the published plans of the scenarios to FILE.xlsx, or as CSV and Parquet into DIR."""
    is_workbook = target.suffix.casefold() == ".xlsx"
    if not is_workbook and target.suffix:
        msg = f"{target} is neither an .xlsx file nor a folder"
        raise UsageError(msg)
    company = open_store()
    with stages(2) as progress:
        with progress.stage("Reading the plans"):
            plans = {code: one.tables for code, one in published(company, scenario).items()}
            tables = named_tables(plans, company.names)
        folder = target.parent if is_workbook else target
        with progress.stage(f"Writing {target}"), written_whole(folder) as unfinished:
            if is_workbook:
                write_workbook(unfinished / target.name, tables, plans)
            else:
                write_flat_files(unfinished, tables)
    rows = sum(len(table.rows) for table in tables)
    click.echo(f"{target} holds {count(len(plans), 'plan')} in {count(rows, 'row')}.")
