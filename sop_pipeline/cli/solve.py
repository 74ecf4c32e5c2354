"""`sop solve`: plan straight from a folder of files, no store, no orchestrator."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from rich.console import RenderableType

from sop_pipeline.cli.files import written_whole
from sop_pipeline.cli.output import echo_json, json_option, json_text, quiet_option
from sop_pipeline.cli.progress import Tell, stages
from sop_pipeline.errors import SopError, UsageError
from sop_pipeline.report.terminal import closing_report, finding_lists, plan_report, report_console
from sop_pipeline.report.wording import printable
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.services.company import Company, read_folder
from sop_pipeline.services.company_plans import Plan, plan


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIRECTORY|FILE.xlsx")
@click.option("--scenario", default=None, help="Scenario code; without it every scenario.")
@click.option(
    "--policy", default=None, help="Policy name (standard, notebook, decisions) or YAML file."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the result files.")
@json_option
@quiet_option
def solve(
    directory: Path,
    scenario: str | None,
    policy: str | None,
    out: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Plan the scenarios of DIRECTORY; write Parquet, CSV and summary.json."""
    _require_elsewhere(out, directory)
    started = time.perf_counter()
    with stages(1, quiet=quiet) as progress, progress.stage(f"Reading {directory}"):
        company = read_folder(directory)
    read_seconds = time.perf_counter() - started
    for note in () if as_json or quiet else company.notes:
        click.echo(printable(f"Note: {note}"))
    chosen = [company.scenario(scenario)] if scenario else list(company.scenarios)
    show = None if as_json else _closing if quiet or len(chosen) > 1 else _whole
    done: list[_Done] = []
    with stages(len(chosen), quiet=quiet) as progress:
        for one in chosen:
            with progress.stage(f"Planning {one.code}") as tell:
                folder = out if out is None or scenario else out / one.code
                _require_elsewhere(folder, directory)
                job = _Job(company, one.code, policy, read_seconds, folder)
                done.append(_solve_and_tell(job, tell, show, quiet=quiet))
    if as_json:
        summaries = [one.summary for one in done if one.summary is not None]
        echo_json(summaries if len(chosen) > 1 else next(iter(summaries), None))
    sys.exit(next((one.exit_status for one in done if one.exit_status), 0))


def _require_elsewhere(out: Path | None, directory: Path) -> None:
    """Refuse to write a plan among the inputs, where the next one would take it for the last."""
    if out is not None and out.resolve() == directory.resolve():
        msg = f"--out {out} is the folder of the inputs: name another one"
        raise UsageError(msg)


@dataclass(frozen=True)
class _Job:
    """One scenario to solve, and where its files go."""

    company: Company
    scenario: str
    policy: str | None
    read_seconds: float
    folder: Path | None


@dataclass(frozen=True)
class _Done:
    """What became of a scenario: its summary, or the exit status of its failure."""

    exit_status: int
    summary: dict[str, Any] | None = None


def _whole(solved: Plan) -> RenderableType:
    return plan_report(solved.tables, solved.scenario_code, solved.names)


def _closing(solved: Plan) -> RenderableType:
    return closing_report(solved.tables, solved.scenario_code, solved.names)


def _solve_and_tell(
    job: _Job, tell: Tell, show: Callable[[Plan], RenderableType] | None, *, quiet: bool
) -> _Done:
    """Solve one scenario, write and show its plan; a fault is told and is its exit status."""
    try:
        solved = plan(job.company, job.scenario, policy=job.policy, progress=tell)
        if job.folder is None:
            summary = _summary(solved, job.read_seconds, 0.0)
        else:
            tell("writing files")
            summary = _write(solved, job.folder, job.read_seconds)
    except SopError as error:
        report_console(stderr=True).print(printable(f"{job.scenario} is not planned.\n{error}"))
        return _Done(error.exit_status)
    if show is not None:
        report_console().print(show(solved))
        if solved.warnings and not quiet:
            report_console().print(finding_lists(solved.warnings))
    return _Done(0, summary)


def _write(solved: Plan, folder: Path, read_seconds: float) -> dict[str, Any]:
    """Write each result table as Parquet and CSV, and the summary: all of them, or none.

    Returns:
        The summary.

    Raises:
        UsageError: They cannot be written; what stood there stays.
    """
    started = time.perf_counter()
    with written_whole(folder) as unfinished:
        for name, frame in solved.tables.items():
            frame.to_parquet(unfinished / f"{name}.parquet", index=False)
            pyarrow.csv.write_csv(_with_days(name, frame), unfinished / f"{name}.csv")
        summary = _summary(solved, read_seconds, time.perf_counter() - started)
        (unfinished / "summary.json").write_text(f"{json_text(summary)}\n", "utf-8")
    return summary


def _summary(solved: Plan, read_seconds: float, write_seconds: float) -> dict[str, Any]:
    """The plan's summary, with what reading the folder and writing its files took."""
    seconds = {**solved.summary["seconds"], "write": write_seconds}
    seconds["read"] += read_seconds
    seconds["total"] = sum(value for name, value in seconds.items() if name != "total")
    return {**solved.summary, "seconds": seconds}


def _with_days(name: str, frame: pd.DataFrame) -> pa.Table:
    """A result table whose dates are days, as a CSV shows them."""
    columns = next(table.columns for table in RESULT_TABLES if table.name == name)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if columns[field.name].type == "date":
            table = table.set_column(i, field.name, table.column(i).cast(pa.date32()))
    return table
