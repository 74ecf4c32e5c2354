"""`sop show`: print a published plan, the whole of it or the part that is asked for."""

from __future__ import annotations

import click
from rich.console import Group, RenderableType

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.report.history import publication_lines
from sop_pipeline.report.part_tables import builds_by_period, part_tables
from sop_pipeline.report.parts import part_of
from sop_pipeline.report.selection import Choice
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.terminal import labelled_lines, plan_report, report_console, text_table
from sop_pipeline.services.company import Company, open_store
from sop_pipeline.services.company_plans import published
from sop_pipeline.services.past_plans import PastPlan, published_by


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
@click.option("--product", help="Of one product: its code or name.")
@click.option("--family", help="Of one product family.")
@click.option("--work-center", help="Of one work centre: its code or name.")
@click.option("--site", help="Of one plant or warehouse: its code or name.")
@click.option("--period", help="Of one period: 2026-10, 'Oct 2026', 2026-W41, a fiscal quarter.")
@click.option("--run", help="What that run published; `sop history` lists the runs.")
@json_option
@quiet_option
def show(
    scenario: str,
    product: str | None,
    family: str | None,
    work_center: str | None,
    site: str | None,
    period: str | None,
    run: str | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print the published plan of SCENARIO, its policy and grain."""
    del quiet  # a plan is all there is to say
    choice = Choice(product, family, work_center, site, period)
    company = open_store()
    values, shown = (
        _current(company, scenario, choice)
        if run is None
        else _past(published_by(company, scenario, run), choice)
    )
    if as_json:
        echo_json(values)
    else:
        report_console().print(shown)


def _current(
    company: Company, scenario: str, choice: Choice
) -> tuple[dict[str, object], RenderableType]:
    """The published plan, or a part of it: for a program, and for a person."""
    [plan] = published(company, [scenario]).values()
    part = part_of(plan.tables, plan.scenario_code, plan.names, choice)
    head = {"scenario_code": plan.scenario_code, "run_id": None, "summary": plan.summary}
    shown = (
        plan_report(plan.tables, plan.scenario_code, plan.names)
        if choice.is_empty
        else Group(_asked(plan.scenario_code, choice), _tables(part_tables(part)))
    )
    return {**head, **part.rows}, shown


def _past(plan: PastPlan, choice: Choice) -> tuple[dict[str, object], RenderableType]:
    """What a run published, or a part of it."""
    part = plan.part(choice)
    title = f"Plan of {plan.scenario_code}, published before"
    lines = publication_lines(plan.publication, plan.currency)
    tables = [*([builds_by_period(part)] if choice.is_empty else []), *part_tables(part)]
    head = {"scenario_code": plan.scenario_code, "run_id": plan.run_id, "summary": plan.summary}
    return {**head, **part.rows}, Group(labelled_lines(title, lines), _tables(tables))


def _asked(scenario: str, choice: Choice) -> RenderableType:
    lines = [(name.replace("_", " ").capitalize(), text) for name, text in choice.given.items()]
    return labelled_lines(f"Plan of {scenario}", lines)


def _tables(tables: list[TextTable]) -> RenderableType:
    return Group(*(text_table(table) for table in tables))
