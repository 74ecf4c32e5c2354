"""Reading one scenario's inputs from a store.

Belongs here: which query fills which table of `ScenarioInputs`, and what reading one takes.
Does not belong here: how a store reads (`store/`), what the rows must satisfy
(`validation`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.planning.days import today
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS, INPUTS, LAST_PLAN
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.store.base import Store
from sop_pipeline.store.folder.last_plan import GivenPlan
from sop_pipeline.store.queries import QUERIES, Query, qualified, query_for
from sop_pipeline.validation.demand_view import (
    differing_periods,
    missing_columns,
    unseen_classes,
)
from sop_pipeline.validation.fan_out import JoinCounts, join_keys
from sop_pipeline.validation.scenario_definitions import Scenario, members_of, with_definitions
from sop_pipeline.validation.scenario_inputs import (
    BASE_DEMAND,
    CALENDAR,
    DEMAND,
    EVERY_PRODUCT,
    EVERYTHING,
    JOIN_COUNTS,
    MEMBERS,
    ScenarioInputs,
)
from sop_pipeline.validation.schema_faults import typed_rows


def sources_of(names: Iterable[str]) -> tuple[str, ...]:
    """Qualified names of the store's tables and views that reading inputs takes.

    Args:
        names: Names of `ScenarioInputs`.
    """
    return tuple(dict.fromkeys(source for name in names for source in _sources(name)))


def _sources(name: str) -> tuple[str, ...]:
    if name == BASE_DEMAND:
        return (*QUERIES["demand_from_base"].sources, *_sources(MEMBERS))
    if name == LAST_PLAN.name:
        return (RECOMMENDED_BUILD_PLAN.qualified_name,)
    if name == EVERY_PRODUCT:
        return (atomic.PRODUCT.qualified_name,)
    if name == JOIN_COUNTS:
        return tuple(qualified(table) for table, _ in join_keys())
    queries = [query_for(name, source) for source in ("view", "base")]
    horizon = sources_of(CALENDAR) if any(_starts_with_horizon(query) for query in queries) else ()
    members = _sources(MEMBERS) if name in DEMAND else ()
    return (*(source for query in queries for source in query.sources), *horizon, *members)


def _starts_with_horizon(query: Query) -> bool:
    """Whether what a query returns depends on the day the horizon starts."""
    return "first_day" in query.parameters


@dataclass
class InputReader:
    """Reads one scenario's inputs under one policy, each table at most once.

    Attributes:
        store: Where they are read.
        scenario: Whose they are.
        policy: What is planned with.
        as_of: Day whose knowledge is read; None for what is current.
        day: Day of planning, in UTC: the day whose knowledge is read, else the one it is.
        before_run: A run that published a plan of the scenario: the last plan is the one before.
        given_plan: The last plan where no store has it but a folder; None for the store's.
        frames: What was read, by names of `ScenarioInputs`; what is given here is not read again.
    """

    store: Store
    scenario: Scenario
    policy: Policy
    as_of: dt.date | None = None
    day: dt.date = field(default_factory=today)
    before_run: str | None = None
    given_plan: GivenPlan | None = None
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Plan on the day whose knowledge is read."""
        self.day = self.as_of or self.day
        self._unreadable: dict[str, tuple[Fault, ...]] = {}
        self._join_counts: JoinCounts | None = None
        self._unseen_classes: list[str] = []
        # Of all that has been read so far, so that its calendar is made once.
        self._found = ScenarioInputs(
            self.scenario,
            self.policy,
            self.frames,
            self._unreadable,
            unseen_classes=self._unseen_classes,
            day=self.day,
        )

    def inputs(self, names: Iterable[str] = EVERYTHING) -> ScenarioInputs:
        """The scenario's inputs.

        Args:
            names: What of them is needed, by names of `ScenarioInputs`.
        """
        wanted = list(names)
        self._require_grain()
        with self.store.reading():
            self._read(wanted)
            found = self._found.of(wanted)
            return self._with_join_counts(found) if JOIN_COUNTS in wanted else found

    def _require_grain(self) -> None:
        if self.scenario.is_hedge and self.policy.grain == "aggregate":
            msg = (
                f"{self.scenario.code} is a hedge, which is planned with grain: network only: "
                "one build for several futures is a build of products and work centres"
            )
            raise UsageError(msg)

    def _read(self, names: Iterable[str]) -> None:
        """Read tables, or keep why they cannot be read."""
        for name in names:
            if name in self.frames or name in self._unreadable or name == JOIN_COUNTS:
                continue
            try:
                self.frames[name] = self._rows(name)
            except InputRefused as refused:
                self._unreadable[name] = refused.faults

    def _rows(self, name: str) -> pd.DataFrame:
        if name == EVERY_PRODUCT:
            return self.store.key_counts("PRODUCT", ("PRODUCT_ID",))
        if name == LAST_PLAN.name:
            return typed_rows(LAST_PLAN, self._last_plan())
        if name == BASE_DEMAND and self.policy.demand_source == "base":
            self._read([DEMAND_FORECASTS.name])
            return self._found.rows(DEMAND_FORECASTS.name)
        if name == BASE_DEMAND:
            table, query = DEMAND_FORECASTS, QUERIES["demand_from_base"]
        else:
            table, query = INPUTS[name], query_for(name, self.policy.demand_source)
        if SCENARIO_COMPARISON_V in query.sources and self.as_of is None:
            self._require_view()
            if self._sees_no_classes():
                return self._found.rows(BASE_DEMAND)
        if name in DEMAND:
            return typed_rows(table, self._demand(query))
        rows = self.store.read(
            query.name,
            as_of=self.as_of,
            scenario_id=self.scenario.id,
            first_day=self._first_day() if _starts_with_horizon(query) else None,
        )
        if name == MEMBERS and not rows.empty:
            rows = with_definitions(rows, self.store.read("scenarios"))
        return typed_rows(table, rows)

    def _demand(self, query: Query) -> pd.DataFrame:
        """Forecasts of the scenario, and of a hedge those of each member."""
        keys = [self.scenario.id]
        if self.scenario.is_hedge:
            self._read([MEMBERS])
            keys += [one.id for one in members_of(self._found.rows(MEMBERS)) if one.id != keys[0]]
        read = [self.store.read(query.name, as_of=self.as_of, scenario_id=key) for key in keys]
        return pd.concat([rows for rows in read if len(rows)] or read[:1], ignore_index=True)

    def _last_plan(self) -> pd.DataFrame:
        """The published plan as it stands, or stood then; nothing where nothing of it is kept."""
        if not self.policy.keeps_last_plan:
            return LAST_PLAN.empty()
        if self.given_plan is not None:
            return self.given_plan.of(self.scenario.id)
        is_of_now = self.as_of is None and self.before_run is None
        return self.store.read(
            "last_plan" if is_of_now else "last_plan_of_then",
            as_of=self.as_of,
            scenario_id=self.scenario.id,
            scenario_code=self.scenario.code,
            before_run=self.before_run,
        )

    def _require_view(self) -> None:
        faults = missing_columns(self.store.columns(SCENARIO_COMPARISON_V))
        if faults:
            raise InputRefused(faults)

    def _sees_no_classes(self) -> bool:
        """Whether the view lacks what the base table says of demand classes."""
        present = self.store.columns(SCENARIO_COMPARISON_V)
        if set(DEMAND_FORECASTS.added) <= set(present):
            return False
        self._read([BASE_DEMAND])
        if BASE_DEMAND in self.frames:
            self._unseen_classes[:] = unseen_classes(present, self.frames[BASE_DEMAND])
        return bool(self._unseen_classes)

    def _first_day(self) -> dt.date | None:
        """First day of the first planned period; None where nothing is planned."""
        self._read(CALENDAR)
        return next(iter(self._found.period_starts), None)

    def _with_join_counts(self, inputs: ScenarioInputs) -> ScenarioInputs:
        """Count the keys that a view may join on, where the view of demand is to be explained."""
        try:
            self._read((*CALENDAR, BASE_DEMAND))
            explained = all(differing_periods(one).empty for one in self._found.futures)
        except InputRefused:  # the rules tell it
            explained = True
        if explained:
            return inputs
        if self._join_counts is None:
            rows = {key: self.store.key_counts(*key) for key in join_keys()}
            self._join_counts = JoinCounts(rows, self.store.view_text(SCENARIO_COMPARISON_V))
        return replace(inputs, join_counts=self._join_counts)
