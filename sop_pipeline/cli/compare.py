"""`sop compare`: published plans side by side, and the bridge from the first to each other."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.cli.progress import stages
from sop_pipeline.report.terminal import message_list, report_console, text_table
from sop_pipeline.services.company import open_store
from sop_pipeline.services.comparing import compare as compare_plans


@click.command()
@click.argument("scenarios", nargs=-1, required=True, shell_complete=scenario_codes)
@click.option(
    "--regret", is_flag=True, help="Carry out each plan's early build under each other demand."
)
@click.option(
    "--drivers", is_flag=True, help="Tell which change of the inputs each difference comes from."
)
@json_option
@quiet_option
def compare(
    scenarios: tuple[str, ...], *, regret: bool, drivers: bool, as_json: bool, quiet: bool
) -> None:
    """Lay published plans side by side: money, service, and what leads from one to the next."""
    solves = regret or drivers
    with stages(1, quiet=quiet or not solves) as progress, progress.stage("Comparing") as tell:
        comparison = compare_plans(
            open_store(), scenarios, regret=regret, drivers=drivers, progress=tell
        )
    if as_json:
        echo_json(comparison.as_dict())
        return
    console = report_console()
    for table in comparison.text_tables:
        console.print(text_table(table))
    if comparison.warnings and not quiet:
        console.print(message_list(comparison.warnings))
