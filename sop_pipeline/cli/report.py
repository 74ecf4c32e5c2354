"""`sop report`: the page of one published plan, or of several side by side."""

from __future__ import annotations

from pathlib import Path

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import quiet_option
from sop_pipeline.cli.progress import stages
from sop_pipeline.errors import UsageError
from sop_pipeline.report.wording import count
from sop_pipeline.services.company import Company, open_store
from sop_pipeline.services.company_plans import published
from sop_pipeline.services.plan_page import write_page

_ENDINGS = (".html", ".htm")


@click.command()
@click.argument("scenario", nargs=-1, shell_complete=scenario_codes)
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE.html")
@click.option(
    "--regret", is_flag=True, help="Carry out each plan's early build under each other demand."
)
@click.option(
    "--drivers", is_flag=True, help="Tell which change of the inputs each difference comes from."
)
@click.option("--frontier", is_flag=True, help="Tell what caution costs each hedge.")
@quiet_option
def report(
    scenario: tuple[str, ...],
    target: Path,
    *,
    regret: bool,
    drivers: bool,
    frontier: bool,
    quiet: bool,
) -> None:
    """Write the page of the published plans of the scenarios to FILE.html.

    Several are compared with the first. Without a scenario, every published plan is shown, the
    baseline first. The file holds all it shows: pass it on, open it anywhere, print it.
    """
    if target.suffix.casefold() not in _ENDINGS:
        msg = f"{target} is not an .html file: name the file after the scenarios"
        raise UsageError(msg)
    company = open_store()
    with stages(2, quiet=quiet) as progress:
        with progress.stage("Reading the plans"):
            plans = published(company, scenario or _with_plans(company))
        with progress.stage(f"Writing {target}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_page(
                plans.values(), target, company, regret=regret, drivers=drivers, frontier=frontier
            )
    click.echo(f"{target} shows {count(len(plans), 'plan')}: {', '.join(plans)}.")


def _with_plans(company: Company) -> list[str]:
    """Every scenario that has a published plan, the baseline first."""
    ordered = sorted(company.scenarios, key=lambda scenario: not scenario.baseline)
    codes = [one.code for one in ordered if _has_plan(company, one.code)]
    if not codes:
        msg = "No scenario has a published plan yet. Run `sop plan --all`."
        raise UsageError(msg)
    return codes


def _has_plan(company: Company, code: str) -> bool:
    return not company.store.publications(code).empty
