"""`sop whatif`: plan a change stated in plain terms and show the difference."""

from __future__ import annotations

from typing import Any

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.cli.progress import stages
from sop_pipeline.cli.registration import register_partitions
from sop_pipeline.errors import UsageError
from sop_pipeline.insight.change_language import FILTERS, WORDS, Stated, changes_of
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.terminal import finding_lists, report_console, text_table
from sop_pipeline.report.what_if import ShownDifference
from sop_pipeline.report.wording import plain
from sop_pipeline.services.company import open_store
from sop_pipeline.services.what_ifs import WhatIf
from sop_pipeline.services.what_ifs import whatif as plan_what_if

_STATED = "sop.stated"


class _OrderedOptions(click.Command):
    """A command that keeps in which order its changes and filters were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and keep each change and filter with its value, in the order given."""
        values, _, order = self.make_parser(ctx).parse_args(list(args))
        taken = {name: iter(given) for name, given in values.items() if isinstance(given, list)}
        words = {_parameter(word): word for word in (*WORDS, *FILTERS)}
        ctx.meta[_STATED] = [
            (words[one.name], next(taken[one.name])) for one in order if one.name in words
        ]
        return super().parse_args(ctx, args)


def _parameter(word: str) -> str:
    return f"change_{word.replace('-', '_')}"


def _stating(command: Any) -> Any:
    """The options that state changes, and those that filter them."""
    texts = {**{word: one.text for word, one in WORDS.items()}, **FILTERS}
    for word, text in reversed(texts.items()):
        metavar = WORDS[word].value if word in WORDS else word.upper()
        option = click.option(
            f"--{word}", _parameter(word), multiple=True, metavar=metavar, help=text,
            expose_value=False,
        )  # fmt: skip
        command = option(command)
    return command


@click.command(cls=_OrderedOptions)
@click.argument("scenario", shell_complete=scenario_codes)
@_stating
@click.option(
    "--policy", default=None, help="Policy name (standard, notebook, decisions) or YAML file."
)
@click.option("--save-as", metavar="CODE", help="Keep the changed forecasts as a new scenario.")
@json_option
@quiet_option
@click.pass_context
def whatif(
    ctx: click.Context,
    scenario: str,
    policy: str | None,
    save_as: str | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Plan SCENARIO with changes and show what differs; publish nothing.

    Changes are made in the order given. A filter (--product, --family, --site, --from, --to)
    belongs to the change before it; before the first change it belongs to all of them. A filter
    given several times lets any of them through; different filters must all let a row through.
    """
    stated: list[Stated] = ctx.meta[_STATED]
    changes = changes_of(stated)
    if not changes:
        msg = f"Say what changes: {', '.join(f'--{word}' for word in WORDS)}."
        raise UsageError(msg)
    company = open_store()
    with stages(1, quiet=quiet or as_json) as progress, progress.stage("Planning") as tell:
        found = plan_what_if(
            company, scenario, changes, policy=policy, save_as=save_as, progress=tell
        )
    if save_as is not None:
        register_partitions([one.code for one in company.scenarios])
    shown = ShownDifference(
        found.difference,
        found.plan.names,
        PeriodNames.of_plan(found.plan.tables),
        str(found.plan.summary["currency"]),
    )
    if as_json:
        echo_json(_values(found, stated, shown))
    else:
        _print(found, shown, quiet=quiet)


def _values(found: WhatIf, stated: list[Stated], shown: ShownDifference) -> dict[str, Any]:
    """What `--json` prints."""
    plans = {"base": found.base, "what_if": found.plan}
    return {
        "scenario_code": found.base.scenario_code,
        "stated": [f"--{word} {value}" for word, value in stated],
        "changes": list(found.sentences),
        "note": found.note,
        "saved_as": found.saved_as,
        "currency": shown.currency,
        **shown.values(),
        "plans": {
            name: {
                "policy": plan.summary["policy"],
                "status": plan.summary["status"],
                "input_hash": plan.summary["input_hash"],
                "model_version": plan.summary["model_version"],
                "certificate": plan.summary["certificate"],
                "warnings": [str(warning) for warning in plan.warnings],
            }
            for name, plan in plans.items()
        },
    }


def _print(found: WhatIf, shown: ShownDifference, *, quiet: bool) -> None:
    console = report_console()
    console.print(f"What if, for {plain(found.base.scenario_code)}:")
    for sentence in found.sentences:
        console.print(f"- {plain(sentence)}.")
    console.print("")
    for table in shown.tables():
        console.print(text_table(table))
    added = [one for one in found.plan.warnings if str(one) not in map(str, found.base.warnings)]
    if added and not quiet:
        console.print(finding_lists(added))
    if found.note and not quiet:
        console.print(plain(found.note))
    if found.saved_as is None:
        console.print("Nothing is published or kept.")
    else:
        console.print(f"Kept as {found.saved_as}; `sop plan {found.saved_as}` plans it.")
