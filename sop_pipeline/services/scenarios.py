"""The scenarios of a store, read and validated."""

from __future__ import annotations

from sop_pipeline.store.base import Store
from sop_pipeline.validation.scenario_definitions import (
    Scenario,
    every_scenario,
    plannable,
    scenario_of_code,
)


def read_scenarios(store: Store) -> tuple[Scenario, ...]:
    """Every scenario, in the order of its id.

    Raises:
        InputRefused: There is none, a code cannot be a partition key, or an id or code repeats.
    """
    return every_scenario(store.read("scenarios"))


def plannable_scenarios(store: Store) -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """The scenarios that can be planned by their code, whatever is wrong with the others.

    Returns:
        The scenarios, and the codes that are none: malformed, repeated, or of a repeated id.
    """
    return plannable(store.read("scenarios"))


def scenario_of(store: Store, code: str) -> Scenario:
    """The scenario of a code; the others are not judged.

    Raises:
        UsageError: There is no scenario of that code, or there are several.
        InputRefused: The store has it, but such a code cannot be a partition key.
    """
    return scenario_of_code(store.read("scenarios"), code)
