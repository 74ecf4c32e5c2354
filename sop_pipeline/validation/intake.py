"""Reading one scenario's inputs from a warehouse, each with its checks.

Belongs here: which rules run on which table, and the input's fingerprint.
Does not belong here: the rules (`rules`, `warnings`), how a warehouse reads (`warehouse/`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning.days import today
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import Calendar, dated_policy
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.horizon import calendar_for, planned_periods
from sop_pipeline.validation.rule import Outcome, Rule
from sop_pipeline.validation.schema_faults import schema_faults, typed_rows
from sop_pipeline.warehouse.base import Warehouse
from sop_pipeline.warehouse.queries import SCENARIO_COMPARISON_V, query_for

TABLES: Mapping[str, Table] = {table.name: table for table in INPUT_TABLES}


@dataclass(frozen=True)
class Scenario:
    """A scenario of the warehouse.

    Attributes:
        id: SCENARIO_ID.
        code: SCENARIO_CODE, the partition key.
        name: SCENARIO_NAME.
        baseline: Whether it is the official baseline.
    """

    id: int
    code: str
    name: str
    baseline: bool = False


@dataclass
class Intake:
    """One scenario's inputs under one policy, each table read at most once.

    Attributes:
        warehouse: Where they are read.
        scenario: Whose they are.
        policy: What is planned with; a horizon that starts with this month starts on a day of it.
        as_of: Day whose knowledge is read; None for what is current.
        day: Day of planning, in UTC: the day whose knowledge is read, else the one it is.
    """

    warehouse: Warehouse
    scenario: Scenario
    policy: Policy
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    as_of: dt.date | None = None
    day: dt.date = field(default_factory=today)

    def __post_init__(self) -> None:
        """Turn this month and the next one into days, for all that is read and planned alike."""
        self.day = self.as_of or self.day
        if isinstance(self.policy.horizon_start, str):
            self.policy = dated_policy(self.policy, self.read("fiscal_calendar"), self.day)

    def read(self, table: str) -> pd.DataFrame:
        """Rows of an input table as the warehouse has them, typed but unchecked.

        Raises:
            InputRefused: A table, a view or a column the query needs is missing.
        """
        if table not in self._frames:
            query = query_for(table, self.policy.demand_source)
            first_day = self._first_day() if "first_day" in query.parameters else None
            self._frames[table] = self._run(TABLES[table], query.name, first_day)
        return self._frames[table]

    def base_demand(self) -> pd.DataFrame:
        """The scenario's demand straight from the base table."""
        if "base" not in self._frames:
            self._frames["base"] = self._run(TABLES["demand_forecasts"], "demand_from_base")
        return self._frames["base"]

    def calendar(self) -> Calendar:
        """The calendar the scenario is planned by; call it where its demand can be read."""
        return calendar_for(
            self.read("demand_forecasts"), self.read("fiscal_calendar"), self.policy
        )

    def period_starts(self) -> list[dt.date]:
        """The first day of each planned period; none where nothing is planned."""
        calendar = self.calendar()
        planned = planned_periods(calendar, self.read("demand_forecasts"), self.policy)
        return [calendar.first_day(period) for period in planned]

    def passed_periods(self) -> tuple[list[str], int]:
        """Labels of the planned periods that ended before the day of planning; how many there are.

        Call it where the demand can be read.
        """
        calendar = self.calendar()
        planned = planned_periods(calendar, self.read("demand_forecasts"), self.policy)
        day = np.datetime64(self.day)
        passed = [calendar.label(one) for one in planned if calendar.starts[one + 1] <= day]
        return passed, len(planned)

    def every_product(self) -> pd.Series:
        """PRODUCT_ID of every row of PRODUCT, current or not."""
        if "every product" not in self._frames:
            self._frames["every product"] = self.warehouse.key_counts("PRODUCT", ("PRODUCT_ID",))
        return self._frames["every product"]["PRODUCT_ID"]

    def _run(self, table: Table, query: str, first_day: dt.date | None = None) -> pd.DataFrame:
        if query == "demand_from_view" and self.as_of is None:
            self._require_view_columns(table)
        frame = self.warehouse.read(
            query,
            as_of=self.as_of,
            scenario_id=self.scenario.id,
            first_day=first_day,
        )
        return typed_rows(table, frame)

    def _first_day(self) -> dt.date | None:
        """First day of the first planned period; None where nothing is planned."""
        return next(iter(self.period_starts()), None)

    def _require_view_columns(self, table: Table) -> None:
        present = self.warehouse.columns(SCENARIO_COMPARISON_V)
        missing = [name for name in ("SCENARIO_ID", *table.columns) if name not in present]
        if missing:
            got = f"only {', '.join(present)}" if present else "no such view"
            raise InputRefused(
                [
                    Fault(
                        SCENARIO_COMPARISON_V,
                        "schema",
                        f"columns {', '.join(missing)}",
                        got,
                        column=missing[0],
                        remedy="Correct the view, or plan with demand_source: base",
                    )
                ]
            )


def schema_rule(table: Table) -> Rule[Intake]:
    """The rule that a table's rows satisfy its pandera schema."""

    def find(intake: Intake) -> list[Fault]:
        frame = intake.read(table.name)
        if frame.empty and not table.optional:
            got = f"none that is current for scenario {intake.scenario.code}"
            return [Fault(table.title, "schema", "at least one row", got)]
        return schema_faults(table, frame)

    return Rule("schema", table.name, "Columns, types, keys and bounds of the table.", find)


InputRule = Rule[Intake]
"""A rule about one input table, possibly looking at others."""


def check_table(table: str, rules: Sequence[InputRule], intake: Intake) -> list[Outcome]:
    """Run a table's rules; a table that cannot be read fails its schema rule.

    Args:
        table: Name of the input table.
        rules: Its rules, the schema rule first.
        intake: The scenario's inputs.
    """
    with intake.warehouse.reading():
        try:
            intake.read(table)
        except InputRefused as refused:
            return [Outcome(rules[0], refused.faults)]
        return [Outcome(rule, _found(rule, intake)) for rule in rules]


def _found(rule: InputRule, intake: Intake) -> tuple[Fault, ...]:
    """What a rule finds; where it looks at another table that cannot be read, that."""
    try:
        return tuple(rule.find(intake))
    except InputRefused as refused:
        return refused.faults if rule.severity == "blocking" else ()


def checked_frame(table: str, intake: Intake) -> pd.DataFrame:
    """Rows of a table that passed its checks, in the planner's types."""
    return TABLES[table].typed(intake.read(table))


def planning_inputs(scenario: Scenario, frames: Mapping[str, pd.DataFrame]) -> PlanningInputs:
    """Bundle the checked frames of one scenario."""
    return PlanningInputs(scenario_id=scenario.id, scenario_code=scenario.code, **frames)


def input_hash(frames: Mapping[str, pd.DataFrame], policy: Policy) -> str:
    """Fingerprint of the inputs and the policy: equal inputs, equal text, on every machine.

    Args:
        frames: One frame per input table; the order of rows does not count.
        policy: The policy planned with.
    """
    digest = hashlib.sha256(policy.model_dump_json().encode())
    for table in INPUT_TABLES:
        frame = frames[table.name]
        rows = pd.util.hash_pandas_object(frame.astype(str), index=False).sort_values()
        digest.update(table.name.encode())
        digest.update(rows.to_numpy().tobytes())
    return digest.hexdigest()
