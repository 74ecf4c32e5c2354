"""`sop plan`: materialise the asset graph for scenarios, in this process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sop_pipeline.cli.names import warehouse_names
from sop_pipeline.cli.progress import Stages, stages
from sop_pipeline.errors import UsageError
from sop_pipeline.policies import load_policy, policy_from_environment
from sop_pipeline.report.terminal import (
    closing_report,
    comparison_report,
    message_list,
    plan_report,
    report_console,
)
from sop_pipeline.validation.scenarios import read_scenarios, scenario_of
from sop_pipeline.warehouse import Warehouse, location_from_environment, open_warehouse

if TYPE_CHECKING:
    from dagster import DagsterInstance, Definitions

    from sop_pipeline.automation.run import PlannedScenario


@click.command()
@click.argument("scenarios", nargs=-1)
@click.option("--policy", default=None, help="Policy name (standard, notebook) or YAML file.")
@click.option("--all", "every", is_flag=True, help="Plan every scenario of the warehouse.")
@click.option("--dry-run", is_flag=True, help="Solve and print; publish nothing.")
def plan(scenarios: tuple[str, ...], policy: str | None, *, every: bool, dry_run: bool) -> None:
    """Plan scenarios through the orchestrator, publish, and print the plans."""
    location = location_from_environment()
    warehouse = open_warehouse(location)
    policy = policy or policy_from_environment()
    load_policy(policy)
    known = read_scenarios(warehouse)
    codes = _codes(warehouse, scenarios, [s.code for s in known], every=every)
    planned = _run(location, policy, codes, [s.code for s in known], publish=not dry_run)
    baseline = next((s.code for s in known if s.baseline), "")
    _print(planned, baseline, warehouse, dry_run=dry_run)
    failed = [one for one in planned if one.exit_status]
    if failed:
        sys.exit(failed[0].exit_status)


def _codes(
    warehouse: Warehouse, scenarios: tuple[str, ...], known: list[str], *, every: bool
) -> list[str]:
    if every == bool(scenarios):
        msg = f"Name the scenarios to plan, or give --all. The warehouse has {', '.join(known)}."
        raise UsageError(msg)
    return known if every else [scenario_of(warehouse, code).code for code in scenarios]


def _run(
    location: str, policy: str, codes: list[str], known: list[str], *, publish: bool
) -> list[PlannedScenario]:
    with stages(len(codes) + 1) as progress:
        with progress.stage("Opening the orchestrator"):
            # Dagster takes more than a second to import, so only where it is used.
            from sop_pipeline.automation.instance import (  # noqa: PLC0415
                fail_orphans,
                open_instance,
                register_scenarios,
            )
            from sop_pipeline.definitions import build_definitions  # noqa: PLC0415

            definitions = build_definitions(location, policy)
            instance = open_instance()
        with instance:
            register_scenarios(instance, known)
            for run_id in fail_orphans(instance):
                click.echo(f"Run {run_id} was left behind by a process that is gone: failed it.")
            return [_plan_one(definitions, instance, c, progress, publish=publish) for c in codes]


def _plan_one(
    definitions: Definitions,
    instance: DagsterInstance,
    code: str,
    progress: Stages,
    *,
    publish: bool,
) -> PlannedScenario:
    from sop_pipeline.automation.run import plan_in_process  # noqa: PLC0415

    with progress.stage(f"Planning {code}") as tell:
        return plan_in_process(definitions, instance, code, publish=publish, progress=tell)


def _print(
    planned: list[PlannedScenario], baseline: str, warehouse: Warehouse, *, dry_run: bool
) -> None:
    console, errors = report_console(), report_console(stderr=True)
    solved = {one.code: one.tables for one in planned if not one.exit_status}
    names = warehouse_names(warehouse) if solved else None
    for one in planned:
        if one.exit_status:
            failures = "\n".join(one.failures)
            errors.print(f"{one.code} is not planned (exit status {one.exit_status}).\n{failures}")
        elif len(planned) == 1:
            console.print(plan_report(one.tables, one.code, names))
        else:
            console.print(closing_report(one.tables, one.code, names))
    warnings = _told_once(planned)
    if warnings:
        console.print(message_list(warnings))
    if baseline in solved and len(solved) > 1:
        console.print(comparison_report(solved, baseline))
    if solved:
        done = "solved, not published" if dry_run else "published"
        console.print(f"{', '.join(solved)}: {done}.")


def _told_once(planned: list[PlannedScenario]) -> list[str]:
    """Each warning once, with the scenarios it is about unless it is about all."""
    codes_of: dict[str, list[str]] = {}
    for one in planned:
        for warning in one.warnings:
            codes_of.setdefault(warning, []).append(one.code)
    return [
        warning if len(codes) == len(planned) else f"{', '.join(codes)}: {warning}"
        for warning, codes in codes_of.items()
    ]
