"""`sop solve`: plan straight from a folder of files, no store, no orchestrator."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from sop_pipeline.cli.files import written_whole
from sop_pipeline.cli.progress import Tell, stages
from sop_pipeline.errors import SopError, UsageError
from sop_pipeline.report.terminal import closing_report, message_list, plan_report, report_console
from sop_pipeline.report.wording import printable
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.services.company import Company, read_folder
from sop_pipeline.services.company_plans import Plan, plan


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIRECTORY|FILE.xlsx")
@click.option("--scenario", default=None, help="Scenario code; without it every scenario.")
@click.option("--policy", default=None, help="Policy name (standard, notebook) or YAML file.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the result files.")
def solve(directory: Path, scenario: str | None, policy: str | None, out: Path | None) -> None:
    """Plan the scenarios of DIRECTORY; write Parquet, CSV and summary.json."""
    if out is not None and out.resolve() == directory.resolve():
        msg = f"--out {out} is the folder of the inputs: name another one"
        raise UsageError(msg)
    started = time.perf_counter()
    with stages(1) as progress, progress.stage(f"Reading {directory}"):
        company = read_folder(directory)
    read_seconds = time.perf_counter() - started
    for note in company.notes:
        click.echo(printable(f"Note: {note}"))
    chosen = [company.scenario(scenario)] if scenario else list(company.scenarios)
    statuses: list[int] = []
    with stages(len(chosen)) as progress:
        for one in chosen:
            with progress.stage(f"Planning {one.code}") as tell:
                folder = out if out is None or scenario else out / one.code
                job = _Job(company, one.code, policy, read_seconds, folder)
                statuses.append(_solve_and_tell(job, tell, alone=len(chosen) == 1))
    sys.exit(next((status for status in statuses if status), 0))


@dataclass(frozen=True)
class _Job:
    """One scenario to solve, and where its files go."""

    company: Company
    scenario: str
    policy: str | None
    read_seconds: float
    folder: Path | None


def _solve_and_tell(job: _Job, tell: Tell, *, alone: bool) -> int:
    """Solve one scenario, write and print its plan; a fault is told and is its exit status."""
    try:
        solved = plan(job.company, job.scenario, policy=job.policy, progress=tell)
        if job.folder is not None:
            tell("writing files")
            _write(solved, job.folder, job.read_seconds)
    except SopError as error:
        report_console(stderr=True).print(printable(f"{job.scenario} is not planned.\n{error}"))
        return error.exit_status
    console = report_console()
    report = plan_report if alone else closing_report
    console.print(report(solved.tables, job.scenario, solved.names))
    if solved.warnings:
        console.print(message_list(solved.warnings))
    return 0


def _write(solved: Plan, folder: Path, read_seconds: float) -> None:
    """Write each result table as Parquet and CSV, and the summary: all of them, or none.

    Raises:
        UsageError: They cannot be written; what stood there stays.
    """
    started = time.perf_counter()
    with written_whole(folder) as unfinished:
        for name, frame in solved.tables.items():
            frame.to_parquet(unfinished / f"{name}.parquet", index=False)
            pyarrow.csv.write_csv(_with_days(name, frame), unfinished / f"{name}.csv")
        seconds = {**solved.summary["seconds"], "write": time.perf_counter() - started}
        seconds["read"] += read_seconds
        seconds["total"] = sum(value for name, value in seconds.items() if name != "total")
        summary = json.dumps({**solved.summary, "seconds": seconds}, indent=2)
        (unfinished / "summary.json").write_text(summary + "\n", "utf-8")


def _with_days(name: str, frame: pd.DataFrame) -> pa.Table:
    """A result table whose dates are days, as a CSV shows them."""
    columns = next(table.columns for table in RESULT_TABLES if table.name == name)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if columns[field.name].type == "date":
            table = table.set_column(i, field.name, table.column(i).cast(pa.date32()))
    return table
