"""`sop plan`: materialise the asset graph for scenarios, in this process."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.interruption import end_if_interrupted, on_interruption
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.cli.progress import Stages, stages
from sop_pipeline.errors import UsageError
from sop_pipeline.policies import load_policy, policy_from_environment
from sop_pipeline.report.terminal import (
    closing_report,
    comparison_report,
    message_list,
    plan_report,
    report_console,
)
from sop_pipeline.report.wording import printable
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY
from sop_pipeline.services.company import Company, Source
from sop_pipeline.services.published_summary import published_summary
from sop_pipeline.services.scenarios import read_scenarios, scenario_of
from sop_pipeline.store import Store, location_from_environment, store_at
from sop_pipeline.validation.as_of_day import past_day

if TYPE_CHECKING:
    from dagster import DagsterInstance, Definitions

    from sop_pipeline.automation.run import PlannedScenario


@click.command()
@click.argument("scenarios", nargs=-1, shell_complete=scenario_codes)
@click.option(
    "--policy", default=None, help="Policy name (standard, notebook, decisions) or YAML file."
)
@click.option("--all", "every", is_flag=True, help="Plan every scenario of the warehouse.")
@click.option("--dry-run", is_flag=True, help="Solve and print; publish nothing.")
@click.option(
    "--as-of",
    metavar="YYYY-MM-DD",
    help="Plan with what was known on that day; publish to the history alone.",
)
@json_option
@quiet_option
def plan(
    scenarios: tuple[str, ...],
    policy: str | None,
    as_of: str | None,
    *,
    every: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Plan scenarios through the orchestrator, publish, and print the plans."""
    day = past_day(as_of) if as_of is not None else None
    location = location_from_environment()
    store = store_at(location)
    policy = policy or policy_from_environment()
    load_policy(policy)
    known = read_scenarios(store)
    codes = _codes(store, scenarios, [s.code for s in known], every=every)
    asked = _Asked(codes, publish=not dry_run, as_of=day, quiet=quiet)
    if asked.publish:
        store.require_plan_tables()
    planned = _run(location, policy, asked, [s.code for s in known])
    baseline = next((s.code for s in known if s.baseline), "")
    _tell_failures(planned)
    if as_json:
        echo_json({"plans": [_values(one, asked) for one in planned]})
    else:
        _print(planned, baseline, store, asked)
    failed = [one for one in planned if one.exit_status]
    if failed:
        sys.exit(failed[0].exit_status)


@dataclass(frozen=True)
class _Asked:
    """What is asked for.

    Attributes:
        codes: Scenarios to plan.
        publish: Whether their plans are published.
        as_of: Day whose knowledge they are planned with; None for what is current.
        quiet: Whether nothing but the result is told.
    """

    codes: list[str]
    publish: bool
    as_of: dt.date | None
    quiet: bool = False

    @property
    def done(self) -> str:
        """What becomes of a solved plan, in words."""
        if self.as_of is None:
            return "published" if self.publish else "solved, not published"
        kept = "kept in the history" if self.publish else "solved, not kept"
        return f"{kept}, as of {self.as_of}"


def _codes(store: Store, scenarios: tuple[str, ...], known: list[str], *, every: bool) -> list[str]:
    if every and scenarios:
        msg = f"--all plans every scenario: leave out {', '.join(scenarios)}, or --all."
        raise UsageError(msg)
    if not every and not scenarios:
        msg = f"Name the scenarios to plan, or give --all. The warehouse has {', '.join(known)}."
        raise UsageError(msg)
    return known if every else [scenario_of(store, code).code for code in scenarios]


def _run(location: str, policy: str, asked: _Asked, known: list[str]) -> list[PlannedScenario]:
    with stages(len(asked.codes) + 1, quiet=asked.quiet) as progress:
        with progress.stage("Opening the orchestrator"):
            # Dagster takes more than a second to import, so only where it is used.
            from sop_pipeline.automation.instance import (  # noqa: PLC0415
                cancel_own_runs,
                fail_orphans,
                open_instance,
                register_scenarios,
                reporting_instance,
            )
            from sop_pipeline.automation.retention import forget_old_runs  # noqa: PLC0415
            from sop_pipeline.automation.settings import AutomationSettings  # noqa: PLC0415
            from sop_pipeline.definitions import build_definitions  # noqa: PLC0415

            keep = AutomationSettings.from_environment().keep_runs
            definitions = build_definitions(location, policy)
        with _loaded_for_good(), reporting_instance(), open_instance() as instance:
            register_scenarios(instance, known)
            for run_id in fail_orphans(instance):
                message = f"Run {run_id} was left behind by a process that is gone: failed it."
                click.echo(message, err=True)
            planned = []
            for code in asked.codes:
                with on_interruption(lambda: cancel_own_runs(instance)):
                    planned.append(_plan_one(definitions, instance, code, progress, asked))
                    end_if_interrupted()
                if len(planned) == 1:  # which loads what draws and solves
                    gc.collect()
                    gc.freeze()
            forget_old_runs(instance, asked.codes, keep)
            return planned


@contextmanager
def _loaded_for_good() -> Iterator[None]:
    """Look for no garbage in what is loaded by now: in a loop that takes a tenth of each run."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _plan_one(
    definitions: Definitions,
    instance: DagsterInstance,
    code: str,
    progress: Stages,
    asked: _Asked,
) -> PlannedScenario:
    from sop_pipeline.automation.run import plan_in_process  # noqa: PLC0415

    with progress.stage(f"Planning {code}") as tell:
        return plan_in_process(
            definitions, instance, code, publish=asked.publish, progress=tell, as_of=asked.as_of
        )


def _tell_failures(planned: list[PlannedScenario]) -> None:
    errors = report_console(stderr=True)
    for one in planned:
        if one.exit_status:
            failures = printable("\n".join(one.failures))
            errors.print(f"{one.code} is not planned (exit status {one.exit_status}).\n{failures}")


def _values(one: PlannedScenario, asked: _Asked) -> dict[str, object]:
    """What became of a scenario, for a program."""
    solved = not one.exit_status
    return {
        "scenario_code": one.code,
        "run_id": one.run_id,
        "exit_status": one.exit_status,
        "published": solved and asked.publish and asked.as_of is None,
        "as_of": asked.as_of,
        "failures": one.failures,
        "warnings": one.warnings,
        "notes": one.notes,
        "summary": published_summary(one.tables[BUILD_PLAN_SUMMARY.name]) if solved else None,
    }


def _print(planned: list[PlannedScenario], baseline: str, store: Store, asked: _Asked) -> None:
    console = report_console()
    solved = {one.code: one.tables for one in planned if not one.exit_status}
    names = Company(Source(store)).names if solved else None
    for one in planned:
        if not one.exit_status:
            report = plan_report if len(planned) == 1 and not asked.quiet else closing_report
            console.print(report(one.tables, one.code, names))
    if asked.quiet:
        return
    for sentences, noun in (
        ({one.code: one.warnings for one in planned}, "warning"),
        ({one.code: one.notes for one in planned}, "note"),
    ):
        if messages := _told_once(sentences):
            console.print(message_list(messages, noun))
    if baseline in solved and len(solved) > 1:
        console.print(comparison_report(solved, baseline))
    elif len(solved) > 1:
        console.print(_not_compared(baseline))
    if solved:
        console.print(f"{', '.join(solved)}: {asked.done}.")


def _not_compared(baseline: str) -> str:
    """Why plans are not laid side by side."""
    if baseline:
        return f"Not compared: the baseline {baseline} has no plan among them."
    return (
        "Not compared: no scenario is the baseline. Flag one in IS_OFFICIAL_BASELINE of "
        "SCENARIO_DEFINITION, or give just one the SCENARIO_TYPE BASELINE."
    )


def _told_once(messages: Mapping[str, Sequence[str]]) -> list[str]:
    """Each message once, with the scenarios it is about unless it is about all."""
    codes_of: dict[str, list[str]] = {}
    for code, own in messages.items():
        for message in own:
            codes_of.setdefault(message, []).append(code)
    return [
        message if len(codes) == len(messages) else f"{', '.join(codes)}: {message}"
        for message, codes in codes_of.items()
    ]
