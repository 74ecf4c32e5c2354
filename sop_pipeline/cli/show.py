"""`sop show`: print the published plan of a scenario."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.names import warehouse_names
from sop_pipeline.errors import UsageError
from sop_pipeline.report.terminal import plan_report, report_console
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY
from sop_pipeline.validation.scenarios import scenario_of
from sop_pipeline.warehouse import location_from_environment, open_warehouse


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
def show(scenario: str) -> None:
    """Print the published plan of SCENARIO, its policy and grain."""
    warehouse = open_warehouse(location_from_environment())
    found = scenario_of(warehouse, scenario)
    tables = warehouse.read_plan(found.code)
    if tables[BUILD_PLAN_SUMMARY.name].empty:
        msg = f"{scenario} has no published plan yet. Run `sop plan {scenario}`."
        raise UsageError(msg)
    report_console().print(plan_report(tables, found.code, warehouse_names(warehouse)))
