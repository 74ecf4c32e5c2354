"""`sop check`: run every input check, plan nothing."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.progress import stages
from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy, policy_from_environment
from sop_pipeline.report.terminal import message_list, report_console
from sop_pipeline.services.checked_scenario import check_preparation
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import read_scenarios, scenario_of
from sop_pipeline.store import Store, location_from_environment, store_at
from sop_pipeline.validation.scenario_definitions import Scenario


@click.command()
@click.argument("scenarios", nargs=-1, shell_complete=scenario_codes)
@click.option("--policy", default=None, help="Policy name or YAML file.")
def check(scenarios: tuple[str, ...], policy: str | None) -> None:
    """Check the inputs of the given scenarios, or of all."""
    store = store_at(location_from_environment())
    settings = load_policy(policy or policy_from_environment())
    chosen = [scenario_of(store, code) for code in scenarios] or read_scenarios(store)
    faults: list[Fault] = []
    with stages(len(chosen)) as progress:
        for scenario in chosen:
            with progress.stage(f"Checking {scenario.code}"):
                found = _check(store, scenario, settings)
            faults.extend(fault for fault in found if fault not in faults)
    if faults:
        raise InputRefused(faults)


def _check(store: Store, scenario: Scenario, settings: Policy) -> tuple[Fault, ...]:
    result = check_preparation(InputReader(store, scenario, settings))
    console = report_console()
    verdict = "refused" if result.faults else "fine"
    console.print(f"{scenario.code}: {result.rules_run} checks, {verdict}")
    if result.warnings:
        console.print(message_list(result.warnings))
    return result.faults
