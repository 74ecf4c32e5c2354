"""`sop scenario`: see the scenarios, and retire those that are gone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.errors import UsageError
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.terminal import report_console, text_table
from sop_pipeline.schemas.input_columns import SCENARIO_CODE_PATTERN
from sop_pipeline.services.scenarios import hedges_with, plannable_scenarios
from sop_pipeline.store import Store, location_from_environment, store_at

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
@json_option
@quiet_option
def list_scenarios(*, as_json: bool, quiet: bool) -> None:
    """Print each scenario: whether it is defined, published, and how its last run ended."""
    del quiet  # the list is all there is to say
    store = store_at(location_from_environment())
    with store.reading():
        defined, refused = plannable_scenarios(store)
        published = set(store.read("published_plans")["SCENARIO_CODE"])
    with _instance() as instance:
        gone = sorted(set(_partitions(instance)) - {one.code for one in defined})
        listed = [
            *(_Listed(one.code, one.name, one.code in published) for one in defined),
            *(_Listed(code, None, published=False) for code in gone),
        ]
        runs = {one.scenario_code: _last_run(instance, one.scenario_code) for one in listed}
    if as_json:
        rows = [{**asdict(one), "last_run": runs[one.scenario_code]} for one in listed]
        echo_json({"scenarios": rows, "refused": refused})
        return
    rows = tuple(one.row(runs[one.scenario_code]) for one in listed)
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
    _require_in_no_hedge(store, code)
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


def _require_in_no_hedge(store: Store, code: str) -> None:
    """Refuse to retire a future that a hedge still plans for: the hedge could not be planned."""
    hedges = hedges_with(store, code)
    if hedges:
        msg = (
            f"{code} is a future of {', '.join(hedges)}: without it there is no plan of a hedge. "
            "Take it out of SCENARIO_MEMBER first, and share its probability among the others."
        )
        raise UsageError(msg)


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


@dataclass(frozen=True)
class _Listed:
    """A scenario of the list; one that is defined no more has no name."""

    scenario_code: str
    name: str | None
    published: bool

    def row(self, last_run: Mapping[str, str] | None) -> tuple[str, ...]:
        """Its cells."""
        plan = "gone" if self.name is None else "published" if self.published else "none yet"
        ended = "none"
        if last_run is not None:
            at = dt.datetime.fromisoformat(last_run["ended"])
            ended = f"{last_run['status']}, {at:%Y-%m-%d %H:%M}"
        return self.scenario_code, plan, ended, self.name or ""


def _last_run(instance: DagsterInstance, code: str) -> dict[str, str] | None:
    """How a scenario's last run ended and when it was last heard of, in UTC."""
    from dagster import RunsFilter  # noqa: PLC0415

    runs = instance.get_run_records(RunsFilter(tags={"dagster/partition": code}), limit=1)
    if not runs:
        return None
    [run] = runs
    return {
        "run_id": run.dagster_run.run_id,
        "status": run.dagster_run.status.value.lower(),
        "ended": run.update_timestamp.isoformat(),
    }
