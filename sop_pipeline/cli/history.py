"""`sop history`: what was published of a scenario, and when."""

from __future__ import annotations

import click
import pandas as pd

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.report.history import publication_table
from sop_pipeline.report.terminal import report_console, text_table
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import location_from_environment, store_at


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Most publications to list, the latest first.",
)
def history(scenario: str, limit: int) -> None:
    """List the publications of SCENARIO: when, by which run, from what."""
    store = store_at(location_from_environment())
    found = scenario_of(store, scenario)
    listed: pd.DataFrame = store.publications(found.code)
    report_console().print(text_table(publication_table(listed, found.code, limit)))
