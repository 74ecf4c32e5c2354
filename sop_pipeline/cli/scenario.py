"""`sop scenario`: see the scenarios, and retire those that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sop_pipeline.errors import UsageError
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.terminal import report_console, text_table
from sop_pipeline.schemas.columns import SCENARIO_CODE_PATTERN
from sop_pipeline.services.scenarios import plannable_scenarios
from sop_pipeline.store import Store, location_from_environment, store_at
from sop_pipeline.validation.scenario_definitions import Scenario

if TYPE_CHECKING:
    from dagster import DagsterInstance

_STAYS = (
    "Its partition is removed from Dagster with the last plan kept of it; the runs recorded of it "
    "stay in the log. "
    "In the warehouse nothing is touched: its published plan stays in RECOMMENDED_BUILD_PLAN and "
    "the BUILD_PLAN tables, and its history in RECOMMENDED_BUILD_PLAN_HISTORY."
)


@click.group()
def scenario() -> None:
    """See the scenarios, and retire those that are gone."""


@scenario.command("list")
def list_scenarios() -> None:
    """Print each scenario: whether it is defined, published, and how its last run ended."""
    store = store_at(location_from_environment())
    with store.reading():
        defined, refused = plannable_scenarios(store)
        published = set(store.read("published_plans")["SCENARIO_CODE"])
    with _instance() as instance:
        gone = sorted(set(_partitions(instance)) - {one.code for one in defined})
        rows = (
            *(
                (one.code, _published(one, published), _last_run(instance, one.code), one.name)
                for one in defined
            ),
            *((code, "gone", _last_run(instance, code), "") for code in gone),
        )
    heads = ("Scenario", "Plan", "Last run (UTC)", "Name")
    report_console().print(text_table(TextTable("Scenarios", heads, rows, texts=len(heads))))
    if refused:
        click.echo(f"Not a code of one scenario alone: {', '.join(map(repr, refused))}")


@scenario.command()
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retire(code: str, *, yes: bool) -> None:
    """Remove the partition of scenario CODE, which is gone from SCENARIO_DEFINITION."""
    store = store_at(location_from_environment())
    defined, _ = plannable_scenarios(store)
    if code in {one.code for one in defined}:
        msg = (
            f"{code} is in SCENARIO_DEFINITION: retired now, the next plan or the sensor would "
            "bring it back. Delete its row there first."
        )
        raise UsageError(msg)
    with _instance() as instance:
        known = _partitions(instance)
        if code not in known:
            msg = f"There is no scenario {code!r} to retire. Known: {', '.join(known) or 'none'}."
            raise UsageError(msg)
        if not yes:
            _ask(code)
        _remove_files(instance, store, code)
        instance.delete_dynamic_partition(_partitions_name(), code)
    click.echo(f"{code} is retired. {_STAYS}")


def _remove_files(instance: DagsterInstance, store: Store, code: str) -> None:
    from sop_pipeline.resources.kept_files import kept_files  # noqa: PLC0415
    from sop_pipeline.resources.storage import PLAN_EXTENSION  # noqa: PLC0415

    if re.fullmatch(SCENARIO_CODE_PATTERN, code):  # else it was never planned: it names no file
        kept_files(instance).forget_plan(store.identity, f"{code}{PLAN_EXTENSION}")


def _ask(code: str) -> None:
    try:
        click.confirm(f"Retire {code}? {_STAYS} Go on?", abort=True)
    except click.Abort:
        msg = "Nothing is changed. To retire it, answer yes or give --yes."
        raise UsageError(msg) from None


@contextmanager
def _instance() -> Iterator[DagsterInstance]:
    # Dagster takes more than a second to import, so only where it is used.
    from sop_pipeline.automation.instance import open_instance, reporting_instance  # noqa: PLC0415

    with reporting_instance(), open_instance() as instance:
        yield instance


def _partitions_name() -> str:
    from sop_pipeline.assets.partitions import SCENARIOS  # noqa: PLC0415

    return SCENARIOS.name or ""


def _partitions(instance: DagsterInstance) -> list[str]:
    return list(instance.get_dynamic_partitions(_partitions_name()))


def _published(one: Scenario, published: set[str]) -> str:
    return "published" if one.code in published else "none yet"


def _last_run(instance: DagsterInstance, code: str) -> str:
    from dagster import RunsFilter  # noqa: PLC0415

    runs = instance.get_run_records(RunsFilter(tags={"dagster/partition": code}), limit=1)
    if not runs:
        return "none"
    return f"{runs[0].dagster_run.status.value.lower()}, {runs[0].update_timestamp:%Y-%m-%d %H:%M}"
