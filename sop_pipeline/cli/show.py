"""`sop show`: print the published plan of a scenario."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.names import warehouse_names
from sop_pipeline.cli.plans import published_plans
from sop_pipeline.report.terminal import plan_report, report_console
from sop_pipeline.warehouse import location_from_environment, open_warehouse


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
def show(scenario: str) -> None:
    """Print the published plan of SCENARIO, its policy and grain."""
    warehouse = open_warehouse(location_from_environment())
    ((code, tables),) = published_plans(warehouse, [scenario]).items()
    report_console().print(plan_report(tables, code, warehouse_names(warehouse)))
