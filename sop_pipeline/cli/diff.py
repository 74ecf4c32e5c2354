"""`sop diff`: what changed since the plan before."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.report.terminal import message_list, report_console, text_table
from sop_pipeline.services.company import open_store
from sop_pipeline.services.plan_changes import diff as plan_changes


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
@click.option("--run", help="Since what that run published; `sop history` lists the runs.")
@click.option("--to", help="Up to what that run published; by default the published plan.")
@json_option
@quiet_option
def diff(scenario: str, run: str | None, to: str | None, *, as_json: bool, quiet: bool) -> None:
    """Print what changed since the plan before: inputs, builds and costs."""
    changes = plan_changes(open_store(), scenario, run, to=to)
    if as_json:
        echo_json(changes.as_dict())
        return
    console = report_console()
    for table in changes.text_tables:
        console.print(text_table(table))
    if changes.warnings and not quiet:
        console.print(message_list(changes.warnings))
