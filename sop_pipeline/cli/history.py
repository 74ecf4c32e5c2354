"""`sop history`: what was published of a scenario, and when."""

from __future__ import annotations

import click
import pandas as pd

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
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
@json_option
@quiet_option
def history(scenario: str, limit: int, *, as_json: bool, quiet: bool) -> None:
    """List the publications of SCENARIO: when, by which run, from what."""
    del quiet  # the list is all there is to say
    store = store_at(location_from_environment())
    found = scenario_of(store, scenario)
    listed: pd.DataFrame = store.publications(found.code)
    if as_json:
        echo_json({"scenario_code": found.code, "publications": _values(listed.head(limit))})
    else:
        report_console().print(text_table(publication_table(listed, found.code, limit)))


def _values(listed: pd.DataFrame) -> pd.DataFrame:
    """The publications, their moments in UTC and told as such."""
    published = pd.to_datetime(listed["PUBLISHED_TIMESTAMP"]).dt.tz_localize("UTC")
    return listed.assign(PUBLISHED_TIMESTAMP=published, STANDS=listed["STANDS"].astype(bool))
