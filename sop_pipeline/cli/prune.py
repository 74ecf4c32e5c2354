"""`sop prune`: delete the orchestrator's old runs."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=None,
    help="Runs kept of each scenario, the latest first; by default SOP_KEEP_RUNS, else 30.",
)
def prune(keep: int | None) -> None:
    """Delete old runs with their events and pictures; published plans and history stay."""
    # Dagster takes more than a second to import, so only where it is used.
    from sop_pipeline.automation.instance import open_instance, reporting_instance  # noqa: PLC0415
    from sop_pipeline.automation.retention import (  # noqa: PLC0415
        forget_old_runs,
        known_scenarios,
    )
    from sop_pipeline.automation.settings import AutomationSettings  # noqa: PLC0415

    keep = keep or AutomationSettings.from_environment().keep_runs
    with reporting_instance(), open_instance() as instance:
        codes = known_scenarios(instance)
        gone = forget_old_runs(instance, codes, keep)
    click.echo(f"{gone} old runs deleted; each of {len(codes)} scenarios keeps its latest {keep}.")
