"""`sop explain`: why a published plan is so, in words."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.report.terminal import report_console, sentence_list
from sop_pipeline.services.company import open_store
from sop_pipeline.services.explaining import explain as explain_plan


@click.command()
@click.argument("scenario", shell_complete=scenario_codes)
@click.option("--product", help="What concerns one product, by code or name.")
@click.option("--work-center", help="What concerns one work centre, by code or name.")
@click.option("--period", help="What concerns one period: 'Nov 2026', 2026-11 or its first day.")
@click.option("--site", help="What concerns one plant or warehouse, by code or name.")
@click.option("--against", help="Tell the difference from this scenario's plan, too.")
@click.option("--all", "whole", is_flag=True, help="Every sentence, not only the dearest ones.")
@json_option
@quiet_option
def explain(
    scenario: str,
    *,
    product: str | None,
    work_center: str | None,
    period: str | None,
    site: str | None,
    against: str | None,
    whole: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Tell in words why the published plan of SCENARIO is so."""
    explained = explain_plan(
        open_store(),
        scenario,
        product=product,
        work_center=work_center,
        period=period,
        site=site,
        against=against,
    )
    if as_json:
        echo_json(explained.as_dict())
        return
    texts = explained.sentences if whole else explained.first_sentences
    notes = [] if quiet else [*explained.notes, *explained.unsaid(len(texts))]
    report_console().print(sentence_list(f"Why the plan of {scenario} is so", texts, notes))
