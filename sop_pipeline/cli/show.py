"""`sop show`: print the published plan of a scenario."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.report.terminal import plan_report, report_console
from sop_pipeline.services.company import open_store
from sop_pipeline.services.company_plans import published


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
def show(scenario: str) -> None:
    """Print the published plan of SCENARIO, its policy and grain."""
    for plan in published(open_store(), [scenario]).values():
        report_console().print(plan_report(plan.tables, plan.scenario_code, plan.names))
