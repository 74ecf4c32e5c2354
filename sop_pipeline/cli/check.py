"""`sop check`: run every input check, plan nothing."""

from __future__ import annotations

import click

from sop_pipeline.cli.completion import scenario_codes
from sop_pipeline.cli.output import echo_json, json_option, quiet_option
from sop_pipeline.cli.progress import stages
from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.policies import load_policy, policy_from_environment
from sop_pipeline.report.terminal import finding_lists, report_console
from sop_pipeline.services.checked_scenario import check_preparation
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import read_scenarios, scenario_of
from sop_pipeline.store import location_from_environment, store_at
from sop_pipeline.validation.input_checks import CheckedInputs


@click.command()
@click.argument("scenarios", nargs=-1, shell_complete=scenario_codes)
@click.option("--policy", default=None, help="Policy name or YAML file.")
@json_option
@quiet_option
def check(scenarios: tuple[str, ...], policy: str | None, *, as_json: bool, quiet: bool) -> None:
    """Check the inputs of the given scenarios, or of all."""
    store = store_at(location_from_environment())
    settings = load_policy(policy or policy_from_environment())
    chosen = [scenario_of(store, code) for code in scenarios] or read_scenarios(store)
    faults: list[Fault] = []
    answers: list[dict[str, object]] = []
    with stages(len(chosen), quiet=quiet) as progress:
        for scenario in chosen:
            with progress.stage(f"Checking {scenario.code}"):
                found = check_preparation(InputReader(store, scenario, settings))
            answers.append(_values(scenario.code, found))
            if not as_json:
                _print(scenario.code, found, quiet=quiet)
            faults.extend(fault for fault in found.faults if fault not in faults)
    if as_json:
        echo_json({"scenarios": answers})
    if faults:
        raise InputRefused(faults)


def _print(code: str, result: CheckedInputs, *, quiet: bool) -> None:
    console = report_console()
    verdict = "refused" if result.faults else "fine"
    console.print(f"{code}: {result.rules_run} checks, {verdict}")
    if result.warnings and not quiet:
        console.print(finding_lists(result.warnings))


def _values(code: str, result: CheckedInputs) -> dict[str, object]:
    return {
        "scenario_code": code,
        "checks": result.rules_run,
        "refused": bool(result.faults),
        "faults": result.faults,
        "warnings": result.warnings,
    }
