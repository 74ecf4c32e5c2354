"""A company: where its inputs are, and where its plans may be published.

Belongs here: opening a folder, frames or the store as one thing that can be planned.
Does not belong here: planning it (`company_plans`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.policies import load_policy, policy_from_environment, policy_label
from sop_pipeline.report.names import Names
from sop_pipeline.schemas.inputs import CAPACITY_SUMMARY, PRODUCT_MASTER, SITE_MASTER
from sop_pipeline.services.checked_scenario import CheckedScenario, read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import read_scenarios, scenario_of
from sop_pipeline.store import (
    MEMORY,
    DuckDBStore,
    Store,
    location_from_environment,
    store_at,
)
from sop_pipeline.store.folder import LoadedFolder, load_folder, load_frames
from sop_pipeline.store.folder.last_plan import GivenPlan
from sop_pipeline.validation.loading import loading_faults
from sop_pipeline.validation.scenario_definitions import Scenario

_MASTERS = (PRODUCT_MASTER, SITE_MASTER, CAPACITY_SUMMARY)


@dataclass(frozen=True)
class Source:
    """Where a company's inputs are.

    Attributes:
        store: What they are read from.
        notes: What was accepted of files or frames but is worth saying.
        overrides: Fields of the policy that go without saying there.
        last_plan: The last plan where it is not the store that has it.
    """

    store: Store
    notes: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict[str, Any])
    last_plan: GivenPlan | None = None


class Company:
    """A company that can be planned."""

    def __init__(self, tables: Mapping[str, pd.DataFrame] | Source) -> None:
        """A company of pandas frames.

        Args:
            tables: Frames by the name of the table (`PRODUCT`) or of its file (`products`); codes
                may stand in place of identifiers. Or where its inputs are already.

        Raises:
            InputRefused: The frames cannot be read or joined; every fault is told.
        """
        self._source = tables if isinstance(tables, Source) else _in_memory(load_frames(tables))

    @property
    def store(self) -> Store:
        """Where its inputs are read, and its published plans."""
        return self._source.store

    @property
    def notes(self) -> tuple[str, ...]:
        """What was accepted of its files or frames but is worth saying."""
        return self._source.notes

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Its scenarios, in the order of their ids."""
        return read_scenarios(self.store)

    def scenario(self, code: str | None = None) -> Scenario:
        """The scenario of a code; of a company that has but one, that one.

        Raises:
            UsageError: There is no such scenario, or none is named and there are several.
        """
        if code is not None:
            return scenario_of(self.store, code)
        first, *others = self.scenarios
        if others:
            codes = ", ".join(scenario.code for scenario in (first, *others))
            msg = f"Which scenario? The company has {codes}"
            raise UsageError(msg)
        return first

    @cached_property
    def names(self) -> Names:
        """What its products, sites and work centres are called."""
        with self.store.reading():
            frames = [table.loosely_typed(self.store.read(table.name)) for table in _MASTERS]
        return Names.from_masters(*frames)

    def checked(
        self,
        scenario: str | None = None,
        *,
        policy: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> CheckedScenario:
        """A scenario's inputs, read and checked.

        Args:
            scenario: Its code; may be left out where there is but one.
            policy: Name or file of the policy; by default that of SOP_POLICY, else `standard`.
            overrides: Fields laid over it.

        Raises:
            InputRefused: A check that blocks found faults.
            UsageError: There is no such scenario or policy.
        """
        return read_and_check(self.reader(scenario, policy=policy, overrides=overrides))

    def reader(
        self,
        scenario: str | None = None,
        *,
        policy: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> InputReader:
        """What reads a scenario's inputs; arguments as of `checked`.

        Raises:
            UsageError: There is no such scenario or policy.
        """
        label = policy or policy_from_environment()
        settings = load_policy(label, {**self._source.overrides, **(overrides or {})})
        given = self._source.last_plan
        return InputReader(self.store, self.scenario(scenario), settings, given_plan=given)


def read_folder(source: str | Path) -> Company:
    """The company of a folder of CSV or Parquet files, or of a workbook with a sheet per table.

    Args:
        source: The folder, or the `.xlsx` file.

    Raises:
        InputRefused: It cannot be read or joined; every fault is told.
    """
    return Company(_in_memory(load_folder(Path(source), last_plan=True)))


def open_store(location: str | None = None) -> Company:
    """The company of a store: inputs are read from it, and published plans.

    Args:
        location: `duckdb:PATH` or `snowflake`; by default what SOP_WAREHOUSE names.

    Raises:
        UsageError: The location names no known kind of store.
    """
    return Company(Source(store_at(location or location_from_environment())))


def label_of(policy: str | None, overrides: Mapping[str, Any] | None) -> str:
    """What a plan says of its policy."""
    return policy_label(policy or policy_from_environment(), overrides or {})


def _in_memory(loaded: LoadedFolder) -> Source:
    """Loaded tables in a store that lives as long as the process: one reader serves all."""
    faults = loading_faults(loaded.tables, loaded.places)
    if faults:
        raise InputRefused(faults)
    store = DuckDBStore(MEMORY)
    store.replace_inputs(loaded.tables)
    # Files have only the base table; there is no customer's view to mistrust.
    return Source(store, loaded.notes, {"demand_source": "base"}, loaded.last_plan)
