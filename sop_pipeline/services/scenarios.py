"""The scenarios of a store, read and validated."""

from __future__ import annotations

from sop_pipeline.store.base import Store
from sop_pipeline.store.bookkeeping import known_identifiers
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


def hedges_with(store: Store, code: str) -> tuple[str, ...]:
    """The hedges that a scenario is a future of, by code, whether or not it is defined itself.

    Args:
        store: The store.
        code: The scenario's code; what it was the code of is known from loads and published plans.
    """
    with store.reading():
        members, published = store.read("every_member"), store.read("published_plans")
        defined, _ = plannable_scenarios(store)
        given = known_identifiers(store).codes.get("SCENARIO_ID", {}).get(code)
    keys = {int(key) for key in published[published["SCENARIO_CODE"] == code]["SCENARIO_ID"]}
    keys |= {given} if given is not None else set()
    hedges = set(members[members["MEMBER_SCENARIO_ID"].isin(keys)]["SCENARIO_ID"])
    return tuple(one.code for one in defined if one.is_hedge and one.id in hedges)
