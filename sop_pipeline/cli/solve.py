"""`sop solve`: plan straight from a folder of files, no warehouse, no orchestrator."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from sop_pipeline.cli.files import written_whole
from sop_pipeline.cli.names import warehouse_names
from sop_pipeline.cli.progress import Tell, stages
from sop_pipeline.errors import Fault, InputRefused, SopError, UsageError
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.policies import (
    load_policy,
    policy_from_environment,
    policy_name,
)
from sop_pipeline.report.terminal import closing_report, message_list, plan_report, report_console
from sop_pipeline.report.wording import harmless
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import solve_and_check
from sop_pipeline.services.scenarios import read_scenarios, scenario_of
from sop_pipeline.validation.loading import loading_faults
from sop_pipeline.warehouse import MEMORY, DuckDBWarehouse
from sop_pipeline.warehouse.folder import load_folder


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--scenario", default=None, help="Scenario code; without it every scenario.")
@click.option("--policy", default=None, help="Policy name (standard, notebook) or YAML file.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the result files.")
def solve(directory: Path, scenario: str | None, policy: str | None, out: Path | None) -> None:
    """Plan the scenarios of DIRECTORY; write Parquet, CSV and summary.json."""
    if out is not None and out.resolve() == directory.resolve():
        msg = f"--out {out} is the folder of the inputs: name another one"
        raise UsageError(msg)
    label = policy or policy_from_environment()
    # A folder has only the base table; there is no customer's view to mistrust.
    settings = load_policy(label, {"demand_source": "base"})
    started = time.perf_counter()
    with stages(1) as progress, progress.stage(f"Reading {directory}"):
        warehouse, notes = _load(directory)
    read_seconds = time.perf_counter() - started
    for note in notes:
        click.echo(harmless(f"Note: {note}"))
    every = read_scenarios(warehouse)
    chosen = [scenario_of(warehouse, scenario)] if scenario else list(every)
    statuses: list[int] = []
    with stages(len(chosen)) as progress:
        for one in chosen:
            with progress.stage(f"Planning {one.code}") as tell:
                folder = out if out is None or scenario else out / one.code
                reader = InputReader(warehouse, one, settings)
                job = _Job(reader, policy_name(label), notes, read_seconds, folder)
                statuses.append(_solve_and_tell(job, tell, alone=len(chosen) == 1))
    sys.exit(next((status for status in statuses if status), 0))


@dataclass(frozen=True)
class _Job:
    """One scenario to solve, and where its files go."""

    reader: InputReader
    policy: str
    notes: tuple[str, ...]
    read_seconds: float
    folder: Path | None


def _load(directory: Path) -> tuple[DuckDBWarehouse, tuple[str, ...]]:
    """The folder in an in-memory warehouse, so that the same queries and rules read it."""
    loaded = load_folder(directory)
    faults = loading_faults(loaded.tables)
    if faults:
        raise InputRefused(faults)
    warehouse = DuckDBWarehouse(MEMORY)
    warehouse.replace_inputs(loaded.tables)
    return warehouse, loaded.notes


def _solve_and_tell(job: _Job, tell: Tell, *, alone: bool) -> int:
    """Solve one scenario, write and print its plan; a fault is told and is its exit status."""
    code = job.reader.scenario.code
    try:
        solved, warnings = _solve(job, tell)
        if job.folder is not None:
            tell("writing files")
            _write(solved, job.folder)
    except SopError as error:
        report_console(stderr=True).print(harmless(f"{code} is not planned.\n{error}"))
        return error.exit_status
    console = report_console()
    names = warehouse_names(job.reader.warehouse)
    report = plan_report if alone else closing_report
    console.print(report(solved.tables, code, names))
    if warnings:
        console.print(message_list(warnings))
    return 0


def _solve(job: _Job, tell: Tell) -> tuple[SolvedPlan, tuple[Fault, ...]]:
    """The scenario's certified plan and the input's warnings."""
    started = time.perf_counter()
    tell("checking the inputs")
    checked = read_and_check(job.reader)
    read_seconds = job.read_seconds + time.perf_counter() - started
    planned = solve_and_check(checked, policy_name=job.policy, progress=tell)
    solved = planned.solved
    seconds = {"read": read_seconds, **solved.report["seconds"]}
    report = {**solved.report, "seconds": seconds, "notes": list(job.notes)}
    return replace(solved, report=report), planned.warnings


def _write(solved: SolvedPlan, folder: Path) -> None:
    """Write each result table as Parquet and CSV, and the summary: all of them, or none.

    Raises:
        UsageError: They cannot be written; what stood there stays.
    """
    started = time.perf_counter()
    with written_whole(folder) as unfinished:
        for name, frame in solved.tables.items():
            frame.to_parquet(unfinished / f"{name}.parquet", index=False)
            pyarrow.csv.write_csv(_with_days(name, frame), unfinished / f"{name}.csv")
        seconds = {**solved.report["seconds"], "write": time.perf_counter() - started}
        seconds["total"] = sum(value for name, value in seconds.items() if name != "total")
        summary = json.dumps({**solved.report, "seconds": seconds}, indent=2)
        (unfinished / "summary.json").write_text(summary + "\n", "utf-8")


def _with_days(name: str, frame: pd.DataFrame) -> pa.Table:
    """A result table whose dates are days, as a CSV shows them."""
    columns = next(table.columns for table in RESULT_TABLES if table.name == name)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if columns[field.name].type == "date":
            table = table.set_column(i, field.name, table.column(i).cast(pa.date32()))
    return table
