"""The store as the rest of the package sees it: one small interface.

Belongs here: what every store can do.
Does not belong here: how one of them does it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY, PLAN_INPUT_HISTORY

PART_LENGTH = 4_000_000
"""Characters of a part of archived inputs: a text of Snowflake holds 16 million."""
STAND_IN_SCENARIO = -(2**62)
"""Scenario under which a plan that only history keeps passes through the plan tables: its rows
come and go within one transaction, so no reader ever sees them."""


@dataclass(frozen=True)
class Publication:
    """One scenario's whole plan, to be published in one transaction.

    Attributes:
        scenario_id: Scenario whose rows are replaced.
        tables: One frame per result table, by name.
        run_id: Run that publishes, for the history.
        input_hash: Fingerprint of the inputs and the policy, for the history.
        inputs: What it was made of, as PLAN_INPUT_HISTORY keeps it; None keeps nothing of it.
        as_of: Day whose knowledge the plan was made with. Such a plan goes to the history alone;
            the published plan stays.
    """

    scenario_id: int
    tables: Mapping[str, pd.DataFrame]
    run_id: str
    input_hash: str
    inputs: str | None = None
    as_of: dt.date | None = None

    @property
    def scenario_code(self) -> str:
        """The scenario's code, as the plan's summary has it."""
        return str(self.tables[BUILD_PLAN_SUMMARY.name]["SCENARIO_CODE"].iloc[0])

    @property
    def input_rows(self) -> pd.DataFrame:
        """What it was made of, as rows of PLAN_INPUT_HISTORY; none where nothing is kept."""
        text = self.inputs or ""
        parts = [text[at : at + PART_LENGTH] for at in range(0, len(text), PART_LENGTH)]
        return PLAN_INPUT_HISTORY.typed(
            pd.DataFrame(
                {
                    "INPUT_HASH": self.input_hash,
                    "PART_NUMBER": range(1, len(parts) + 1),
                    "CONTENT": parts,
                }
            )
        )

    @property
    def written_as(self) -> int:
        """The scenario its rows are written under."""
        return self.scenario_id if self.as_of is None else STAND_IN_SCENARIO

    def rows(self, table: str) -> pd.DataFrame:
        """The rows of a result table as they are written."""
        frame = self.tables[table]
        return frame if self.as_of is None else frame.assign(SCENARIO_ID=STAND_IN_SCENARIO)

    @property
    def origin(self) -> dict[str, Any]:
        """The parameters of the history's statement."""
        return {
            "scenario_id": self.scenario_id,
            "scenario_code": self.scenario_code,
            "written_as": self.written_as,
            "run_id": self.run_id,
            "input_hash": self.input_hash,
            "as_of": self.as_of,
        }


@dataclass(frozen=True)
class Identifiers:
    """The identifiers that codes have had, by identifier column.

    Attributes:
        codes: The identifier of each code.
        highest: The highest that was ever used.
    """

    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    highest: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NewScenario:
    """A scenario to be added beside the others, in one transaction.

    Attributes:
        id: Its SCENARIO_ID.
        code: Its SCENARIO_CODE.
        definition: Its row of SCENARIO_DEFINITION.
        forecasts: Its rows of DEMAND_FORECAST_VERSIONS, by ascending DEMAND_FORECAST_ID, which are
            above all that are there.
    """

    id: int
    code: str
    definition: pa.Table
    forecasts: pa.Table


class Store(Protocol):
    """Where inputs are read and plans are published."""

    @property
    def storage_kind(self) -> str:
        """Kind of storage, as the UI shows it: `duckdb` or `snowflake`."""
        ...

    @property
    def name(self) -> str:
        """Where it is, for messages."""
        ...

    @property
    def identity(self) -> str:
        """Which one it is, the same text from every process, without a secret."""
        ...

    def create(self) -> None:
        """Create every schema, table, column and view that is missing."""
        ...

    def replace_inputs(self, tables: Mapping[str, pa.Table]) -> None:
        """Replace all input tables and what a load leaves beside them, as a whole or not at all.

        Absent tables become empty. Published plans follow their scenarios, by code, to new ids.

        Raises:
            StoreUnavailable: It cannot be reached or is locked, it refuses a row, or another
                load came since this one was begun.
        """
        ...

    def add_scenario(self, scenario: NewScenario) -> None:
        """Add a scenario's definition and forecasts, as a whole or not at all; others stay.

        Raises:
            UsageError: There is a scenario of its code.
            StoreUnavailable: It cannot be reached or is locked, it refuses a row, or the scenario's
                numbers are taken by now.
        """
        ...

    def holds_inputs(self, tables: Mapping[str, pa.Table]) -> bool:
        """Whether the stored inputs are these tables, row for row, in any order."""
        ...

    def is_empty(self) -> bool:
        """Whether there is no scenario in it, or nothing at all."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Let the reads within share one connection, for as short as they last."""
        ...

    def read(self, query: str, *, as_of: dt.date | None = None, **parameters: Any) -> pd.DataFrame:
        """Run a named query of `queries.QUERIES` with bound parameters.

        Args:
            query: Its name.
            as_of: Day whose knowledge is read (`known`), in place of what is current.
            **parameters: Its parameters; those it does not use are left out.

        Raises:
            StoreUnavailable: It cannot be reached or is locked, or it is incomplete.
            InputRefused: A customer's own table lacks a column the query needs.
        """
        ...

    def columns(self, relation: str) -> tuple[str, ...]:
        """Column names of a table or view, upper case; empty where it does not exist."""
        ...

    def key_counts(self, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """Rows of a table per key: the key's columns and ROW_COUNT."""
        ...

    def view_text(self, view: str) -> str:
        """The definition of a view as stored; empty where it cannot be read."""
        ...

    def earliest(self, table: str, scenario_id: int) -> dt.date | None:
        """First day on which anything of an input table was known; None where that is not told."""
        ...

    def require_plan_tables(self) -> None:
        """Refuse plan tables that cannot hold a plan, before one is made.

        Raises:
            StoreUnavailable: A table or column is missing or of another type; each is told with
                the statement that mends it.
        """
        ...

    def publications(self, scenario_code: str) -> pd.DataFrame:
        """The scenario's publications in the history, the latest first.

        Returns:
            RUN_ID, INPUT_HASH, MODEL_VERSION, POLICY, AS_OF_DATE, PUBLISHED_TIMESTAMP, TOTAL_COST,
            UNITS, and STANDS: whether the published plan has the same inputs, policy and version.
        """
        ...

    def read_publication(self, scenario_code: str, run_id: str) -> pd.DataFrame:
        """What a run published of a scenario: its rows of RECOMMENDED_BUILD_PLAN_HISTORY.

        Returns:
            The rows by product, work centre and period; none where the run published nothing of it.
        """
        ...

    def publish(self, publication: Publication) -> None:
        """Replace one scenario's plan and append its history and inputs, in one transaction.

        A run appends its history once, however often it publishes; inputs are kept once. A plan as
        of a past day is appended to the history and replaces nothing. Plans of scenarios whose ids
        have changed since move to them first.

        Raises:
            UsageError: The scenario has got another id since its inputs were read.
            StoreUnavailable: It cannot be reached or is locked, its plan tables cannot hold the
                plan, or it refuses a row.
        """
        ...

    def read_plan(self, scenario_code: str) -> dict[str, pd.DataFrame]:
        """The published plan of a scenario: one frame per result table, empty where none is."""
        ...
