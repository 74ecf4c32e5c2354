"""Where scenarios stand: what demand they have, and whether their published plans are of today.

Belongs here: comparing what is published with the inputs as they are.
Does not belong here: what follows from it (`automation/`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.summary import model_version
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.checked_scenario import of_checked
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.store.base import Store
from sop_pipeline.store.queries import query_for
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.validation.scenario_inputs import CALENDAR

NO_DEMAND = "no demand"


def demand_fingerprints(store: Store, scenarios: Iterable[Scenario]) -> dict[str, str]:
    """A text per scenario code that changes when the scenario's own planned demand does.

    Two queries, whatever the number of scenarios. Of a hedge the demand of its members counts, and
    who they are. Masters, capacity and stock, which scenarios share, do not.
    """
    contents = store.read("demand_contents")
    found = {
        int(key): f"{rows}-{fingerprint}"
        for key, rows, fingerprint in zip(
            contents["SCENARIO_ID"], contents["ROW_COUNT"], contents["FINGERPRINT"], strict=True
        )
        if not pd.isna(key)
    }
    own = {one.code: found.get(one.id, NO_DEMAND) for one in scenarios if not one.is_hedge}
    members = store.read("every_member")
    hedges = {
        one.code: _of_hedge(members[members["SCENARIO_ID"] == one.id], found)
        for one in scenarios
        if one.is_hedge
    }
    return {**own, **hedges}


def _of_hedge(members: pd.DataFrame, found: Mapping[int, str]) -> str:
    states = [
        f"{key} {share} {found.get(int(key), NO_DEMAND)}"
        for key, share in zip(members["MEMBER_SCENARIO_ID"], members["PROBABILITY"], strict=True)
        if not pd.isna(key)
    ]
    return hashlib.sha256("; ".join(states).encode()).hexdigest()[:16]


class Publications:
    """The published plans, compared with the inputs as they are now."""

    def __init__(self, store: Store) -> None:
        """Read which inputs each published plan was made from.

        Args:
            store: The store.
        """
        published = store.read("published_plans")
        self._store = store
        self._origins: Mapping[str, tuple[str, str]] = {
            str(code): (str(origin), str(version))
            for _, code, origin, version in published.itertuples(index=False)
        }
        self._shared: dict[str, pd.DataFrame] = {}

    def is_current(self, scenario: Scenario, policy: Policy, policy_name: str) -> bool:
        """Whether planning the scenario anew would publish the plan that is published.

        The same inputs under the same policy and version give the same plan. A plan that keeps to
        the last one is held against that one, not against itself: its own publication makes it no
        older. Inputs that cannot
        be read are taken as changed: planning them tells what is wrong.

        Args:
            scenario: The scenario.
            policy: The policy that would be planned with.
            policy_name: What plans say of it.
        """
        origin, version = self._origins.get(scenario.code, ("", ""))
        if version != model_version(policy_name, policy.grain):
            return False
        try:
            return origin == self._hash(scenario, policy)
        except (InputRefused, UsageError, ValueError):
            return False

    def has_begun(self, scenario: Scenario, policy: Policy) -> bool:
        """Whether the first planned period has passed, and a later one has not.

        A horizon that cannot be read has not; nor has one that is over, of which nothing is left.
        """
        try:
            inputs = self._reader(scenario, policy).inputs(CALENDAR)
            passed, planned = len(inputs.passed_periods), len(inputs.planned_periods)
        except (InputRefused, UsageError, ValueError):
            return False
        return 0 < passed < planned

    def _hash(self, scenario: Scenario, policy: Policy) -> str:
        """Fingerprint of a scenario's inputs; tables that are the same for all are read once."""
        inputs = self._reader(scenario, policy).inputs(INPUTS)
        for name in INPUTS:
            if not query_for(name, policy.demand_source).parameters:
                self._shared[name] = inputs.rows(name)
        return of_checked(inputs).input_hash

    def _reader(self, scenario: Scenario, policy: Policy) -> InputReader:
        before = standing_run(self._store, scenario.code) if policy.keeps_last_plan else None
        frames = dict(self._shared)
        return InputReader(self._store, scenario, policy, before_run=before, frames=frames)


def standing_run(store: Store, scenario_code: str) -> str:
    """The run that published the plan that stands; empty where the history has lost it."""
    rows = store.publications(scenario_code)
    standing = rows[rows["AS_OF_DATE"].isna()]
    return "" if standing.empty else str(standing["RUN_ID"].iloc[0])
